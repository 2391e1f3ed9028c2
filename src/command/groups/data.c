/* data: loading data sets. */
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/job.h"
#include "command/take.h"
#include "data/demo.h"
#include "data/reader.h"

#include <string.h>

/* Loading, as a job: a large file takes its time. Texts are borrowed, as the command waits. */
struct loading {
    const char *path; /* of a file, or NULL */
    struct nn_read_options options;
    const char *demo;
    size_t samples;
    uint64_t seed;
    struct nn_dataset *dataset;
};

static enum nn_status loading_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                   struct nn_error *error)
{
    struct loading *loading = data;
    (void)job;
    loading->options.progress = progress;
    return loading->path ? nn_data_load(loading->path, &loading->options, &loading->dataset, error)
                         : nn_data_demo(loading->demo, loading->samples, loading->seed,
                                        &loading->dataset, error);
}

/* `split=` of a second file: both become one data set, if they belong together. */
static enum nn_status join(struct nn_session *session, enum nn_split split,
                           struct nn_dataset **dataset, bool *joined, struct nn_error *error)
{
    const struct nn_dataset *first = session->dataset;
    struct nn_error unknown_classes = {0};
    struct nn_dataset *both = NULL;
    size_t unknown;
    if (!first || !nn_dataset_can_join(first, *dataset, split))
        return NN_OK;
    enum nn_status status = nn_dataset_match_classes(
        *dataset, first->samples->classes, first->samples->class_count, &unknown, &unknown_classes);
    if (status == NN_MEMORY)
        return nn_fail_memory(error, 0);
    if (status != NN_OK)
        return NN_OK; /* none of its classes: a set of its own */
    status = nn_dataset_join(first, *dataset, split, &both, error);
    if (status != NN_OK)
        return status;
    nn_dataset_free(*dataset);
    *dataset = both;
    *joined = true;
    return NN_OK;
}

/* A table whose columns are the inputs of the opened model has its shape: pixels in rows become
 * images, as they were for the model. */
static void take_shape(const struct nn_session *session, struct nn_samples *samples)
{
    const struct nn_model *opened = &session->opened;
    const struct nn_net *net = session->net;
    if (net->count < 2 || samples->shape.rank != 1 || !samples->features || !opened->features ||
        opened->feature_count != samples->feature_count ||
        nn_shape_size(&net->nodes[0]->shape) != samples->feature_count)
        return;
    for (size_t i = 0; i < samples->feature_count; i++)
        if (strcmp(opened->features[i], samples->features[i]) != 0)
            return;
    samples->shape = net->nodes[0]->shape;
}

static enum nn_status loading_finish(struct nn_session *session, void *data, enum nn_status status,
                                     struct nn_error *error)
{
    struct loading *loading = data;
    if (status != NN_OK)
        return status;
    bool joined = false, turned = loading->dataset->samples->turned;
    size_t dropped = loading->dataset->samples->dropped;
    if (loading->options.shape.rank == 0)
        take_shape(session, loading->dataset->samples);
    if (loading->options.split >= 0)
        status =
            join(session, (enum nn_split)loading->options.split, &loading->dataset, &joined, error);
    if (status != NN_OK)
        return status;
    struct nn_dataset *dataset = loading->dataset;
    loading->dataset = NULL;
    status = nn_take_matched(session, dataset, !joined, error);
    if (status == NN_OK && turned)
        nn_say(&session->output, "read as images whose channels come last; layout=chw takes the "
                                 "array as it stands");
    if (status == NN_OK && dropped > 0)
        nn_say(&session->output, "%zu row%s left out for missing %s", dropped,
               dropped == 1 ? " was" : "s were",
               loading->options.missing == NN_MISSING_DROP ? "cells" : "labels");
    return status;
}

static void loading_free(void *data)
{
    struct loading *loading = data;
    nn_dataset_free(loading->dataset);
    nn_free(loading);
}

