/* C out: the header compiles without a warning, and its answers are the net's. */
#include "engine/pass.h"
#include "model/c/c_export.h"
#include "sample.h"

#include "base/mem.h"
#include "base/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    size_t input[NN_MAX_RANK];
    const char *lines[14];
} nets[] = {
    {{6}, {"dense 8 relu", "dense 5 tanh", "dense 4 sigmoid", "dense 3 softmax"}},
    {{2, 9, 8},
     {"conv2d 6 3x2 padding=same stride=2 groups=2", "batchnorm", "relu", "maxpool2d 2",
      "dropout 0.5", "flatten", "dense 5", "logsoftmax"}},
    {{3, 8, 8},
     {"conv2d 4 3 padding=1 name=a", "leaky_relu 0.2 name=b", "conv2d 4 3 padding=1 name=c",
      "add from=b,c name=d", "concat from=d,input", "avgpool2d 3 stride=2 padding=1", "elu 0.5",
      "globalavgpool2d", "flatten", "dense 3 softmax"}},
    {{2, 12},
     {"conv1d 4 3 padding=causal dilation=2", "gelu", "avgpool1d 3 padding=1 count_include_pad=no",
      "prelu num_parameters=4", "maxpool1d 2 dilation=2", "silu", "upsample 2", "softplus 2",
      "globalmaxpool1d", "softmax"}},
    {{5},
     {"dense 6 selu name=a", "dense 6 mish name=b", "multiply from=a,b", "hardswish", "hardsigmoid",
      "relu6", "softsign", "clip -0.1 0.4"}},
};

/* Writes the inputs and answers of the net as a C program that compares. */
static void write_program(const struct nn_net *net, const float *x, const float *y, size_t batch)
{
    size_t in = net->nodes[0]->size, out = nn_net_output(net)->size;
    FILE *file = fopen("main.c", "w");
    cr_assert(file != NULL);
    fprintf(file,
            "#include <stdio.h>\n#include \"m-net.h\"\nint main(void)\n{\n"
            "    static float y[%zu];\n    float worst = 0;\n"
            "    static const float x[] = {",
            out);
    for (size_t i = 0; i < batch * in; i++)
        fprintf(file, "%af, ", (double)x[i]);
    fprintf(file, "};\n    static const float wanted[] = {");
    for (size_t i = 0; i < batch * out; i++)
        fprintf(file, "%af, ", (double)y[i]);
    fprintf(file,
            "};\n    int used = m_net_RAM > 0 && m_net_MACS >= 0 && m_net_INPUTS == %zu && "
            "m_net_OUTPUTS == %zu;\n"
            "    for (int b = 0; b < %zu; b++) {\n        m_net_predict(x + b * %zu, y);\n"
            "        for (int i = 0; i < %zu; i++)\n"
            "            if (!(fabsf(y[i] - wanted[b * %zu + i]) <= worst))\n"
            "                worst = fabsf(y[i] - wanted[b * %zu + i]);\n    }\n"
            "    printf(\"%%g %%g\\n\", (double)worst, (double)m_net_self_test());\n"
            "    return used && worst <= ALLOWED && m_net_self_test() <= ALLOWED ? 0 : 1;\n}\n",
            in, out, batch, in, out, out, out);
    cr_assert(fclose(file) == 0);
}

static bool runs(const char *compiler)
{
    char command[100];
    snprintf(command, sizeof command, "echo '#include <math.h>' | %s -x c -E - > said 2>&1",
             compiler);
    return system(command) == 0;
}

/* As C99 in whole, with sums in float and then no double at all, as C++, which Arduino's sketches
 * are, and for a machine of 32 bits; and a file that calls one function alone. */
