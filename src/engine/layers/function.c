#include "engine/layers/function.h"

#include "engine/layers/pointwise.h"

#include <math.h>
#include <string.h>

enum { NAME };

#define FUNCTIONS                                                                                  \
    "exp|erf|abs|sqrt|log|square|reciprocal|negate|sin|cos|sign|floor|ceil|round|trunc|not|"       \
    "nonzero|"                                                                                     \
    "isnan|isinf"
#define TWO_OVER_SQRT_PI 1.12837916709551257390

static const struct nn_arg_spec args[] = {
    [NAME] = {.name = "function",
              .type = NN_ARG_CHOICE,
              .choices = FUNCTIONS,
              .help = "the function; questions give 1 or 0",
              .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static double erf_slope(double x)
{
    return TWO_OVER_SQRT_PI * exp(-x * x);
}

static double sign(double x)
{
    return isnan(x) ? x : (x > 0.0) - (x < 0.0);
}

static double sqrt_slope(double x)
{
    return 0.5 / sqrt(x);
}

static double reciprocal(double x)
{
    return 1.0 / x;
}

static double log_slope(double x)
{
    return 1.0 / x;
}

static double square(double x)
{
    return x * x;
}

static double square_slope(double x)
{
    return 2.0 * x;
}

static double reciprocal_slope(double x)
{
    return -1.0 / (x * x);
}

static double negate(double x)
{
    return -x;
}

static double negate_slope(double x)
{
    (void)x;
    return -1.0;
}

static double cos_slope(double x)
{
    return -sin(x);
}

static double is_zero(double x)
{
    return x == 0.0;
}

static double is_not_zero(double x)
{
    return x != 0.0;
}

static double is_nan(double x)
{
    return isnan(x) != 0;
}

static double is_inf(double x)
{
    return isinf(x) != 0;
}

static const struct nn_function functions[] = {
    {"exp", exp, exp},
    {"erf", erf, erf_slope},
    {"abs", fabs, sign},
    {"sqrt", sqrt, sqrt_slope},
    {"log", log, log_slope},
    {"square", square, square_slope},
    {"reciprocal", reciprocal, reciprocal_slope},
    {"negate", negate, negate_slope},
    {"sin", sin, cos},
    {"cos", cos, cos_slope},
    {"sign", sign, NULL},
    {"floor", floor, NULL},
    {"ceil", ceil, NULL},
    {"round", rint, NULL}, /* halves to the even neighbour */
    {"trunc", trunc, NULL},
    {"not", is_zero, NULL},
    {"nonzero", is_not_zero, NULL},
    {"isnan", is_nan, NULL},
    {"isinf", is_inf, NULL},
};

const struct nn_function *nn_function_find(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!strcmp(functions[i].name, name))
            return &functions[i];
    return NULL;
}

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    const struct nn_function *function = nn_function_find(nn_args_text(values, NAME));
    for (size_t i = 0; i < n; i++)
        y[i] = (float)function->value((double)x[i]);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    const struct nn_function *function = nn_function_find(nn_args_text(values, NAME));
    for (size_t i = 0; i < n; i++)
        dx[i] = function->slope ? (float)((double)dy[i] * function->slope((double)x[i])) : 0.0f;
}

static void forward(const struct nn_call *call)
{
    nn_pointwise_forward(call, map);
}

static void backward(const struct nn_call *call)
{
    nn_pointwise_backward(call, map_backward);
}

const struct nn_layer_class nn_layer_function = {
    .name = "function",
    .prefix = "function",
    .summary = "a function of each value: exp, log, sqrt, sin and others",
    .formula = "y = f(x)",
    .source = "definition; round takes halves to the even neighbour; steps have no gradient",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
