#include "explain/coalition.h"

#include <string.h>

struct coalitions {
    const struct nn_explain_call *call;
    const float *sample, *baseline;
    nn_present *present;
    const void *context;
    double *value;
};

static void make(void *context, size_t first, size_t n, float *x)
{
    const struct coalitions *c = context;
    size_t size = c->call->net->nodes[0]->size;
    for (size_t k = first; k < first + n; k++)
        for (size_t i = 0; i < size; i++)
            *x++ = c->present(c->context, k, i) ? c->sample[i] : c->baseline[i];
}

static void take(void *context, size_t first, size_t n, const double *value)
{
    const struct coalitions *c = context;
    memcpy(c->value + first, value, n * sizeof *value);
}

enum nn_status nn_coalition_values(const struct nn_explain_call *call, size_t s, size_t n,
                                   nn_present *present, const void *context, double *value,
                                   struct nn_error *error)
{
    struct coalitions coalitions = {.call = call,
                                    .sample = call->x + s * call->net->nodes[0]->size,
                                    .baseline = nn_explain_baseline(call, s),
                                    .present = present,
                                    .context = context,
                                    .value = value};
    struct nn_trials trials = {
        .call = call, .sample = s, .n = n, .make = make, .take = take, .context = &coalitions};
    return nn_explain_trials(&trials, error);
}
