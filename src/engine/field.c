#include "engine/field.h"

#include "base/mem.h"
#include "engine/layers/window.h"

#include <string.h>

/* high[0] 0: nothing of that node is seen. */
static bool is_seen(const struct nn_field *field)
{
    return field->high[0] > 0;
}

static void unite(struct nn_field *field, const struct nn_field *more)
{
    if (!is_seen(field)) {
        *field = *more;
        return;
    }
    for (int axis = 0; axis < 2; axis++) {
        if (more->low[axis] < field->low[axis])
            field->low[axis] = more->low[axis];
        if (more->high[axis] > field->high[axis])
            field->high[axis] = more->high[axis];
    }
}

/* Of what has no maps one place stands for all. */
static struct nn_field whole(const struct nn_shape *shape)
{
    bool maps = shape->rank == 3;
    return (struct nn_field){{0, 0}, {maps ? shape->dim[1] : 1, maps ? shape->dim[2] : 1}};
}

/* The outermost windows of the field, without the padding. */
static struct nn_field through_window(const struct nn_window *window, const struct nn_field *seen)
{
    struct nn_field field;
    for (int axis = 0; axis < 2; axis++) {
        ptrdiff_t first = (ptrdiff_t)seen->low[axis], last = (ptrdiff_t)seen->high[axis] - 1;
        ptrdiff_t low = first * window->stride[axis] - window->before[axis];
        ptrdiff_t high = last * window->stride[axis] - window->before[axis] +
                         window->dilation[axis] * (window->kernel[axis] - 1) + 1;
        low = low < 0 ? 0 : low >= window->in[axis] ? window->in[axis] - 1 : low;
        high = high > window->in[axis] ? window->in[axis] : high;
        field.low[axis] = (size_t)low;
        field.high[axis] = (size_t)(high > low ? high : low + 1);
    }
    return field;
}

/* Layers whose value at a place depends on nothing but the values at that place. */
static bool keeps_places(const struct nn_node *node)
{
    static const char *const names[] = {"add", "batchnorm", "concat", "lrn", "multiply"};
    if (node->layer->flags & NN_LAYER_POINTWISE)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(node->layer->name, names[i]) == 0)
            return true;
    return false;
}

/* Maps of one place: global pooling. */
static bool is_place(const struct nn_shape *maps)
{
    return maps->dim[1] * maps->dim[2] == 1;
}

/* What a field of the node's output needs of its input; false: it is not known. */
static bool step_back(const struct nn_node *node, int input, const struct nn_field *seen,
                      struct nn_field *needed)
{
    const struct nn_shape *in = &node->in_shape[input];
    bool maps = in->rank == 3, same = maps && node->shape.rank == 3 &&
                                      in->dim[1] == node->shape.dim[1] &&
                                      in->dim[2] == node->shape.dim[2];
    if (maps && node->layer->window) {
        struct nn_window window = node->layer->window(node);
        *needed = through_window(&window, seen);
    } else if (same && keeps_places(node)) {
        *needed = *seen;
    } else if (node->shape.rank != 3 || !maps || is_place(&node->shape) || is_place(in)) {
        *needed = whole(in);
    } else {
        return false;
    }
    return true;
}

/* From the node back to the input, once over every connection. */
static bool walk(const struct nn_net *net, int node, struct nn_field *seen)
{
    for (int i = node; i > 0; i--) {
        const struct nn_node *at = net->nodes[i];
        for (int k = 0; k < at->input_count && is_seen(&seen[i]); k++) {
            struct nn_field needed;
            if (!step_back(at, k, &seen[i], &needed))
                return false;
            unite(&seen[at->inputs[k]], &needed);
        }
    }
    return is_seen(&seen[0]);
}

bool nn_receptive_field(const struct nn_net *net, int node, size_t y, size_t x,
                        struct nn_field *field)
{
    if (!net || node < 0 || node >= net->count || net->nodes[0]->shape.rank != 3)
        return false;
    const struct nn_shape *shape = &net->nodes[node]->shape;
    struct nn_field place = whole(shape), *seen;
    if (shape->rank == 3 && (y >= place.high[0] || x >= place.high[1]))
        return false;
    if (shape->rank == 3)
        place = (struct nn_field){{y, x}, {y + 1, x + 1}};
    seen = nn_calloc((size_t)node + 1, sizeof *seen);
    if (!seen)
        return false;
    seen[node] = place;
    bool known = walk(net, node, seen);
    if (known)
        *field = seen[0];
    nn_free(seen);
    return known;
}
