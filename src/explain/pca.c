#include "explain/pca.h"

#include "base/mem.h"
#include "base/random.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

#define EXTRA  8   /* directions beyond those asked for: they carry what converges slowly */
#define ROUNDS 100 /* at most */
#define BLOCK  64  /* samples */

struct search {
    size_t n, size, k;
    float *centred;   /* [n, size] */
    float *basis;     /* [k, size], orthonormal */
    float *next;      /* [k, size] */
    float *along;     /* [n, k]: coordinates of the samples */
    double *inner;    /* [k, k] */
    double *vectors;  /* [k, k] */
    double *variance; /* [k], of the last round */
};

static void search_clear(struct search *search)
{
    nn_free(search->centred);
    nn_free(search->basis);
    nn_free(search->next);
    nn_free(search->along);
    nn_free(search->inner);
    nn_free(search->vectors);
    nn_free(search->variance);
}

static enum nn_status search_init(struct search *search, const float *samples, const float *mean,
                                  struct nn_error *error)
{
    size_t n = search->n, size = search->size, k = search->k, floats;
    struct nn_random random;
    if (!nn_size_mul(n, size, &floats))
        return nn_fail(error, NN_LIMIT, "so many samples do not fit into memory");
    search->centred = nn_calloc(floats, sizeof(float));
    search->basis = nn_calloc(k, size * sizeof(float));
    search->next = nn_calloc(k, size * sizeof(float));
    search->along = nn_calloc(n, k * sizeof(float));
    search->inner = nn_calloc(k, k * sizeof(double));
    search->vectors = nn_calloc(k, k * sizeof(double));
    search->variance = nn_calloc(k, sizeof(double));
    if (!search->centred || !search->basis || !search->next || !search->along || !search->inner ||
        !search->vectors || !search->variance)
        return nn_fail_memory(error, floats * sizeof(float));
    for (size_t i = 0; i < n; i++) {
        memcpy(search->centred + i * size, samples + i * size, size * sizeof(float));
        nn_kernels->axpy(size, -1, mean, search->centred + i * size);
    }
    nn_random_init(&random, 0, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < k * size; i++)
        search->basis[i] = nn_random_normal(&random);
    return NN_OK;
}

/* Gram-Schmidt, twice for accuracy; directions that vanish become zero. */
static void orthonormalize(float *rows, size_t k, size_t size)
{
    for (size_t i = 0; i < k; i++) {
        float *row = rows + i * size;
        double before = nn_kernels->dot(size, row, row);
        for (int again = 0; again < 2; again++)
            for (size_t j = 0; j < i; j++) {
                const float *other = rows + j * size;
                nn_kernels->axpy(size, -(float)nn_kernels->dot(size, row, other), other, row);
            }
        double square = nn_kernels->dot(size, row, row);
        nn_kernels->scale(size, square > 1e-10 * before ? 1 / (float)sqrt(square) : 0, row);
    }
}

/* Covariance times the basis, [k, size]: through the samples' coordinates along it, in blocks of
 * samples, so that a wish to stop is soon heard. */
static enum nn_status multiply(struct search *search, struct nn_progress *progress,
                               struct nn_error *error)
{
    size_t n = search->n, size = search->size, k = search->k;
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t rows = n - first < BLOCK ? n - first : BLOCK;
        const float *x = search->centred + first * size;
        float *along = search->along + first * k;
        if (nn_cancelled(progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        nn_gemm(false, true, rows, k, size, x, size, search->basis, size, along, k, false);
        nn_gemm(true, false, k, size, rows, along, k, x, size, search->next, size, first > 0);
    }
    return NN_OK;
}

/* The best directions within the span of the basis (Rayleigh-Ritz); leaves them in `basis`. */
static void rotate(struct search *search)
{
    size_t n = search->n, size = search->size, k = search->k;
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b < k; b++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += (double)search->along[i * k + a] * (double)search->along[i * k + b];
            search->inner[a * k + b] = sum / (double)n;
        }
    nn_eigen_symmetric(search->inner, k, search->variance, search->vectors);
    memset(search->next, 0, k * size * sizeof *search->next);
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b < k; b++)
            nn_kernels->axpy(size, (float)search->vectors[a * k + b], search->basis + b * size,
                             search->next + a * size);
    memcpy(search->basis, search->next, k * size * sizeof *search->basis);
}

