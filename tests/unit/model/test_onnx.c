/* ONNX in: against PyTorch's numbers, written out by hand, and hostile. What single operators do is
 * told by ONNX's own tests (tests/onnx). */
#include "engine/pass.h"
#include "kernels/kernels.h"
#include "model/onnx/onnx.h"
#include "proto.h"
#include "reference.h"
#include "sample.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIMS(...)    ((const int64_t[]){__VA_ARGS__, 0})
#define NUMBERS(...) ((const float[]){__VA_ARGS__})

static void open_reference(const char *name, struct nn_model *model)
{
    char path[4096];
    struct nn_error error = {0};
    snprintf(path, sizeof path, "%s/reference/%s.onnx", getenv("NN_TESTS"), name);
    *model = (struct nn_model){0};
    cr_assert(nn_model_open(path, model, &error) == NN_OK, "%s", error.message);
}

/* The output of a net for a batch (nn_free). */
static float *answers(const struct nn_net *net, const float *x, size_t batch)
{
    struct nn_pass *pass;
    struct nn_error error = {0};
    size_t out = nn_net_output(net)->size;
    float *y = nn_calloc(batch * out, sizeof *y);
    cr_assert(y && nn_pass_new(net, batch, NN_PASS_FORWARD, 0, &pass, &error) == NN_OK, "%s",
              error.message);
    memcpy(nn_pass_input(pass), x, batch * net->nodes[0]->size * sizeof *x);
    nn_pass_forward(pass, batch, NULL);
    memcpy(y, nn_pass_output(pass, net->count - 1), batch * out * sizeof *y);
    nn_pass_free(pass);
    return y;
}

Test(onnx, nets_of_pytorch_give_its_answers)
{
    static const char *const names[] = {"explain-mlp", "explain-mlp-tanh", "explain-lenet",
                                        "explain-residual"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct reference ref;
        struct nn_model model;
        struct nn_shape shape, wanted;
        reference_open(&ref, names[i]);
        open_reference(names[i], &model);
        float *x = reference_floats(&ref, "x", &shape);
        float *expected = reference_floats(&ref, "output", &wanted);
        float *y = answers(model.net, x, shape.dim[0]);
        double error = reference_error(y, expected, nn_shape_size(&wanted));
        cr_assert(error <= 1e-5, "%s: %g", names[i], error);
        nn_free(x);
        nn_free(y);
        nn_free(expected);
        nn_model_clear(&model);
        reference_close(&ref);
    }
}

static bool has_layer(const struct nn_net *net, const char *layer)
{
    for (int i = 0; i < net->count; i++)
        if (strcmp(net->nodes[i]->layer->name, layer) == 0)
            return true;
    return false;
}

/* Small nets as its exporter writes them, opset by opset (tests/interchange/torch_reference.py). */
Test(onnx, exports_of_pytorch_give_its_answers)
{
    static const char *const names[] = {"mlp",  "lenet-flatten", "lenet-view",
                                        "norm", "shuffle",       "dense"};
    static const int opsets[] = {9, 11, 13, 14, 16};
    struct reference ref;
    size_t read = 0;
    reference_open(&ref, "torch/answers");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct nn_shape shape, wanted;
        char name[64];
        snprintf(name, sizeof name, "%s.x", names[i]);
        float *x = reference_floats(&ref, name, &shape);
        snprintf(name, sizeof name, "%s.y", names[i]);
        float *expected = reference_floats(&ref, name, &wanted);
        for (size_t k = 0; k < 2 * sizeof opsets / sizeof *opsets; k++) {
            struct nn_model model;
            snprintf(name, sizeof name, "torch/%s-%d-%s", names[i], opsets[k / 2],
                     k % 2 ? "free" : "fixed");
            open_reference(name, &model);
            float *y = answers(model.net, x, shape.dim[0]);
            double error = reference_error(y, expected, nn_shape_size(&wanted));
            cr_assert(error <= 1e-5, "%s: %g", name, error);
            cr_assert(has_layer(model.net, "layernorm") == (strcmp(names[i], "norm") == 0));
            nn_free(y);
            nn_model_clear(&model);
            read++;
        }
        nn_free(x);
        nn_free(expected);
    }
    cr_assert(read == 60);
    reference_close(&ref);
}

