#include "model/onnx/onnx.h"

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/onnx/build.h"
#include "model/onnx/metadata.h"
#include "model/onnx/outputs.h"

#include <stdio.h>
#include <string.h>

/* Beside the file's own size. */
#define SPARE_ROOM ((size_t)32 << 20)
#define MAX_FILES  64

/* ---- attempts ---- */

/* How the axes of the graph are read, one after the other. */
enum attempt { WITH_BATCH, WHOLE_TENSOR, CONSTANTS, ATTEMPTS };

struct attempt_result {
    struct nn_arena arena;
    struct nn_onnx_import import;
};

static void attempt_clear(struct attempt_result *attempt)
{
    nn_net_free(attempt->import.net);
    nn_arena_clear(&attempt->arena);
    *attempt = (struct attempt_result){0};
}

static enum nn_status try_attempt(const struct nn_onnx_model *model, enum attempt kind,
                                  const struct nn_onnx_order *order, struct attempt_result *attempt,
                                  struct nn_error *error)
{
    struct nn_onnx_order mine = *order;
    *attempt = (struct attempt_result){0};
    nn_arena_init(&attempt->arena);
    mine.constant = kind == CONSTANTS;
    attempt->import = (struct nn_onnx_import){
        .model = model, .arena = &attempt->arena, .lead = kind == WITH_BATCH, .room = SPARE_ROOM};
    size_t length = (size_t)(model->body.end - model->body.at);
    if (!nn_size_add(attempt->import.room, length, &attempt->import.room) ||
        !nn_size_add(attempt->import.room, length, &attempt->import.room))
        return nn_fail(error, NN_LIMIT, "the file is too large");
    return nn_onnx_build(&attempt->import, &mine, error);
}

/* The first attempt that succeeds. The error is that of the first: it speaks of the graph as
 * people see it. */
static enum nn_status build(const struct nn_onnx_model *model, const struct nn_onnx_order *order,
                            enum attempt last, struct attempt_result *attempt,
                            struct nn_error *error)
{
    struct nn_error first = {0}, local = {0};
    enum nn_status status = NN_OK;
    for (enum attempt kind = WITH_BATCH; kind <= last; kind++) {
        status = try_attempt(model, kind, order, attempt, &local);
        if (status == NN_OK)
            return NN_OK;
        bool mixes = attempt->import.mixes || last == CONSTANTS;
        attempt_clear(attempt);
        if (kind == WITH_BATCH)
            first = local;
        if (status == NN_MEMORY || !mixes)
            break;
        if (kind == WHOLE_TENSOR && last == WHOLE_TENSOR)
            first = local; /* what stands in the way when batches do not */
    }
    if (error)
        *error = first;
    return first.status;
}

/* ---- a model ---- */

/* The layer of the output is made the last one. */
static enum nn_status end_net(struct nn_onnx_import *import, int output, struct nn_error *error)
{
    const struct nn_onnx_value *value = &import->values[output];
    char args[NN_SHAPE_TEXT + 16], text[NN_SHAPE_TEXT];
    int node;
    if (value->kind != NN_ONNX_RUNTIME)
        return nn_fail(error, NN_REFUSED, "its output does not depend on its input");
    enum nn_status status = nn_onnx_plain(import, value, &node, error);
    if (status != NN_OK || (node == import->net->count - 1 && node > 0))
        return status;
    snprintf(args, sizeof args, "shape=%s", nn_shape_text(text, &import->net->nodes[node]->shape));
    return nn_onnx_layer(import, "reshape", args, &node, 1, &node, error);
}

/* Whether all exponents are below the one of infinity and NaN; without a branch, for files of many
 * millions of weights. */
static bool all_finite(const float *values, size_t count)
{
    const uint32_t exponent = 0x7f800000;
    uint32_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        wrong |= (bits & exponent) == exponent;
    }
    return !wrong;
}

static enum nn_status check_finite(const struct nn_net *net, struct nn_error *error)
{
    struct nn_param *param;
    char name[2 * NN_NAME_SIZE];
    for (size_t p = 0; (param = nn_net_param(net, p, NULL, name)); p++)
        if (!all_finite(param->value.data, nn_shape_size(&param->value.shape)))
            return nn_fail(error, NN_DAMAGED, "%s holds values that are not finite", name);
    return NN_OK;
}

static enum nn_status read_model(const unsigned char *bytes, size_t length,
                                 const struct nn_onnx_files *files, const char *wanted,
                                 struct nn_model *model, struct nn_error *error)
{
    struct nn_onnx_model graph = {0};
    struct attempt_result attempt = {0};
    struct nn_model fresh = {0};
    enum nn_status status;
    NN_TRY(nn_onnx_parse(&graph, bytes, length, error));
    if (files->model)
        nn_map_forget(files->model);
    int output;
    NN_TRY(nn_onnx_choose_output(&graph, wanted, &output, &fresh.note, error));
    struct nn_onnx_order order = {.files = files, .outputs = &output, .output_count = 1};
    NN_TRY(build(&graph, &order, WHOLE_TENSOR, &attempt, error));
    NN_TRY(end_net(&attempt.import, output, error));
    NN_TRY(check_finite(attempt.import.net, error));
    fresh.net = attempt.import.net;
    attempt.import.net = NULL;
    nn_net_touch(fresh.net);
    NN_TRY(nn_onnx_find_classes(&attempt.import, &fresh, error));
    NN_TRY(nn_onnx_read_metadata(&graph, &fresh, error));
    *model = fresh;
    fresh = (struct nn_model){0};
out:
    nn_model_clear(&fresh);
    attempt_clear(&attempt);
    nn_onnx_clear(&graph);
    return status;
}

