/* Initializers: how parameters start.
 *
 * default                  weight and bias uniform in +-1/sqrt(fan_in), as PyTorch's Linear and
 * Conv glorot_uniform, _normal  variance 2/(fan_in + fan_out) (Glorot and Bengio 2010, equation 16)
 * he_uniform, _normal      variance 2/fan_in (He et al. 2015, equation 10)
 * zeros, ones
 *
 * A method other than default is for the weights of layers that draw theirs by default; their
 * biases then start at zero, as in Keras. What a layer fixes (scale 1 and shift 0 of batchnorm)
 * stays as it is.
 *
 * Determinism: parameter p of node n is drawn from stream (seed, NN_STREAM_INIT, n) at number p
 * 2^40, so it depends on nothing else: no other layer, no order of work. Threads:     reentrant.
 */
#ifndef NN_ENGINE_INITIALIZE_H
#define NN_ENGINE_INITIALIZE_H

#include "engine/layer.h"

/* For an NN_ARG_CHOICE argument whose index is an enum nn_init. */
#define NN_INIT_CHOICES "default|zeros|ones|glorot_uniform|glorot_normal|he_uniform|he_normal"

/* The same names in the order of enum nn_init; NULL at the end. */
extern const char *const nn_init_names[];

/* Fills out with the product of spec->shape floats. */
void nn_initialize(const struct nn_param_spec *spec, enum nn_init method, uint64_t seed, int node,
                   int param, float *out);

#endif
