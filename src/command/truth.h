/* Truth: what the true values of samples say about a net that answers values, not classes: its
 * loss.
 */
#ifndef NN_COMMAND_TRUTH_H
#define NN_COMMAND_TRUTH_H

#include "command/subject.h"
#include "explain/method.h"

/* The compiled loss, or the mean squared error, of the net's answers against `values`
 * [subject->count, the net's outputs], which it borrows. NN_SHAPE where they do not fit. */
enum nn_status nn_truth_loss(const struct nn_session *session, const struct nn_net *net,
                             const struct nn_subject *subject, const float *values, size_t width,
                             struct nn_values_loss *loss, struct nn_error *error);

#endif
