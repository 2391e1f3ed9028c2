/* Noise: a gradient method run on noisy copies of the input, and what is made of their maps. */
#ifndef NN_EXPLAIN_NOISE_H
#define NN_EXPLAIN_NOISE_H

#include "explain/method.h"

enum nn_noise_statistic { NN_NOISE_MEAN, NN_NOISE_SQUARE, NN_NOISE_VARIANCE };

extern const struct nn_arg_spec nn_noise_args[]; /* samples sigma noise method */

enum nn_status nn_noise_run(const struct nn_explain_call *call, enum nn_noise_statistic statistic,
                            float *out, struct nn_error *error);

#endif
