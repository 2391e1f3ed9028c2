/* Nets: building, copying, changing, and that a change that fails leaves no trace. */
#include "build.h"
#include "engine/initialize.h"

#include <math.h>
#include <stdio.h>

/* Everything that is visible of a net, and the bits of its parameters, as text. */
static char *describe(const struct nn_net *net)
{
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        char text[NN_SHAPE_TEXT];
        cr_assert(node->index == i);
        nn_buffer_printf(&out, "%s %s ", node->name, node->layer->name);
        nn_args_format(&node->args, true, &out);
        for (int k = 0; k < node->input_count; k++) {
            cr_assert(node->inputs[k] < i);
            cr_assert(nn_shape_equal(&node->in_shape[k], &net->nodes[node->inputs[k]]->shape));
            nn_buffer_printf(&out, " <%d", node->inputs[k]);
        }
        cr_assert(node->size == nn_shape_size(&node->shape));
        nn_buffer_printf(&out, " tail %d %s", node->tail, nn_shape_text(text, &node->shape));
        for (int p = 0; p < node->param_count; p++) {
            const struct nn_param *param = &node->params[p];
            uint64_t digest = 14695981039346656037u;
            cr_assert(nn_shape_equal(&param->spec.shape, &param->value.shape));
            for (size_t k = 0; k < nn_shape_size(&param->spec.shape); k++) {
                uint32_t bits;
                memcpy(&bits, &param->value.data[k], sizeof bits);
                digest = (digest ^ bits) * 1099511628211u;
            }
            nn_buffer_printf(&out, " %s %llx", param->spec.name, (unsigned long long)digest);
        }
        nn_buffer_char(&out, '\n');
    }
    char *text = nn_buffer_take(&out);
    cr_assert(text != NULL);
    return text;
}

/* What a failed change of `net` says; the net must be as before. */
static void expect_failure(struct nn_net *net, const char *words, enum nn_status status,
                           const char *message, const char *hint)
{
    struct nn_error error = {0};
    char *before = describe(net);
    uint64_t revision = net->revision;
    enum nn_status got = add_text(net, words, &error);
    char *after = describe(net);
    cr_assert(got == status, "%s: status %d (%s)", words, got, error.message);
    cr_assert(error.status == status, "%s", words);
    cr_assert(strstr(error.message, message) != NULL, "%s: %s", words, error.message);
    cr_assert(!hint || strstr(error.hint, hint), "%s: hint %s", words, error.hint);
    cr_assert(!strcmp(before, after), "%s changed the net", words);
    cr_assert(net->revision == revision || net->count > 0);
    nn_free(before);
    nn_free(after);
}

Test(net, keras_first_example)
{
    struct nn_net *net = build_net("8", "dense 16 relu;dense 1 sigmoid");
    cr_assert(net->count == 5);
    cr_assert(!strcmp(net->nodes[1]->name, "dense1"));
    cr_assert(!strcmp(net->nodes[2]->name, "relu1"));
    cr_assert(net->nodes[1]->tail == 2 && net->nodes[2]->tail == 2);
    cr_assert(nn_net_logits(net) == 3);
    cr_assert(nn_net_param_count(net) == 8 * 16 + 16 + 16 + 1);
    cr_assert(nn_net_flops(net) == 2 * 8 * 16 + 16 + 2 * 16 + 1);
    cr_assert(nn_net_output(net)->size == 1);
    cr_assert(nn_net_last_spatial(net) == -1);
    nn_net_free(net);
}

Test(net, words_name_and_connect)
{
    struct nn_net *net =
        build_net("3x32x32", "conv2d 32 3 relu padding=same name=c1;"
                             "conv2d 16 kernel=3x5 name=c2 padding=1x2 from=c1 leaky_relu "
                             "negative_slope=0.2;"
                             "conv2d 16 1 from=c1;add from=c2,conv1;maxpool2d 2;flatten;"
                             "dense 10 bias=no;softmax");
    static const char *const names[] = {"input",         "c1",     "c1_relu", "c2",
                                        "c2_leaky_relu", "conv1",  "add1",    "maxpool1",
                                        "flatten1",      "dense1", "softmax1"};
    cr_assert(net->count == 11);
    for (int i = 0; i < net->count; i++)
        cr_assert(!strcmp(net->nodes[i]->name, names[i]), "%s", net->nodes[i]->name);
    cr_assert(net->nodes[3]->inputs[0] == 2, "from=c1 is c1 with its activation");
    cr_assert(net->nodes[5]->inputs[0] == 2);
    cr_assert(net->nodes[6]->inputs[0] == 4 && net->nodes[6]->inputs[1] == 5);
    cr_assert(fabs(nn_args_real(&net->nodes[4]->args, 0) - 0.2) < 1e-12);
    cr_assert(net->nodes[9]->param_count == 1);
    cr_assert(nn_net_logits(net) == 9);
    cr_assert(nn_net_last_spatial(net) == 5);
    cr_assert(node_index(net, "10") == 10 && node_index(net, "0") == 0);
    nn_net_free(net);
}

