#include "explain/rules.h"

#include <string.h>

/* One sample: the plain gradient, or when no active unit lets any of it through, also what would
 * raise the dead ones. */
static void sample(const float *x, const float *dy, size_t count, float *dx)
{
    bool blocked = true;
    for (size_t i = 0; i < count; i++) {
        dx[i] = x[i] > 0 ? dy[i] : 0;
        blocked = blocked && dx[i] == 0;
    }
    for (size_t i = 0; blocked && i < count; i++)
        dx[i] = dy[i] > 0 ? dy[i] : 0;
}

static enum nn_status apply(const struct nn_call *call, const void *settings,
                            struct nn_error *error)
{
    (void)settings;
    (void)error;
    size_t size = call->node->size;
    for (size_t i = 0; i < call->batch && call->dx[0]; i++)
        sample(call->x[0] + i * size, call->dy + i * size, size, call->dx[0] + i * size);
    return NN_OK;
}

const struct nn_rule nn_rule_redirected = {
    .name = "redirected",
    .summary = "at a relu all of whose gradient is blocked, that which raises its dead units",
    .source = "Olah, Mordvintsev, Schubert 2017: lucid's redirected_relu_grad, here for ascent",
    .apply = apply,
};
