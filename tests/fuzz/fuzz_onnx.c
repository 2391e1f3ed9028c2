/* ONNX twice: as a model to open, and as a graph whose inputs are all given (as ONNX's own tests
 * give them), where every operator gets constants. */
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_net.h"

#include "base/mem.h"
#include "model/onnx/onnx.h"

#include <string.h>

const char fuzz_name[] = "onnx";

#define MAX_INPUTS 8
#define MAX_COUNT  4096

/* A tensor of ones of the shape that the graph tells, in `room`. */
static void give(const struct nn_onnx_port *port, unsigned char *room,
                 struct nn_onnx_tensor *tensor)
{
    struct nn_shape shape = {.rank = port->rank < 0 ? 0 : port->rank};
    int type = nn_onnx_type_size(port->type) > 0 ? port->type : NN_ONNX_FLOAT;
    size_t count = 1;
    for (int i = 0; i < shape.rank; i++) {
        shape.dim[i] = port->dim[i] < 0 ? 2 : (size_t)port->dim[i];
        if (count > MAX_COUNT / (shape.dim[i] ? shape.dim[i] : 1))
            shape.dim[i] = 1;
        count *= shape.dim[i];
    }
    *tensor = (struct nn_onnx_tensor){.type = type, .shape = shape, .count = count, .data = room};
    for (size_t i = 0; i < count; i++)
        nn_onnx_element_set(room, type, i, 1);
}

static void read_graph(const uint8_t *data, size_t size)
{
    static unsigned char room[MAX_INPUTS][MAX_COUNT * 8];
    struct nn_onnx_tensor tensors[MAX_INPUTS];
    const struct nn_onnx_tensor *given[MAX_INPUTS];
    struct nn_onnx_model model;
    struct nn_onnx_graph graph;
    size_t count = 0;
    if (nn_onnx_parse(&model, data, size, NULL) != NN_OK)
        return;
    for (size_t i = 0; i < model.input_count && count < MAX_INPUTS; i++)
        if (model.inputs[i].value >= 0 && !model.tensors[model.inputs[i].value]) {
            give(&model.inputs[i], room[count], &tensors[count]);
            given[count] = &tensors[count];
            count++;
        }
    nn_onnx_clear(&model);
    if (nn_onnx_read_graph(data, size, given, count, &graph, NULL) == NN_OK)
        nn_onnx_graph_clear(&graph);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nn_model model = {0};
    if (nn_onnx_read(data, size, NULL, &model, NULL) == NN_OK)
        fuzz_model_use(&model);
    read_graph(data, size);
    return 0;
}
