/* ONNX in: which of several outputs is taken, and what the layers and classes are called. */
#include "model/onnx/onnx.h"
#include "proto.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define DIMS(...) ((const int64_t[]){__VA_ARGS__, 0})

static void save(struct proto *graph)
{
    struct proto file = {0};
    proto_model(&file, graph, 13);
    FILE *out = fopen("m1.onnx", "wb");
    cr_assert(out && fwrite(file.bytes.data, 1, file.bytes.length, out) == file.bytes.length);
    cr_assert(fclose(out) == 0);
    proto_clear(&file);
}

/* An output of whole numbers, which is no choice. */
static void put_label(struct proto *graph, const char *name)
{
    struct proto label = {0}, type = {0}, tensor = {0};
    proto_text(&label, 1, name);
    proto_int(&tensor, 1, 7);
    proto_message(&type, 1, &tensor);
    proto_message(&label, 2, &type);
    proto_message(graph, 12, &label);
}

static const char *last_layer(const char *output, struct nn_model *model)
{
    struct nn_error error = {0};
    nn_model_clear(model);
    cr_assert(nn_onnx_open("m1.onnx", output, model, &error) == NN_OK, "%s", error.message);
    return nn_net_output(model->net)->layer->name;
}

Test(onnx_outputs, one_of_several_is_taken_by_name, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct proto graph = {0};
    struct nn_model model = {0};
    struct nn_error error = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_node(&graph, "ArgMax", "x", "best", NULL);
    proto_node(&graph, "Relu", "x", "out\033put", NULL);
    proto_node(&graph, "Tanh", "x", "side", NULL);
    put_label(&graph, "best");
    proto_port(&graph, 12, "out\033put", DIMS(-1, 3));
    proto_port(&graph, 12, "side", DIMS(-1, 3));
    save(&graph);
    cr_assert(strcmp(last_layer(NULL, &model), "relu") == 0);
    cr_assert(model.note && strcmp(model.note, "of its outputs 'out\\x1bput' is taken; `open FILE "
                                               "output=NAME` takes 'side'") == 0,
              "%s", model.note);
    cr_assert(strcmp(last_layer("side", &model), "tanh") == 0 && !model.note);
    nn_model_clear(&model);
    cr_assert(nn_onnx_open("m1.onnx", "none", &model, &error) == NN_ARGUMENT);
    cr_assert(strstr(error.message, "no output 'none'"), "%s", error.message);
    cr_assert(remove("m1.onnx") == 0);
}

/* Many outputs are not all listed, and a single one is no choice. */
Test(onnx_outputs, the_note_is_short, .init = sample_folder, .fini = sample_folder_remove)
{
    struct proto graph = {0};
    struct nn_model model = {0};
    for (int count = 1; count <= 8; count += 7) {
        proto_port(&graph, 11, "x", DIMS(-1, 3));
        for (int i = 0; i < count; i++) {
            char name[2] = {(char)('a' + i), '\0'};
            proto_node(&graph, "Relu", "x", name, NULL);
            proto_port(&graph, 12, name, DIMS(-1, 3));
        }
        save(&graph);
        last_layer(NULL, &model);
        cr_assert(count == 1 ? !model.note : strstr(model.note, "'b', 'c', 'd', 'e' ...") != NULL,
                  "%s", model.note);
    }
    nn_model_clear(&model);
    cr_assert(remove("m1.onnx") == 0);
}

/* PyTorch's name of a node repeats the module before each of its modules. */
Test(onnx_outputs, layers_bear_the_names_of_modules, .init = sample_folder,
     .fini = sample_folder_remove)
{
    static const char *const names[][2] = {{"/layer1/layer1.0/conv/Relu", "layer1.0.conv"},
                                           {"/a/a.b/a.b.c/Relu", "a.b.c"},
                                           {"/aa/aab/Relu", "aa.aab"},
                                           {"/fc/Relu", "fc"}};
    struct nn_model model = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct proto graph = {0}, name = {0};
        proto_port(&graph, 11, "x", DIMS(-1, 3));
        proto_text(&name, 3, names[i][0]);
        proto_node(&graph, "Relu", "x", "y", &name);
        proto_port(&graph, 12, "y", DIMS(-1, 3));
        save(&graph);
        last_layer(NULL, &model);
        cr_assert(strcmp(nn_net_output(model.net)->name, names[i][1]) == 0, "%s",
                  nn_net_output(model.net)->name);
    }
    nn_model_clear(&model);
    cr_assert(remove("m1.onnx") == 0);
}

static void put_reals(struct proto *attributes, const char *name, int count, const float *values)
{
    struct proto attribute = {0};
    proto_text(&attribute, 1, name);
    for (int i = 0; i < count; i++)
        proto_float(&attribute, 7, values[i]);
    proto_int(&attribute, 20, 6);
    proto_message(attributes, 5, &attribute);
}

static enum nn_status read_classifier(int coefficients, const char *transform,
                                      struct nn_error *error)
{
    static const float numbers[] = {1, 2, 3, 4, 5, 6, 7};
    struct proto graph = {0}, attributes = {0}, labels = {0};
    struct nn_model model = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    put_reals(&attributes, "coefficients", coefficients, numbers);
    put_reals(&attributes, "intercepts", 2, numbers);
    proto_attr_text(&attributes, "post_transform", transform);
    proto_text(&labels, 1, "classlabels_strings");
    proto_text(&labels, 9, "no");
    proto_text(&labels, 9, "yes");
    proto_int(&labels, 20, 8);
    proto_message(&attributes, 5, &labels);
    proto_text(&attributes, 7, "ai.onnx.ml");
    proto_node(&graph, "LinearClassifier", "x", "label scores", &attributes);
    proto_port(&graph, 12, "scores", DIMS(-1, 2));
    save(&graph);
    enum nn_status status = nn_onnx_open("m1.onnx", NULL, &model, error);
    if (status == NN_OK)
        cr_assert(model.class_count == 2 && strcmp(model.classes[1], "yes") == 0);
    nn_model_clear(&model);
    return status;
}

Test(onnx_outputs, linear_models_of_scikit_learn, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_error error = {0};
    cr_assert(read_classifier(6, "LOGISTIC", &error) == NN_OK, "%s", error.message);
    cr_assert(read_classifier(7, "LOGISTIC", &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "its coefficients do not fit"), "%s", error.message);
    cr_assert(read_classifier(0, "LOGISTIC", &error) == NN_REFUSED);
    cr_assert(read_classifier(3, "LOGISTIC", &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "its intercepts"), "%s", error.message);
    cr_assert(read_classifier(6, "PROBIT", &error) == NN_REFUSED);
    cr_assert(strstr(error.message, "post_transform=PROBIT"), "%s", error.message);
    cr_assert(remove("m1.onnx") == 0);
}
