#include "engine/layers/broadcast.h"

enum nn_status nn_broadcast_infer(const struct nn_args *args, const struct nn_shape *in,
                                  int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)args;
    struct nn_shape shape = in[0];
    bool fits = true;
    for (int k = 1; fits && k < in_count; k++) {
        fits = in[k].rank == shape.rank;
        for (int i = 0; fits && i < shape.rank; i++) {
            fits = in[k].dim[i] == shape.dim[i] || in[k].dim[i] == 1 || shape.dim[i] == 1;
            shape.dim[i] = in[k].dim[i] > shape.dim[i] ? in[k].dim[i] : shape.dim[i];
        }
        if (!fits) {
            char first[NN_SHAPE_TEXT], other[NN_SHAPE_TEXT];
            return nn_fail(error, NN_SHAPE, "the inputs differ: %s and %s",
                           nn_shape_text(first, &in[0]), nn_shape_text(other, &in[k]));
        }
    }
    *out = shape;
    return NN_OK;
}

size_t nn_broadcast_run(const struct nn_node *node)
{
    return node->shape.dim[node->shape.rank - 1];
}

size_t nn_broadcast_place(const struct nn_node *node, int k, size_t at, size_t *step)
{
    const struct nn_shape *out = &node->shape, *in = &node->in_shape[k];
    size_t place = 0, stride = 1;
    for (int i = out->rank - 1; i >= 0; i--) {
        place += in->dim[i] == 1 ? 0 : at % out->dim[i] * stride;
        at /= out->dim[i];
        stride *= in->dim[i];
    }
    *step = in->dim[out->rank - 1] == 1 ? 0 : 1;
    return place;
}

size_t nn_broadcast_grain(const struct nn_node *node)
{
    return 1 + 16384 / node->size;
}
