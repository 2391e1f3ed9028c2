/* The window of convolutions and poolings: their common attributes as words of a layer. */
#ifndef NN_MODEL_ONNX_WINDOW_H
#define NN_MODEL_ONNX_WINDOW_H

#include "base/buffer.h"
#include "model/onnx/import.h"

#define NN_ONNX_MAX_AXES 3

struct nn_onnx_window {
    int axes; /* spatial ones */
    int64_t kernel[NN_ONNX_MAX_AXES], stride[NN_ONNX_MAX_AXES], dilation[NN_ONNX_MAX_AXES];
    int64_t before[NN_ONNX_MAX_AXES], after[NN_ONNX_MAX_AXES]; /* padding */
};

/* Reads kernel_shape (or that of the weight, after its first two axes), strides, dilations, pads
 * and auto_pad for an input N x C x ... */
enum nn_status nn_onnx_window_read(struct nn_onnx_import *import, const struct nn_shape *in,
                                   const struct nn_shape *weight, struct nn_onnx_window *window,
                                   struct nn_error *error);
/* " key=1x2" */
void nn_onnx_window_word(struct nn_buffer *args, const char *key, const int64_t *numbers, int axes);
/* " padding=TOPxLEFTxBOTTOMxRIGHT", or the form of series and volumes. */
void nn_onnx_window_padding(struct nn_buffer *args, const struct nn_onnx_window *window);

#endif
