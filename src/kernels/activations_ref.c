/* Smooth activations and their slopes in plain C and double. */
#include "kernels/sets.h"

#include <math.h>

#define SQRT_HALF        0.70710678118654752440
#define INV_SQRT_TWO_PI  0.39894228040143267794
#define SQRT_TWO_OVER_PI 0.79788456080286535588
#define CUBIC            0.044715

/* 1 / (1 + exp(-x)) without overflow. */
static double logistic(double x)
{
    double e = exp(-fabs(x));
    return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

static double gelu(double x)
{
    return 0.5 * x * erfc(-x * SQRT_HALF);
}

static double gelu_slope(double x)
{
    return 0.5 * erfc(-x * SQRT_HALF) + x * INV_SQRT_TWO_PI * exp(-0.5 * x * x);
}

static double gelu_tanh(double x)
{
    return 0.5 * x * (1.0 + tanh(SQRT_TWO_OVER_PI * (x + CUBIC * x * x * x)));
}

static double gelu_tanh_slope(double x)
{
    double t = tanh(SQRT_TWO_OVER_PI * (x + CUBIC * x * x * x));
    double inner = SQRT_TWO_OVER_PI * (1.0 + 3.0 * CUBIC * x * x);
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t) * (1.0 + t) * inner;
}

static double hardswish(double x)
{
    return x < -3.0 ? 0.0 : x > 3.0 ? x : x * (x + 3.0) / 6.0;
}

static double hardswish_slope(double x)
{
    return x < -3.0 ? 0.0 : x > 3.0 ? 1.0 : x / 3.0 + 0.5;
}

/* tanh(log(1 + exp(x))), where exp(x) does not overflow. */
static double mish_gate(double x)
{
    return x > 20.0 ? 1.0 : tanh(log1p(exp(x)));
}

static double mish(double x)
{
    return x * mish_gate(x);
}

static double mish_slope(double x)
{
    double t = mish_gate(x);
    return t + x * (1.0 - t) * (1.0 + t) * logistic(x);
}

static double silu(double x)
{
    return x * logistic(x);
}

static double silu_slope(double x)
{
    double s = logistic(x);
    return s * (1.0 + x * (1.0 - s));
}

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double clip_slope(double x, double low, double high)
{
    return x < low || x > high ? 0.0 : 1.0;
}

static double elu(double x, double alpha, double scale)
{
    return scale * (x > 0.0 ? x : alpha * expm1(x));
}

static double elu_slope(double x, double alpha, double scale)
{
    return scale * (x > 0.0 ? 1.0 : alpha * exp(x));
}

static double softplus(double x, double beta, double threshold)
{
    return beta * x > threshold ? x : log1p(exp(beta * x)) / beta;
}

static double softplus_slope(double x, double beta, double threshold)
{
    return beta * x > threshold ? 1.0 : logistic(beta * x);
}

#define ACTIVATION(name)                                                                           \
    void nn_k_##name##__ref(size_t n, const float *x, float *y)                                    \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = (float)name((double)x[i]);                                                      \
    }                                                                                              \
    void nn_k_##name##_backward__ref(size_t n, const float *x, const float *dy, float *dx)         \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            dx[i] = (float)((double)dy[i] * name##_slope((double)x[i]));                           \
    }
#define ACTIVATION_OF_TWO(name)                                                                    \
    void nn_k_##name##__ref(size_t n, float first, float second, const float *x, float *y)         \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = (float)name((double)x[i], (double)first, (double)second);                       \
    }                                                                                              \
    void nn_k_##name##_backward__ref(size_t n, float first, float second, const float *x,          \
                                     const float *dy, float *dx)                                   \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            dx[i] = (float)((double)dy[i] *                                                        \
                            name##_slope((double)x[i], (double)first, (double)second));            \
    }

ACTIVATION(gelu)
ACTIVATION(gelu_tanh)
ACTIVATION(hardswish)
ACTIVATION(mish)
ACTIVATION(silu)
ACTIVATION_OF_TWO(clip)
ACTIVATION_OF_TWO(elu)
ACTIVATION_OF_TWO(softplus)
