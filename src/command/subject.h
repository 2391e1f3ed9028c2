/* Subject: what a command works on (net, data, split, samples, layer), found from its arguments and
 * the session's cursor, or the reason why it cannot.
 *
 * Errors: NN_STATE when something is missing, with what would bring it; NN_SHAPE; NN_ARGUMENT.
 */
#ifndef NN_COMMAND_SUBJECT_H
#define NN_COMMAND_SUBJECT_H

#include "command/session.h"

/* The data; the net with at least one layer (a snapshot while a job trains it). */
enum nn_status nn_subject_data(const struct nn_session *session, const struct nn_dataset **data,
                               struct nn_error *error);
enum nn_status nn_subject_net(struct nn_session *session, const struct nn_net **net,
                              struct nn_error *error);
/* Whether the net takes samples of this shape; the message names both. */
enum nn_status nn_subject_fit(const struct nn_net *net, const struct nn_shape *shape,
                              struct nn_error *error);
/* The split that `name` names; NULL: for one sample the split last looked at, for a whole split
 * (evaluate, confusion) the test split, or the training split of data without one. */
enum nn_status nn_subject_split(const struct nn_session *session, const char *name,
                                enum nn_split *split, struct nn_error *error);
enum nn_status nn_subject_whole_split(const struct nn_session *session, const char *name,
                                      enum nn_split *split, struct nn_error *error);

/* One sample or all of a split. */
struct nn_subject {
    const struct nn_dataset *data;
    enum nn_split split;
    long first; /* number of the first one in its split */
    size_t count;
    struct nn_shape shape;
    float *x;        /* [count, shape...], scaled */
    int32_t *labels; /* [count] true classes, or NULL */
    float *values;   /* [count, width] true values of data without classes, or NULL */
    size_t width;
};
/* `sample` not set: the cursor's. */
enum nn_status nn_subject_samples(const struct nn_session *session, const char *split,
                                  const struct nn_arg *sample, struct nn_subject *subject,
                                  struct nn_error *error);
void nn_subject_clear(struct nn_subject *subject);
/* "sample 3 (test)" or "360 samples (test)". */
void nn_subject_name(const struct nn_subject *subject, char out[48]);

/* Class names: of the data, else of the model file; *count 0 = none. Borrowed. */
char **nn_subject_classes(const struct nn_session *session, size_t *count);
/* The class that a text names: by its name, else by its number. */
bool nn_subject_find_class(const struct nn_session *session, const char *text, size_t length,
                           int32_t *index);
/* Name of a class for messages: "7" or "malignant". */
const char *nn_subject_class(const struct nn_session *session, int32_t index, char out[32]);

#endif
