/* What onnx.c orders of import.c. */
#ifndef NN_MODEL_ONNX_BUILD_H
#define NN_MODEL_ONNX_BUILD_H

#include "base/map.h"
#include "model/onnx/import.h"

/* The files of external data, mapped when they are first asked for. */
struct nn_onnx_files {
    const char *folder;  /* NULL: there are none */
    struct nn_map *maps; /* by the text of their location */
    struct nn_onnx_text *locations;
    size_t *count, capacity;
    const struct nn_map *model; /* the model itself; NULL: it is not mapped */
};
/* Points a tensor to its data in another file. */
enum nn_status nn_onnx_external(const struct nn_onnx_files *files, struct nn_onnx_tensor *tensor,
                                struct nn_error *error);

struct nn_onnx_order {
    const struct nn_onnx_files *files;
    const struct nn_onnx_tensor *const *given; /* of each real input, or NULL */
    size_t given_count;
    bool constant;      /* the first one too */
    const int *outputs; /* values */
    size_t output_count;
};

/* Fills the import's net and values. On failure the net may be there, in part. */
enum nn_status nn_onnx_build(struct nn_onnx_import *import, const struct nn_onnx_order *order,
                             struct nn_error *error);

#endif
