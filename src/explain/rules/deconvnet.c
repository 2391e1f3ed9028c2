#include "explain/rules.h"

static enum nn_status apply(const struct nn_call *call, const void *settings,
                            struct nn_error *error)
{
    (void)settings;
    (void)error;
    size_t count = call->batch * call->node->size;
    for (size_t i = 0; i < count && call->dx[0]; i++)
        call->dx[0][i] = call->dy[i] > 0 ? call->dy[i] : 0;
    return NN_OK;
}

const struct nn_rule nn_rule_deconvnet = {
    .name = "deconvnet",
    .summary = "at a relu, only positive gradients, whatever was active",
    .source = "Zeiler, Fergus 2014, section 2.1",
    .apply = apply,
};
