#include "engine/layers/reduce.h"

#include "base/pool.h"
#include "engine/net.h"

#include <math.h>
#include <string.h>

enum { OPERATION, AXES };

static const struct nn_arg_spec args[] = {
    [OPERATION] = {.name = "operation",
                   .type = NN_ARG_CHOICE,
                   .choices = "mean|sum|l2|max|min|product|l1|argmax|argmin",
                   .help = "what is made of the values; argmax and argmin give the place of the "
                           "first such value",
                   .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    [AXES] = {.name = "axes",
              .type = NN_ARG_DIMS,
              .min = 1,
              .max = NN_MAX_RANK,
              .help = "axes that shrink to length 1: 1, 2x3; 1 is the first after the batch "
                      "(default: all)",
              .flags = NN_ARG_POSITIONAL},
    {0},
};

static double add(double before, double x)
{
    return before + x;
}

static double larger(double before, double x)
{
    return isnan(x) || x > before ? x : before;
}

static double smaller(double before, double x)
{
    return isnan(x) || x < before ? x : before;
}

static double multiply(double before, double x)
{
    return before * x;
}

static double add_size(double before, double x)
{
    return before + fabs(x);
}

static double add_square(double before, double x)
{
    return before + x * x;
}

static double mean_of(double sum, size_t count)
{
    return sum / (double)count;
}

static double root_of(double sum, size_t count)
{
    (void)count;
    return sqrt(sum);
}

static double mean_slope(double x, double y, size_t count)
{
    (void)x, (void)y;
    return 1.0 / (double)count;
}

static double sum_slope(double x, double y, size_t count)
{
    (void)x, (void)y, (void)count;
    return 1.0;
}

static double product_slope(double x, double y, size_t count)
{
    (void)count;
    return x == 0.0 ? 0.0 : y / x;
}

static double size_slope(double x, double y, size_t count)
{
    (void)y, (void)count;
    return (x > 0.0) - (x < 0.0);
}

static double root_slope(double x, double y, size_t count)
{
    (void)count;
    return y == 0.0 ? 0.0 : x / y;
}

/* Of equal extremes the first gets the gradient: see backward. */
static const struct nn_reduction reductions[] = {
    {"mean", 0.0, add, mean_of, mean_slope},         {"sum", 0.0, add, NULL, sum_slope},
    {"max", (double)-INFINITY, larger, NULL, NULL},  {"min", (double)INFINITY, smaller, NULL, NULL},
    {"product", 1.0, multiply, NULL, product_slope}, {"l1", 0.0, add_size, NULL, size_slope},
    {"l2", 0.0, add_square, root_of, root_slope},
};

const struct nn_reduction *nn_reduction_find(const char *name)
{
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        if (!strcmp(reductions[i].name, name))
            return &reductions[i];
    return NULL;
}

static bool shrinks(const struct nn_args *values, int axis)
{
    const struct nn_arg *axes = &values->values[AXES];
    for (int i = 0; axes->set && i < axes->dim_count; i++)
        if (axes->dims[i] == axis + 1)
            return true;
    return !axes->set;
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    const struct nn_arg *axes = &values->values[AXES];
    char text[NN_SHAPE_TEXT];
    for (int i = 0; axes->set && i < axes->dim_count; i++)
        if (axes->dims[i] > in[0].rank)
            return nn_fail(error, NN_SHAPE, "axis %d is beyond the input %s", (int)axes->dims[i],
                           nn_shape_text(text, &in[0]));
    *out = in[0];
    for (int axis = 0; axis < in[0].rank; axis++)
        if (shrinks(values, axis))
            out->dim[axis] = 1;
    return NN_OK;
}

/* One call: for the axes that shrink, the offsets of the values of one output. */
struct job {
    const struct nn_call *call;
    const struct nn_reduction *reduction; /* NULL: argmax or argmin */
    bool least;
    size_t count; /* values of one output */
};

static struct job job_of(const struct nn_call *call)
{
    const char *name = nn_args_text(&call->node->args, OPERATION);
    return (struct job){.call = call,
                        .reduction = nn_reduction_find(name),
                        .least = !strcmp(name, "min") || !strcmp(name, "argmin"),
                        .count = nn_shape_size(&call->node->in_shape[0]) / call->node->size};
}

/* Where value k of output `at` of a batch stands in the input. */
static size_t source_of(const struct nn_node *node, size_t at, size_t k)
{
    const struct nn_shape *in = &node->in_shape[0];
    size_t sample = at / node->size, rest = at % node->size, place = 0, stride = 1;
    for (int axis = in->rank - 1; axis >= 0; axis--) {
        size_t length = in->dim[axis];
        if (node->shape.dim[axis] == length) {
            place += rest % length * stride;
            rest /= length;
        } else {
            place += k % length * stride;
            k /= length;
        }
        stride *= length;
    }
    return sample * stride + place;
}

/* The first extreme value of an output; NaN is one. */
static size_t extreme_of(const struct job *job, size_t at)
{
    const float *x = job->call->x[0];
    size_t best = 0;
    float most = x[source_of(job->call->node, at, 0)];
    for (size_t k = 1; k < job->count && !isnan(most); k++) {
        float value = x[source_of(job->call->node, at, k)];
        if (isnan(value) || (job->least ? value < most : value > most)) {
            best = k;
            most = value;
        }
    }
    return best;
}

static void forward_outputs(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_call *call = job->call;
    for (size_t at = begin; at < end; at++) {
        if (!job->reduction) {
            call->y[at] = (float)extreme_of(job, at);
            continue;
        }
        double sum = job->reduction->start;
        for (size_t k = 0; k < job->count; k++)
            sum = job->reduction->step(sum, (double)call->x[0][source_of(call->node, at, k)]);
        call->y[at] = (float)(job->reduction->end ? job->reduction->end(sum, job->count) : sum);
    }
}

static void backward_outputs(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_call *call = job->call;
    bool extreme = job->reduction && !job->reduction->slope;
    for (size_t at = begin; at < end; at++) {
        size_t best = extreme ? extreme_of(job, at) : 0;
        for (size_t k = 0; k < job->count; k++) {
            size_t source = source_of(call->node, at, k);
            double slope = extreme && k == best;
            if (job->reduction && !extreme)
                slope = job->reduction->slope((double)call->x[0][source], (double)call->y[at],
                                              job->count);
            call->dx[0][source] = (float)((double)call->dy[at] * slope);
        }
    }
}

static void forward(const struct nn_call *call)
{
    struct job job = job_of(call);
    nn_pool_run(call->batch * call->node->size, 1 + 4096 / job.count, forward_outputs, &job);
}

static void backward(const struct nn_call *call)
{
    struct job job = job_of(call);
    if (call->dx[0])
        nn_pool_run(call->batch * call->node->size, 1 + 4096 / job.count, backward_outputs, &job);
}

static double flops(const struct nn_node *node)
{
    return (double)nn_shape_size(&node->in_shape[0]);
}

const struct nn_layer_class nn_layer_reduce = {
    .name = "reduce",
    .prefix = "reduce",
    .summary = "the mean, sum or extreme along some axes, which shrink to length 1",
    .formula =
        "y = op over the axes of x; the gradient of max and min goes to the first such value",
    .source = "definition; axes counted with the batch as axis 0",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
