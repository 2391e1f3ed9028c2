/* A net as an ONNX file: each layer by its writer, then the graph around them. */
#include "base/file.h"
#include "base/text.h"
#include "model/onnx/metadata.h"
#include "model/onnx/onnx.h"
#include "model/onnx/write.h"

#include <string.h>

#define IR_VERSION 7
#define OPSET      13
/* Readers of protocol buffers stop at 2 GiB. */
#define MAX_BYTES ((size_t)0x7fffffff)

#define NN_ONNX_LAYERS(name) extern const struct nn_onnx_layer_family name;
#include "model/onnx/layers.def"
#undef NN_ONNX_LAYERS

const struct nn_onnx_layer_family *const nn_onnx_layer_families[] = {
#define NN_ONNX_LAYERS(name) &name,
#include "model/onnx/layers.def"
#undef NN_ONNX_LAYERS
};
const size_t nn_onnx_layer_family_count =
    sizeof nn_onnx_layer_families / sizeof *nn_onnx_layer_families;

/* ValueInfoProto: floats of a free batch and the shape of a sample. */
static void put_port(struct nn_buffer *graph, uint32_t field, const char *name,
                     const struct nn_shape *sample)
{
    struct nn_buffer shape = {0}, batch = {0}, tensor = {0}, type = {0}, port = {0};
    nn_wire_put_text(&batch, 2, "N");
    nn_wire_put_message(&shape, 1, &batch);
    for (int i = 0; i < sample->rank; i++) {
        struct nn_buffer dim = {0};
        nn_wire_put_int(&dim, 1, (int64_t)sample->dim[i]);
        nn_wire_put_message(&shape, 1, &dim);
    }
    nn_wire_put_int(&tensor, 1, NN_ONNX_FLOAT);
    nn_wire_put_message(&tensor, 2, &shape);
    nn_wire_put_message(&type, 1, &tensor);
    nn_wire_put_text(&port, 1, name);
    nn_wire_put_message(&port, 2, &type);
    nn_wire_put_message(graph, field, &port);
}

static void write_plain(struct nn_onnx_writer *writer, const char *op)
{
    char in[NN_ONNX_NAME];
    nn_onnx_in(writer, 0, in);
    nn_onnx_finish(writer, op, in, NULL, NULL);
}

static enum nn_status write_nodes(struct nn_onnx_writer *writer, struct nn_error *error)
{
    for (int i = 1; i < writer->net->count; i++) {
        writer->node = writer->net->nodes[i];
        writer->temporaries = 0;
        const struct nn_onnx_layer_writer *layer =
            nn_onnx_layer_writer_find(writer->node->layer->name);
        struct nn_error local = {0};
        enum nn_status status = NN_OK;
        if (!layer)
            status = nn_fail(&local, NN_REFUSED, "it has no operator in ONNX");
        else if (layer->write)
            status = layer->write(writer, &local);
        else
            write_plain(writer, layer->op);
        if (status != NN_OK)
            return nn_fail(error, status, "layer %s (%s): %s", writer->node->name,
                           writer->node->layer->name, local.message);
    }
    return NN_OK;
}

static enum nn_status write_file(struct nn_onnx_writer *writer, const struct nn_model *model,
                                 struct nn_buffer *file, struct nn_error *error)
{
    struct nn_buffer opset = {0};
    enum nn_status status;
    NN_TRY(write_nodes(writer, error));
    nn_wire_put_text(&writer->graph, 2, "net");
    put_port(&writer->graph, 11, "input", &model->net->nodes[0]->shape);
    put_port(&writer->graph, 12, "output", &nn_net_output(model->net)->shape);
    nn_wire_put_int(file, 1, IR_VERSION);
    nn_wire_put_text(file, 2, "nnscope");
    nn_wire_put_message(file, 7, &writer->graph);
    nn_wire_put_int(&opset, 2, OPSET);
    nn_wire_put_message(file, 8, &opset);
    NN_TRY(nn_onnx_put_metadata(file, model, error));
    NN_TRY(nn_buffer_check(file, error));
out:
    return status;
}

enum nn_status nn_onnx_export(const char *path, const struct nn_model *model,
                              struct nn_error *error)
{
    struct nn_onnx_writer writer = {.net = model->net};
    struct nn_buffer file;
    enum nn_status status;
    if (model->net->count < 2)
        return nn_fail(error, NN_STATE, "there is no net to export");
    if (nn_net_param_count(model->net) > MAX_BYTES / sizeof(float))
        return nn_fail(error, NN_LIMIT, "an ONNX file holds at most 2 GiB of weights");
    nn_buffer_init(&writer.graph, MAX_BYTES);
    nn_buffer_init(&file, MAX_BYTES);
    NN_TRY(write_file(&writer, model, &file, error));
    NN_TRY(nn_save_bytes(path, file.data, file.length, error));
out:
    nn_buffer_clear(&writer.graph);
    nn_buffer_clear(&file);
    return status;
}
