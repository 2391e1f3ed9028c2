#include "explain/neuron.h"

#include "base/mem.h"
#include "explain/parse.h"
#include "explain/rules.h"

#include <string.h>

enum nn_status nn_neuron_init(struct nn_neuron *neuron, const struct nn_explain_call *call,
                              const char *unit, size_t n, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_net *net = call->net;
    const struct nn_node *layer = net->nodes[call->layer];
    int32_t number, place;
    *neuron = (struct nn_neuron){
        .call = call, .target = call->target, .chunk = nn_explain_chunk(net, n, NN_PASS_GRADIENTS)};
    NN_TRY(nn_unit_parse(layer, unit, "unit=", &number, &place, error));
    NN_TRY(nn_gradient_exists(net, 0, call->target.node, error));
    size_t map = layer->shape.rank > 1 ? layer->size / layer->shape.dim[0] : 1;
    neuron->first = (size_t)number * map + (place ? (size_t)place - 1 : 0);
    neuron->count = place ? 1 : map;
    neuron->target.unit = neuron->units;
    neuron->seed =
        nn_calloc(net->nodes[call->target.node]->size, neuron->chunk * sizeof *neuron->seed);
    neuron->selected = nn_calloc(layer->size, neuron->chunk * sizeof *neuron->selected);
    if (!neuron->seed || !neuron->selected)
        NN_TRY(nn_fail_memory(error, layer->size * neuron->chunk * sizeof(float)));
    NN_TRY(nn_pass_new(net, neuron->chunk, NN_PASS_GRADIENTS, 0, &neuron->pass, error));
out:
    return status;
}

void nn_neuron_clear(struct nn_neuron *neuron)
{
    nn_pass_free(neuron->pass);
    nn_free(neuron->seed);
    nn_free(neuron->selected);
}

/* The seed of the second walk: dF/dy, or 1 over their number, at the unit's values, else 0. */
static enum nn_status select_unit(struct nn_neuron *neuron, size_t n, bool answer,
                                  struct nn_error *error)
{
    int layer = neuron->call->layer;
    size_t size = neuron->call->net->nodes[layer]->size;
    if (answer) {
        nn_target_seed(&neuron->target, neuron->pass, 0, neuron->seed);
        struct nn_walk walk = {.from = neuron->target.node, .seed = neuron->seed, .to = layer};
        enum nn_status status = nn_pass_backward(neuron->pass, &walk, error);
        if (status != NN_OK)
            return status;
    }
    const float *dy = nn_pass_gradient(neuron->pass, layer);
    memset(neuron->selected, 0, n * size * sizeof *neuron->selected);
    for (size_t k = 0; k < n; k++)
        for (size_t i = neuron->first; i < neuron->first + neuron->count; i++)
            neuron->selected[k * size + i] = answer ? dy[k * size + i] : 1 / (float)neuron->count;
    return NN_OK;
}

enum nn_status nn_neuron_gradient(struct nn_neuron *neuron, const float *x, size_t n, size_t s,
                                  bool answer, float *dx, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t in = neuron->call->net->nodes[0]->size;
    for (size_t k = 0; k < n; k++)
        neuron->units[k] = neuron->call->target.unit[s];
    memcpy(nn_pass_input(neuron->pass), x, n * in * sizeof *x);
    NN_TRY(nn_explain_forward(neuron->pass, n, neuron->call->progress, error));
    NN_TRY(select_unit(neuron, n, answer, error));
    struct nn_walk walk = {.from = neuron->call->layer, .seed = neuron->selected};
    NN_TRY(nn_pass_backward(neuron->pass, &walk, error));
    memcpy(dx, nn_pass_gradient(neuron->pass, 0), n * in * sizeof *dx);
out:
    return status;
}
