/* Settings of the screens: how they show what there is. Entries of the table in settings.c.
 */
#ifndef NN_COMMAND_SETTINGS_SCREEN_H
#define NN_COMMAND_SETTINGS_SCREEN_H

#include "base/args.h"
#include "base/buffer.h"
#include "command/session.h"

#define NN_SCREEN_SETTING(name)                                                                    \
    enum nn_status nn_set_##name(struct nn_session *session, const struct nn_arg *value,           \
                                 struct nn_error *error);                                          \
    void nn_get_##name(const struct nn_session *session, struct nn_buffer *out);

NN_SCREEN_SETTING(axis)
NN_SCREEN_SETTING(browse)
NN_SCREEN_SETTING(fps)
NN_SCREEN_SETTING(freeze)
NN_SCREEN_SETTING(mouse)
NN_SCREEN_SETTING(overlay)
NN_SCREEN_SETTING(scale)
NN_SCREEN_SETTING(smoothing)
NN_SCREEN_SETTING(target)
NN_SCREEN_SETTING(zoom)

#endif
