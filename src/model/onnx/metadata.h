/* What our own ONNX files say of the data: keys of metadata_props, values in JSON. */
#ifndef NN_MODEL_ONNX_METADATA_H
#define NN_MODEL_ONNX_METADATA_H

#include "base/buffer.h"
#include "model/model.h"
#include "model/onnx/proto.h"

/* Appends the classes, features and scaling of a model to a file. */
enum nn_status nn_onnx_put_metadata(struct nn_buffer *file, const struct nn_model *model,
                                    struct nn_error *error);
/* Reads them back. What does not fit the net is left out: other programs write as they like. */
enum nn_status nn_onnx_read_metadata(const struct nn_onnx_model *file, struct nn_model *model,
                                     struct nn_error *error);

#endif
