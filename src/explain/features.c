#include "explain/features.h"

#include "base/mem.h"
#include "engine/pass.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

#define CHUNK 64
#define BLOCK 128               /* samples of a step of the fit */
#define MOST  ((size_t)1 << 30) /* floats of one layer's answers */

size_t nn_samples_at_once(const struct nn_net *net, bool gradients, size_t most)
{
    double each = nn_net_flops(net) * (gradients ? 3 : 1), fit = 4e8 / (each > 1 ? each : 1);
    return fit < 1 ? 1 : fit < (double)most ? (size_t)fit : most;
}

enum nn_status nn_features(const struct nn_net *net, int node, const float *x, size_t n,
                           struct nn_progress *progress, float **out, struct nn_error *error)
{
    size_t size = net->nodes[node]->size, in = net->nodes[0]->size, floats;
    size_t chunk = nn_samples_at_once(net, false, n < CHUNK ? n : CHUNK);
    struct nn_pass *pass = NULL;
    float *made = NULL;
    enum nn_status status = NN_OK;
    if (!nn_size_mul(n, size, &floats) || floats > MOST)
        return nn_fail(error, NN_LIMIT,
                       "the answers of %s to %zu samples do not fit into memory: fewer samples=",
                       net->nodes[node]->name, n);
    made = nn_calloc(floats, sizeof *made);
    if (!made)
        return nn_fail_memory(error, floats * sizeof *made);
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < n; first += chunk) {
        size_t count = n - first < chunk ? n - first : chunk;
        if (nn_cancelled(progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        memcpy(nn_pass_input(pass), x + first * in, count * in * sizeof *x);
        nn_pass_forward(pass, count, NULL);
        memcpy(made + first * size, nn_pass_output(pass, node), count * size * sizeof *made);
    }
    *out = made;
    made = NULL;
out:
    nn_pass_free(pass);
    nn_free(made);
    return status;
}

/* ---- the probe ---- */

struct fit {
    size_t n, size, classes;
    const int32_t *labels;
    double alpha, step;
    float *x;        /* [n, size], scaled */
    float *scores;   /* [BLOCK, classes] */
    float *weight;   /* [classes, size + 1]: the last is the bias */
    float *ahead;    /* the same: where the gradient is taken */
    float *gradient; /* the same */
};

static void fit_clear(struct fit *fit)
{
    nn_free(fit->x);
    nn_free(fit->scores);
    nn_free(fit->weight);
    nn_free(fit->ahead);
    nn_free(fit->gradient);
}

/* The features scaled; NN_MEMORY. */
static enum nn_status prepare(struct fit *fit, struct nn_linear *linear, const float *features,
                              struct nn_error *error)
{
    size_t n = fit->n, size = fit->size, classes = fit->classes;
    fit->x = nn_calloc(n, size * sizeof(float));
    fit->scores = nn_calloc(BLOCK, classes * sizeof(float));
    fit->weight = nn_calloc(classes, (size + 1) * sizeof(float));
    fit->ahead = nn_calloc(classes, (size + 1) * sizeof(float));
    fit->gradient = nn_calloc(classes, (size + 1) * sizeof(float));
    if (!fit->x || !fit->scores || !fit->weight || !fit->ahead || !fit->gradient)
        return nn_fail_memory(error, n * size * sizeof(float));
    nn_kernels->sum_columns(n, size, features, size, linear->mean);
    nn_kernels->scale(size, 1 / (float)n, linear->mean);
    memcpy(fit->x, features, n * size * sizeof(float));
    for (size_t i = 0; i < n; i++)
        nn_kernels->axpy(size, -1, linear->mean, fit->x + i * size);
    double square = nn_kernels->dot(n * size, fit->x, fit->x) / (double)(n * size);
    linear->scale = square > 0 ? 1 / (float)sqrt(square) : 1;
    nn_kernels->scale(n * size, linear->scale, fit->x);
    return NN_OK;
}

/* 1 / L: half the largest eigenvalue of x x^T / n (with a column of ones) bounds the curvature of
 * the cross-entropy (Boehning 1992). The power method finds it from below, hence the margin. */
static enum nn_status choose_step(struct fit *fit, struct nn_progress *progress,
                                  struct nn_error *error)
{
    size_t n = fit->n, size = fit->size;
    float *v = nn_calloc(size, sizeof *v), *next = nn_calloc(size, sizeof *next);
    double largest = 1;
    if (!v || !next) {
        nn_free(v);
        nn_free(next);
        return nn_fail_memory(error, size * sizeof *v);
    }
    for (size_t i = 0; i < size; i++)
        v[i] = 1 + 0.1f * (float)(i % 7);
    for (int round = 0; round < 30 && !nn_cancelled(progress); round++) {
        double norm = sqrt(nn_kernels->dot(size, v, v));
        if (norm == 0)
            break;
        nn_kernels->scale(size, 1 / (float)norm, v);
        memset(next, 0, size * sizeof *next);
        for (size_t i = 0; i < n; i++) {
            double along = nn_kernels->dot(size, fit->x + i * size, v) / (double)n;
            nn_kernels->axpy(size, (float)along, fit->x + i * size, next);
        }
        largest = sqrt(nn_kernels->dot(size, next, next));
        memcpy(v, next, size * sizeof *v);
    }
    nn_free(v);
    nn_free(next);
    fit->step = 1 / (0.5 * (1.1 * largest + 1) + fit->alpha);
    return NN_OK;
}

/* Slopes of the mean cross-entropy for the scores of one block of samples. */
static void score(struct fit *fit, size_t first, size_t rows)
{
    size_t classes = fit->classes, width = fit->size + 1;
    nn_gemm(false, true, rows, classes, fit->size, fit->x + first * fit->size, fit->size,
            fit->ahead, width, fit->scores, classes, false);
    for (size_t i = 0; i < rows; i++) {
        float *row = fit->scores + i * classes;
        for (size_t c = 0; c < classes; c++)
            row[c] += fit->ahead[c * width + fit->size];
        nn_kernels->softmax(classes, row, row);
        row[fit->labels[first + i]] -= 1;
        nn_kernels->scale(classes, 1 / (float)fit->n, row);
    }
}

/* Gradient of the penalized loss at `ahead`, block by block; *norm is its length. */
static enum nn_status slope(struct fit *fit, double *norm, struct nn_progress *progress,
                            struct nn_error *error)
{
    size_t n = fit->n, size = fit->size, classes = fit->classes, width = size + 1;
    memset(fit->gradient, 0, classes * width * sizeof *fit->gradient);
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t rows = n - first < BLOCK ? n - first : BLOCK;
        if (nn_cancelled(progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        score(fit, first, rows);
        nn_gemm(true, false, classes, size, rows, fit->scores, classes, fit->x + first * size, size,
                fit->gradient, width, true);
        for (size_t c = 0; c < classes; c++)
            for (size_t i = 0; i < rows; i++)
                fit->gradient[c * width + size] += fit->scores[i * classes + c];
    }
    for (size_t c = 0; c < classes; c++)
        nn_kernels->axpy(size, (float)fit->alpha, fit->ahead + c * width,
                         fit->gradient + c * width);
    *norm = sqrt(nn_kernels->dot(classes * width, fit->gradient, fit->gradient));
    return NN_OK;
}

/* Nesterov's method, restarted when the gradient points back (O'Donoghue, Candes 2015). */
static enum nn_status descend(struct fit *fit, size_t rounds, struct nn_progress *progress,
                              struct nn_error *error)
{
    size_t count = fit->classes * (fit->size + 1);
    double t = 1;
    for (size_t round = 0; round < rounds; round++) {
        double norm = 0;
        enum nn_status status = slope(fit, &norm, progress, error);
        if (status != NN_OK || norm < 1e-4)
            return status;
        double back = 0, next = (1 + sqrt(1 + 4 * t * t)) / 2, momentum = (t - 1) / next;
        for (size_t i = 0; i < count; i++) {
            float moved = fit->ahead[i] - (float)fit->step * fit->gradient[i];
            float change = moved - fit->weight[i];
            back += (double)fit->gradient[i] * (double)change;
            fit->ahead[i] = moved + (float)momentum * change;
            fit->weight[i] = moved;
        }
        t = next;
        if (back > 0) {
            t = 1;
            memcpy(fit->ahead, fit->weight, count * sizeof *fit->ahead);
        }
    }
    return NN_OK;
}

enum nn_status nn_linear_fit(struct nn_linear *linear, const float *features, size_t n, size_t size,
                             const int32_t *labels, size_t classes, double alpha, size_t rounds,
                             struct nn_progress *progress, struct nn_error *error)
{
    struct nn_linear made = {.size = size, .classes = classes};
    struct fit fit = {.n = n, .size = size, .classes = classes, .labels = labels, .alpha = alpha};
    enum nn_status status = NN_OK;
    made.weight = nn_calloc(classes, size * sizeof(float));
    made.bias = nn_calloc(classes, sizeof(float));
    made.mean = nn_calloc(size, sizeof(float));
    if (!made.weight || !made.bias || !made.mean)
        NN_TRY(nn_fail_memory(error, classes * size * sizeof(float)));
    NN_TRY(prepare(&fit, &made, features, error));
    NN_TRY(choose_step(&fit, progress, error));
    NN_TRY(descend(&fit, rounds, progress, error));
    for (size_t c = 0; c < classes; c++) {
        memcpy(made.weight + c * size, fit.weight + c * (size + 1), size * sizeof(float));
        made.bias[c] = fit.weight[c * (size + 1) + size];
    }
    *linear = made;
    made = (struct nn_linear){0};
out:
    fit_clear(&fit);
    nn_linear_clear(&made);
    return status;
}

void nn_linear_clear(struct nn_linear *linear)
{
    nn_free(linear->weight);
    nn_free(linear->bias);
    nn_free(linear->mean);
    *linear = (struct nn_linear){0};
}

double nn_linear_accuracy(const struct nn_linear *linear, const float *features,
                          const int32_t *labels, size_t n)
{
    size_t right = 0;
    for (size_t i = 0; i < n; i++) {
        double best = -INFINITY;
        int32_t chosen = 0;
        for (size_t c = 0; c < linear->classes; c++) {
            const float *weight = linear->weight + c * linear->size;
            double score = nn_kernels->dot(linear->size, features + i * linear->size, weight) -
                           nn_kernels->dot(linear->size, linear->mean, weight);
            score = score * (double)linear->scale + (double)linear->bias[c];
            if (score > best) {
                best = score;
                chosen = (int32_t)c;
            }
        }
        right += chosen == labels[i];
    }
    return n ? (double)right / (double)n : NAN;
}
