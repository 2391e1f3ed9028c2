/* Features and answers that a command names: which column, and F of what; and the arguments that
 * inquiries have in common.
 */
#ifndef NN_COMMAND_FEATURE_H
#define NN_COMMAND_FEATURE_H

#include "command/inquiry.h"
#include "explain/dependence.h"

#define NN_INQUIRY_SPLIT                                                                           \
    {                                                                                              \
        .name = "split", .type = NN_ARG_TEXT, .choices = "@splits",                                \
        .help = "train, validation or test; else test, or train"                                   \
    }
#define NN_INQUIRY_SAMPLE                                                                          \
    {                                                                                              \
        .name = "sample", .type = NN_ARG_INT, .max = 9007199254740992.0,                           \
        .help = "number in its split, from 0; else the last one looked at",                        \
        .flags = NN_ARG_POSITIONAL                                                                 \
    }
#define NN_INQUIRY_SEED                                                                            \
    {                                                                                              \
        .name = "seed", .type = NN_ARG_INT, .max = 9007199254740992.0,                             \
        .help = "else the session's"                                                               \
    }
#define NN_INQUIRY_TABLE_OUT                                                                       \
    {                                                                                              \
        .name = "out", .type = NN_ARG_FILE, .help = "written to this .csv or .json file"           \
    }
#define NN_INQUIRY_OUT                                                                             \
    {                                                                                              \
        .name = "out", .type = NN_ARG_FILE,                                                        \
        .help = "written to this .npy, .csv, .json or .png file"                                   \
    }

/* The column that a text names: its whole name, the only name that begins so, or its number.
 * NN_REFUSED when the inquiry's samples are no rows of a table. */
enum nn_status nn_inquiry_feature(const struct nn_inquiry *inquiry, const char *text,
                                  size_t *feature, struct nn_error *error);
/* Its name, visible, or "feature 3". */
void nn_feature_name(const struct nn_session *session, size_t feature, char out[40]);

/* F for a target (target.h), which must be the same for all samples; output=probability says that
 * the probability is meant. `name` tells it: "logit of class 3", "p of setosa". */
enum nn_status nn_inquiry_answer(const struct nn_inquiry *inquiry, const char *target,
                                 struct nn_answer *answer, char name[80], struct nn_error *error);

#endif
