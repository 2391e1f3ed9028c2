/* backend: runs ONNX's own tests of operators, those of tests.txt, from Debian's libonnx-testdata.
 * Each is a model, its inputs and its outputs. Prints TAP: a test that is refused is skipped with
 * the reason, wrong numbers fail. Tier A must pass as a whole, and of tier B so many as LEAST_B.
 *
 * Arguments: names of tests to run alone ("node/test_add"). */
#include "base/file.h"
#include "base/mem.h"
#include "engine/pass.h"
#include "kernels/kernels.h"
#include "model/onnx/onnx.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_A    299
#define LEAST_B    290
#define MAX_INPUTS 16

/* onnx/backend/test/loader: the tolerances of the tests themselves */
#define RELATIVE 1e-3
#define ABSOLUTE 1e-7

static const char *folder = "/usr/share/libonnx-testdata/data";

struct tensor {
    unsigned char *bytes;
    struct nn_arena arena;
    struct nn_onnx_tensor tensor;
};

static void tensor_free(struct tensor *tensor)
{
    nn_free(tensor->bytes);
    nn_arena_clear(&tensor->arena);
    *tensor = (struct tensor){0};
}

static enum nn_status tensor_read(const char *path, struct tensor *tensor, struct nn_error *error)
{
    size_t length;
    enum nn_status status = nn_file_read(path, 0, &tensor->bytes, &length, error);
    nn_arena_init(&tensor->arena);
    if (status == NN_OK)
        status = nn_onnx_parse_tensor(
            (struct nn_wire){tensor->bytes, tensor->bytes + length, tensor->bytes}, &tensor->arena,
            &tensor->tensor, error);
    return status;
}

/* ---- one data set ---- */

struct run {
    const char *test;
    struct tensor inputs[MAX_INPUTS];
    size_t count;
    struct nn_onnx_graph graph;
    struct nn_pass *pass;
    char how[16]; /* "batch", "whole" or "constant" */
};

static void run_free(struct run *run)
{
    for (size_t i = 0; i < run->count; i++)
        tensor_free(&run->inputs[i]);
    nn_pass_free(run->pass);
    nn_onnx_graph_clear(&run->graph);
}

static enum nn_status read_inputs(struct run *run, int set, struct nn_error *error)
{
    char path[512];
    for (; run->count < MAX_INPUTS; run->count++) {
        snprintf(path, sizeof path, "%s/%s/test_data_set_%d/input_%zu.pb", folder, run->test, set,
                 run->count);
        if (!nn_file_exists(path))
            return NN_OK;
        enum nn_status status = tensor_read(path, &run->inputs[run->count], error);
        if (status != NN_OK) {
            run->count++;
            return status;
        }
    }
    return NN_OK;
}

/* The graph's input in the order of axes of the net's. */
static void fill_input(const struct run *run, float *out)
{
    const struct nn_onnx_tensor *in = &run->inputs[0].tensor;
    const struct nn_onnx_graph *graph = &run->graph;
    const struct nn_shape *sample = &graph->net->nodes[0]->shape;
    if (graph->order_rank == 0) {
        nn_onnx_tensor_floats(in, out);
        return;
    }
    size_t size = graph->net->nodes[0]->size;
    for (size_t at = 0; at < in->count; at++) {
        size_t rest = at % size, place[NN_MAX_RANK], to = 0;
        for (int i = graph->order_rank - 1; i >= 0; i--) {
            place[graph->order[i]] = rest % in->shape.dim[i + 1];
            rest /= in->shape.dim[i + 1];
        }
        for (int i = 0; i < sample->rank; i++)
            to = to * sample->dim[i] + place[i];
        out[at / size * size + to] = (float)nn_onnx_tensor_get(in, at);
    }
}

static enum nn_status compute(struct run *run, struct nn_error *error)
{
    const struct nn_onnx_tensor *given[MAX_INPUTS];
    unsigned char *bytes = NULL;
    char path[512];
    size_t length;
    enum nn_status status;
    for (size_t i = 0; i < run->count; i++)
        given[i] = &run->inputs[i].tensor;
    snprintf(path, sizeof path, "%s/%s/model.onnx", folder, run->test);
    NN_TRY(nn_file_read(path, 0, &bytes, &length, error));
    NN_TRY(nn_onnx_read_graph(bytes, length, given, run->count, &run->graph, error));
    size_t batch = run->graph.batch ? run->graph.batch : 1;
    NN_TRY(nn_pass_new(run->graph.net, batch, NN_PASS_FORWARD, 0, &run->pass, error));
    if (!run->graph.constant)
        fill_input(run, nn_pass_input(run->pass));
    nn_pass_forward(run->pass, batch, NULL);
    snprintf(run->how, sizeof run->how, "%s",
             run->graph.constant ? "constant"
             : run->graph.batch  ? "batch"
                                 : "whole");
out:
    nn_free(bytes);
    return status;
}