static void compile_and_run(const char *what, bool all)
{
    static const struct {
        const char *compiler, *options;
    } builds[] = {
        {"${CC:-cc}", "-std=c99 -DALLOWED=1e-6f main.c"},
        {"${CC:-cc}", "-std=c99 -DALLOWED=1e-4f -Dm_net_SUM=float -Wdouble-promotion main.c"},
        {"c++", "-DALLOWED=1e-6f -x c++ main.c"},
        {"${CC:-cc} -m32", "-std=c99 -DALLOWED=1e-6f main.c"},
        {"${CC:-cc}", "-std=c99 one.c"},
    };
    FILE *one = fopen("one.c", "w");
    cr_assert(one &&
              fputs("#include \"m-net.h\"\nint main(void)\n{\n    static float x[m_net_INPUTS],"
                    " y[m_net_OUTPUTS];\n    m_net_predict(x, y);\n    return 0;\n}\n",
                    one) >= 0 &&
              fclose(one) == 0);
    for (size_t i = 0; i < (all ? sizeof builds / sizeof *builds : 1); i++) {
        char command[300];
        if (!runs(builds[i].compiler))
            continue;
        snprintf(command, sizeof command, "%s -Wall -Wextra -pedantic -Werror -O1 %s -o main -lm",
                 builds[i].compiler, builds[i].options);
        cr_assert(system(command) == 0, "%s does not compile: %s", what, command);
        cr_assert(system("./main > said") == 0, "%s: wrong answers: %s", what, command);
    }
}

#define BATCH 3

static void check(struct nn_model *model, const char *what, bool all)
{
    struct nn_pass *pass;
    struct nn_random random;
    struct nn_error error = {0};
    const struct nn_net *net = model->net;
    size_t in = net->nodes[0]->size, count = model->scale_count;
    float *x = nn_calloc(BATCH * in, sizeof *x);
    cr_assert(nn_c_export("m-net.h", model, &error) == NN_OK, "%s: %s", what, error.message);
    cr_assert(x && nn_pass_new(net, BATCH, NN_PASS_FORWARD, 0, &pass, NULL) == NN_OK);
    nn_random_init(&random, 5, NN_STREAM_GENERATE, 2);
    for (size_t i = 0; i < BATCH * in; i++) {
        x[i] = 2.0f * nn_random_float(&random) - 1.0f;
        size_t k = count ? i % in / (in / count) : 0;
        nn_pass_input(pass)[i] =
            count ? (float)(((double)x[i] - model->offset[k]) * model->factor[k]) : x[i];
    }
    nn_pass_forward(pass, BATCH, NULL);
    write_program(net, x, nn_pass_output(pass, net->count - 1), BATCH);
    compile_and_run(what, all);
    nn_pass_free(pass);
    nn_free(x);
    cr_assert(system("rm -f main main.c one.c said m-net.h") == 0);
}

Test(c_export, headers_compile_and_give_the_answers, .init = sample_folder,
     .fini = sample_folder_remove, .timeout = 120)
{
    if (!runs("${CC:-cc}"))
        return;
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
        int rank = 0;
        while (nets[n].input[rank])
            rank++;
        struct nn_model model = {.net = sample_net(rank, nets[n].input)};
        for (int i = 0; i < 14 && nets[n].lines[i]; i++)
            sample_add(model.net, nets[n].lines[i]);
        check(&model, nets[n].lines[0], n < 2); /* a compiler takes its time */
        nn_net_free(model.net);
    }
}

/* The scaling of the data is part of it, and names from outside do no harm. */
Test(c_export, scaling_and_names, .init = sample_folder, .fini = sample_folder_remove)
{
    char *classes[] = {"a */ int x = ;", "@evil\n#error"};
    double offset[] = {0.5, -3}, factor[] = {2, 0.125};
    struct nn_model model = {.net = sample_net(3, (size_t[]){2, 3, 3}),
                             .classes = classes,
                             .class_count = 2,
                             .scaling = NN_SCALING_STANDARD,
                             .offset = offset,
                             .factor = factor,
                             .scale_count = 2};
    if (runs("${CC:-cc}")) {
        sample_add(model.net, "conv2d 2 3 name=a.b-c");
        sample_add(model.net, "flatten name=int");
        sample_add(model.net, "dense 2 softmax name=a_b_c");
        check(&model, "scaled", true);
    }
    nn_net_free(model.net);
    cr_assert(system("rm -f said") == 0);
}

Test(c_export, what_cannot_be_written_is_named, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model = {.net = sample_net(1, (size_t[]){4})};
    struct nn_error error = {0};
    cr_assert(nn_c_export("m.h", &model, &error) == NN_STATE);
    sample_add(model.net, "layernorm name=norm");
    cr_assert(nn_c_export("m.h", &model, &error) == NN_REFUSED);
    cr_assert(strstr(error.message, "layer norm (layernorm)"), "%s", error.message);
    nn_net_free(model.net);
}
