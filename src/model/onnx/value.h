/* What value.c and combine.c share. */
#ifndef NN_MODEL_ONNX_VALUE_H
#define NN_MODEL_ONNX_VALUE_H

#include "model/onnx/import.h"

/* Puts a layer behind *node that gives it the shape, if it has another. */
enum nn_status nn_onnx_reshape_layer(struct nn_onnx_import *import, int *node,
                                     const struct nn_shape *sample, struct nn_error *error);
/* nn_onnx_permute of a constant; `out` may be `in`. */
enum nn_status nn_onnx_permute_constant(struct nn_onnx_import *import,
                                        const struct nn_onnx_value *in, const int *order,
                                        struct nn_onnx_value *out, struct nn_error *error);
/* Both stand in the same order of axes, which is not the graph's. */
bool nn_onnx_same_order(const struct nn_onnx_value *a, const struct nn_onnx_value *b);

#endif
