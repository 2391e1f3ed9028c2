#include "explain/coalition.h"

#include "base/mem.h"

enum nn_status nn_coalition_values(const struct nn_explain_call *call, size_t s, size_t n,
                                   nn_present *present, const void *context, double *value,
                                   struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t size = call->net->nodes[0]->size;
    const float *sample = call->x + s * size;
    struct nn_target target = call->target;
    int32_t units[NN_EXPLAIN_CHUNK];
    target.unit = units;
    float *x = nn_calloc(size, NN_EXPLAIN_CHUNK * sizeof *x);
    if (!x)
        return nn_fail_memory(error, size * NN_EXPLAIN_CHUNK * sizeof *x);
    for (size_t i = 0; i < NN_EXPLAIN_CHUNK; i++)
        units[i] = call->target.unit[s];
    for (size_t first = 0; first < n; first += NN_EXPLAIN_CHUNK) {
        size_t some = n - first < NN_EXPLAIN_CHUNK ? n - first : NN_EXPLAIN_CHUNK;
        for (size_t k = 0; k < some; k++)
            for (size_t i = 0; i < size; i++)
                x[k * size + i] = present(context, first + k, i) ? sample[i] : call->baseline[i];
        NN_TRY(nn_explain_value(call->net, &target, x, some, value + first, call->progress, error));
    }
out:
    nn_free(x);
    return status;
}
