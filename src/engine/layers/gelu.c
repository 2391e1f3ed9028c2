#include "engine/layers/pointwise.h"

#include <math.h>

/* P is the normal distribution function: exact by erf, or by the tanh formula. */

enum { APPROXIMATE };
enum { EXACT, TANH };

#define SQRT_HALF        0.70710678118654752440
#define INV_SQRT_TWO_PI  0.39894228040143267794
#define SQRT_TWO_OVER_PI 0.79788456080286535588
#define CUBIC            0.044715

static const struct nn_arg_spec args[] = {
    [APPROXIMATE] = {.name = "approximate",
                     .type = NN_ARG_CHOICE,
                     .fallback = "none",
                     .choices = "none|tanh",
                     .help = "how the normal distribution function is computed"},
    {0},
};

static double value_exact(double x)
{
    return 0.5 * x * erfc(-x * SQRT_HALF);
}

static double slope_exact(double x)
{
    return 0.5 * erfc(-x * SQRT_HALF) + x * INV_SQRT_TWO_PI * exp(-0.5 * x * x);
}

static double value_tanh(double x)
{
    return 0.5 * x * (1.0 + tanh(SQRT_TWO_OVER_PI * (x + CUBIC * x * x * x)));
}

static double slope_tanh(double x)
{
    double t = tanh(SQRT_TWO_OVER_PI * (x + CUBIC * x * x * x));
    double inner = SQRT_TWO_OVER_PI * (1.0 + 3.0 * CUBIC * x * x);
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t) * (1.0 + t) * inner;
}

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    bool exact = nn_args_int(values, APPROXIMATE) == EXACT;
    for (size_t i = 0; i < n; i++)
        y[i] = (float)(exact ? value_exact((double)x[i]) : value_tanh((double)x[i]));
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    bool exact = nn_args_int(values, APPROXIMATE) == EXACT;
    for (size_t i = 0; i < n; i++)
        dx[i] =
            (float)((double)dy[i] * (exact ? slope_exact((double)x[i]) : slope_tanh((double)x[i])));
}

static void forward(const struct nn_call *call)
{
    nn_pointwise_forward(call, map);
}

static void backward(const struct nn_call *call)
{
    nn_pointwise_backward(call, map_backward);
}

const struct nn_layer_class nn_layer_gelu = {
    .name = "gelu",
    .prefix = "gelu",
    .summary = "Gaussian error linear unit",
    .formula = "y = x P(x), P the normal distribution function; dy/dx = P(x) + x P'(x)",
    .source = "Hendrycks and Gimpel 2016; approximate=tanh is their section 2",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
