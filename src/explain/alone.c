#include "explain/alone.h"

#include "base/mem.h"

enum nn_status nn_alone_init(struct nn_alone *alone, const struct nn_net *net, size_t batch,
                             struct nn_error *error)
{
    size_t saved = 1, scratch = 1;
    for (int i = 1; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        size_t keeps = node->layer->saved ? node->layer->saved(node, batch) : 0;
        size_t works = node->layer->scratch ? node->layer->scratch(node, batch) : 0;
        saved = keeps > saved ? keeps : saved;
        scratch = works > scratch ? works : scratch;
    }
    *alone = (struct nn_alone){.saved = nn_calloc_aligned(saved, sizeof(float)),
                               .scratch = nn_calloc_aligned(scratch, sizeof(float))};
    return alone->saved && alone->scratch ? NN_OK : nn_fail_memory(error, scratch * sizeof(float));
}

void nn_alone_clear(struct nn_alone *alone)
{
    nn_free(alone->saved);
    nn_free(alone->scratch);
}

struct nn_call nn_alone_call(struct nn_alone *alone, const struct nn_node *node, size_t batch)
{
    for (int p = 0; p < node->param_count; p++)
        alone->w[p] = node->params[p].value.data;
    return (struct nn_call){.node = node,
                            .batch = batch,
                            .w = alone->w,
                            .saved = alone->saved,
                            .scratch = alone->scratch};
}
