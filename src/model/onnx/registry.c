#include "model/onnx/import.h"

#define NN_ONNX_FAMILY(name) extern const struct nn_onnx_family name;
#include "model/onnx/families.def"
#undef NN_ONNX_FAMILY

const struct nn_onnx_family *const nn_onnx_families[] = {
#define NN_ONNX_FAMILY(name) &name,
#include "model/onnx/families.def"
#undef NN_ONNX_FAMILY
};
const size_t nn_onnx_family_count = sizeof nn_onnx_families / sizeof *nn_onnx_families;

const struct nn_onnx_op *nn_onnx_op_find(struct nn_onnx_text domain, struct nn_onnx_text name)
{
    if (nn_onnx_text_is(domain, "ai.onnx"))
        domain.length = 0;
    for (size_t f = 0; f < nn_onnx_family_count; f++)
        if (nn_onnx_text_is(domain, nn_onnx_families[f]->domain))
            for (const struct nn_onnx_op *op = nn_onnx_families[f]->ops; op->name; op++)
                if (nn_onnx_text_is(name, op->name))
                    return op;
    return NULL;
}
