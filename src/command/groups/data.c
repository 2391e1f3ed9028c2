/* data: loading, splitting, scaling, looking at and writing data sets. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/subject.h"
#include "data/demo.h"
#include "data/npy.h"
#include "data/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "iris: 150 samples of 4 features, 3 classes; train 120, test 30; scaling standard" */
static void say_dataset(const struct nn_session *session, const struct nn_dataset *data)
{
    const struct nn_samples *samples = data->samples;
    char shape[NN_SHAPE_TEXT], line[400];
    int at = snprintf(line, sizeof line, "%s: %zu samples of %s",
                      NN_VISIBLE(samples->name ? samples->name : "data"), samples->count,
                      nn_shape_text(shape, &samples->shape));
    if (samples->task == NN_TASK_CLASSIFICATION)
        at += snprintf(line + at, sizeof line - (size_t)at, ", %zu classes", samples->class_count);
    else if (samples->task == NN_TASK_REGRESSION)
        at += snprintf(line + at, sizeof line - (size_t)at, ", %zu target value%s",
                       samples->target_width, samples->target_width == 1 ? "" : "s");
    else
        at += snprintf(line + at, sizeof line - (size_t)at, ", no labels");
    const char *separator = "; ";
    for (int split = 0; split < NN_SPLIT_COUNT; split++)
        if (data->split_count[split]) {
            at += snprintf(line + at, sizeof line - (size_t)at, "%s%s %zu", separator,
                           nn_split_names[split], data->split_count[split]);
            separator = ", ";
        }
    nn_say(&session->output, "%s; scaling %s", line, nn_scaling_names[data->scaling]);
}

/* Takes the data set that replaces the session's. */
static void use(struct nn_session *session, struct nn_dataset *data)
{
    nn_session_set_dataset(session, data);
    say_dataset(session, data);
}

/* Data for a net from a file: the same numbers for the same classes, and its scaling, or its
 * answers would mean something else. Data of another shape or with other classes are for another
 * net: they stay as they are. */
static enum nn_status match_model(const struct nn_session *session, bool fresh,
                                  struct nn_dataset **data, struct nn_error *error)
{
    const struct nn_model *opened = &session->opened;
    struct nn_dataset *scaled = NULL;
    struct nn_source source;
    struct nn_error mismatch = {0};
    nn_dataset_source(*data, NN_SPLIT_TRAIN, &source);
    if (session->net->count < 2 || !nn_shape_equal(&source.shape, &session->net->nodes[0]->shape))
        return NN_OK;
    if (fresh && session->class_count > 0 && (*data)->samples->labels &&
        nn_dataset_match_classes(*data, session->classes, session->class_count, &mismatch) !=
            NN_OK) {
        if (mismatch.status == NN_MEMORY)
            return nn_fail_memory(error, 0);
        mismatch.status = NN_OK; /* a warning */
        session->output.warning(session->output.context, &mismatch);
        return NN_OK;
    }
    if (opened->scaling == NN_SCALING_NONE || opened->scale_count == 0)
        return NN_OK;
    enum nn_status status =
        nn_dataset_scale_with(*data, opened->scaling, opened->offset, opened->factor,
                              opened->scale_count, &scaled, error);
    if (status != NN_OK)
        return status;
    nn_dataset_free(*data);
    *data = scaled;
    return NN_OK;
}

/* What load, demo and split made: matched to the model, then taken; freed on failure. */
static enum nn_status take(struct nn_session *session, struct nn_dataset *data, bool fresh,
                           struct nn_error *error)
{
    enum nn_status status = match_model(session, fresh, &data, error);
    if (status == NN_OK)
        use(session, data);
    else
        nn_dataset_free(data);
    return status;
}

/* ---- data load ---- */

enum {
    LOAD_FILE,
    LOAD_LABELS,
    LOAD_LABEL,
    LOAD_TASK,
    LOAD_HEADER,
    LOAD_DELIMITER,
    LOAD_SPLIT,
    LOAD_SHAPE
};

