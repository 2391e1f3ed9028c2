#include "engine/layers/arithmetic.h"

#include "base/pool.h"
#include "engine/layers/broadcast.h"

#include <math.h>
#include <string.h>

enum { OPERATION };

#define OPERATIONS "subtract|maximum|minimum|divide|power|modulo|remainder|less|greater|equal"

static const struct nn_arg_spec args[] = {
    [OPERATION] = {.name = "operation",
                   .type = NN_ARG_CHOICE,
                   .choices = OPERATIONS,
                   .help = "what is done with each pair of values; comparisons give 1 or 0",
                   .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static double one(double a, double b)
{
    (void)a, (void)b;
    return 1.0;
}

static double minus_one(double a, double b)
{
    (void)a, (void)b;
    return -1.0;
}

static double subtract(double a, double b)
{
    return a - b;
}

static double maximum(double a, double b)
{
    return isnan(a) || a > b ? a : b;
}

static double minimum(double a, double b)
{
    return isnan(a) || a < b ? a : b;
}

/* Equal values share the slope. */
static double above(double a, double b)
{
    return a > b ? 1.0 : a < b ? 0.0 : 0.5;
}

static double below(double a, double b)
{
    return above(b, a);
}

static double divide(double a, double b)
{
    return a / b;
}

static double divide_slope_a(double a, double b)
{
    (void)a;
    return 1.0 / b;
}

static double divide_slope_b(double a, double b)
{
    return -a / (b * b);
}

static double power_slope_a(double a, double b)
{
    return b == 0.0 ? 0.0 : b * pow(a, b - 1.0);
}

static double power_slope_b(double a, double b)
{
    return a == 0.0 ? 0.0 : pow(a, b) * log(a);
}

static double modulo(double a, double b)
{
    double rest = fmod(a, b);
    return rest != 0.0 && (rest < 0.0) != (b < 0.0) ? rest + b : rest;
}

static double modulo_slope_b(double a, double b)
{
    return -floor(a / b);
}

static double remainder_slope_b(double a, double b)
{
    return -trunc(a / b);
}

static double less(double a, double b)
{
    return a < b;
}

static double greater(double a, double b)
{
    return a > b;
}

static double equal(double a, double b)
{
    return a == b;
}

static const struct nn_arithmetic operations[] = {
    {"subtract", subtract, one, minus_one},
    {"maximum", maximum, above, below},
    {"minimum", minimum, below, above},
    {"divide", divide, divide_slope_a, divide_slope_b},
    {"power", pow, power_slope_a, power_slope_b},
    {"modulo", modulo, one, modulo_slope_b},
    {"remainder", fmod, one, remainder_slope_b},
    {"less", less, NULL, NULL},
    {"greater", greater, NULL, NULL},
    {"equal", equal, NULL, NULL},
};

const struct nn_arithmetic *nn_arithmetic_find(const char *name)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (!strcmp(operations[i].name, name))
            return &operations[i];
    return NULL;
}

static const struct nn_arithmetic *operation_of(const struct nn_node *node)
{
    return nn_arithmetic_find(nn_args_text(&node->args, OPERATION));
}

static const float *input_at(const struct nn_call *call, int k, size_t sample, size_t at,
                             size_t *step)
{
    const struct nn_shape *in = &call->node->in_shape[k];
    return call->x[k] + sample * nn_shape_size(in) + nn_broadcast_place(call->node, k, at, step);
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    const struct nn_arithmetic *operation = operation_of(call->node);
    size_t size = call->node->size, run = nn_broadcast_run(call->node), step_a, step_b;
    for (size_t b = begin; b < end; b++)
        for (size_t at = 0; at < size; at += run) {
            const float *left = input_at(call, 0, b, at, &step_a);
            const float *right = input_at(call, 1, b, at, &step_b);
            for (size_t i = 0; i < run; i++)
                call->y[b * size + at + i] =
                    (float)operation->value((double)left[i * step_a], (double)right[i * step_b]);
        }
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    const struct nn_arithmetic *operation = operation_of(call->node);
    size_t size = call->node->size, run = nn_broadcast_run(call->node), step_a, step_b, step;
    for (int k = 0; k < 2; k++) {
        double (*slope)(double, double) = k ? operation->slope_b : operation->slope_a;
        size_t in = nn_shape_size(&call->node->in_shape[k]);
        if (!call->dx[k])
            continue;
        memset(call->dx[k] + begin * in, 0, (end - begin) * in * sizeof(float));
        for (size_t at = begin * size; slope && at < end * size; at += run) {
            size_t sample = at / size;
            const float *left = input_at(call, 0, sample, at % size, &step_a);
            const float *right = input_at(call, 1, sample, at % size, &step_b);
            float *dx =
                call->dx[k] + sample * in + nn_broadcast_place(call->node, k, at % size, &step);
            for (size_t i = 0; i < run; i++)
                dx[i * step] += (float)((double)call->dy[at + i] *
                                        slope((double)left[i * step_a], (double)right[i * step_b]));
        }
    }
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, nn_broadcast_grain(call->node), forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    nn_pool_run(call->batch, nn_broadcast_grain(call->node), backward_samples, (void *)call);
}

const struct nn_layer_class nn_layer_arithmetic = {
    .name = "arithmetic",
    .prefix = "arithmetic",
    .summary = "two layers joined value by value: difference, quotient, maximum, comparison",
    .formula = "y = a op b; an axis of length 1 is repeated along the other's; equal values share "
               "the gradient of maximum and minimum",
    .source = "definition; modulo has the sign of b, remainder that of a",
    .args = args,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = nn_broadcast_infer,
    .forward = forward,
    .backward = backward,
};