static const struct nn_job_class loading_job = {
    .name = "load", .work = loading_work, .finish = loading_finish, .free = loading_free};

static enum nn_status load(struct nn_session *session, const struct loading *what,
                           struct nn_error *error)
{
    struct loading *loading = nn_calloc(1, sizeof *loading);
    if (!loading)
        return nn_fail_memory(error, sizeof *loading);
    *loading = *what;
    return nn_job_run(session, &loading_job, loading, false, error);
}

/* ---- data load ---- */

enum {
    LOAD_FILE,
    LOAD_LABELS,
    LOAD_LABEL,
    LOAD_TASK,
    LOAD_HEADER,
    LOAD_DELIMITER,
    LOAD_DECIMAL,
    LOAD_COLUMNS,
    LOAD_CATEGORIES,
    LOAD_MISSING,
    LOAD_SPLIT,
    LOAD_SHAPE,
    LOAD_ARRAY,
    LOAD_RESIZE,
    LOAD_COLOR,
    LOAD_LAYOUT
};

static const struct nn_arg_spec load_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help =
         "CSV, ARFF, libsvm, IDX, NPY, NPZ, CIFAR-10 or picture file, also gzipped, or a folder of "
         "pictures",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "labels",
     .type = NN_ARG_FILE,
     .help = "file with one label a sample (IDX, NPY or text)"},
    {.name = "label",
     .type = NN_ARG_TEXT,
     .help = "column of the label in a table: name, number from 1, first, last or none; in an .npz "
             "file the array of the labels"},
    {.name = "task",
     .type = NN_ARG_CHOICE,
     .choices = "classification|regression",
     .help = "what the labels are; else guessed from them"},
    {.name = "header",
     .type = NN_ARG_BOOL,
     .help = "whether the first line names the columns; else guessed"},
    {.name = "delimiter",
     .type = NN_ARG_TEXT,
     .help = "one character, or tab; else guessed among tab, ; , | and blanks"},
    {.name = "decimal",
     .type = NN_ARG_CHOICE,
     .choices = "point|comma",
     .fallback = "point",
     .help = "what stands before the decimals of a number"},
    {.name = "columns",
     .type = NN_ARG_TEXT,
     .help = "columns of a table to use, beside the label: numbers from 1, ranges and names, such "
             "as 1-8,12,age; the label may stand among them, 1-8,label=12; else all"},
    {.name = "categories",
     .type = NN_ARG_TEXT,
     .help = "columns whose values are categories though they look like numbers"},
    {.name = "missing",
     .type = NN_ARG_CHOICE,
     .choices = "refuse|drop|mean|mostfrequent",
     .fallback = "refuse",
     .help = "what becomes of empty cells: an error, their rows left out, or filled with the mean "
             "or the most frequent value that the column has in the training split, and rows "
             "without a label left out"},
    {.name = "split",
     .type = NN_ARG_CHOICE,
     .choices = "train|test",
     .help = "what the samples are for; data that are loaded already keep their other splits"},
    {.name = "shape", .type = NN_ARG_DIMS, .help = "shape of one sample, such as 1x28x28"},
    {.name = "array",
     .type = NN_ARG_TEXT,
     .help = "the array of an .npz file that holds the samples; label= then names that of the "
             "labels"},
    {.name = "resize",
     .type = NN_ARG_DIMS,
     .help = "size that pictures are brought to, such as 64x64 (height, width)"},
    {.name = "color",
     .type = NN_ARG_CHOICE,
     .choices = "gray|rgb",
     .help = "channels that pictures are brought to; else those of the first"},
    {.name = "layout",
     .type = NN_ARG_CHOICE,
     .choices = "chw|hwc",
     .help =
         "where an array of images has its channels, first or last; else guessed: last where 1, "
         "3 or 4 of them can only be there"},
    {0},
};