/* What is imported is an ordinary net: batch normalization is there, weights bear PyTorch's names,
 * and it survives our own format bit by bit. */
Test(onnx, an_imported_net_is_an_ordinary_one, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model, saved = {0};
    struct nn_error error = {0};
    int node;
    open_reference("explain-residual", &model);
    cr_assert(nn_net_find(model.net, "bn1", &node, NULL) == NN_OK);
    cr_assert(strcmp(model.net->nodes[node]->layer->name, "batchnorm") == 0);
    cr_assert(nn_net_find(model.net, "conv1", &node, NULL) == NN_OK);
    cr_assert(nn_model_save("m1.safetensors", &model, &error) == NN_OK, "%s", error.message);
    cr_assert(nn_model_open("m1.safetensors", &saved, &error) == NN_OK, "%s", error.message);
    sample_compare_nets(model.net, saved.net);
    nn_model_clear(&model);
    nn_model_clear(&saved);
}

/* ---- graphs written out ---- */

static enum nn_status read_proto(struct proto *graph, int64_t opset, struct nn_model *model,
                                 struct nn_error *error)
{
    struct proto file = {0};
    proto_model(&file, graph, opset);
    *model = (struct nn_model){0};
    enum nn_status status =
        nn_onnx_read((const unsigned char *)file.bytes.data, file.bytes.length, NULL, model, error);
    proto_clear(&file);
    return status;
}

static void read_sound(struct proto *graph, struct nn_model *model)
{
    struct nn_error error = {0};
    cr_assert(read_proto(graph, 13, model, &error) == NN_OK, "%s", error.message);
}

static void expect_refusal(struct proto *graph, int64_t opset, enum nn_status wanted,
                           const char *text)
{
    struct nn_model model;
    struct nn_error error = {0};
    enum nn_status status = read_proto(graph, opset, &model, &error);
    cr_assert(status == wanted && strstr(error.message, text), "%d, %s", status, error.message);
}

/* x [batch, 2] of PyTorch's `x.view(x.size(0), -1)` with a free batch: the arithmetic of shapes
 * disappears. */
Test(onnx, arithmetic_of_shapes_disappears)
{
    struct proto graph = {0}, gather = {0}, unsqueeze = {0}, concat = {0};
    struct nn_model model;
    proto_port(&graph, 11, "x", DIMS(-1, 2, 3));
    proto_ints(&graph, "zero", 1, (int64_t[]){0});
    proto_ints(&graph, "rest", 1, (int64_t[]){-1});
    proto_node(&graph, "Shape", "x", "shape", NULL);
    proto_node(&graph, "Gather", "shape zero", "n", &gather);
    proto_attr_int(&concat, "axis", 0);
    proto_node(&graph, "Concat", "n rest", "target", &concat);
    proto_node(&graph, "Reshape", "x target", "flat", NULL);
    proto_node(&graph, "Relu", "flat", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 6));
    (void)unsqueeze;
    read_sound(&graph, &model);
    cr_assert(model.net->count == 3, "%d", model.net->count);
    cr_assert(has_layer(model.net, "flatten") && has_layer(model.net, "relu"));
    nn_model_clear(&model);
}

/* Keras by tf2onnx: channels last outside, first inside. The transposes go, the weight of the dense
 * layer is put in our order, and the answers stay. */