Test(net, automatic_names_are_free)
{
    struct nn_net *net = build_net("4", "dense 4 name=dense1;dense 4;dense 4 relu name=x;relu");
    cr_assert(node_index(net, "dense2") == 2 && node_index(net, "relu1") == 5);
    cr_assert(nn_net_remove(net, 1, NULL) == NN_OK);
    cr_assert(add_text(net, "dense 4", NULL) == NN_OK);
    cr_assert(node_index(net, "dense1") == 5);
    nn_net_free(net);
}

Test(net, errors_say_what_is_wrong)
{
    struct nn_net *net = build_net("8x8x8", "conv2d 16 3 name=c1 relu;conv2d 8 3 from=input");
    static const struct {
        const char *words;
        enum nn_status status;
        const char *message, *hint;
    } failures[] = {
        {"conv2d 4 9", NN_SHAPE,
         "layer conv2 (conv2d): kernel 9x9 does not fit into the input 8x6x6", NULL},
        {"conv2d 4 9 name=big relu", NN_SHAPE,
         "layer big (conv2d): kernel 9x9 does not fit into the input 8x6x6", NULL},
        {"conv2d 4 3 dilation=4", NN_SHAPE, "kernel 3x3 (dilated) does not fit", NULL},
        {"conv2d 4 3 groups=3", NN_SHAPE, "groups=3 must divide the 8 input channels", NULL},
        {"conv2d 4 3 padding=same1", NN_ARGUMENT, "layer conv2 (conv2d): padding is", NULL},
        {"conv2d 4 3 padding=1x2x3", NN_ARGUMENT, "padding is", NULL},
        {"conv2d 4 3 padding=-1", NN_ARGUMENT, "padding is", NULL},
        {"conv2d 4 3x3x3", NN_ARGUMENT, "kernel takes one number or two", NULL},
        {"maxpool2d 2 padding=2", NN_SHAPE, "as large as the kernel 2x2", NULL},
        {"add from=c1,conv1", NN_SHAPE, "layer add1 (add): the inputs differ: 16x6x6 and 8x6x6",
         NULL},
        {"concat from=c1,conv1 axis=2", NN_SHAPE, "layer concat1 (concat): the inputs differ",
         NULL},
        {"concat from=c1,conv1 axis=4", NN_SHAPE, "axis 4 is beyond the input 16x6x6", NULL},
        {"add", NN_ARGUMENT, "joins 2 or more layers: name them with from=A,B", NULL},
        {"relu from=c1,conv1", NN_ARGUMENT, "takes at most 1 input, not 2", NULL},
        {"dense 10", NN_SHAPE, "layer dense1 (dense): the input 8x6x6 is no vector: `add flatten`",
         NULL},
        {"dnese 10", NN_ARGUMENT, "unknown layer 'dnese'", "did you mean dense"},
        {"convolution 10", NN_ARGUMENT, "unknown layer 'convolution'", NULL},
        {"flatten rleu", NN_ARGUMENT, "unknown activation 'rleu'", "did you mean relu"},
        {"conv2d 4 3 flatten", NN_ARGUMENT, "unknown activation 'flatten'", NULL},
        {"conv2d 4 3 pading=1", NN_ARGUMENT, "unknown key 'pading'", "did you mean padding"},
        {"conv2d 4 3 nmae=x", NN_ARGUMENT, "unknown key 'nmae'", "did you mean name"},
        {"conv2d 4 3 leaky_relu negative_slop=1", NN_ARGUMENT, "unknown key",
         "did you mean negative_slope"},
        {"conv2d 4 3 relu negative_slope=1", NN_ARGUMENT, "unknown key", NULL},
        {"conv2d", NN_ARGUMENT, "filters", NULL},
        {"conv2d 4", NN_ARGUMENT, "kernel", NULL},
        {"conv2d 0 3", NN_ARGUMENT, "filters", NULL},
        {"conv2d x 3", NN_ARGUMENT, "filters", NULL},
        {"dropout 1.5", NN_ARGUMENT, "rate", NULL},
        {"gelu approximate=erf", NN_ARGUMENT, "approximate", NULL},
        {"relu name=c1", NN_ARGUMENT, "there is a layer named c1 already", NULL},
        {"relu name=12", NN_ARGUMENT, "is no name for a layer", NULL},
        {"relu name=", NN_ARGUMENT, "is no name for a layer", NULL},
        {"relu name=a/b", NN_ARGUMENT, "is no name for a layer", NULL},
        {"relu name=a\033[31m", NN_ARGUMENT, "is no name for a layer", NULL},
        {"conv2d 4 3 relu name=c1", NN_ARGUMENT, "there is a layer named c1 already", NULL},
        {"relu from=conv9", NN_ARGUMENT, "there is no layer 'conv9'", "did you mean conv1"},
        {"relu from=99", NN_ARGUMENT, "there is no layer '99'", NULL},
        {"input 3", NN_ARGUMENT, "the net has its input already", NULL},
        {"conv2d 2000000000 6", NN_LIMIT, "more than 2147483648 parameters", NULL},
        {"conv2d 2147483647 1 padding=2147483647 groups=1", NN_LIMIT, "too many elements", NULL},
        {"relu name=a123456789b123456789c123456789d123456789e123456789f123456789gggg", NN_ARGUMENT,
         "is no name for a layer", NULL},
        {"conv2d 4 3 relu name=a123456789b123456789c123456789d123456789e123456789f123456789",
         NN_ARGUMENT, "is too long", NULL},
    };
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        expect_failure(net, failures[i].words, failures[i].status, failures[i].message,
                       failures[i].hint);
    nn_net_free(net);
}

