/* Shared by the transposed convolutions of series, images and volumes. A layer's file has only its
 * class. */
#ifndef NN_ENGINE_LAYERS_CONVTRANSPOSE_H
#define NN_ENGINE_LAYERS_CONVTRANSPOSE_H

#include "engine/layers/convolution.h"
#include "engine/layers/volume.h"

enum { NN_CONVTRANSPOSE_EXTRA = NN_CONV_INIT + 1 };

#define NN_CONVTRANSPOSE_SPECS(a_unit, a_size)                                                     \
    NN_CONV_SPECS(a_unit, a_size, NN_VOLUME_PADDING_HELP),                                         \
        [NN_CONVTRANSPOSE_EXTRA] = {.name = "output_padding",                                      \
                                    .type = NN_ARG_DIMS,                                           \
                                    .fallback = "0",                                               \
                                    .min = 0,                                                      \
                                    .max = INT32_MAX,                                              \
                                    .unit = a_unit,                                                \
                                    .help =                                                        \
                                        "added to the end of the output, which else could have "   \
                                        "several sizes"}

enum nn_status nn_convtranspose_infer_1d(const struct nn_args *args, const struct nn_shape *in,
                                         int in_count, struct nn_shape *out,
                                         struct nn_error *error);
enum nn_status nn_convtranspose_infer_2d(const struct nn_args *args, const struct nn_shape *in,
                                         int in_count, struct nn_shape *out,
                                         struct nn_error *error);
enum nn_status nn_convtranspose_infer_3d(const struct nn_args *args, const struct nn_shape *in,
                                         int in_count, struct nn_shape *out,
                                         struct nn_error *error);
int nn_convtranspose_params(const struct nn_args *args, const struct nn_shape *in, int in_count,
                            struct nn_param_spec specs[NN_MAX_PARAMS]);
size_t nn_convtranspose_scratch(const struct nn_node *node, size_t batch);
void nn_convtranspose_forward(const struct nn_call *call);
void nn_convtranspose_backward(const struct nn_call *call);
double nn_convtranspose_flops(const struct nn_node *node);

#endif