Test(onnx, transposes_of_channels_last_are_removed)
{
    struct proto graph = {0}, to_first = {0}, to_last = {0};
    struct nn_model model;
    float dense[8 * 2], x[8];
    for (int i = 0; i < 16; i++)
        dense[i] = (float)(i * i % 7) - 3.0f;
    for (int i = 0; i < 8; i++)
        x[i] = (float)(i % 3) + 0.5f * (float)i;    /* C x H x W = 2 x 2 x 2 */
    proto_port(&graph, 11, "x", DIMS(-1, 2, 2, 2)); /* H x W x C */
    proto_weights(&graph, "k", DIMS(2, 2, 1, 1), NUMBERS(1, 2, -1, 0.5f));
    proto_weights(&graph, "w", DIMS(8, 2), dense);
    proto_weights(&graph, "b", DIMS(2), NUMBERS(0.25f, -1));
    proto_ints(&graph, "flat", 2, (int64_t[]){-1, 8});
    proto_attr_ints(&to_first, "perm", 4, (int64_t[]){0, 3, 1, 2});
    proto_node(&graph, "Transpose", "x", "a", &to_first);
    proto_node(&graph, "Conv", "a k", "c", NULL);
    proto_attr_ints(&to_last, "perm", 4, (int64_t[]){0, 2, 3, 1});
    proto_node(&graph, "Transpose", "c", "d", &to_last);
    proto_node(&graph, "Relu", "d", "r", NULL);
    proto_node(&graph, "Reshape", "r flat", "e", NULL);
    proto_node(&graph, "MatMul", "e w", "m", NULL);
    proto_node(&graph, "Add", "m b", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 2));
    read_sound(&graph, &model);
    cr_assert(!has_layer(model.net, "permute") && !has_layer(model.net, "add"));
    cr_assert(model.net->count == 5, "%d", model.net->count);

    float wanted[2] = {0.25f, -1};
    for (int place = 0; place < 4; place++)
        for (int f = 0; f < 2; f++) {
            float value = f ? -x[place] + 0.5f * x[4 + place] : x[place] + 2 * x[4 + place];
            for (int u = 0; u < 2; u++)
                wanted[u] += (value > 0 ? value : 0) * dense[(place * 2 + f) * 2 + u];
        }
    float *y = answers(model.net, x, 1);
    cr_assert(fabsf(y[0] - wanted[0]) < 1e-4f && fabsf(y[1] - wanted[1]) < 1e-4f, "%g %g, %g %g",
              (double)y[0], (double)y[1], (double)wanted[0], (double)wanted[1]);
    nn_free(y);
    nn_model_clear(&model);
}

/* scikit-learn's MLPClassifier: the labels behind the probabilities are cut off, their names kept.
 */
Test(onnx, classifiers_of_scikit_learn_are_cut_at_the_probabilities)
{
    struct proto graph = {0}, axis = {0}, arg = {0}, names = {0}, domain = {0}, zip = {0};
    struct nn_model model;
    proto_port(&graph, 11, "x", DIMS(-1, 2));
    proto_weights(&graph, "w", DIMS(2, 2), NUMBERS(1, 2, 3, 4));
    proto_int(&names, 1, 2);
    proto_int(&names, 2, 8);
    proto_text(&names, 8, "classes");
    proto_text(&names, 6, "cat");
    proto_text(&names, 6, "d\033og");
    proto_message(&graph, 5, &names);
    proto_node(&graph, "MatMul", "x w", "m", NULL);
    proto_attr_int(&axis, "axis", 1);
    proto_node(&graph, "Softmax", "m", "p", &axis);
    proto_attr_int(&arg, "axis", 1);
    proto_node(&graph, "ArgMax", "p", "best", &arg);
    proto_text(&domain, 7, "ai.onnx.ml");
    proto_node(&graph, "ArrayFeatureExtractor", "classes best", "label", &domain);
    proto_text(&zip, 7, "ai.onnx.ml");
    proto_node(&graph, "ZipMap", "p", "dictionary", &zip);
    struct proto label = {0};
    proto_text(&label, 1, "label");
    struct proto type = {0}, tensor = {0};
    proto_int(&tensor, 1, 8);
    proto_message(&type, 1, &tensor);
    proto_message(&label, 2, &type);
    proto_message(&graph, 12, &label);
    struct proto dictionary = {0};
    proto_text(&dictionary, 1, "dictionary");
    proto_message(&graph, 12, &dictionary);
    read_sound(&graph, &model);
    cr_assert(strcmp(nn_net_output(model.net)->layer->name, "softmax") == 0);
    cr_assert(model.class_count == 2 && strcmp(model.classes[0], "cat") == 0);
    cr_assert(strcmp(model.classes[1], "d\\x1bog") == 0, "%s", model.classes[1]);
    nn_model_clear(&model);
}

