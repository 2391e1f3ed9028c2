/* data: splitting, scaling, windows over a series. */
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/subject.h"
#include "command/take.h"

#include <string.h>

/* ---- data split ---- */

enum {
    SPLIT_TEST,
    SPLIT_VALIDATION,
    SPLIT_STRATIFY,
    SPLIT_ORDER,
    SPLIT_FOLDS,
    SPLIT_FOLD,
    SPLIT_SEED
};

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
     .help = "each class gives its share, when samples are drawn"},
    {.name = "order",
     .type = NN_ARG_CHOICE,
     .choices = "random|last|time",
     .fallback = "random",
     .help =
         "random: drawn with the seed; last: the last samples are held out, as Keras' "
         "validation_split does; time: the same for a series, without samples whose target lies "
         "in the next split"},
    {.name = "folds",
     .type = NN_ARG_INT,
     .min = 2,
     .max = 1000000,
     .help = "divides the samples into that many equal parts, one of which is the test split"},
    {.name = "fold", .type = NN_ARG_INT, .min = 1, .max = 1000000, .help = "which one, from 1"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "seed of the choice; else the session's"},
    {0},
};

/* Keys that exclude each other. */
static enum nn_status check_split(const struct nn_args *args, struct nn_error *error)
{
    bool folds = nn_args_is_set(args, SPLIT_FOLDS), fold = nn_args_is_set(args, SPLIT_FOLD);
    if (folds != fold)
        return nn_fail(error, NN_ARGUMENT, "folds= and fold= go together: folds=5 fold=1");
    if (folds && nn_args_given(args, SPLIT_TEST))
        return nn_fail(error, NN_ARGUMENT, "folds= and test= exclude each other");
    if (nn_args_int(args, SPLIT_ORDER) != NN_ORDER_RANDOM &&
        (nn_args_given(args, SPLIT_SEED) ||
         (nn_args_given(args, SPLIT_STRATIFY) && nn_args_bool(args, SPLIT_STRATIFY))))
        return nn_fail(error, NN_ARGUMENT, "with order=%s nothing is drawn: no seed=, no stratify=",
                       nn_args_text(args, SPLIT_ORDER));
    return NN_OK;
}

/* Windows that share rows, or the target of one and the inputs of another. */
static bool windows_overlap(const struct nn_samples *samples)
{
    size_t length = samples->series ? nn_shape_size(&samples->shape) / samples->series : 0;
    return samples->series && samples->step < length + samples->horizon;
}

/* Once for all folds of a set. */
static void warn_of_overlap(const struct nn_session *session, const struct nn_dataset *data,
                            enum nn_order order)
{
    struct nn_error warning = {0};
    bool known = data->divided && data->order == NN_ORDER_RANDOM;
    if (known || order != NN_ORDER_RANDOM || !windows_overlap(data->samples))
        return;
    nn_fail(&warning, NN_OK,
            "windows overlap, so that what is held out is seen in training too; order=time keeps "
            "them apart");
    session->output.warning(session->output.context, &warning);
}

static enum nn_status run_split(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_args *args = invocation->args;
    const struct nn_dataset *data = NULL;
    struct nn_dataset *result = NULL;
    struct nn_division division = {
        .test = nn_args_real(args, SPLIT_TEST),
        .validation = nn_args_real(args, SPLIT_VALIDATION),
        .stratify = nn_args_bool(args, SPLIT_STRATIFY),
        .order = (enum nn_order)nn_args_int(args, SPLIT_ORDER),
        .folds = nn_args_is_set(args, SPLIT_FOLDS) ? (size_t)nn_args_int(args, SPLIT_FOLDS) : 0,
        .fold = nn_args_is_set(args, SPLIT_FOLD) ? (size_t)nn_args_int(args, SPLIT_FOLD) : 0,
        .seed = nn_args_is_set(args, SPLIT_SEED) ? (uint64_t)nn_args_int(args, SPLIT_SEED)
                                                 : invocation->session->seed,
    };
    enum nn_status status = check_split(args, error);
    if (status == NN_OK)
        status = nn_subject_data(invocation->session, &data, error);
    if (status == NN_OK)
        status = nn_dataset_divide(data, &division, &result, error);
    if (status == NN_OK)
        warn_of_overlap(invocation->session, data, division.order);
    return status == NN_OK ? nn_take_matched(invocation->session, result, false, error) : status;
}