static const struct nn_arg_spec load_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "CSV, IDX, NPY or image file, also gzipped",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "labels",
     .type = NN_ARG_FILE,
     .help = "file with one label a sample (IDX, NPY or text)"},
    {.name = "label",
     .type = NN_ARG_TEXT,
     .help = "column of the label in a table: name, number from 1, first, last or none"},
    {.name = "task",
     .type = NN_ARG_CHOICE,
     .choices = "classification|regression",
     .help = "what the labels are; else guessed from them"},
    {.name = "header",
     .type = NN_ARG_BOOL,
     .help = "whether the first line names the columns; else guessed"},
    {.name = "delimiter", .type = NN_ARG_TEXT, .help = "one character, or tab; else guessed"},
    {.name = "split",
     .type = NN_ARG_CHOICE,
     .choices = "train|test",
     .help = "what the samples are for"},
    {.name = "shape", .type = NN_ARG_DIMS, .help = "shape of one sample, such as 1x28x28"},
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

static enum nn_status run_load(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_args *args = invocation->args;
    struct nn_read_options options = {
        .labels = nn_args_text(args, LOAD_LABELS),
        .label = nn_args_text(args, LOAD_LABEL),
        .header = nn_args_is_set(args, LOAD_HEADER) ? nn_args_bool(args, LOAD_HEADER) : -1,
        .split = -1,
    };
    struct nn_dataset *data = NULL;
    enum nn_status status =
        read_delimiter(nn_args_text(args, LOAD_DELIMITER), &options.delimiter, error);
    if (status != NN_OK)
        return status;
    if (nn_args_is_set(args, LOAD_TASK))
        options.task = nn_args_int(args, LOAD_TASK) ? NN_TASK_REGRESSION : NN_TASK_CLASSIFICATION;
    if (nn_args_is_set(args, LOAD_SPLIT))
        options.split = nn_args_int(args, LOAD_SPLIT) ? NN_SPLIT_TEST : NN_SPLIT_TRAIN;
    if (nn_args_is_set(args, LOAD_SHAPE))
        status = nn_shape_parse(nn_args_text(args, LOAD_SHAPE), &options.shape, error);
    if (status == NN_OK)
        status = nn_data_load(nn_args_text(args, LOAD_FILE), &options, &data, error);
    return status == NN_OK ? take(invocation->session, data, true, error) : status;
}

const struct nn_command nn_command_data_load = {
    .name = "data load",
    .group = "data",
    .summary = "Loads a data set from a file",
    .details =
        "The format is found from the content, then from the extension. In a table the label is "
        "the "
        "column that `label=` names; else one named label, class, target, species or diagnosis, "
        "else "
        "the last. All samples are training data until `data split` or `split=` says otherwise.",
    .args = load_args,
    .examples = (const struct nn_example[]){{"data load flowers.csv label=species",
                                             "data demo iris; data export flowers.csv",
                                             "A table whose column `species` is the class"},
                                            {0}},
    .flags = NN_COMMAND_DATA,
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
    struct nn_dataset *data = NULL;
    size_t samples = nn_args_is_set(args, 1) ? (size_t)nn_args_int(args, 1) : 0;
    uint64_t seed =
        nn_args_is_set(args, 2) ? (uint64_t)nn_args_int(args, 2) : invocation->session->seed;
    enum nn_status status = nn_data_demo(nn_args_text(args, 0), samples, seed, &data, error);
    return status == NN_OK ? take(invocation->session, data, true, error) : status;
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

/* ---- data split ---- */

static const struct nn_arg_spec split_args[] = {
    {.name = "test",
     .type = NN_ARG_REAL,
     .fallback = "0.2",
     .min = 0,
     .max = 0.99,
     .help = "share of the test split"},
    {.name = "validation",
     .type = NN_ARG_REAL,
     .fallback = "0",
     .min = 0,
     .max = 0.99,
     .help = "share of the validation split"},
    {.name = "stratify",
     .type = NN_ARG_BOOL,
     .fallback = "yes",
     .help = "each class gives its share"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "seed of the choice; else the session's"},
    {0},
};

static enum nn_status run_split(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_args *args = invocation->args;
    const struct nn_dataset *data = NULL;
    struct nn_dataset *result = NULL;
    uint64_t seed =
        nn_args_is_set(args, 3) ? (uint64_t)nn_args_int(args, 3) : invocation->session->seed;
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status == NN_OK)
        status = nn_dataset_split(data, nn_args_real(args, 0), nn_args_real(args, 1),
                                  nn_args_bool(args, 2), seed, &result, error);
    return status == NN_OK ? take(invocation->session, result, false, error) : status;
}

