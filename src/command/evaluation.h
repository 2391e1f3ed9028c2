/* Evaluation: loss and metrics of a split, computed once for each revision of net and data. */
#ifndef NN_COMMAND_EVALUATION_H
#define NN_COMMAND_EVALUATION_H

#include "command/session.h"

/* Borrowed until net, data or recipe change. Uses a snapshot while a job trains. */
enum nn_status nn_evaluation_get(struct nn_session *session, enum nn_split split,
                                 const struct nn_evaluation **evaluation, struct nn_error *error);
void nn_evaluations_forget(struct nn_session *session);

/* assert: whether an expression such as `test.accuracy >= 0.97 && epoch >= 3` holds. NN_SYNTAX with
 * the column (from 1, in `text`) of what cannot be read; *shown (safe) tells the values,
 * "test.accuracy is 0.9583". */
enum nn_status nn_expression_check(struct nn_session *session, const char *text, bool *holds,
                                   char shown[200], struct nn_error *error);

#endif