/* A bound that is left out is an empty name; a batch normalization of opset 9; one sample alone. */
Test(onnx, exporters_habits)
{
    struct proto graph = {0}, whole = {0}, perm = {0};
    struct nn_model model;
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_weights(&graph, "six", (const int64_t[]){0}, NUMBERS(6));
    proto_port(&graph, 11, "six", (const int64_t[]){0}); /* IR 3: initializers are inputs too */
    proto_node(&graph, "Clip", "x - six", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    read_sound(&graph, &model);
    float *y = answers(model.net, NUMBERS(-9, 3, 9), 1);
    cr_assert(y[0] == -9 && y[1] == 3 && y[2] == 6);
    nn_free(y);
    nn_model_clear(&model);

    proto_port(&whole, 11, "x", DIMS(2, 3)); /* axis 0 is no batch here */
    proto_attr_ints(&perm, "perm", 2, (int64_t[]){1, 0});
    proto_node(&whole, "Transpose", "x", "y", &perm);
    proto_port(&whole, 12, "y", DIMS(3, 2));
    read_sound(&whole, &model);
    y = answers(model.net, NUMBERS(1, 2, 3, 4, 5, 6), 1);
    cr_assert(y[0] == 1 && y[1] == 4 && y[2] == 2 && y[5] == 6);
    nn_free(y);
    nn_model_clear(&model);
}

Test(onnx, what_is_not_supported_is_named)
{
    struct proto graph = {0}, attributes = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_node(&graph, "Fft", "x", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_REFUSED, "node 0 (Fft): the operator is not supported");

    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_attr_int(&attributes, "alpho", 1);
    proto_node(&graph, "Elu", "x", "y", &attributes);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_REFUSED, "node 0 (Elu): its attribute alpho is not supported");

    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_text(&attributes, 3, "\033[31mevil");
    proto_node(&graph, "Cosh", "x", "y", &attributes);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_REFUSED, "node '\\x1b[31mevil' (Cosh)");

    proto_port(&graph, 11, "x", DIMS(-1, 3, -1));
    proto_node(&graph, "Relu", "x", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_REFUSED, "dimension 2 of its input may be any");

    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_port(&graph, 11, "z", DIMS(-1, 3));
    proto_node(&graph, "Add", "x z", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_REFUSED, "its input 'z' is not known");
}

/* ---- hostile files ---- */

