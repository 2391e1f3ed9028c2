/* record FILE: every command that succeeded, as it was typed, in a file that is saved after each of
 * them. */
#ifndef NN_COMMAND_RECORD_H
#define NN_COMMAND_RECORD_H

#include "command/session.h"

/* Begins to record (appends to what the file holds); path NULL ends it. */
enum nn_status nn_record_start(struct nn_session *session, const char *path,
                               struct nn_error *error);
/* Adds the text of one command, if recording. */
enum nn_status nn_record(struct nn_session *session, const char *text, size_t length,
                         struct nn_error *error);

#endif
