#include "engine/layers/pointwise.h"

#include <math.h>

/* P is the normal distribution function: exact by erf, or by the tanh formula. */

enum { APPROXIMATE };
enum { EXACT };

#define SQRT_HALF        0.70710678118654752440
#define INV_SQRT_TWO_PI  0.39894228040143267794
#define SQRT_TWO_OVER_PI 0.79788456080286535588
#define CUBIC            0.044715

static const struct nn_arg_spec args[] = {
    [APPROXIMATE] = {.name = "approximate",
                     .type = NN_ARG_CHOICE,
                     .fallback = "none",
                     .choices = "none|tanh",
                     .help = "how the normal distribution function is computed",
                     .flags = NN_ARG_POSITIONAL},
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

static double value(const struct nn_args *values, double x)
{
    return nn_args_int(values, APPROXIMATE) == EXACT ? value_exact(x) : value_tanh(x);
}

static double slope(const struct nn_args *values, double x)
{
    return nn_args_int(values, APPROXIMATE) == EXACT ? slope_exact(x) : slope_tanh(x);
}

NN_POINTWISE_DEFINE(value, slope)

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
