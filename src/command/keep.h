/* Keep: what a session would write into a model file, and the rescue of a trained net that was not
 * saved.
 *
 * Threads: main thread; hold a training job meanwhile (nn_job_hold).
 */
#ifndef NN_COMMAND_KEEP_H
#define NN_COMMAND_KEEP_H

#include "command/session.h"

/* The session as a model; everything in it is borrowed. */
struct nn_model nn_session_model(struct nn_session *session);

/* When training would be lost (the program ends, another net takes the place of this one): writes
 * it to nnscope/unsaved.safetensors in the folder of the user's state, and says so in `text` (""
 * when there was nothing to keep or it could not be written). */
#define NN_RESCUE_SIZE 600
void nn_session_rescue(struct nn_session *session, char text[NN_RESCUE_SIZE]);

#endif
