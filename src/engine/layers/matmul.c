#include "engine/net.h"
#include "kernels/kernels.h"

#include <string.h>

/* a [..., M, K], b [..., K, N], y [..., M, N]; a leading axis of length 1 is repeated along the
 * other's. */

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count;
    int rank = in[0].rank;
    struct nn_shape shape = in[0];
    bool fits = rank >= 2 && in[1].rank == rank && in[0].dim[rank - 1] == in[1].dim[rank - 2];
    for (int i = 0; fits && i < rank - 2; i++) {
        fits = in[0].dim[i] == in[1].dim[i] || in[0].dim[i] == 1 || in[1].dim[i] == 1;
        shape.dim[i] = in[0].dim[i] > in[1].dim[i] ? in[0].dim[i] : in[1].dim[i];
    }
    if (!fits) {
        char first[NN_SHAPE_TEXT], other[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE, "there is no matrix product of %s and %s",
                       nn_shape_text(first, &in[0]), nn_shape_text(other, &in[1]));
    }
    shape.dim[rank - 1] = in[1].dim[rank - 1];
    *out = shape;
    return NN_OK;
}

/* The sizes of one product, and how many there are in a sample. */
struct product {
    size_t m, n, k, count;
};

static struct product product_of(const struct nn_node *node)
{
    int rank = node->shape.rank;
    struct product product = {.m = node->shape.dim[rank - 2],
                              .n = node->shape.dim[rank - 1],
                              .k = node->in_shape[0].dim[rank - 1]};
    product.count = node->size / (product.m * product.n);
    return product;
}

/* Where product `at` of a batch reads input i, in matrices. */
static size_t matrix_of(const struct nn_node *node, int i, size_t at, size_t count)
{
    const struct nn_shape *in = &node->in_shape[i];
    size_t place = 0, stride = 1, sample = at / count, rest = at % count;
    for (int axis = node->shape.rank - 3; axis >= 0; axis--) {
        place += in->dim[axis] == 1 ? 0 : rest % node->shape.dim[axis] * stride;
        rest /= node->shape.dim[axis];
        stride *= in->dim[axis];
    }
    return sample * stride + place;
}

static void forward(const struct nn_call *call)
{
    struct product p = product_of(call->node);
    for (size_t at = 0; at < call->batch * p.count; at++)
        nn_gemm(false, false, p.m, p.n, p.k,
                call->x[0] + matrix_of(call->node, 0, at, p.count) * p.m * p.k, p.k,
                call->x[1] + matrix_of(call->node, 1, at, p.count) * p.k * p.n, p.n,
                call->y + at * p.m * p.n, p.n, false);
}

/* da = dy b^T, db = a^T dy, summed over the products that read a matrix. */
static void backward(const struct nn_call *call)
{
    struct product p = product_of(call->node);
    for (int i = 0; i < 2; i++)
        if (call->dx[i])
            memset(call->dx[i], 0,
                   call->batch * nn_shape_size(&call->node->in_shape[i]) * sizeof(float));
    for (size_t at = 0; at < call->batch * p.count; at++) {
        size_t a = matrix_of(call->node, 0, at, p.count) * p.m * p.k;
        size_t b = matrix_of(call->node, 1, at, p.count) * p.k * p.n;
        const float *dy = call->dy + at * p.m * p.n;
        if (call->dx[0])
            nn_gemm(false, true, p.m, p.k, p.n, dy, p.n, call->x[1] + b, p.n, call->dx[0] + a, p.k,
                    true);
        if (call->dx[1])
            nn_gemm(true, false, p.k, p.n, p.m, call->x[0] + a, p.k, dy, p.n, call->dx[1] + b, p.n,
                    true);
    }
}

static double flops(const struct nn_node *node)
{
    return 2.0 * (double)node->size * (double)product_of(node).k;
}

const struct nn_layer_class nn_layer_matmul = {
    .name = "matmul",
    .prefix = "matmul",
    .summary = "matrix product of two layers, as in attention",
    .formula = "y = a b (from=A,B), for each matrix of the last two axes",
    .source = "definition; numpy's matmul for inputs of the same rank",
    .args = args,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