static enum nn_status read_delimiter(const char *text, char *delimiter, struct nn_error *error)
{
    if (!text)
        return NN_OK;
    if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0)
        *delimiter = '\t';
    else if (strlen(text) == 1)
        *delimiter = text[0];
    else
        return nn_fail(error, NN_ARGUMENT, "delimiter=%s: one character or `tab` is wanted",
                       NN_VISIBLE(text));
    return NN_OK;
}

enum { MOST_SIDE = 65536 };

/* resize= and color=; for pictures that are read for a model, else what it had. */
static enum nn_status read_images(const struct nn_session *session, const struct nn_args *args,
                                  struct nn_read_options *options, struct nn_error *error)
{
    const char *text = nn_args_text(args, LOAD_RESIZE);
    struct nn_shape size = {.rank = 0};
    if (session->net->count >= 2)
        options->images = session->opened.images;
    options->images_known = !text && !nn_args_is_set(args, LOAD_COLOR);
    if (nn_args_is_set(args, LOAD_COLOR))
        options->images.channels = nn_args_int(args, LOAD_COLOR) ? 3 : 1;
    if (!text)
        return NN_OK;
    enum nn_status status = nn_shape_parse(text, &size, error);
    if (status != NN_OK)
        return status;
    if (size.rank != 2 || size.dim[0] > MOST_SIDE || size.dim[1] > MOST_SIDE)
        return nn_fail(error, NN_ARGUMENT,
                       "resize=%s: HEIGHTxWIDTH of at most %d pixels each is wanted",
                       NN_VISIBLE(text), MOST_SIDE);
    options->images.height = size.dim[0];
    options->images.width = size.dim[1];
    return NN_OK;
}

/* A table for the model, or for the data it may join, gives the inputs that are known. */
static void set_known(const struct nn_session *session, struct nn_read_options *options)
{
    const struct nn_model *opened = &session->opened;
    const struct nn_samples *samples = session->dataset ? session->dataset->samples : NULL;
    bool with_net = session->net->count >= 2;
    if (!with_net && (options->split < 0 || !samples))
        return;
    size_t inputs =
        with_net ? nn_shape_size(&session->net->nodes[0]->shape) : nn_shape_size(&samples->shape);
    if (opened->features && opened->feature_count == inputs) {
        options->known = opened->features;
        options->known_count = inputs;
        options->known_alone = true;
    } else if (samples && samples->features && samples->feature_count == inputs) {
        options->known = samples->features;
        options->known_count = inputs;
    }
}

static enum nn_status run_load(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_args *args = invocation->args;
    const struct nn_dataset *loaded = invocation->session->dataset;
    struct loading what = {
        .path = nn_args_text(args, LOAD_FILE),
        .options =
            {
                .labels = nn_args_text(args, LOAD_LABELS),
                .label = nn_args_text(args, LOAD_LABEL),
                .header = nn_args_is_set(args, LOAD_HEADER) ? nn_args_bool(args, LOAD_HEADER) : -1,
                .comma = nn_args_int(args, LOAD_DECIMAL) == 1,
                .columns = nn_args_text(args, LOAD_COLUMNS),
                .categories = nn_args_text(args, LOAD_CATEGORIES),
                .array = nn_args_text(args, LOAD_ARRAY),
                .missing = (enum nn_missing)nn_args_int(args, LOAD_MISSING),
                .split = -1,
            },
    };
    struct nn_read_options *options = &what.options;
    enum nn_status status =
        read_delimiter(nn_args_text(args, LOAD_DELIMITER), &options->delimiter, error);
    if (status != NN_OK)
        return status;
    if (nn_args_is_set(args, LOAD_TASK))
        options->task = nn_args_int(args, LOAD_TASK) ? NN_TASK_REGRESSION : NN_TASK_CLASSIFICATION;
    if (nn_args_is_set(args, LOAD_SPLIT))
        options->split = nn_args_int(args, LOAD_SPLIT) ? NN_SPLIT_TEST : NN_SPLIT_TRAIN;
    if (options->split >= 0 && options->task == NN_TASK_NONE && loaded)
        options->task = loaded->samples->task;
    if (nn_args_is_set(args, LOAD_LAYOUT))
        options->layout = nn_args_int(args, LOAD_LAYOUT) ? NN_LAYOUT_HWC : NN_LAYOUT_CHW;
    if (nn_args_is_set(args, LOAD_SHAPE))
        status = nn_shape_parse(nn_args_text(args, LOAD_SHAPE), &options->shape, error);
    if (status == NN_OK)
        status = read_images(invocation->session, args, options, error);
    set_known(invocation->session, options);
    return status == NN_OK ? load(invocation->session, &what, error) : status;
}

