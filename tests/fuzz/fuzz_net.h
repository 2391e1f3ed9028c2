/* What a session does first with a model that has been opened: one forward pass, if it is small.
 * Clears the model. */
#ifndef NN_TESTS_FUZZ_NET_H
#define NN_TESTS_FUZZ_NET_H

#include "model/model.h"

void fuzz_model_use(struct nn_model *model);

#endif
