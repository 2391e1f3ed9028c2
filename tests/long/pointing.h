/* The pointing game (Zhang et al. 2018, "Top-down neural attention by excitation backprop", IJCV
 * 126): how often the maximum of an explanation falls on what is known to decide the class. */
#ifndef NN_TEST_POINTING_H
#define NN_TEST_POINTING_H

#include "command/session.h"

struct nn_pointing {
    size_t samples, correct; /* of the test split */
    size_t hits;             /* correctly classified ones whose maximum lies in the mask */
};
/* Runs `explain METHOD sample=all split=test` on the session's net and data. Saliency points to the
 * largest magnitude, Grad-CAM to the largest value; maps of a layer are shown upsampled, and so
 * they are read. */
enum nn_status nn_pointing_measure(struct nn_session *session, const char *method,
                                   struct nn_pointing *pointing, struct nn_error *error);

#endif
