/* The reference set: plain C, in loops that compilers vectorise with what every CPU has. All other
 * sets are tested against it. */
#include "kernels/sets.h"

#include <math.h>

const struct nn_kernels nn_kernels_ref = {
    .name = "ref",
#define NN_KERNEL(kernel, type, arguments) .kernel = nn_k_##kernel##__ref,
#include "kernels/kernels.def"
#undef NN_KERNEL
};

void nn_k_add__ref(size_t n, const float *a, const float *b, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

void nn_k_accumulate__ref(size_t n, const float *a, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a[i];
}

void nn_k_multiply__ref(size_t n, const float *a, const float *b, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] * b[i];
}

void nn_k_axpy__ref(size_t n, float alpha, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += alpha * x[i];
}

void nn_k_scale__ref(size_t n, float alpha, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= alpha;
}

/* Reductions keep LANES sums, so that additions do not wait for each other; the order is fixed. */
enum { LANES = 8 };

static double sum_lanes(const double lane[LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

double nn_k_sum__ref(size_t n, const float *x)
{
    double lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += (double)x[i + j];
    for (size_t j = 0; i + j < n; j++)
        lane[j] += (double)x[i + j];
    return sum_lanes(lane);
}

double nn_k_dot__ref(size_t n, const float *a, const float *b)
{
    double lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += (double)a[i + j] * (double)b[i + j];
    for (size_t j = 0; i + j < n; j++)
        lane[j] += (double)a[i + j] * (double)b[i + j];
    return sum_lanes(lane);
}

void nn_k_sum_columns__ref(size_t rows, size_t columns, const float *x, size_t ldx, float *y)
{
    for (size_t j = 0; j < columns; j += LANES) {
        size_t width = columns - j < LANES ? columns - j : LANES;
        double lane[LANES] = {0};
        for (size_t i = 0; i < rows; i++)
            for (size_t l = 0; l < width; l++)
                lane[l] += (double)x[i * ldx + j + l];
        for (size_t l = 0; l < width; l++)
            y[j + l] = (float)lane[l];
    }
}

/* Written so that a NaN passes: it is neither below nor at zero. */
double nn_k_norm_squares__ref(size_t n, const float *x, double mean)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    return sum;
}

double nn_k_norm_product__ref(size_t n, const float *x, double mean, const float *dy)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)dy[i] * ((double)x[i] - mean);
    return sum;
}

void nn_k_norm__ref(size_t n, const float *x, double mean, double scale, double offset, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (float)(((double)x[i] - mean) * scale + offset);
}

void nn_k_norm_backward__ref(size_t n, const float *x, double mean, const float *dy, double shift,
                             double slope, double factor, float *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = (float)(factor * ((double)dy[i] - shift - ((double)x[i] - mean) * slope));
}

void nn_k_relu__ref(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0.0f ? 0.0f : x[i];
}

void nn_k_relu_backward__ref(size_t n, const float *x, const float *dy, float *dx)
{
    for (size_t i = 0; i < n; i++) {
        float gradient = dy[i]; /* read always, so that there is no branch */
        dx[i] = x[i] <= 0.0f ? 0.0f : gradient;
    }
}

void nn_k_maxpool_2x2__ref(size_t height, size_t width, const float *x, size_t pitch, float *y,
                           uint32_t *place)
{
    for (size_t row = 0; row < height; row++)
        for (size_t i = 0; i < width; i++) {
            size_t best = 2 * row * pitch + 2 * i;
            const size_t others[3] = {best + 1, best + pitch, best + pitch + 1};
            for (size_t k = 0; k < 3; k++)
                if (x[others[k]] > x[best] || (isnan(x[others[k]]) && !isnan(x[best])))
                    best = others[k];
            *y++ = x[best];
            *place++ = (uint32_t)best;
        }
}

void nn_k_transpose__ref(size_t rows, size_t columns, const float *x, size_t ldx, float *y,
                         size_t ldy)
{
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < rows; i++)
            y[j * ldy + i] = x[i * ldx + j];
}

/* exp only of what is not positive, so that nothing overflows. */
void nn_k_sigmoid__ref(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        float e = expf(-fabsf(x[i]));
        y[i] = (x[i] < 0.0f ? e : 1.0f) / (1.0f + e);
    }
}

void nn_k_tanh__ref(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = tanhf(x[i]);
}

/* A NaN anywhere, or +Inf, or nothing but -Inf, makes the whole row NaN, as in PyTorch. */
void nn_k_softmax__ref(size_t n, const float *x, float *y)
{
    float largest = -INFINITY;
    for (size_t i = 0; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        y[i] = expf(x[i] - largest);
        sum += (double)y[i];
    }
    float scale = (float)(1.0 / sum);
    for (size_t i = 0; i < n; i++)
        y[i] *= scale;
}

/* torch.optim.SGD without dampening; the first step starts the velocity with the gradient. */
void nn_k_sgd__ref(size_t n, float *w, const float *g, float *velocity, float lr, float momentum,
                   float decay, bool nesterov, bool first)
{
    if (momentum == 0.0f) {
        for (size_t i = 0; i < n; i++)
            w[i] -= lr * (g[i] + decay * w[i]);
        return;
    }
    float keep = first ? 0.0f : momentum;
    if (first) /* what was in there may be anything, also NaN */
        for (size_t i = 0; i < n; i++)
            velocity[i] = 0.0f;
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        float v = keep * velocity[i] + gradient;
        velocity[i] = v;
        w[i] -= lr * (nesterov ? gradient + momentum * v : v);
    }
}

/* torch.optim.Adam; corrections are 1 - beta^step, decay is added to the gradient (L2). */
void nn_k_adam__ref(size_t n, float *w, const float *g, float *m, float *v, float lr, float beta1,
                    float beta2, float eps, float decay, float correction1, float correction2)
{
    float step = (float)((double)lr / (double)correction1);
    float root = (float)sqrt((double)correction2);
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        m[i] += (1.0f - beta1) * (gradient - m[i]);
        v[i] = beta2 * v[i] + (1.0f - beta2) * gradient * gradient;
        w[i] -= step * m[i] / (sqrtf(v[i]) / root + eps);
    }
}

void nn_k_from_bytes__ref(size_t n, const unsigned char *x, float offset, float factor, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ((float)x[i] - offset) * factor;
}

void nn_k_rescale__ref(size_t n, const float *x, const double *offset, const double *factor,
                       float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (float)(((double)x[i] - offset[i]) * factor[i]);
}

double nn_k_binary_crossentropy__ref(size_t n, const float *z, const float *t, float factor,
                                     float *dz)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)z[i], target = (double)t[i], e = exp(-fabs(x));
        double near = 1.0 / (1.0 + e), far = e * near; /* of 0 and 1, what z is nearer to */
        double yes = x < 0.0 ? far : near, no = x < 0.0 ? near : far;
        sum += fmax(x, 0.0) - x * target + log1p(e);
        if (dz)
            dz[i] = factor * (float)((1.0 - target) * yes - target * no);
    }
    return sum;
}
