/* What an ascent maximizes: the value at a node and its gradient there. */
#include "explain/ascent.h"

#include <math.h>
#include <string.h>

bool nn_ascent_binary(const struct nn_net *net, int node, size_t class_count)
{
    return class_count == 2 && node >= nn_net_logits(net) && net->nodes[node]->size == 1;
}

/* With contrast: log p of the class minus log of the others' together, whose slope is 1 at the
 * class and -softmax at the others. */
static double contrast(const float *z, size_t count, size_t unit, float *seed)
{
    double top = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++)
        if (i != unit)
            top = fmax(top, (double)z[i]);
    for (size_t i = 0; i < count; i++)
        sum += i == unit ? 0 : exp((double)z[i] - top);
    for (size_t i = 0; i < count; i++)
        seed[i] = i == unit ? 1 : (float)(-exp((double)z[i] - top) / sum);
    return (double)z[unit] - top - log(sum);
}

static double aim_at_unit(const struct nn_ascent *ascent, const struct nn_node *node,
                          const float *z, size_t unit, float *seed)
{
    size_t map = node->shape.rank > 1 ? node->size / node->shape.dim[0] : 1;
    double sum = 0;
    if (ascent->binary) {
        seed[0] = unit ? 1 : -1;
        return unit ? (double)z[0] : -(double)z[0];
    }
    if (ascent->contrast)
        return contrast(z, node->size, unit, seed);
    for (size_t i = unit * map; i < (unit + 1) * map; i++) {
        seed[i] = 1 / (float)map;
        sum += (double)z[i];
    }
    return sum / (double)map;
}

static double aim_at_layer(const struct nn_node *node, const float *z, float *seed)
{
    double sum = 0;
    for (size_t i = 0; i < node->size; i++) {
        sum += (double)z[i] * (double)z[i];
        seed[i] = 2 * z[i] / (float)node->size;
    }
    return sum / (double)node->size;
}

static double aim_along(const struct nn_node *node, const float *z, const float *direction,
                        float *seed)
{
    size_t map = node->shape.rank > 1 ? node->size / node->shape.dim[0] : 1;
    double sum = 0;
    for (size_t i = 0; i < node->size; i++) {
        seed[i] = direction[i / map] / (float)map;
        sum += (double)seed[i] * (double)z[i];
    }
    return sum;
}

double nn_ascent_value(const struct nn_ascent *ascent, size_t image, const float *z, float *seed)
{
    const struct nn_actmax_request *request = ascent->request;
    const struct nn_node *node = request->net->nodes[ascent->node];
    if (request->what == NN_ACTMAX_LAYER)
        return aim_at_layer(node, z, seed);
    if (request->what == NN_ACTMAX_DIRECTION)
        return aim_along(node, z, request->direction, seed);
    return aim_at_unit(ascent, node, z, ascent->units[image], seed);
}

void nn_ascent_aim(struct nn_ascent *ascent)
{
    const struct nn_node *node = ascent->request->net->nodes[ascent->node];
    const float *z = nn_pass_output(ascent->pass, ascent->node);
    float *seed = ascent->seed;
    memset(seed, 0, ascent->n * node->size * sizeof *seed);
    for (size_t i = 0; i < ascent->n; i++, z += node->size, seed += node->size)
        ascent->values[i] = nn_ascent_value(ascent, i, z, seed);
}
