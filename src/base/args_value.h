/* One typed value: from text to numbers and canonical text, or the reason why not. Internal to
 * args.c.
 *
 * Ownership: gives arg's text and numbers (nn_arg_clear).
 * Errors:    NN_ARGUMENT "what: key=text: ... is needed", for a choice with a suggestion.
 * Threads:   reentrant.
 */
#ifndef NN_BASE_ARGS_VALUE_H
#define NN_BASE_ARGS_VALUE_H

#include "base/args.h"

/* *arg is untouched on failure. Does not set arg->given. */
enum nn_status nn_arg_parse(const struct nn_arg_spec *spec, const char *text, const char *what,
                            struct nn_arg *arg, struct nn_error *error);
enum nn_status nn_arg_copy(struct nn_arg *to, const struct nn_arg *from, struct nn_error *error);
void nn_arg_clear(struct nn_arg *arg);

#endif