Test(net, errors_of_words_know_their_column)
{
    struct nn_net *net = build_net("4", "");
    struct nn_error error = {0};
    cr_assert(add_text(net, "dense 4 rleu", &error) != NN_OK && error.column == 9);
    cr_assert(add_text(net, "dense 4 baisx=1", &error) != NN_OK && error.column == 9);
    cr_assert(add_text(net, "dens 4", &error) != NN_OK && error.column == 1);
    cr_assert(add_text(net, "dense 4x", &error) != NN_OK && error.column == 7);
    cr_assert(nn_net_add_words(net, NULL, 0, &error) == NN_ARGUMENT);
    nn_net_free(net);
}

Test(net, the_input_comes_first)
{
    struct nn_net *net;
    struct nn_error error = {0};
    struct nn_shape shape = nn_shape_make(1, (size_t[]){3});
    cr_assert(nn_net_new(&net, NULL) == NN_OK);
    expect_failure(net, "dense 3", NN_STATE,
                   "no input shape: load data or `net new input=SHAPE` first", NULL);
    expect_failure(net, "dense", NN_STATE, "no input shape", NULL);
    cr_assert(nn_net_logits(net) == -1 && nn_net_output(net) == NULL);
    cr_assert(nn_net_param_count(net) == 0 && !nn_net_param(net, 0, NULL, NULL));
    static const struct nn_shape bad[] = {{.rank = 0},
                                          {.rank = 1},
                                          {.rank = -1},
                                          {.rank = 9},
                                          {.rank = 2, .dim = {3, 0}},
                                          {.rank = 2, .dim = {SIZE_MAX, SIZE_MAX}},
                                          {.rank = 1, .dim = {SIZE_MAX}}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error.message[0] = '\0';
        cr_assert(nn_net_set_input(net, &bad[i], &error) != NN_OK && net->count == 0, "%zu", i);
        cr_assert(error.message[0] != '\0');
    }
    cr_assert(nn_net_set_input(net, &shape, NULL) == NN_OK);
    cr_assert(nn_net_set_input(net, &shape, &error) == NN_STATE);
    nn_net_free(net);
}

Test(net, copies_are_equal_and_independent)
{
    struct nn_net *net = build_net("2x8x8", "conv2d 4 3 relu;batchnorm;flatten;dense 3"), *copy;
    cr_assert(nn_net_copy(net, &copy, NULL) == NN_OK);
    char *a = describe(net), *b = describe(copy);
    cr_assert(!strcmp(a, b));
    cr_assert(copy->revision == net->revision && copy->seed == net->seed);
    copy->nodes[1]->params[0].value.data[0] += 1.0f;
    cr_assert(nn_net_set(copy, 5, "units", "7", NULL) == NN_OK);
    char *c = describe(net);
    cr_assert(!strcmp(a, c));
    nn_free(a);
    nn_free(b);
    nn_free(c);
    nn_net_free(copy);
    nn_net_free(net);
}