static bool near(double a, double e)
{
    return (isnan(a) && isnan(e)) || a == e || fabs(a - e) <= ABSOLUTE + RELATIVE * fabs(e);
}

static enum nn_status compare(struct run *run, int set, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (size_t j = 0; j < run->graph.output_count && status == NN_OK; j++) {
        const struct nn_onnx_output *output = &run->graph.outputs[j];
        struct tensor expected = {0};
        char path[512], a[NN_SHAPE_TEXT], b[NN_SHAPE_TEXT];
        snprintf(path, sizeof path, "%s/%s/test_data_set_%d/output_%zu.pb", folder, run->test, set,
                 j);
        status = tensor_read(path, &expected, error);
        const float *y =
            output->node >= 0 ? nn_pass_output(run->pass, output->node) : output->values;
        if (status == NN_OK && !nn_shape_equal(&output->shape, &expected.tensor.shape))
            status =
                nn_fail(error, NN_FAILED, "output %zu is %s, not %s", j,
                        nn_shape_text(a, &output->shape), nn_shape_text(b, &expected.tensor.shape));
        for (size_t i = 0; status == NN_OK && i < expected.tensor.count; i++) {
            double wanted = nn_onnx_tensor_get(&expected.tensor, i);
            if (!near((double)y[i], wanted))
                status = nn_fail(error, NN_FAILED, "output %zu, value %zu is %g, not %g", j, i,
                                 (double)y[i], wanted);
        }
        tensor_free(&expected);
    }
    return status;
}

/* ---- the list ---- */

static enum nn_status run_test(const char *test, int sets, char how[16], struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (int set = 0; set < sets && status == NN_OK; set++) {
        struct run run = {.test = test};
        status = read_inputs(&run, set, error);
        if (status == NN_OK)
            status = compute(&run, error);
        if (status == NN_OK)
            status = compare(&run, set, error);
        memcpy(how, run.how, sizeof run.how);
        run_free(&run);
    }
    return status;
}

struct tally {
    int tests, passed, refused;
};

static bool wanted(const char *test, int argc, char **argv)
{
    bool named = false;
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-' && strchr(argv[i], '/')) {
            named = true;
            if (!strcmp(argv[i], test))
                return true;
        }
    return !named;
}

int main(int argc, char **argv)
{
    char path[512], line[512];
    const char *tests = getenv("NN_TESTS"), *data = getenv("NN_ONNX_TESTDATA");
    struct tally tiers[3] = {{0}}; /* A, B, and all others */
    int number = 0, status = 0;
    folder = data ? data : folder;
    snprintf(path, sizeof path, "%s/node", folder);
    if (!nn_file_exists(path)) {
        printf("1..0 # SKIP there is no %s: install libonnx-testdata\n", folder);
        return 0;
    }
    if (nn_kernels_select("auto", NULL) != NN_OK)
        return 99;
    snprintf(path, sizeof path, "%s/onnx/tests.txt", tests ? tests : "tests");
    FILE *list = fopen(path, "r");
    if (!list) {
        printf("Bail out! cannot read %s\n", path);
        return 99;
    }
    while (fgets(line, sizeof line, list)) {
        char test[200], tier[8], flags[64], how[16] = "";
        int opset, sets, bytes;
        if (sscanf(line, "%199s %7s %d %d %d %63s", test, tier, &opset, &sets, &bytes, flags) !=
                6 ||
            test[0] == '#' || !wanted(test, argc, argv))
            continue;
        bool plain = !strcmp(flags, "-");
        struct tally *tally = &tiers[plain && *tier == 'A' ? 0 : plain && *tier == 'B' ? 1 : 2];
        struct nn_error error = {0};
        enum nn_status result = run_test(test, sets, how, &error);
        tally->tests++;
        tally->passed += result == NN_OK;
        if (result == NN_OK) {
            printf("ok %d - %s (%s)\n", ++number, test, how);
        } else if (result == NN_REFUSED && tally != &tiers[0]) {
            tally->refused++;
            printf("ok %d - %s # SKIP %s\n", ++number, test, error.message);
        } else {
            printf("not ok %d - %s\n# %s\n", ++number, test, error.message);
            status = 1;
        }
    }
    fclose(list);
    printf("# tier A: %d of %d; tier B: %d of %d, %d refused; others: %d of %d, %d refused\n",
           tiers[0].passed, tiers[0].tests, tiers[1].passed, tiers[1].tests, tiers[1].refused,
           tiers[2].passed, tiers[2].tests, tiers[2].refused);
    bool all = wanted("", argc, argv);
    bool enough = !all || (tiers[0].passed >= WHOLE_A && tiers[1].passed >= LEAST_B);
    printf("%s %d - tier A %d, tier B at least %d\n1..%d\n", enough ? "ok" : "not ok", number + 1,
           WHOLE_A, LEAST_B, number + 1);
    return enough ? status : 1;
}
