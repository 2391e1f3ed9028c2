/* Maps at the size of the input. */
#include "explain/cam.h"
#include "explain/trust.h"

#include <string.h>

/* A map [N, 1, H, W] of a layer is enlarged to the input. */
static bool is_plane(const struct nn_shape *map)
{
    return map->rank == 4 && map->dim[1] == 1;
}

/* A layer may happen to have as many units as the net has inputs. */
static bool of_inputs(const struct nn_result *result)
{
    const struct nn_method *method = nn_method_find(result->method);
    return !method || !method->shape;
}

bool nn_map_fits(const struct nn_result *result)
{
    return of_inputs(result) || is_plane(&result->values.shape);
}

enum nn_status nn_map_fit(const struct nn_net *net, const struct nn_result *result, size_t sample,
                          float *out, struct nn_error *error)
{
    const struct nn_shape *input = &net->nodes[0]->shape, *map = &result->values.shape;
    size_t count = nn_shape_size(map) / map->dim[0];
    const float *values = result->values.data + sample * count;
    if (of_inputs(result) && count == net->nodes[0]->size) {
        memcpy(out, values, count * sizeof *out);
        return NN_OK;
    }
    struct nn_plane plane = nn_plane_of(input);
    if (!is_plane(map))
        return nn_fail(
            error, NN_REFUSED,
            "%s explains units of a layer, not inputs: its map cannot be laid over the input",
            result->method);
    for (size_t c = 0; c < plane.channels; c++)
        nn_map_resize(values, map->dim[2], map->dim[3], out + c * plane.height * plane.width,
                      plane.height, plane.width);
    return NN_OK;
}