Test(net, remove_connects_consumers_to_the_first_input)
{
    struct nn_net *net = build_net("4", "dense 4 relu name=a;dense 4 tanh name=b;"
                                        "add from=a,b name=s;dense 2 name=d");
    /* input a a_relu b b_tanh s d */
    float kept = net->nodes[6]->params[0].value.data[3];
    cr_assert(nn_net_remove(net, node_index(net, "b"), NULL) == NN_OK);
    cr_assert(net->count == 6 && net->nodes[3]->inputs[0] == 2 && net->nodes[3]->tail == 3);
    cr_assert(net->nodes[4]->inputs[0] == 2 && net->nodes[4]->inputs[1] == 3);
    cr_assert(nn_net_remove(net, node_index(net, "a_relu"), NULL) == NN_OK);
    cr_assert(net->nodes[1]->tail == 1 && net->nodes[2]->inputs[0] == 1);
    cr_assert(nn_net_remove(net, node_index(net, "s"), NULL) == NN_OK);
    cr_assert(net->count == 4 && !strcmp(net->nodes[3]->name, "d"));
    cr_assert(net->nodes[3]->inputs[0] == 1 && net->nodes[3]->params[0].value.data[3] == kept);
    cr_assert(nn_net_remove(net, 3, NULL) == NN_OK && net->count == 3);
    nn_net_free(net);
}

Test(net, change_redraws_only_what_changes_shape)
{
    struct nn_net *net = build_net("2x8x8", "conv2d 4 3 name=c;flatten;dense 6 name=d;dense 2");
    struct nn_net *fresh = build_net("2x8x8", "conv2d 4 5 name=c;flatten;dense 6 name=d;dense 2");
    net->nodes[1]->params[1].value.data[0] = 77.0f;
    net->nodes[4]->params[0].value.data[0] = 78.0f;
    cr_assert(nn_net_set(net, 1, "kernel", "5", NULL) == NN_OK);
    cr_assert(net->nodes[3]->params[0].spec.shape.dim[1] == 4 * 4 * 4);
    cr_assert(net->nodes[1]->params[1].value.data[0] == 77.0f);
    cr_assert(net->nodes[4]->params[0].value.data[0] == 78.0f);
    /* redrawn as if it had always been so */
    cr_assert(!memcmp(net->nodes[1]->params[0].value.data, fresh->nodes[1]->params[0].value.data,
                      4 * 2 * 25 * sizeof(float)));
    cr_assert(nn_net_set(net, 0, "shape", "2x9x8", NULL) == NN_OK);
    cr_assert(net->nodes[3]->params[0].spec.shape.dim[1] == 4 * 5 * 4);
    cr_assert(net->nodes[1]->params[1].value.data[0] == 77.0f);
    cr_assert(nn_net_set(net, 3, "bias", "no", NULL) == NN_OK);
    cr_assert(net->nodes[3]->param_count == 1);
    nn_net_free(fresh);
    nn_net_free(net);
}

Test(net, changes_that_fail_leave_no_trace)
{
    struct nn_net *net = build_net("2x8x8", "conv2d 4 3 name=c;maxpool2d 2 name=p;conv2d 4 3;"
                                            "conv2d 4 1 name=e;add from=conv1,e;flatten;dense 2");
    static const struct {
        const char *node, *key, *value, *message;
    } failures[] = {
        {"c", "kernel", "8", "layer p (maxpool2d): kernel 2x2 does not fit into the input 4x1x1"},
        {"c", "kernel", "5", "layer conv1"},
        {"c", "kernel", "x", "kernel"},
        {"c", "colour", "1", "colour"},
        {"e", "filters", "5", "layer add1 (add): the inputs differ: 4x1x1 and 5x1x1"},
        {"input", "shape", "2x3x3", "does not fit"},
        {"input", "shape", "128", "is no image"},
        {"dense1", "units", "2147483647", "parameters"},
    };
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct nn_error error = {0};
        char *before = describe(net);
        uint64_t revision = net->revision;
        enum nn_status status = nn_net_set(net, node_index(net, failures[i].node), failures[i].key,
                                           failures[i].value, &error);
        char *after = describe(net);
        cr_assert(status != NN_OK && error.status == status);
        cr_assert(strstr(error.message, failures[i].message), "%s", error.message);
        cr_assert(!strcmp(before, after) && net->revision == revision);
        nn_free(before);
        nn_free(after);
    }
    struct nn_error error = {0};
    cr_assert(nn_net_remove(net, 0, &error) == NN_ARGUMENT && strstr(error.message, "input"));
    cr_assert(nn_net_remove(net, 99, &error) == NN_ARGUMENT);
    cr_assert(nn_net_remove(net, -1, &error) == NN_ARGUMENT);
    cr_assert(nn_net_set(net, 99, "a", "b", &error) == NN_ARGUMENT);
    cr_assert(nn_net_remove(net, node_index(net, "flatten1"), &error) == NN_SHAPE);
    cr_assert(strstr(error.message, "layer dense1 (dense)"), "%s", error.message);
    nn_net_free(net);
}