/* Until the variances of the wanted directions stand still. */
static enum nn_status iterate(struct search *search, size_t wanted, double *last,
                              struct nn_progress *progress, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    orthonormalize(search->basis, search->k, search->size);
    for (int round = 0; round < ROUNDS; round++) {
        NN_TRY(multiply(search, progress, error));
        rotate(search);
        double change = 0;
        for (size_t i = 0; i < wanted; i++) {
            change = fmax(change, fabs(search->variance[i] - last[i]));
            last[i] = search->variance[i];
        }
        if (change <= 1e-7 * search->variance[0])
            return NN_OK;
        NN_TRY(multiply(search, progress, error));
        memcpy(search->basis, search->next, search->k * search->size * sizeof(float));
        orthonormalize(search->basis, search->k, search->size);
        nn_progress_set(progress, 1 - 1 / (1 + 0.2 * round));
    }
    NN_TRY(multiply(search, progress, error));
    rotate(search);
out:
    return status;
}

static void take(struct nn_pca *pca, const struct search *search, size_t wanted)
{
    for (size_t i = 0; i < wanted && search->variance[i] > 1e-9 * search->variance[0]; i++) {
        const float *from = search->basis + i * search->size;
        float *to = pca->components + i * search->size, largest = 0;
        for (size_t j = 0; j < search->size; j++)
            largest = fabsf(from[j]) > fabsf(largest) ? from[j] : largest;
        for (size_t j = 0; j < search->size; j++)
            to[j] = largest < 0 ? -from[j] : from[j];
        pca->variances[i] = search->variance[i];
        pca->count++;
    }
}

enum nn_status nn_pca_init(struct nn_pca *pca, const float *samples, size_t n, size_t size,
                           size_t most, struct nn_progress *progress, struct nn_error *error)
{
    struct nn_pca made = {.size = size};
    size_t limit = n < size ? n : size, wanted = most < limit ? most : limit;
    struct search search = {.n = n, .size = size};
    enum nn_status status = NN_OK;
    search.k = wanted + EXTRA < limit ? wanted + EXTRA : limit;
    made.mean = nn_calloc(size, sizeof *made.mean);
    made.components = nn_calloc(wanted, size * sizeof *made.components);
    made.variances = nn_calloc(2 * wanted, sizeof *made.variances);
    if (!made.mean || !made.components || !made.variances)
        NN_TRY(nn_fail_memory(error, wanted * size * sizeof *made.components));
    nn_kernels->sum_columns(n, size, samples, size, made.mean);
    nn_kernels->scale(size, 1 / (float)n, made.mean);
    NN_TRY(search_init(&search, samples, made.mean, error));
    made.total = nn_kernels->dot(n * size, search.centred, search.centred) / (double)n;
    if (made.total > 0) {
        NN_TRY(iterate(&search, wanted, made.variances + wanted, progress, error));
        take(&made, &search, wanted);
    }
    *pca = made;
    made = (struct nn_pca){0};
out:
    search_clear(&search);
    nn_pca_clear(&made);
    return status;
}

void nn_pca_clear(struct nn_pca *pca)
{
    nn_free(pca->mean);
    nn_free(pca->components);
    nn_free(pca->variances);
    *pca = (struct nn_pca){0};
}

void nn_pca_project(const struct nn_pca *pca, const float *samples, size_t n, double *coordinates)
{
    for (size_t c = 0; c < pca->count; c++) {
        const float *component = pca->components + c * pca->size;
        double middle = nn_kernels->dot(pca->size, pca->mean, component);
        for (size_t i = 0; i < n; i++)
            coordinates[i * pca->count + c] =
                nn_kernels->dot(pca->size, samples + i * pca->size, component) - middle;
    }
}
