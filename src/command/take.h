/* Take: data that a command has made become the session's, and the output says what they are. */
#ifndef NN_COMMAND_TAKE_H
#define NN_COMMAND_TAKE_H

#include "command/session.h"

/* Takes the data set that replaces the session's. */
void nn_take_dataset(struct nn_session *session, struct nn_dataset *data);
/* The same for data that may be meant for an opened model: they get its scaling and, when they are
 * `fresh` (no other data set shares their samples), its classes. Frees the data on failure. */
enum nn_status nn_take_matched(struct nn_session *session, struct nn_dataset *data, bool fresh,
                               struct nn_error *error);

#endif
