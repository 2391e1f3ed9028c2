/* The description of a model (its JSON) beside tensors that fit the corpus: reaches what a change
 * of a whole file hardly reaches, for there one byte more or less breaks the layout. */
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_net.h"

#include "base/mem.h"
#include "model/json.h"
#include "model/safetensors.h"

#include <stdlib.h>
#include <string.h>

const char fuzz_name[] = "description";

static const struct {
    const char *name;
    const char *dtype;
    int dims[4];
} tensors[] = {
    {"history/epochs", "F64", {2, 3}},
    {"history/batch_loss", "F32", {4}},
    {"scaling/offset", "F32", {1}},
    {"scaling/factor", "F32", {1}},
    {"conv.weight", "F32", {2, 1, 3, 3}},
    {"conv.bias", "F32", {2}},
    {"norm.weight", "F32", {2}},
    {"norm.bias", "F32", {2}},
    {"norm.running_mean", "F32", {2}},
    {"norm.running_var", "F32", {2}},
    {"out.weight", "F32", {3, 8}},
    {"out.bias", "F32", {3}},
    {"optimizer/conv.weight/exp_avg", "F32", {2, 1, 3, 3}},
    {"optimizer/conv.weight/exp_avg_sq", "F32", {2, 1, 3, 3}},
    {"optimizer/conv.bias/exp_avg", "F32", {2}},
    {"optimizer/conv.bias/exp_avg_sq", "F32", {2}},
    {"optimizer/out.weight/exp_avg", "F32", {3, 8}},
    {"optimizer/out.weight/exp_avg_sq", "F32", {3, 8}},
    {"optimizer/out.bias/exp_avg", "F32", {3}},
    {"optimizer/out.bias/exp_avg_sq", "F32", {3}},
};

static void need(int result)
{
    if (result != 0)
        abort();
}

static size_t add(json_t *header, size_t i, size_t begin)
{
    size_t bytes = strcmp(tensors[i].dtype, "F64") == 0 ? 8 : 4;
    json_t *shape = json_array();
    for (int k = 0; k < 4 && tensors[i].dims[k] > 0; k++) {
        need(json_array_append_new(shape, json_integer(tensors[i].dims[k])));
        bytes *= (size_t)tensors[i].dims[k];
    }
    need(json_object_set_new(header, tensors[i].name,
                             json_pack("{s:s,s:o,s:[I,I]}", "dtype", tensors[i].dtype, "shape",
                                       shape, "data_offsets", (json_int_t)begin,
                                       (json_int_t)(begin + bytes))));
    return begin + bytes;
}

/* The file whose description is `text`; NULL if that is not UTF-8. */
static unsigned char *build(const char *text, size_t size, size_t *length)
{
    json_t *description = json_stringn(text, size);
    if (!description)
        return NULL;
    json_t *header = json_pack("{s:{s:o}}", "__metadata__", "nnscope", description);
    size_t data = 0;
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        data = add(header, i, data);

    struct nn_buffer json;
    nn_buffer_init(&json, 0);
    need(nn_json_text(header, &json, NULL) != NN_OK);
    json_decref(header);
    *length = 8 + json.length + data;
    unsigned char *bytes = nn_calloc(*length + 1, 1);
    need(bytes == NULL);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)json.length >> 8 * i);
    memcpy(bytes + 8, json.data, json.length);
    nn_buffer_clear(&json);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length;
    unsigned char *bytes = build((const char *)data, size, &length);
    struct nn_model model;
    if (bytes && nn_model_parse(bytes, length, "fuzz", &model, NULL) == NN_OK)
        fuzz_model_use(&model);
    return 0;
}
