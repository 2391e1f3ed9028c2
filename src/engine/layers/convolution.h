/* Shared by the convolutions of images and of series: arguments, shapes, parameters and arithmetic.
 * A layer's file has only its class. */
#ifndef NN_ENGINE_LAYERS_CONVOLUTION_H
#define NN_ENGINE_LAYERS_CONVOLUTION_H

#include "engine/initialize.h"
#include "engine/layers/window.h"

enum {
    NN_CONV_FILTERS,
    NN_CONV_KERNEL,
    NN_CONV_STRIDE,
    NN_CONV_PADDING,
    NN_CONV_DILATION,
    NN_CONV_GROUPS,
    NN_CONV_BIAS,
    NN_CONV_INIT
};

/* The specs of the arguments above, for a layer's table. */
#define NN_CONV_SPECS(a_unit, a_size, a_padding)                                                   \
    [NN_CONV_FILTERS] = {.name = "filters",                                                        \
                         .type = NN_ARG_INT,                                                       \
                         .min = 1,                                                                 \
                         .max = INT32_MAX,                                                         \
                         .help = "number of output channels",                                      \
                         .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},                            \
    [NN_CONV_KERNEL] = {.name = "kernel",                                                          \
                        .type = NN_ARG_DIMS,                                                       \
                        .unit = a_unit,                                                            \
                        .help = "size of the window: " a_size,                                     \
                        .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},                             \
    [NN_CONV_STRIDE] = {.name = "stride",                                                          \
                        .type = NN_ARG_DIMS,                                                       \
                        .fallback = "1",                                                           \
                        .unit = a_unit,                                                            \
                        .help = "step of the window"},                                             \
    [NN_CONV_PADDING] = {.name = "padding",                                                        \
                         .type = NN_ARG_TEXT,                                                      \
                         .fallback = "0",                                                          \
                         .unit = a_unit,                                                           \
                         .help = "zeros around the input: " a_padding},                            \
    [NN_CONV_DILATION] = {.name = "dilation",                                                      \
                          .type = NN_ARG_DIMS,                                                     \
                          .fallback = "1",                                                         \
                          .unit = a_unit,                                                          \
                          .help = "distance of the taps of the window"},                           \
    [NN_CONV_GROUPS] = {.name = "groups",                                                          \
                        .type = NN_ARG_INT,                                                        \
                        .fallback = "1",                                                           \
                        .min = 1,                                                                  \
                        .max = INT32_MAX,                                                          \
                        .help = "independent groups of channels; as many as channels: depthwise"}, \
    [NN_CONV_BIAS] = {.name = "bias",                                                              \
                      .type = NN_ARG_BOOL,                                                         \
                      .fallback = "yes",                                                           \
                      .help = "add a bias"},                                                       \
    [NN_CONV_INIT] = NN_INIT_SPEC

enum nn_status nn_conv_infer_1d(const struct nn_args *args, const struct nn_shape *in, int in_count,
                                struct nn_shape *out, struct nn_error *error);
enum nn_status nn_conv_infer_2d(const struct nn_args *args, const struct nn_shape *in, int in_count,
                                struct nn_shape *out, struct nn_error *error);
int nn_conv_params(const struct nn_args *args, const struct nn_shape *in, int in_count,
                   struct nn_param_spec specs[NN_MAX_PARAMS]);
size_t nn_conv_scratch(const struct nn_node *node, size_t batch);
void nn_conv_forward(const struct nn_call *call);
void nn_conv_backward(const struct nn_call *call);
struct nn_window nn_conv_window(const struct nn_node *node);
double nn_conv_flops(const struct nn_node *node);

#endif
