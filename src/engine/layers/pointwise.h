/* Shared by the element-wise layers: y_i = f(x_i), dx_i = dy_i f'(x_i).
 *
 * A layer writes its function and derivative for an array; these run them over a batch in fixed
 * blocks on the thread pool, so that results do not depend on the number of threads.
 */
#ifndef NN_ENGINE_LAYERS_POINTWISE_H
#define NN_ENGINE_LAYERS_POINTWISE_H

#include "engine/net.h"

/* Elements that one task of the pool takes at least. */
#define NN_POINTWISE_BLOCK ((size_t)16384)

typedef void nn_map(const struct nn_args *args, size_t n, const float *x, float *y);
typedef void nn_map_backward(const struct nn_args *args, size_t n, const float *x, const float *y,
                             const float *dy, float *dx);

/* The output has the shape of the only input. */
enum nn_status nn_pointwise_infer(const struct nn_args *args, const struct nn_shape *in,
                                  int in_count, struct nn_shape *out, struct nn_error *error);
void nn_pointwise_forward(const struct nn_call *call, nn_map *map);
void nn_pointwise_backward(const struct nn_call *call, nn_map_backward *map);

/* Defines the forward and backward of a layer from its maps. */
#define NN_POINTWISE_OF_MAPS(map, map_backward)                                                    \
    static void forward(const struct nn_call *call)                                                \
    {                                                                                              \
        nn_pointwise_forward(call, map);                                                           \
    }                                                                                              \
    static void backward(const struct nn_call *call)                                               \
    {                                                                                              \
        nn_pointwise_backward(call, map_backward);                                                 \
    }

/* Defines the forward and backward of a layer from its function and derivative of one number, both
 * double f(const struct nn_args *, double x). */
#define NN_POINTWISE_DEFINE(value, slope)                                                          \
    static void map(const struct nn_args *values, size_t n, const float *x, float *y)              \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = (float)value(values, (double)x[i]);                                             \
    }                                                                                              \
    static void map_backward(const struct nn_args *values, size_t n, const float *x,               \
                             const float *y, const float *dy, float *dx)                           \
    {                                                                                              \
        (void)y;                                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            dx[i] = (float)((double)dy[i] * slope(values, (double)x[i]));                          \
    }                                                                                              \
    NN_POINTWISE_OF_MAPS(map, map_backward)

#endif