Test(net, initial_values_depend_on_seed_and_place_alone)
{
    struct nn_net *a = build_net("10", "dense 10;dense 10"), *b = build_net("10", "relu;dense 10");
    size_t bytes = 100 * sizeof(float);
    float *w1 = a->nodes[1]->params[0].value.data, *w2 = a->nodes[2]->params[0].value.data;
    cr_assert(memcmp(w1, w2, bytes));
    cr_assert(!memcmp(w2, b->nodes[2]->params[0].value.data, bytes));
    cr_assert(nn_net_init(b, 1, NN_INIT_DEFAULT, 0.0, NULL) == NN_OK);
    cr_assert(b->seed == 1 && memcmp(w2, b->nodes[2]->params[0].value.data, bytes));
    cr_assert(nn_net_init(a, 1, NN_INIT_DEFAULT, 0.0, NULL) == NN_OK);
    cr_assert(!memcmp(w2, b->nodes[2]->params[0].value.data, bytes));
    nn_net_free(a);
    nn_net_free(b);
}

Test(net, parameters_as_one_list)
{
    struct nn_net *net = build_net("4", "dense 3 name=fc.1;batchnorm;dense 2 bias=no");
    static const char *const names[] = {"fc.1.weight",  "fc.1.bias",        "bn1.weight",
                                        "bn1.bias",     "bn1.running_mean", "bn1.running_var",
                                        "dense1.weight"};
    char name[NN_NAME_SIZE * 2];
    int node;
    for (size_t i = 0; i < 7; i++) {
        struct nn_param *param = nn_net_param(net, i, &node, name);
        cr_assert(param && !strcmp(name, names[i]), "%s", name);
        cr_assert(net->nodes[node]->param_count > 0);
    }
    cr_assert(!nn_net_param(net, 7, &node, name));
    cr_assert(nn_net_param_count(net) == 12 + 3 + 3 + 3 + 6);
    nn_net_free(net);
}

Test(net, every_change_gives_a_new_revision)
{
    struct nn_net *net = build_net("4", "dense 3");
    uint64_t last = net->revision;
    cr_assert(add_text(net, "relu", NULL) == NN_OK && net->revision != last);
    last = net->revision;
    cr_assert(nn_net_set(net, 1, "units", "5", NULL) == NN_OK && net->revision != last);
    last = net->revision;
    cr_assert(nn_net_init(net, 3, NN_INIT_DEFAULT, 0.0, NULL) == NN_OK && net->revision != last);
    last = net->revision;
    cr_assert(nn_net_remove(net, 2, NULL) == NN_OK && net->revision != last);
    nn_net_free(net);
}

static enum nn_status build_all(struct nn_net **out, struct nn_error *error)
{
    struct nn_shape shape = nn_shape_make(3, (size_t[]){2, 8, 8});
    struct nn_net *net = NULL;
    enum nn_status status;
    NN_TRY(nn_net_new(&net, error));
    NN_TRY(nn_net_set_input(net, &shape, error));
    NN_TRY(add_text(net, "conv2d 4 3 relu name=c padding=same", error));
    NN_TRY(add_text(net, "add from=c,c", error));
    NN_TRY(nn_net_set(net, 1, "kernel", "5", error));
    NN_TRY(nn_net_remove(net, 2, error));
    NN_TRY(nn_net_copy(net, out, error));
out:
    nn_net_free(net);
    return status;
}

Test(net, every_failing_allocation_is_an_error)
{
    if (!nn_fault_available())
        return;
    for (size_t n = 1;; n++) {
        struct nn_net *net = NULL;
        struct nn_error error = {0};
        nn_fault_alloc(n, false);
        enum nn_status status = build_all(&net, &error);
        nn_fault_alloc(0, false);
        if (status == NN_OK) {
            nn_net_free(net);
            cr_assert(n > 20);
            break;
        }
        cr_assert(status == NN_MEMORY && !net, "allocation %zu: %s", n, error.message);
    }
}
