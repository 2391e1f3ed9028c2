/* Deliver: a result to the session's output, and to a file when the command says out=FILE. */
#ifndef NN_COMMAND_DELIVER_H
#define NN_COMMAND_DELIVER_H

#include "command/session.h"

/* Writes a result by the file name's extension: .npy (the array; one sample without its dimension
 * in front), .csv, .json, .png. NN_ARGUMENT for another extension, or a result without what the
 * format holds. */
enum nn_status nn_result_write(const struct nn_result *result, const char *path,
                               struct nn_error *error);
/* Whether nn_result_write knows the extension: asked before long work. */
enum nn_status nn_result_path_check(const char *path, struct nn_error *error);
/* Takes the result: writes it to `path` (NULL: not), then keeps and shows it. On failure nothing is
 * kept. */
enum nn_status nn_deliver(struct nn_session *session, struct nn_result *result, const char *path,
                          struct nn_error *error);

#endif