Test(onnx, graphs_that_make_no_sense)
{
    struct proto graph = {0}, attributes = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3)); /* a cycle */
    proto_node(&graph, "Add", "x b", "a", NULL);
    proto_node(&graph, "Relu", "a", "b", NULL);
    proto_port(&graph, 12, "b", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_REFUSED, "a cycle");

    proto_port(&graph, 11, "x", DIMS(-1, 3)); /* one value computed twice */
    proto_node(&graph, "Relu", "x", "y", NULL);
    proto_node(&graph, "Tanh", "x", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_DAMAGED, "was computed before");

    proto_port(&graph, 11, "x", DIMS(-1, 3)); /* two initializers of one name */
    proto_weights(&graph, "w", DIMS(1), NUMBERS(1));
    proto_weights(&graph, "w", DIMS(1), NUMBERS(2));
    proto_node(&graph, "Mul", "x w", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_DAMAGED, "two initializers 'w'");

    proto_port(&graph, 11, "x", DIMS(-1, 3)); /* a terabyte from a few digits */
    proto_ints(&graph, "s", 2, (int64_t[]){1 << 20, 1 << 20});
    proto_node(&graph, "ConstantOfShape", "s", "c", NULL);
    proto_node(&graph, "Add", "x c", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_LIMIT, "more memory than the file warrants");

    proto_port(&graph, 11, "x", DIMS(-1, 3, 8, 8)); /* a weight that does not fit */
    proto_weights(&graph, "w", DIMS(1, 2, 1, 1), NUMBERS(1, 2));
    proto_node(&graph, "Conv", "x w", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_DAMAGED, "weight is 1x2x1x1");

    proto_port(&graph, 11, "x", DIMS(-1, 3)); /* an attribute of another type */
    proto_attr_text(&attributes, "alpha", "one");
    proto_node(&graph, "Elu", "x", "y", &attributes);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    expect_refusal(&graph, 13, NN_DAMAGED, "attribute alpha");
}

static enum nn_status read_tensor(int64_t dim, uint32_t field, int64_t value,
                                  struct nn_error *error)
{
    struct proto graph = {0}, tensor = {0};
    struct nn_model model;
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_int(&tensor, 1, dim);
    proto_int(&tensor, 1, dim);
    proto_int(&tensor, 2, 1);
    proto_text(&tensor, 8, "w");
    proto_int(&tensor, field, value);
    proto_message(&graph, 5, &tensor);
    proto_node(&graph, "Mul", "x w", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    enum nn_status status = read_proto(&graph, 13, &model, error);
    cr_assert(status != NN_OK);
    return status;
}

Test(onnx, extreme_sizes)
{
    static const int64_t dims[] = {-1, INT64_MIN, INT64_MAX, (int64_t)1 << 32, (int64_t)1 << 40, 3};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        for (uint32_t field = 1; field < 16; field++) {
            struct nn_error error = {0};
            read_tensor(dims[i], field, INT64_MAX, &error);
            cr_assert(error.message[0] != '\0');
        }
}

/* Every prefix of a file is an error, or a net (a field can end where another begins). */
static void cut_everywhere(const char *name)
{
    char path[4096];
    size_t length, read = 0;
    snprintf(path, sizeof path, "%s/reference/%s.onnx", getenv("NN_TESTS"), name);
    unsigned char *bytes = sample_bytes(path, &length);
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *copy = nn_calloc(cut + 1, 1); /* exact, so that a read beyond it is found */
        struct nn_model model = {0};
        struct nn_error error = {0};
        memcpy(copy, bytes, cut);
        enum nn_status status = nn_onnx_read(copy, cut, NULL, &model, &error);
        cr_assert(status == NN_OK || error.message[0] != '\0');
        read += status == NN_OK;
        nn_model_clear(&model);
        nn_free(copy);
    }
    cr_assert(read <= 2, "%s: %zu", name, read);
    nn_free(bytes);
}

Test(onnx, cut_at_every_byte)
{
    cut_everywhere("explain-mlp-tanh");
    cut_everywhere("explain-residual");
}

Test(onnx, a_million_nodes_are_refused)
{
    struct proto graph = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    for (int i = 0; i < 1000000; i++)
        nn_buffer_append(&graph.bytes, "\x0a\x00", 2);
    expect_refusal(&graph, 13, NN_LIMIT, "1000000 nodes");
}

/* ---- external data ---- */

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

