#include "engine/layers/copy.h"

#include <string.h>

/* Along an axis, each sample is `outer` runs; a run holds places of `inner` floats. */

enum { AXIS, START, COUNT, STEP, INDICES };

static const struct nn_arg_spec args[] = {
    [AXIS] = {.name = "axis",
              .type = NN_ARG_INT,
              .fallback = "1",
              .min = 1,
              .max = NN_MAX_RANK,
              .help = "axis along which places are taken; 1 is the first after the batch",
              .flags = NN_ARG_POSITIONAL},
    [START] = {.name = "start",
               .type = NN_ARG_INT,
               .fallback = "0",
               .min = 0,
               .max = INT32_MAX,
               .help = "the first place",
               .flags = NN_ARG_POSITIONAL},
    [COUNT] = {.name = "count",
               .type = NN_ARG_INT,
               .min = 1,
               .max = INT32_MAX,
               .help = "how many (default: as many as there are)",
               .flags = NN_ARG_POSITIONAL},
    [STEP] = {.name = "step",
              .type = NN_ARG_INT,
              .fallback = "1",
              .min = -INT32_MAX,
              .max = INT32_MAX,
              .help = "from one place to the next; negative: backwards"},
    [INDICES] = {.name = "indices",
                 .type = NN_ARG_NUMBERS,
                 .min = 0,
                 .max = INT32_MAX,
                 .help = "the places one by one, instead of start, count and step"},
    {0},
};

static size_t place(const struct nn_args *values, size_t i)
{
    if (nn_args_is_set(values, INDICES))
        return (size_t)values->values[INDICES].numbers[i];
    return (size_t)(nn_args_int(values, START) + (int64_t)i * nn_args_int(values, STEP));
}

/* How many places of `length` are taken. */
static size_t count_of(const struct nn_args *values, size_t length)
{
    int64_t start = nn_args_int(values, START), step = nn_args_int(values, STEP);
    if (nn_args_is_set(values, INDICES))
        return values->values[INDICES].number_count;
    if (nn_args_is_set(values, COUNT))
        return (size_t)nn_args_int(values, COUNT);
    if (start >= (int64_t)length || step == 0)
        return 0;
    return (size_t)(step > 0 ? ((int64_t)length - 1 - start) / step : start / -step) + 1;
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    char text[NN_SHAPE_TEXT];
    int axis = (int)nn_args_int(values, AXIS) - 1;
    if (axis >= in[0].rank)
        return nn_fail(error, NN_SHAPE, "axis %d is beyond the input %s", axis + 1,
                       nn_shape_text(text, &in[0]));
    size_t length = in[0].dim[axis], count = count_of(values, length);
    bool fits = count > 0;
    if (fits && !nn_args_is_set(values, INDICES)) {
        int64_t last =
            nn_args_int(values, START) + ((int64_t)count - 1) * nn_args_int(values, STEP);
        fits = nn_args_int(values, START) < (int64_t)length && last >= 0 && last < (int64_t)length;
    }
    for (size_t i = 0; fits && nn_args_is_set(values, INDICES) && i < count; i++) {
        double number = values->values[INDICES].numbers[i];
        fits = number < (double)length && number == (double)(size_t)number;
    }
    if (!fits)
        return nn_fail(error, NN_SHAPE, "the places are not among the %zu of axis %d of %s", length,
                       axis + 1, nn_shape_text(text, &in[0]));
    *out = in[0];
    out->dim[axis] = count;
    return NN_OK;
}

struct runs {
    size_t outer, inner, in, out; /* in, out: places of a run */
};

static struct runs runs_of(const struct nn_call *call)
{
    const struct nn_node *node = call->node;
    int axis = (int)nn_args_int(&node->args, AXIS) - 1;
    struct runs runs = {call->batch, 1, node->in_shape[0].dim[axis], node->shape.dim[axis]};
    for (int i = 0; i < node->shape.rank; i++)
        if (i != axis)
            *(i < axis ? &runs.outer : &runs.inner) *= node->shape.dim[i];
    return runs;
}

static void forward(const struct nn_call *call)
{
    struct runs runs = runs_of(call);
    for (size_t r = 0; r < runs.outer; r++)
        for (size_t i = 0; i < runs.out; i++)
            memcpy(call->y + (r * runs.out + i) * runs.inner,
                   call->x[0] + (r * runs.in + place(&call->node->args, i)) * runs.inner,
                   runs.inner * sizeof *call->y);
}

static void backward(const struct nn_call *call)
{
    struct runs runs = runs_of(call);
    if (!call->dx[0])
        return;
    memset(call->dx[0], 0, runs.outer * runs.in * runs.inner * sizeof(float));
    for (size_t r = 0; r < runs.outer; r++)
        for (size_t i = 0; i < runs.out; i++) {
            const float *dy = call->dy + (r * runs.out + i) * runs.inner;
            float *dx = call->dx[0] + (r * runs.in + place(&call->node->args, i)) * runs.inner;
            for (size_t k = 0; k < runs.inner; k++)
                dx[k] += dy[k];
        }
}

const struct nn_layer_class nn_layer_take = {
    .name = "take",
    .aliases = "slice|gather",
    .prefix = "take",
    .summary = "some places along one axis, in any order, also more than once",
    .formula = "y_i = x_(start + i step), or x_(indices_i)",
    .source = "definition; numpy's take; axes counted with the batch as axis 0",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_MOVES,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = nn_no_flops,
};