const struct nn_command nn_command_data_split = {
    .name = "data split",
    .group = "data",
    .summary = "Divides the samples into training, validation and test data",
    .details = "All samples are divided anew, whatever they were before. The scaling stays as it "
               "is: scale "
               "after splitting, so that only training data decide it.",
    .args = split_args,
    .examples =
        (const struct nn_example[]){{"data split test=0.25 validation=0.1 seed=7", "data demo wine",
                                     "A quarter for the test, a tenth to watch the training"},
                                    {0}},
    .flags = NN_COMMAND_DATA,
    .run = run_split,
};

/* ---- data scale ---- */

static const struct nn_arg_spec scale_args[] = {
    {.name = "method",
     .type = NN_ARG_CHOICE,
     .choices = "none|unit|minmax|standard",
     .help = "unit: bytes by 1/255, others by the largest magnitude; minmax: to [0, 1]; standard: "
             "mean 0, "
             "deviation 1",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status run_scale(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    struct nn_dataset *result = NULL;
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status == NN_OK)
        status = nn_dataset_scale(data, (enum nn_scaling)nn_args_int(invocation->args, 0), &result,
                                  error);
    if (status == NN_OK)
        use(invocation->session, result);
    return status;
}

const struct nn_command nn_command_data_scale = {
    .name = "data scale",
    .group = "data",
    .summary = "Scales the features, fitted on the training data",
    .details = "Each column of a table has its own scale, each channel of images too. The scale is "
               "saved with "
               "the model, and is taken from there when a model is opened.",
    .args = scale_args,
    .examples =
        (const struct nn_example[]){
            {"data scale minmax", "data demo wine", "Every feature between 0 and 1"}, {0}},
    .flags = NN_COMMAND_DATA,
    .run = run_scale,
};

/* ---- data info ---- */

static size_t count_class(const struct nn_dataset *data, int split, int32_t class_index)
{
    size_t found = 0;
    for (size_t i = 0; i < data->split_count[split]; i++)
        found += data->samples->labels[data->index[split][i]] == class_index;
    return found;
}

static enum nn_status fill_info(struct nn_result *result, const struct nn_dataset *data,
                                struct nn_error *error)
{
    static const char *const columns[] = {"class", "train", "validation", "test"};
    const struct nn_samples *samples = data->samples;
    size_t classes = samples->labels ? samples->class_count : 0;
    enum nn_status status = nn_result_table(result, columns, 4, classes + 1, error);
    for (size_t row = 0; row < classes && status == NN_OK; row++) {
        status = nn_result_set_text(result, row, 0, samples->classes[row], error);
        for (int split = 0; split < NN_SPLIT_COUNT; split++)
            nn_result_set_number(result, row, 1 + (size_t)split,
                                 (double)count_class(data, split, (int32_t)row), -2);
    }
    if (status == NN_OK)
        status = nn_result_set_text(result, classes, 0, "all", error);
    for (int split = 0; split < NN_SPLIT_COUNT && status == NN_OK; split++)
        nn_result_set_number(result, classes, 1 + (size_t)split, (double)data->split_count[split],
                             -2);
    return status;
}

static enum nn_status run_info(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    struct nn_result *result = NULL;
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status != NN_OK)
        return status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data info", &result, error));
    NN_TRY(fill_info(result, data, error));
    snprintf(result->title, sizeof result->title, "%.80s: %zu samples of %.60s, scaling %s",
             NN_VISIBLE(data->samples->name ? data->samples->name : "data"), data->samples->count,
             nn_shape_text(shape, &data->samples->shape), nn_scaling_names[data->scaling]);
    result->sample = -1;
    nn_session_give(invocation->session, result);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_data_info = {
    .name = "data info",
    .group = "data",
    .summary = "Says what the data are: shape, classes, splits, scaling",
    .args = (const struct nn_arg_spec[]){{0}},
    .examples =
        (const struct nn_example[]){
            {"data info", "data demo breast-cancer", "Samples of each class in each split"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_info,
};

/* ---- data show ---- */

static const struct nn_arg_spec show_args[] = {
    {.name = "sample",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "number of the sample in its split, from 0",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "its split; else test, or train"},
    {0},
};

static enum nn_status show_image(struct nn_result *result, const struct nn_subject *subject,
                                 struct nn_error *error)
{
    result->kind = NN_RESULT_IMAGE;
    result->scale = NN_SCALE_RANGE;
    enum nn_status status = nn_tensor_init(&result->values, &subject->shape, error);
    if (status == NN_OK) {
        size_t count = nn_shape_size(&subject->shape);
        memcpy(result->values.data, subject->x, count * sizeof *subject->x);
        nn_dataset_unscale(subject->data, result->values.data);
    }
    return status;
}

static enum nn_status show_features(struct nn_result *result, const struct nn_subject *subject,
                                    struct nn_error *error)
{
    static const char *const columns[] = {"feature", "value", "scaled"};
    const struct nn_samples *samples = subject->data->samples;
    size_t count = nn_shape_size(&subject->shape);
    float *raw = nn_calloc(count, sizeof *raw);
    if (!raw)
        return nn_fail_memory(error, count * sizeof *raw);
    memcpy(raw, subject->x, count * sizeof *raw);
    nn_dataset_unscale(subject->data, raw);
    enum nn_status status = nn_result_table(result, columns, 3, count, error);
    for (size_t i = 0; i < count && status == NN_OK; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i);
        status = nn_result_set_text(
            result, i, 0,
            samples->features && i < samples->feature_count ? samples->features[i] : number, error);
        nn_result_set_number(result, i, 1, (double)raw[i], -1);
        nn_result_set_number(result, i, 2, (double)subject->x[i], 4);
    }
    nn_free(raw);
    return status;
}

static enum nn_status run_show(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_subject subject = {0};
    struct nn_result *result = NULL;
    char name[48], class_name[32];
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_samples(session, nn_args_text(invocation->args, 1),
                              &invocation->args->values[0], &subject, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data show", &result, error));
    NN_TRY(nn_dataset_is_image(subject.data) ? show_image(result, &subject, error)
                                             : show_features(result, &subject, error));
    nn_subject_name(&subject, name);
    if (subject.labels)
        snprintf(result->title, sizeof result->title, "%s, class %s", name,
                 nn_subject_class(session, subject.labels[0], class_name));
    else
        snprintf(result->title, sizeof result->title, "%s", name);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject.split]);
    result->sample = subject.first;
    session->split = subject.split;
    session->sample = (size_t)subject.first;
    nn_session_give(session, result);
    result = NULL;
out:
    nn_result_free(result);
    nn_subject_clear(&subject);
    return status;
}

const struct nn_command nn_command_data_show = {
    .name = "data show",
    .group = "data",
    .summary = "Shows one sample, in the units of its file",
    .args = show_args,
    .examples =
        (const struct nn_example[]){
            {"data show 3", "data demo digits", "A handwritten digit of the test split"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_show,
};

/* ---- data export ---- */

static const struct nn_arg_spec export_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "a .csv or .npy file",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static float raw_value(const struct nn_samples *samples, size_t i)
{
    return samples->storage == NN_STORAGE_BYTE ? (float)((const unsigned char *)samples->values)[i]
                                               : ((const float *)samples->values)[i];
}

static void put_csv_text(struct nn_buffer *out, const char *text)
{
    if (!text[strcspn(text, ",;\t\"\r\n")]) {
        nn_buffer_text(out, text);
        return;
    }
    nn_buffer_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            nn_buffer_char(out, '"');
        nn_buffer_char(out, *text);
    }
    nn_buffer_char(out, '"');
}

static void put_header(struct nn_buffer *out, const struct nn_samples *samples, size_t width)
{
    char name[32];
    for (size_t i = 0; i < width; i++) {
        snprintf(name, sizeof name, "x%zu", i);
        if (i)
            nn_buffer_char(out, ',');
        put_csv_text(out,
                     samples->features && i < samples->feature_count ? samples->features[i] : name);
    }
    if (samples->labels || samples->targets) {
        nn_buffer_char(out, ',');
        put_csv_text(out, samples->target_name ? samples->target_name
                          : samples->labels    ? "class"
                                               : "target");
    }
    nn_buffer_char(out, '\n');
}

static void put_sample(struct nn_buffer *out, const struct nn_samples *samples, size_t width,
                       size_t row)
{
    char number[NN_NUMBER_SIZE];
    for (size_t i = 0; i < width; i++) {
        if (i)
            nn_buffer_char(out, ',');
        nn_buffer_text(out, nn_number_float(number, raw_value(samples, row * width + i)));
    }
    if (samples->labels) {
        nn_buffer_char(out, ',');
        put_csv_text(out, samples->classes[samples->labels[row]]);
    }
    for (size_t i = 0; samples->targets && i < samples->target_width; i++) {
        nn_buffer_char(out, ',');
        nn_buffer_text(out,
                       nn_number_float(number, samples->targets[row * samples->target_width + i]));
    }
    nn_buffer_char(out, '\n');
}

static enum nn_status export_csv(const struct nn_samples *samples, const char *path,
                                 struct nn_error *error)
{
    struct nn_buffer out;
    size_t width = nn_shape_size(&samples->shape);
    nn_buffer_init(&out, 0);
    put_header(&out, samples, width);
    for (size_t row = 0; row < samples->count && !out.failed; row++)
        put_sample(&out, samples, width, row);
    enum nn_status status = nn_buffer_check(&out, error);
    if (status == NN_OK)
        status = nn_save_bytes(path, out.data, out.length, error);
    nn_buffer_clear(&out);
    return status;
}

static enum nn_status export_npy(const struct nn_samples *samples, const char *path,
                                 struct nn_error *error)
{
    size_t count = samples->count * nn_shape_size(&samples->shape);
    struct nn_shape shape = {.rank = samples->shape.rank + 1};
    if (shape.rank > NN_MAX_RANK)
        return nn_fail(error, NN_SHAPE, "the samples have too many dimensions");
    shape.dim[0] = samples->count;
    memcpy(shape.dim + 1, samples->shape.dim, (size_t)samples->shape.rank * sizeof *shape.dim);
    float *values = nn_calloc(count, sizeof *values);
    if (!values)
        return nn_fail_memory(error, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = raw_value(samples, i);
    enum nn_status status = nn_npy_write(path, &shape, values, error);
    nn_free(values);
    return status;
}

static enum nn_status run_export(const struct nn_invocation *invocation, struct nn_error *error)
{
    const char *path = nn_args_text(invocation->args, 0);
    const struct nn_dataset *data = NULL;
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status != NN_OK)
        return status;
    const char *extension = nn_path_extension(path);
    if (nn_text_equal_nocase(extension, ".csv"))
        status = export_csv(data->samples, path, error);
    else if (nn_text_equal_nocase(extension, ".npy"))
        status = export_npy(data->samples, path, error);
    else
        status =
            nn_fail(error, NN_ARGUMENT, "%s: data are exported as .csv or .npy", NN_VISIBLE(path));
    if (status == NN_OK)
        nn_say(&invocation->session->output, "%zu samples written to %s", data->samples->count,
               NN_VISIBLE(path));
    return status;
}

const struct nn_command nn_command_data_export = {
    .name = "data export",
    .group = "data",
    .summary = "Writes all samples to a file, unscaled",
    .args = export_args,
    .examples = (const struct nn_example[]){{"data export iris.csv", "data demo iris",
                                             "A table with a header; the class is the last column"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_WRITES,
    .run = run_export,
};