const struct nn_command nn_command_data_split = {
    .name = "data split",
    .group = "data",
    .summary = "Divides the samples into training, validation and test data",
    .details = "All samples are divided anew, whatever they were before. The scaling, and what "
               "stands for missing cells, are fitted again, on the new training data.\n"
               "With folds=5 the commands fold=1 to fold=5 make each sample a test sample once: "
               "cross-validation trains a net on each. All folds of one seed belong together.",
    .args = split_args,
    .examples =
        (const struct nn_example[]){
            {"data split test=0.25 validation=0.1 seed=7", "data demo wine",
             "A quarter for the test, a tenth to watch the training"},
            {"data split folds=5 fold=1", "data demo wine",
             "The first of five folds is the test split"},
            {"data split order=time test=0.2", "data demo market", "The last fifth of a series"},
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
        nn_take_dataset(invocation->session, result);
    return status;
}

const struct nn_command nn_command_data_scale = {
    .name = "data scale",
    .group = "data",
    .summary = "Scales the features, fitted on the training data",
    .details =
        "Each column of a table has its own scale, each channel of images and each column of "
        "a series too. The scale is saved with "
        "the model, and is taken from there when a model is opened.",
    .args = scale_args,
    .examples =
        (const struct nn_example[]){
            {"data scale minmax", "data demo wine", "Every feature between 0 and 1"}, {0}},
    .flags = NN_COMMAND_DATA,
    .run = run_scale,
};

/* ---- data window ---- */

enum { WINDOW_LENGTH, WINDOW_HORIZON, WINDOW_STEP, WINDOW_TARGET, WINDOW_AS };

static const struct nn_arg_spec window_args[] = {
    {.name = "length",
     .type = NN_ARG_INT,
     .min = 1,
     .max = 1000000,
     .help = "rows of a window",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "horizon",
     .type = NN_ARG_INT,
     .fallback = "1",
     .min = 0,
     .max = 1000000,
     .help = "how many rows behind the last one of a window its target stands"},
    {.name = "step",
     .type = NN_ARG_INT,
     .fallback = "1",
     .min = 1,
     .max = 1000000,
     .help = "rows from one window to the next"},
    {.name = "target",
     .type = NN_ARG_TEXT,
     .help = "column whose future is the target: a name or a number from 1; label: the label of "
             "that row; none; else label, or without labels the only column"},
    {.name = "as",
     .type = NN_ARG_CHOICE,
     .choices = "value|direction",
     .fallback = "value",
     .help = "the target is the column's value, or whether it is above (up) or not above (down) "
             "the last one of the window"},
    {0},
};

/* A feature by name or number. */
static enum nn_status find_feature(const struct nn_samples *samples, const char *text,
                                   size_t *column, struct nn_error *error)
{
    size_t width = nn_shape_size(&samples->shape);
    int64_t number;
    for (size_t i = 0; samples->features && i < samples->feature_count; i++) {
        if (strcmp(samples->features[i], NN_VISIBLE(text)) == 0) {
            *column = i;
            return NN_OK;
        }
    }
    if (nn_number_parse_int(text, strlen(text), &number) && number >= 1 &&
        (uint64_t)number <= width) {
        *column = (size_t)number - 1;
        return NN_OK;
    }
    nn_fail(error, NN_ARGUMENT, "the data have no column \"%s\"", NN_VISIBLE(text));
    const char *near =
        samples->features
            ? nn_text_nearest(text, (const char *const *)samples->features, samples->feature_count)
            : NULL;
    if (near)
        nn_fail_hint(error, "did you mean \"%s\"?", near);
    return NN_ARGUMENT;
}

static enum nn_status choose_target(const struct nn_samples *samples, const char *text,
                                    struct nn_windows *windows, struct nn_error *error)
{
    bool only = samples->task == NN_TASK_NONE && nn_shape_size(&samples->shape) == 1;
    windows->target = NN_WINDOW_LABEL;
    if (text ? strcmp(text, "label") == 0 : !only)
        return NN_OK;
    windows->target = NN_WINDOW_COLUMN;
    if (!text)
        return NN_OK;
    if (strcmp(text, "none") == 0) {
        windows->target = NN_WINDOW_NONE;
        return NN_OK;
    }
    return find_feature(samples, text, &windows->column, error);
}

static enum nn_status run_window(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_args *args = invocation->args;
    const struct nn_dataset *data = NULL;
    struct nn_dataset *result = NULL;
    size_t left_out;
    struct nn_windows windows = {
        .length = (size_t)nn_args_int(args, WINDOW_LENGTH),
        .horizon = (size_t)nn_args_int(args, WINDOW_HORIZON),
        .step = (size_t)nn_args_int(args, WINDOW_STEP),
        .direction = nn_args_int(args, WINDOW_AS) == 1,
    };
    enum nn_status status;
    NN_TRY(nn_subject_data(invocation->session, &data, error));
    NN_TRY(choose_target(data->samples, nn_args_text(args, WINDOW_TARGET), &windows, error));
    if (windows.direction && (windows.target != NN_WINDOW_COLUMN || windows.horizon == 0)) {
        status = nn_fail(error, NN_ARGUMENT,
                         "as=direction wants a column as target, and a horizon of 1 or more");
        goto out;
    }
    NN_TRY(nn_dataset_window(data, &windows, &result, error));
    NN_TRY(nn_take_matched(invocation->session, result, true, error));
    left_out = invocation->session->dataset->samples->left_out;
    if (left_out > 0)
        nn_say(&invocation->session->output,
               "%zu window%s left out without a target or across missing rows", left_out,
               left_out == 1 ? " was" : "s were");
out:
    return status;
}

const struct nn_command nn_command_data_window = {
    .name = "data window",
    .group = "data",
    .summary = "Makes samples of stretches of a series, whose rows are moments in time",
    .details =
        "Each sample holds `length` rows one after the other: a vector if the table has one "
        "column, else columns x length, as conv1d takes it. Its target lies in the future. "
        "All windows are training data until `data split order=time` divides them; `train "
        "validation=0.1` holds the last of them out. Windows whose target is a missing cell, "
        "or that would reach across rows that were left out, are left out.",
    .args = window_args,
    .examples =
        (const struct nn_example[]){
            {"data load price.csv label=none; data window 20 horizon=1 as=direction; data split "
             "order=time test=0.2",
             "data demo market samples=100; data export days.csv; data load days.csv columns=20 "
             "label=none; data export price.csv",
             "Whether a price will be higher the next day, from its last 20 days"},
            {0}},
    .flags = NN_COMMAND_DATA,
    .run = run_window,
};
