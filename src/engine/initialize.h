/* Initializers: how parameters start.
 *
 * default                    weight and bias uniform in +-1/sqrt(fan_in), as PyTorch's Linear and
 *                            Conv
 * zeros, ones
 * glorot_uniform, _normal    variance 2/(fan_in + fan_out) (Glorot and Bengio 2010, equation 16)
 * he_uniform, _normal        variance 2/fan_in (He et al. 2015, equation 10)
 * lecun_uniform, _normal     variance 1/fan_in (LeCun et al. 1998, Efficient BackProp, equation 16)
 * orthogonal                 rows of the matrix [first axis, all others] orthonormal, or its
 *                            columns if they are fewer (Saxe, McClelland and Ganguli 2014)
 * constant, normal, uniform  with a value: itself, the deviation, the bound
 *
 * A method other than default is for the weights of layers that draw theirs by default; their
 * biases then start at zero, as in Keras. What a layer fixes (scale 1 and shift 0 of batchnorm, the
 * argument init= of dense) stays as it is.
 *
 * Determinism: parameter p of node n is drawn from stream (seed, NN_STREAM_INIT, n) at number p
 * 2^40, so it depends on nothing else: no other layer, no order of work. Threads: reentrant.
 */
#ifndef NN_ENGINE_INITIALIZE_H
#define NN_ENGINE_INITIALIZE_H

#include "engine/layer.h"

/* For an NN_ARG_CHOICE argument whose index is an enum nn_init: the methods that need no value, and
 * those that do, to be put behind them. */
#define NN_INIT_CHOICES                                                                            \
    "default|zeros|ones|glorot_uniform|glorot_normal|he_uniform|he_normal|lecun_uniform|"          \
    "lecun_normal|orthogonal"
#define NN_INIT_VALUE_CHOICES "|constant|normal|uniform"

/* The same names in the order of enum nn_init; NULL at the end. */
extern const char *const nn_init_names[];

/* Fills out with the product of spec->shape floats. `value` goes with methods that need one. */
void nn_initialize(const struct nn_param_spec *spec, enum nn_init method, double value,
                   uint64_t seed, int node, int param, float *out);

/* The argument init= of layers with a weight and a bias (either may be NULL). */
#define NN_INIT_SPEC                                                                               \
    {                                                                                              \
        .name = "init", .type = NN_ARG_CHOICE, .fallback = "default", .choices = NN_INIT_CHOICES,  \
        .help = "how the weight starts; the bias then starts at 0"                                 \
    }
void nn_init_params(const struct nn_args *args, int index, struct nn_param_spec *weight,
                    struct nn_param_spec *bias);

#endif
