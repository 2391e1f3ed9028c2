/* Regularizers: what keeps weights small whatever the optimizer. They concern weights, not biases
 * or the parameters of normalization.
 *
 * Threads: results do not depend on the number of threads.
 */
#ifndef NN_ENGINE_REGULARIZE_H
#define NN_ENGINE_REGULARIZE_H

#include "engine/pass.h"

/* Keys of `compile`. */
#define NN_REGULARIZER_ARGS                                                                        \
    {.name = "l1",                                                                                 \
     .type = NN_ARG_REAL,                                                                          \
     .fallback = "0",                                                                              \
     .max = 1e6,                                                                                   \
     .help = "penalty on the size of each weight: makes many of them vanish"},                     \
        {.name = "l2",                                                                             \
         .type = NN_ARG_REAL,                                                                      \
         .fallback = "0",                                                                          \
         .max = 1e6,                                                                               \
         .help = "penalty on half the square of each weight"},                                     \
    {                                                                                              \
        .name = "max_norm", .type = NN_ARG_REAL, .fallback = "0", .max = 1e30,                     \
        .help = "largest norm of the weights that lead to one unit; 0: no limit"                   \
    }
extern const struct nn_arg_spec nn_regularizer_args[];

/* Both functions take arguments without specs as none. */

/* Adds the gradient of l1 |w| + l2 w^2 / 2, before any clipping. The loss that is shown is without
 * them. */
void nn_regularize_gradients(struct nn_pass *pass, const struct nn_args *args);
/* Shrinks the weights that lead to one unit so that their norm is at most max_norm (Srivastava et
 * al. 2014, JMLR 15, section 5.1). */
void nn_regularize_weights(struct nn_net *net, const struct nn_args *args);

#endif