static enum nn_status read_files(const unsigned char *bytes, size_t length,
                                 const struct nn_map *map, const char *folder, const char *wanted,
                                 struct nn_model *model, struct nn_error *error)
{
    struct nn_map maps[MAX_FILES];
    struct nn_onnx_text locations[MAX_FILES];
    size_t count = 0;
    struct nn_onnx_files files = {folder, maps, locations, &count, MAX_FILES, map};
    enum nn_status status = read_model(bytes, length, &files, wanted, model, error);
    for (size_t i = 0; i < count; i++)
        nn_map_close(&maps[i]);
    return status;
}

enum nn_status nn_onnx_read(const unsigned char *bytes, size_t length, const char *folder,
                            struct nn_model *model, struct nn_error *error)
{
    return read_files(bytes, length, NULL, folder, NULL, model, error);
}

enum nn_status nn_onnx_open(const char *path, const char *output, struct nn_model *model,
                            struct nn_error *error)
{
    struct nn_map map = {0};
    struct nn_error local = {0};
    char *folder = nn_strndup(path, (size_t)(nn_path_name(path) - path));
    enum nn_status status = NN_OK;
    if (!folder)
        return nn_fail_memory(error, strlen(path));
    NN_TRY(nn_map_open(&map, path, &local));
    NN_TRY(read_files(map.data ? map.data : (const unsigned char *)"", map.length, &map, folder,
                      output, model, &local));
out:
    if (status != NN_OK) {
        nn_fail_at(&local, NN_VISIBLE(path), 0, 0);
        if (error)
            *error = local;
    }
    nn_map_close(&map);
    nn_free(folder);
    return status;
}

/* ---- a graph with all its outputs ---- */

/* Keeps an output: the layer of it, or its values. */
static enum nn_status take_output(struct nn_onnx_import *import, int value,
                                  struct nn_onnx_output *output, struct nn_error *error)
{
    const struct nn_onnx_value *from = &import->values[value];
    *output = (struct nn_onnx_output){
        .name = import->model->names[value], .shape = from->shape, .node = -1};
    if (from->kind == NN_ONNX_UNSET)
        return nn_fail(error, NN_REFUSED, "output '%s' is not computed",
                       NN_ONNX_TEXT(output->name));
    if (from->kind == NN_ONNX_RUNTIME)
        return nn_onnx_plain(import, from, &output->node, error);
    output->values = nn_calloc(from->tensor.count + 1, sizeof *output->values);
    if (!output->values)
        return nn_fail_memory(error, from->tensor.count * sizeof *output->values);
    nn_onnx_tensor_floats(&from->tensor, output->values);
    return NN_OK;
}

enum nn_status nn_onnx_read_graph(const unsigned char *bytes, size_t length,
                                  const struct nn_onnx_tensor *const *given, size_t given_count,
                                  struct nn_onnx_graph *graph, struct nn_error *error)
{
    struct nn_onnx_model model = {0};
    struct attempt_result attempt = {0};
    struct nn_onnx_graph fresh = {0};
    int *outputs = NULL;
    enum nn_status status;
    NN_TRY(nn_onnx_parse(&model, bytes, length, error));
    outputs = nn_calloc(model.output_count + 1, sizeof *outputs);
    fresh.outputs = nn_calloc(model.output_count + 1, sizeof *fresh.outputs);
    if (!outputs || !fresh.outputs)
        NN_TRY(nn_fail_memory(error, model.output_count * sizeof *fresh.outputs));
    for (size_t i = 0; i < model.output_count; i++)
        outputs[i] = model.outputs[i].value;
    struct nn_onnx_order order = {.given = given,
                                  .given_count = given_count,
                                  .outputs = outputs,
                                  .output_count = model.output_count};
    NN_TRY(build(&model, &order, CONSTANTS, &attempt, error));
    for (size_t i = 0; i < model.output_count; i++)
        if (outputs[i] >= 0)
            NN_TRY(take_output(&attempt.import, outputs[i], &fresh.outputs[fresh.output_count++],
                               error));
    fresh.batch = attempt.import.batch;
    fresh.constant = attempt.import.input.kind == NN_ONNX_UNSET;
    if (attempt.import.input.ordered) {
        fresh.order_rank = attempt.import.input.order_rank;
        memcpy(fresh.order, attempt.import.input.order, sizeof fresh.order);
    }
    fresh.net = attempt.import.net;
    attempt.import.net = NULL;
    *graph = fresh;
    fresh = (struct nn_onnx_graph){0};
out:
    nn_onnx_graph_clear(&fresh);
    attempt_clear(&attempt);
    nn_onnx_clear(&model);
    nn_free(outputs);
    return status;
}

void nn_onnx_graph_clear(struct nn_onnx_graph *graph)
{
    for (size_t i = 0; i < graph->output_count; i++)
        nn_free(graph->outputs[i].values);
    nn_free(graph->outputs);
    nn_net_free(graph->net);
    *graph = (struct nn_onnx_graph){0};
}
