/* Which of a graph's outputs becomes the net's, and what its units are called. */
#ifndef NN_MODEL_ONNX_OUTPUTS_H
#define NN_MODEL_ONNX_OUTPUTS_H

#include "model/model.h"
#include "model/onnx/import.h"

/* The output of that name, or with NULL the first of real numbers; what scikit-learn puts behind
 * the probabilities, labels and a dictionary of them (ZipMap), is cut off. If others could be
 * meant, *note says so (nn_free). Errors: NN_DAMAGED for a graph without outputs, NN_ARGUMENT. */
enum nn_status nn_onnx_choose_output(const struct nn_onnx_model *model, const char *wanted,
                                     int *output, char **note, struct nn_error *error);

/* The classes that scikit-learn names, if there are as many as the net has outputs. */
enum nn_status nn_onnx_find_classes(struct nn_onnx_import *import, struct nn_model *model,
                                    struct nn_error *error);

#endif
