/* Settings: what `set` and `get` know, one line of a table each. */
#ifndef NN_COMMAND_SETTINGS_H
#define NN_COMMAND_SETTINGS_H

#include "base/args.h"
#include "base/buffer.h"
#include "command/session.h"

struct nn_setting {
    struct nn_arg_spec
        spec; /* name, type, bounds, choices, help; fallback = the default, for the man page */
    enum nn_status (*set)(struct nn_session *session, const struct nn_arg *value,
                          struct nn_error *error);
    void (*get)(const struct nn_session *session, struct nn_buffer *out);
    bool idle; /* only while no job runs */
};
extern const struct nn_setting nn_settings[];
extern const size_t nn_setting_count;

/* NN_SYNTAX for an unknown key (with the nearest) or a value that does not fit. */
enum nn_status nn_setting_set(struct nn_session *session, const char *key, const char *value,
                              struct nn_error *error);
/* Appends the value as text. */
enum nn_status nn_setting_get(const struct nn_session *session, const char *key,
                              struct nn_buffer *out, struct nn_error *error);

#endif
