/* Shared by the pooling layers: their arguments, and the loop over the planes of a batch. */
#ifndef NN_ENGINE_LAYERS_POOLING_H
#define NN_ENGINE_LAYERS_POOLING_H

#include "engine/layers/window.h"

enum { NN_POOLING_KERNEL, NN_POOLING_STRIDE, NN_POOLING_PADDING, NN_POOLING_CEIL, NN_POOLING_ARGS };

/* The specs of the arguments above, for a layer's table. */
#define NN_POOLING_SPECS                                                                           \
    [NN_POOLING_KERNEL] = {.name = "kernel",                                                       \
                           .type = NN_ARG_DIMS,                                                    \
                           .unit = "pixels",                                                       \
                           .help = "size of the window: N or HxW",                                 \
                           .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},                          \
    [NN_POOLING_STRIDE] = {.name = "stride",                                                       \
                           .type = NN_ARG_DIMS,                                                    \
                           .unit = "pixels",                                                       \
                           .help = "step of the window (default: its size)"},                      \
    [NN_POOLING_PADDING] = {.name = "padding",                                                     \
                            .type = NN_ARG_TEXT,                                                   \
                            .fallback = "0",                                                       \
                            .unit = "pixels",                                                      \
                            .help = "border around the input: " NN_PADDING_HELP},                  \
    [NN_POOLING_CEIL] = {.name = "ceil_mode",                                                      \
                         .type = NN_ARG_BOOL,                                                      \
                         .fallback = "no",                                                         \
                         .help = "let the last window hang over the end"}

enum nn_status nn_pooling_infer(const struct nn_args *args, const struct nn_shape *in, int in_count,
                                struct nn_shape *out, struct nn_error *error);

/* One output place: its window without padding, [low, high) per axis, and its size with it. */
struct nn_pooling_place {
    ptrdiff_t low[2], high[2];
    ptrdiff_t size; /* padding that belongs to the window counted, what hangs over it not */
};
struct nn_pooling_place nn_pooling_place_of(const struct nn_window *window, ptrdiff_t y,
                                            ptrdiff_t x);

/* Calls `plane` for every channel of every sample, in parallel; `index` counts them. */
typedef void nn_pooling_plane(const struct nn_call *call, const struct nn_window *window,
                              size_t index);
void nn_pooling_planes(const struct nn_call *call, nn_pooling_plane *plane);

#endif
