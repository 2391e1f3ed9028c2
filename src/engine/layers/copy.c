#include "engine/layers/copy.h"

#include <string.h>

void nn_copy_forward(const struct nn_call *call)
{
    memcpy(call->y, call->x[0], call->batch * call->node->size * sizeof *call->y);
}

void nn_copy_backward(const struct nn_call *call)
{
    if (call->dx[0])
        memcpy(call->dx[0], call->dy, call->batch * call->node->size * sizeof *call->dy);
}

double nn_no_flops(const struct nn_node *node)
{
    (void)node;
    return 0.0;
}
