#include "engine/finite.h"

#include "engine/net.h"
#include "kernels/kernels.h"

#include <math.h>

bool nn_all_finite(const float *values, size_t count)
{
    if (isfinite(nn_kernels->sum(count, values)))
        return true;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true; /* only their sum is too large */
}

const struct nn_node *nn_first_broken(const struct nn_pass *pass)
{
    const struct nn_net *net = nn_pass_net(pass);
    size_t batch = nn_pass_batch(pass);
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        if (!nn_all_finite(nn_pass_output(pass, i), batch * node->size))
            return node;
    }
    return NULL;
}

bool nn_broken_hint(const struct nn_node *node, struct nn_error *error)
{
    if (!(node->layer->flags & NN_LAYER_INDEX))
        return false;
    nn_fail_hint(error,
                 "inputs of %s are whole numbers from 0 to %zu; `data scale none` keeps them so",
                 node->name, node->params[0].spec.shape.dim[0] - 1);
    return true;
}

enum nn_status nn_check_answers(const struct nn_pass *pass, const size_t *index,
                                struct nn_error *error)
{
    const struct nn_node *output = nn_net_output(nn_pass_net(pass)), *first;
    const float *y = nn_pass_output(pass, output->index);
    size_t batch = nn_pass_batch(pass), sample = 0;
    if (nn_all_finite(y, batch * output->size))
        return NN_OK;
    while (sample + 1 < batch && nn_all_finite(y + sample * output->size, output->size))
        sample++;
    first = nn_first_broken(pass);
    nn_fail(error, NN_STATE, "the net's answer to sample %zu is not a number%s%s", index[sample],
            first ? ", first in the output of " : "", first ? first->name : "");
    if (first)
        nn_broken_hint(first, error);
    return NN_STATE;
}
