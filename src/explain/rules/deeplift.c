#include "explain/deeplift.h"

#include <math.h>
#include <string.h>

#define SMALL 1e-10f

/* Pointwise: the multiplier is the change of the output over the change of the input; where the
 * input does not change, the gradient. Both halves of the batch carry the same multipliers. */
static enum nn_status apply_rescale(const struct nn_call *call, const void *settings,
                                    struct nn_error *error)
{
    (void)settings;
    (void)error;
    size_t half = call->batch / 2 * call->node->size;
    const float *x = call->x[0], *y = call->y;
    if (!call->dx[0])
        return NN_OK;
    call->node->layer->backward(call); /* the gradients, at the input and at the baseline */
    for (size_t i = 0; i < half; i++) {
        float change = x[i] - x[half + i];
        float m =
            fabsf(change) < SMALL ? call->dx[0][i] : call->dy[i] * (y[i] - y[half + i]) / change;
        call->dx[0][i] = call->dx[0][half + i] = m;
    }
    return NN_OK;
}

const struct nn_rule nn_rule_deeplift_rescale = {
    .name = "deeplift_rescale",
    .summary = "multipliers: change of the output over change of the input",
    .source = "Shrikumar, Greenside, Kundaje 2017, section 3.5.1",
    .apply = apply_rescale,
};

/* Maximum: the change of a window's output goes to the input's maximum as far as it rises above the
 * baseline's, and to the baseline's maximum as far as it falls below it; the layer's own backward
 * step finds both places. */
static size_t maximum_scratch(const struct nn_node *node, size_t batch)
{
    return batch * node->size;
}

static enum nn_status apply_maximum(const struct nn_call *call, const void *settings,
                                    struct nn_error *error)
{
    (void)settings;
    (void)error;
    size_t half = call->batch / 2 * call->node->size,
           in = call->batch / 2 * nn_shape_size(&call->node->in_shape[0]);
    const float *y = call->y, *x = call->x[0];
    float *share = nn_rule_scratch(call);
    if (!call->dx[0])
        return NN_OK;
    for (size_t i = 0; i < half; i++) {
        float top = fmaxf(y[i], y[half + i]);
        share[i] = call->dy[i] * (top - y[half + i]); /* to where the input has its maximum */
        share[half + i] = call->dy[i] * (y[i] - top); /* to where the baseline has it */
    }
    struct nn_call modified = *call;
    modified.dy = share;
    call->node->layer->backward(&modified);
    for (size_t i = 0; i < in; i++) {
        float change = x[i] - x[in + i], contribution = call->dx[0][i] + call->dx[0][in + i];
        call->dx[0][i] = call->dx[0][in + i] = fabsf(change) < SMALL ? 0 : contribution / change;
    }
    return NN_OK;
}

const struct nn_rule nn_rule_deeplift_maximum = {
    .name = "deeplift_maximum",
    .summary = "the change of a maximum, shared between the two places that decide it",
    .source =
        "the rule of Captum and SHAP for max-pooling, without their loss at overlapping places",
    .scratch = maximum_scratch,
    .apply = apply_maximum,
};
