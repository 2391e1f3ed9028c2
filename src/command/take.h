/* Take: data that a command has made become the session's, and the output says what they are. */
#ifndef NN_COMMAND_TAKE_H
#define NN_COMMAND_TAKE_H

#include "command/session.h"

/* Takes the data set that replaces the session's. */
void nn_take_dataset(struct nn_session *session, struct nn_dataset *data);
/* Data for a model that was read get its scaling and its values for missing cells, if they have the
 * shape of its inputs, or its answers would mean something else. *result NULL: as they are. */
enum nn_status nn_take_scales(const struct nn_model *model, const struct nn_net *net,
                              const struct nn_dataset *data, struct nn_dataset **result,
                              struct nn_error *error);
/* Takes data that may be meant for an opened model: they get its scales and, when they are
 * `fresh` (no other data set shares their samples), its classes. Frees the data on failure. */
enum nn_status nn_take_matched(struct nn_session *session, struct nn_dataset *data, bool fresh,
                               struct nn_error *error);

#endif
