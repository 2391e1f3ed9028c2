/* Neuron: what the methods share that explain one unit of a layer, or one of its feature maps.
 *
 * Ownership: nn_neuron_clear frees.
 */
#ifndef NN_EXPLAIN_NEURON_H
#define NN_EXPLAIN_NEURON_H

#include "explain/method.h"

/* A pass that walks from the answer to the layer and, for the unit alone, on to the input. */
struct nn_neuron {
    const struct nn_explain_call *call;
    struct nn_target target; /* the call's, with units of its own */
    int32_t units[NN_EXPLAIN_CHUNK];
    size_t chunk;        /* most inputs at a time */
    size_t first, count; /* the unit's values in the layer's output */
    struct nn_pass *pass;
    float *seed;     /* [chunk, node of the target] */
    float *selected; /* [chunk, layer] */
};
/* For n inputs in all. `unit` is the text "3" or, for a place in a feature map, "3,0,5".
 * NN_ARGUMENT when the layer has none such. */
enum nn_status nn_neuron_init(struct nn_neuron *neuron, const struct nn_explain_call *call,
                              const char *unit, size_t n, struct nn_error *error);
void nn_neuron_clear(struct nn_neuron *neuron);
/* For n <= chunk inputs x of sample s: sum over the unit's values of weight dy/dx, with
 * weight dF/dy (`answer`), or 1 over their number. dx [n, input]. */
enum nn_status nn_neuron_gradient(struct nn_neuron *neuron, const float *x, size_t n, size_t s,
                                  bool answer, float *dx, struct nn_error *error);

#endif