/* y = x w, w [1] being in the file at `location`. */
static enum nn_status open_external(const char *location, const char *offset,
                                    struct nn_model *model, struct nn_error *error)
{
    struct proto graph = {0}, tensor = {0}, entry = {0}, more = {0}, file = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 1));
    proto_int(&tensor, 1, 1);
    proto_int(&tensor, 2, 1);
    proto_text(&tensor, 8, "w");
    proto_text(&entry, 1, "location");
    proto_text(&entry, 2, location);
    proto_message(&tensor, 13, &entry);
    proto_text(&more, 1, "offset");
    proto_text(&more, 2, offset);
    proto_message(&tensor, 13, &more);
    proto_int(&tensor, 14, 1);
    proto_message(&graph, 5, &tensor);
    proto_node(&graph, "Mul", "x w", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 1));
    proto_model(&file, &graph, 13);
    write_file("sub/m.onnx", file.bytes.data, file.bytes.length);
    proto_clear(&file);
    *model = (struct nn_model){0};
    return nn_model_open("sub/m.onnx", model, error);
}

Test(onnx, external_data_stay_beside_the_model, .init = sample_folder, .fini = sample_folder_remove)
{
    static const char *const escapes[] = {
        "../secret", "/etc/passwd", "./../secret", "in/../../secret", "in//w", "",   ".",
        "..",        "in/",         "link",        "linked/w",        "hard",  "in", "fifo",
    };
    const float numbers[] = {7, 3};
    struct nn_model model;
    struct nn_error error = {0};
    cr_assert(mkdir("sub", 0700) == 0 && mkdir("sub/in", 0700) == 0);
    write_file("secret", numbers, sizeof numbers);
    write_file("sub/w", numbers, sizeof numbers);
    write_file("sub/in/w", numbers, sizeof numbers);
    cr_assert(symlink("../secret", "sub/link") == 0 && symlink("in", "sub/linked") == 0);
    cr_assert(link("secret", "sub/hard") == 0 && mkfifo("sub/fifo", 0600) == 0);
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        error = (struct nn_error){0};
        cr_assert(open_external(escapes[i], "0", &model, &error) != NN_OK, "%s", escapes[i]);
        cr_assert(error.message[0] != '\0');
    }
    cr_assert(open_external("w", "8", &model, &error) == NN_DAMAGED); /* beyond its end */
    cr_assert(open_external("w", "99999999999999999999", &model, &error) == NN_DAMAGED);
    cr_assert(open_external("none", "0", &model, &error) == NN_DAMAGED);
    static const char *const sound[] = {"w", "in/w"};
    for (size_t i = 0; i < 2; i++) {
        cr_assert(open_external(sound[i], "4", &model, &error) == NN_OK, "%s", error.message);
        float *y = answers(model.net, NUMBERS(2), 1);
        cr_assert(y[0] == 6);
        nn_free(y);
        nn_model_clear(&model);
    }
    cr_assert(system("rm -r sub secret") == 0);
}

Test(onnx, files_of_frameworks_are_refused_with_the_way_out)
{
    static const char *const names[] = {"net.pt", "net.pth", "net.h5", "net.keras", "NET.PT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct nn_model model;
        struct nn_error error = {0};
        cr_assert(nn_model_open(names[i], &model, &error) == NN_REFUSED);
        cr_assert(strstr(error.hint, "onnx"), "%s", error.hint);
    }
}

/* Memory that runs out anywhere is an error, and nothing is lost. */
Test(onnx, without_memory)
{
    char path[4096];
    size_t length, calls = 0;
    snprintf(path, sizeof path, "%s/reference/explain-mlp-tanh.onnx", getenv("NN_TESTS"));
    if (!nn_fault_available())
        return;
    unsigned char *bytes = sample_bytes(path, &length);
    for (size_t n = 1; n < 100000; n++) {
        struct nn_model model = {0};
        nn_fault_alloc(n, false);
        enum nn_status status = nn_onnx_read(bytes, length, NULL, &model, NULL);
        calls = nn_fault_alloc_count();
        nn_fault_alloc(0, false);
        nn_model_clear(&model);
        cr_assert(status == NN_OK || status == NN_MEMORY);
        if (calls < n)
            break;
    }
    nn_free(bytes);
}
