/* Help: texts about commands, layers, losses, optimizers, metrics and methods, all from their
 * structs. */
#ifndef NN_COMMAND_HELP_H
#define NN_COMMAND_HELP_H

#include "base/args.h"
#include "base/buffer.h"

/* The text for a name, "" = the overview. Lines end with \n but for the last. NN_SYNTAX when
 * nothing bears the name, with the nearest. */
enum nn_status nn_help(const char *name, struct nn_buffer *out, struct nn_error *error);
/* Groups of commands in their order, with a heading; ends with name NULL. */
struct nn_group {
    const char *name, *title;
};
extern const struct nn_group nn_groups[];

/* Adds all names that help knows: of commands, layers ... until `add` returns false. */
void nn_help_names(bool (*add)(void *context, const char *name, const char *summary),
                   void *context);

#endif
