/* Replace: whether a file that is there may make room for what a command writes. Only what nnscope
 * wrote before, of the same kind, is replaced; whatever else a name means by mistake stays.
 *
 * Errors: NN_ARGUMENT for a name that means another format, NN_STATE for a file of another kind.
 *         A file that cannot be looked into is left to the writer, which says why.
 */
#ifndef NN_COMMAND_REPLACE_H
#define NN_COMMAND_REPLACE_H

#include "base/status.h"

#include <stdbool.h>

/* For a model (.safetensors, or a name without a known extension). */
enum nn_status nn_may_write_model(const char *path, struct nn_error *error);
/* For a log of a training, CSV or JSON lines. */
enum nn_status nn_may_write_log(const char *path, bool json, struct nn_error *error);

#endif
