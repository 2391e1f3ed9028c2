#include "explain/similarity.h"

#include "base/mem.h"
#include "explain/features.h"
#include "kernels/kernels.h"

#include <math.h>

/* Inner products of the centred answers, scaled to norm 1; all zero when nothing varies. */
static void gram(float *features, size_t n, size_t size, float *mean, float *out)
{
    double before = nn_kernels->dot(n * size, features, features);
    nn_kernels->sum_columns(n, size, features, size, mean);
    nn_kernels->scale(size, 1 / (float)n, mean);
    for (size_t i = 0; i < n; i++)
        nn_kernels->axpy(size, -1, mean, features + i * size);
    bool varies = nn_kernels->dot(n * size, features, features) > 1e-12 * before; /* not rounding */
    nn_gemm(false, true, n, n, size, features, size, features, size, out, n, false);
    double norm = sqrt(nn_kernels->dot(n * n, out, out));
    nn_kernels->scale(n * n, varies && norm > 0 ? 1 / (float)norm : 0, out);
}

static enum nn_status layer_gram(const struct nn_net *net, int node, const float *x, size_t n,
                                 float *out, struct nn_progress *progress, struct nn_error *error)
{
    size_t size = net->nodes[node]->size;
    float *features = NULL, *mean = nn_calloc(size, sizeof *mean);
    enum nn_status status = NN_OK;
    if (!mean)
        return nn_fail_memory(error, size * sizeof *mean);
    NN_TRY(nn_features(net, node, x, n, progress, &features, error));
    gram(features, n, size, mean, out);
out:
    nn_free(features);
    nn_free(mean);
    return status;
}

enum nn_status nn_cka(const struct nn_net *net, const int *nodes, size_t count, const float *x,
                      size_t n, float *matrix, struct nn_progress *progress, struct nn_error *error)
{
    size_t square, floats;
    float *grams = NULL;
    enum nn_status status = NN_OK;
    if (!nn_size_mul(n, n, &square) || !nn_size_mul(square, count, &floats))
        return nn_fail(error, NN_LIMIT, "so many samples do not fit into memory");
    grams = nn_calloc(floats, sizeof *grams);
    if (!grams)
        return nn_fail_memory(error, floats * sizeof *grams);
    for (size_t i = 0; i < count; i++) {
        NN_TRY(layer_gram(net, nodes[i], x, n, grams + i * square, progress, error));
        nn_progress_set(progress, (double)(i + 1) / (double)count);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            const float *a = grams + i * square, *b = grams + j * square;
            bool varies = nn_kernels->dot(square, a, a) > 0 && nn_kernels->dot(square, b, b) > 0;
            matrix[i * count + j] = varies ? (float)nn_kernels->dot(square, a, b) : NAN;
        }
out:
    nn_free(grams);
    return status;
}
