/* data: splitting and scaling. */
#include "command/command.h"
#include "command/subject.h"
#include "command/take.h"

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
    return status == NN_OK ? nn_take_matched(invocation->session, result, false, error) : status;
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
        nn_take_dataset(invocation->session, result);
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