const struct nn_command nn_command_data_load = {
    .name = "data load",
    .group = "data",
    .summary = "Loads a data set from a file",
    .details =
        "The format is found from the content, then from the extension. In a table the label is "
        "the column that `label=` names; else one named label, class, target, species or "
        "diagnosis, "
        "else the last. All samples are training data until `data split` or `split=` says "
        "otherwise.\n"
        "Above a table there may be comments, which begin with #, and Excel's sep=; as the first "
        "line.\n"
        "A folder with a folder for each class holds pictures (PNG, PPM, PGM, JPEG); folders "
        "train, "
        "validation and test around them become the splits. All pictures need one size, which "
        "`resize=` gives; a model keeps it, and reads other pictures in the same way.\n"
        "A second file with `split=test` joins the first as its test split, when its samples have "
        "the same shape and labels.\n"
        "A column of texts, and each column that `categories=` names, becomes one input for every "
        "distinct value in all rows, whatever split they are for, 1 where the cell has it and else "
        "0, and a last input for cells that are missing or, for an opened model, have a value that "
        "it does not know. `data columns` shows what came of each column.\n"
        "Once a model is opened, a table that has all of its columns is read as the model's was: "
        "the same inputs in the same order, whatever else the table holds. Missing cells are then "
        "filled with the values that the model was trained with, not with those of this table.",
    .args = load_args,
    .examples =
        (const struct nn_example[]){
            {"data load flowers.csv label=species", "data demo iris; data export flowers.csv",
             "A table whose column `species` is the class"},
            {"data load flowers.csv columns=1-2 label=5", "data demo iris; data export flowers.csv",
             "Two of its columns alone"},
            {0}},
    .flags = NN_COMMAND_DATA,
    .lists = "formats",
    .run = run_load,
};

/* ---- data demo ---- */

static const struct nn_arg_spec demo_args[] = {
    {.name = "name",
     .type = NN_ARG_TEXT,
     .choices = "@demos",
     .help = "name of the set",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "samples",
     .type = NN_ARG_INT,
     .min = 50,
     .max = 1000000,
     .help = "how many samples a generator makes"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "seed of the generator and the split; else the session's"},
    {0},
};

static enum nn_status run_demo(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_args *args = invocation->args;
    struct loading what = {
        .demo = nn_args_text(args, 0),
        .samples = nn_args_is_set(args, 1) ? (size_t)nn_args_int(args, 1) : 0,
        .seed =
            nn_args_is_set(args, 2) ? (uint64_t)nn_args_int(args, 2) : invocation->session->seed,
    };
    return load(invocation->session, &what, error);
}

const struct nn_command nn_command_data_demo = {
    .name = "data demo",
    .group = "data",
    .summary = "Loads one of the bundled or generated data sets",
    .details =
        "Tables come scaled to mean 0 and deviation 1, images to [0, 1]. A fifth of the samples, "
        "chosen "
        "with the seed and stratified by class, is the test split, unless the set brings its own.",
    .args = demo_args,
    .examples =
        (const struct nn_example[]){
            {"data demo iris", NULL, "Fisher's iris flowers: 150 samples, 4 features, 3 classes"},
            {0}},
    .flags = NN_COMMAND_DATA,
    .run = run_demo,
};
