/* Shared by the pooling layers of images and of series: their arguments, shapes, and the loops over
 * the planes of a batch. A layer's file has only its class. */
#ifndef NN_ENGINE_LAYERS_POOLING_H
#define NN_ENGINE_LAYERS_POOLING_H

#include "engine/layers/window.h"

enum {
    NN_POOLING_KERNEL,
    NN_POOLING_STRIDE,
    NN_POOLING_PADDING,
    NN_POOLING_CEIL,
    NN_POOLING_COUNT_PAD,                       /* of the mean alone */
    NN_POOLING_DILATION = NN_POOLING_COUNT_PAD, /* of the maximum alone */
    NN_POOLING_PLACES
};

/* The specs of the arguments above, for a layer's table. */
#define NN_POOLING_SPECS(a_unit, a_size, a_padding)                                                \
    [NN_POOLING_KERNEL] = {.name = "kernel",                                                       \
                           .type = NN_ARG_DIMS,                                                    \
                           .unit = a_unit,                                                         \
                           .help = "size of the window: " a_size,                                  \
                           .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},                          \
    [NN_POOLING_STRIDE] = {.name = "stride",                                                       \
                           .type = NN_ARG_DIMS,                                                    \
                           .unit = a_unit,                                                         \
                           .help = "step of the window (default: its size)"},                      \
    [NN_POOLING_PADDING] = {.name = "padding",                                                     \
                            .type = NN_ARG_TEXT,                                                   \
                            .fallback = "0",                                                       \
                            .unit = a_unit,                                                        \
                            .help = "border around the input: " a_padding},                        \
    [NN_POOLING_CEIL] = {.name = "ceil_mode",                                                      \
                         .type = NN_ARG_BOOL,                                                      \
                         .fallback = "no",                                                         \
                         .help = "let the last window hang over the end"}
#define NN_POOLING_MAX_SPECS(a_unit)                                                               \
    [NN_POOLING_DILATION] = {.name = "dilation",                                                   \
                             .type = NN_ARG_DIMS,                                                  \
                             .fallback = "1",                                                      \
                             .unit = a_unit,                                                       \
                             .help = "distance of the values of a window"},                        \
    [NN_POOLING_PLACES] = {.name = "places",                                                       \
                           .type = NN_ARG_BOOL,                                                    \
                           .fallback = "no",                                                       \
                           .help =                                                                 \
                               "give the place of the maximum in its map instead, counted row "    \
                               "by row"}
#define NN_POOLING_MEAN_SPECS                                                                      \
    [NN_POOLING_COUNT_PAD] = {.name = "count_include_pad",                                         \
                              .type = NN_ARG_BOOL,                                                 \
                              .fallback = "yes",                                                   \
                              .help = "padding counts as values of 0"}

enum nn_status nn_pooling_infer_1d(const struct nn_args *args, const struct nn_shape *in,
                                   int in_count, struct nn_shape *out, struct nn_error *error);
enum nn_status nn_pooling_infer_2d(const struct nn_args *args, const struct nn_shape *in,
                                   int in_count, struct nn_shape *out, struct nn_error *error);
struct nn_window nn_pooling_window(const struct nn_node *node);
double nn_pooling_flops(const struct nn_node *node);

/* The largest value of each window (the first of equal ones; NaN is largest, as in PyTorch). */
size_t nn_pooling_max_saved(const struct nn_node *node, size_t batch);
void nn_pooling_max_forward(const struct nn_call *call);
void nn_pooling_max_backward(const struct nn_call *call);
/* The mean of each window. */
void nn_pooling_mean_forward(const struct nn_call *call);
void nn_pooling_mean_backward(const struct nn_call *call);

/* One output place: its window without padding, [low, high) per axis in steps, and its size with
 * it. */
struct nn_pooling_place {
    ptrdiff_t low[2], high[2], step[2];
    ptrdiff_t size; /* padding that belongs to the window counted, what hangs over it not */
};
struct nn_pooling_place nn_pooling_place_of(const struct nn_window *window, ptrdiff_t y,
                                            ptrdiff_t x);

/* Calls `plane` for every channel of every sample, in parallel; `index` counts them. */
typedef void nn_pooling_plane(const struct nn_call *call, const struct nn_window *window,
                              size_t index);
void nn_pooling_planes(const struct nn_call *call, nn_pooling_plane *plane);

#endif
