#include "model/c/c_export.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "base/text.h"
#include "engine/pass.h"
#include "model/c/writer.h"

#include <stdio.h>
#include <string.h>

#define SELF_TESTS 2
#define MAX_PREFIX 32

/* ---- tables ---- */

/* Letters that a name in C may have; others become '_'. */
static void clean(const char *text, size_t most, char *out)
{
    size_t used = 0;
    for (; *text && used + 1 < most; text++) {
        char c = *text;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool digit = c >= '0' && c <= '9';
        out[used++] = letter || digit ? c : '_';
    }
    out[used] = '\0';
}

/* The number of the node makes names unique that differ in other letters alone. */
void nn_c_name(const struct nn_c_writer *writer, const char *name, char out[2 * NN_NAME_SIZE])
{
    char node[NN_NAME_SIZE];
    clean(writer->node->name, sizeof node, node);
    snprintf(out, 2 * NN_NAME_SIZE, "@%d_%.60s_%.20s", writer->node->index, node, name);
}

void nn_c_floats(struct nn_buffer *out, const float *values, size_t count)
{
    char number[NN_NUMBER_SIZE];
    for (size_t i = 0; i < count; i++) {
        const char *text = nn_number_float(number, values[i]);
        bool whole = strspn(text, "-0123456789") == strlen(text);
        nn_buffer_printf(out, "%s%s%sf,", i % 8 ? " " : "\n    ", text, whole ? ".0" : "");
    }
}

void nn_c_table(struct nn_c_writer *writer, const char *name, const float *values, size_t count)
{
    char full[2 * NN_NAME_SIZE];
    nn_c_name(writer, name, full);
    nn_buffer_printf(&writer->tables, "static const float %s[%zu] = {", full, count);
    nn_c_floats(&writer->tables, values, count);
    nn_buffer_text(&writer->tables, "\n};\n");
    writer->table_bytes += count * sizeof *values;
}

/* ---- arrays: an array is used again when nothing reads its content any more ---- */

struct plan {
    int *slot;      /* of each node */
    int *last;      /* node that reads it last; the net's length for the output */
    size_t *floats; /* of each slot */
    int slots;
};

static void plan_clear(struct plan *plan)
{
    nn_free(plan->slot);
    nn_free(plan->last);
    nn_free(plan->floats);
}

/* The smallest free slot that is large enough, else the largest free one, else a new one. */
static int choose_slot(const struct plan *plan, const int *busy_until, int node, size_t size)
{
    int best = -1;
    for (int s = 0; s < plan->slots; s++) {
        if (busy_until[s] >= node)
            continue;
        bool fits = plan->floats[s] >= size;
        bool best_fits = best >= 0 && plan->floats[best] >= size;
        if (best < 0 || (fits && (!best_fits || plan->floats[s] < plan->floats[best])) ||
            (!fits && !best_fits && plan->floats[s] > plan->floats[best]))
            best = s;
    }
    return best;
}

static enum nn_status plan_arrays(const struct nn_net *net, struct plan *plan,
                                  struct nn_error *error)
{
    size_t count = (size_t)net->count;
    int *busy_until = nn_calloc(count, sizeof *busy_until);
    enum nn_status status = NN_OK;
    plan->slot = nn_calloc(count, sizeof *plan->slot);
    plan->last = nn_calloc(count, sizeof *plan->last);
    plan->floats = nn_calloc(count, sizeof *plan->floats);
    if (!busy_until || !plan->slot || !plan->last || !plan->floats)
        NN_TRY(nn_fail_memory(error, count * sizeof *plan->floats));
    for (int i = 0; i < net->count; i++)
        for (int k = 0; k < net->nodes[i]->input_count; k++)
            plan->last[net->nodes[i]->inputs[k]] = i;
    plan->last[net->count - 1] = net->count;
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        const struct nn_c_layer *layer = nn_c_layer_find(node->layer->name);
        bool in_place = i > 0 && layer && layer->in_place && node->input_count == 1 &&
                        plan->last[node->inputs[0]] == i;
        int slot =
            in_place ? plan->slot[node->inputs[0]] : choose_slot(plan, busy_until, i, node->size);
        if (slot < 0)
            slot = plan->slots++;
        if (plan->floats[slot] < node->size)
            plan->floats[slot] = node->size;
        plan->slot[i] = slot;
        busy_until[slot] = plan->last[i];
    }
out:
    nn_free(busy_until);
    return status;
}

/* ---- the functions ---- */

static enum nn_status write_layers(struct nn_c_writer *writer, const struct plan *plan,
                                   struct nn_error *error)
{
    for (int i = 1; i < writer->net->count; i++) {
        const struct nn_node *node = writer->net->nodes[i];
        const struct nn_c_layer *layer = nn_c_layer_find(node->layer->name);
        struct nn_error local = {0};
        enum nn_status status = NN_OK;
        writer->node = node;
        for (int k = 0; k < node->input_count; k++)
            snprintf(writer->x[k], sizeof writer->x[k], "@array%d", plan->slot[node->inputs[k]]);
        snprintf(writer->y, sizeof writer->y, "@array%d", plan->slot[i]);
        if (!layer)
            status = nn_fail(&local, NN_REFUSED, "it is not written in C");
        else if (layer->call)
            status = layer->call(writer, &local);
        else if (strcmp(writer->x[0], writer->y) != 0) /* something else reads the input, too */
            nn_buffer_printf(&writer->body,
                             "    for (long i = 0; i < %zu; i++)\n        %s[i] = %s[i];\n",
                             node->size, writer->y, writer->x[0]);
        if (status != NN_OK)
            return nn_fail(error, status, "layer %s (%s): %s", node->name, node->layer->name,
                           local.message);
    }
    return NN_OK;
}

/* Each helper once. */
static void write_helpers(const struct nn_net *net, struct nn_buffer *out)
{
    for (const struct nn_c_layer *layer = nn_c_layers; layer->layer; layer++) {
        bool used = false, written = false;
        for (const struct nn_c_layer *before = nn_c_layers; before < layer; before++)
            for (int i = 1; i < net->count; i++)
                written |= before->helper == layer->helper &&
                           strcmp(net->nodes[i]->layer->name, before->layer) == 0;
        for (int i = 1; i < net->count; i++)
            used |= strcmp(net->nodes[i]->layer->name, layer->layer) == 0;
        if (used && !written && layer->helper) {
            nn_buffer_text(out, layer->helper);
            nn_buffer_char(out, '\n');
        }
    }
}

/* Features or channels that are scaled each; 0: the input is taken as it comes. */
static size_t scale_count(const struct nn_model *model)
{
    size_t size = model->net->nodes[0]->size, count = model->scale_count;
    return model->scaling != NN_SCALING_NONE && count > 0 && size % count == 0 ? count : 0;
}

/* The input as the net wants it: (x - offset) factor, for each feature or channel. */
static void write_scaling(const struct nn_model *model, struct nn_buffer *out)
{
    size_t size = model->net->nodes[0]->size, count = scale_count(model);
    char number[NN_NUMBER_SIZE];
    if (count == 0) {
        nn_buffer_printf(
            out, "    for (long i = 0; i < %zu; i++)\n        @array0[i] = input[i];\n", size);
        return;
    }
    for (int k = 0; k < 2; k++) {
        nn_buffer_printf(out, "    static const @sum %s[%zu] = {", k ? "factor" : "offset", count);
        for (size_t i = 0; i < count; i++)
            nn_buffer_printf(out, "%s%s,", i % 6 ? " " : "\n        ",
                             nn_number_double(number, k ? model->factor[i] : model->offset[i]));
        nn_buffer_text(out, "\n    };\n");
    }
    nn_buffer_printf(
        out,
        "    for (long i = 0; i < %zu; i++)\n"
        "        @array0[i] = (float)((input[i] - offset[i / %zu]) * factor[i / %zu]);\n",
        size, size / count, size / count);
}

/* Inputs as they come (before the scaling) with the answers of the net, computed here. */
static enum nn_status write_tests(const struct nn_model *model, struct nn_buffer *out,
                                  struct nn_error *error)
{
    const struct nn_net *net = model->net;
    size_t in = net->nodes[0]->size, outs = nn_net_output(net)->size, count = scale_count(model);
    bool scaled = count > 0;
    struct nn_pass *pass = NULL;
    struct nn_random random;
    float *raw = nn_calloc(in, sizeof *raw);
    enum nn_status status;
    if (!raw)
        return nn_fail_memory(error, in * sizeof *raw);
    NN_TRY(nn_pass_new(net, 1, NN_PASS_FORWARD, 0, &pass, error));
    nn_random_init(&random, 1, NN_STREAM_GENERATE, 0);
    for (int t = 0; t < SELF_TESTS; t++) {
        for (size_t i = 0; i < in; i++) {
            size_t k = scaled ? i / (in / count) : 0;
            double x = 2.0 * (double)nn_random_float(&random) - 1.0;
            raw[i] = (float)(scaled ? model->offset[k] + x / model->factor[k] : x);
            nn_pass_input(pass)[i] =
                scaled ? (float)(((double)raw[i] - model->offset[k]) * model->factor[k]) : raw[i];
        }
        nn_pass_forward(pass, 1, NULL);
        nn_buffer_printf(out, "static const float @test_input%d[%zu] = {", t, in);
        nn_c_floats(out, raw, in);
        nn_buffer_printf(out, "\n};\nstatic const float @test_output%d[%zu] = {", t, outs);
        nn_c_floats(out, nn_pass_output(pass, net->count - 1), outs);
        nn_buffer_text(out, "\n};\n");
    }
    nn_buffer_printf(out,
                     "\n/* The largest difference from stored answers; about 1e-6 of them is "
                     "sound. Its tables and code "
                     "are\n * dropped where nothing calls it. */\n"
                     "static inline float @self_test(void)\n"
                     "{\n"
                     "    static const float *const inputs[] = {@test_input0, @test_input1};\n"
                     "    static const float *const outputs[] = {@test_output0, @test_output1};\n"
                     "    static float y[%zu];\n"
                     "    float worst = 0;\n"
                     "    for (int t = 0; t < 2; t++) {\n"
                     "        @predict(inputs[t], y);\n"
                     "        for (long i = 0; i < %zu; i++) {\n"
                     "            float error = fabsf(y[i] - outputs[t][i]);\n"
                     "            worst = error > worst ? error : worst;\n"
                     "        }\n"
                     "    }\n"
                     "    return worst;\n"
                     "}\n",
                     outs, outs);
out:
    nn_pass_free(pass);
    nn_free(raw);
    return status;
}

/* A comment must not end early, nor a name break its line. */
static void put_comment(struct nn_buffer *out, const char *text)
{
    for (; *text; text++)
        nn_buffer_char(out, strchr("*/@\\?", *text) || (unsigned char)*text < 32 ? '_' : *text);
}

static void write_figures(const struct nn_net *net, const struct plan *plan, struct nn_buffer *out)
{
    char number[NN_NUMBER_SIZE];
    size_t ram = 0;
    for (int s = 0; s < plan->slots; s++)
        ram += plan->floats[s] * sizeof(float);
    nn_buffer_printf(out,
                     "#define @INPUTS %zu\n"
                     "#define @OUTPUTS %zu\n"
                     "#define @RAM %zu /* bytes of static arrays */\n"
                     "#define @MACS %s /* multiply-adds for one answer */\n\n",
                     net->nodes[0]->size, nn_net_output(net)->size, ram,
                     nn_number_short(number, nn_net_flops(net) / 2.0, 12));
}

static void write_head(const struct nn_model *model, const struct plan *plan, size_t table_bytes,
                       struct nn_buffer *out)
{
    const struct nn_net *net = model->net;
    char input[NN_SHAPE_TEXT], output[NN_SHAPE_TEXT];
    size_t ins = net->nodes[0]->size, outs = nn_net_output(net)->size;
    nn_buffer_printf(
        out,
        "/* A neural network, written by nnscope: %s to %s, %d layers.\n"
        " *\n"
        " *     @predict(input, output);      input[%zu], output[%zu]\n"
        " *     @self_test()                  the largest difference from stored answers\n"
        " *\n"
        " * Flash: %zu bytes of tables, and the code; the self-test, if it is called, %zu more.\n"
        " * Sums are taken in double; where double is slow, define @SUM as float before including "
        "it,\n * and nothing is double.\n",
        nn_shape_text(input, &net->nodes[0]->shape),
        nn_shape_text(output, &nn_net_output(net)->shape), net->count - 1, ins, outs,
        table_bytes + 2 * scale_count(model) * sizeof(double),
        SELF_TESTS * (ins + outs) * sizeof(float));
    for (size_t i = 0; i < model->class_count; i++) {
        nn_buffer_printf(out, "%s%zu ", i ? ", " : " * Classes: ", i);
        put_comment(out, model->classes[i]);
    }
    nn_buffer_printf(out, "%s */\n#ifndef @H\n#define @H\n\n#include <math.h>\n\n",
                     model->class_count ? "\n" : "");
    write_figures(net, plan, out);
    nn_buffer_text(out, "#ifndef @SUM\n#define @SUM double\n#endif\ntypedef @SUM @sum;\n\n");
}

static enum nn_status write_all(const struct nn_model *model, struct nn_buffer *out,
                                struct nn_error *error)
{
    const struct nn_net *net = model->net;
    struct nn_c_writer writer = {.net = net};
    struct plan plan = {0};
    size_t outs = nn_net_output(net)->size;
    enum nn_status status;
    NN_TRY(plan_arrays(net, &plan, error));
    NN_TRY(write_layers(&writer, &plan, error));
    write_head(model, &plan, writer.table_bytes, out);
    nn_buffer_append(out, nn_buffer_string(&writer.tables), writer.tables.length);
    nn_buffer_char(out, '\n');
    for (int s = 0; s < plan.slots; s++)
        nn_buffer_printf(out, "static float @array%d[%zu];\n", s, plan.floats[s]);
    nn_buffer_char(out, '\n');
    write_helpers(net, out);
    nn_buffer_text(out, "static void @predict(const float *input, float *output)\n{\n");
    write_scaling(model, out);
    nn_buffer_append(out, nn_buffer_string(&writer.body), writer.body.length);
    nn_buffer_printf(out,
                     "    for (long i = 0; i < %zu; i++)\n        output[i] = @array%d[i];\n}\n\n",
                     outs, plan.slot[net->count - 1]);
    NN_TRY(write_tests(model, out, error));
    nn_buffer_text(out, "\n#endif\n");
    NN_TRY(nn_buffer_check(&writer.tables, error));
    NN_TRY(nn_buffer_check(&writer.body, error));
    NN_TRY(nn_buffer_check(out, error));
out:
    plan_clear(&plan);
    nn_buffer_clear(&writer.tables);
    nn_buffer_clear(&writer.body);
    return status;
}

/* "@name" becomes "prefix_name". */
static void name_all(const char *text, const char *prefix, struct nn_buffer *out)
{
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "@");
        nn_buffer_append(out, at, length);
        at += length;
        if (*at == '@') {
            nn_buffer_printf(out, "%s_", prefix);
            at++;
        }
    }
}

/* The name of the file without its ending, as a name in C. */
static void prefix_of(const char *path, char prefix[MAX_PREFIX])
{
    const char *name = nn_path_name(path);
    char plain[MAX_PREFIX - 1];
    size_t length = strlen(name) - strlen(nn_path_extension(path));
    char *copy = nn_strndup(name, length);
    clean(copy ? copy : "net", sizeof plain, plain);
    nn_free(copy);
    bool bad = plain[0] == '\0' || (plain[0] >= '0' && plain[0] <= '9') || plain[0] == '_';
    snprintf(prefix, MAX_PREFIX, "%s%s", bad ? "n" : "", plain);
}

enum nn_status nn_c_export(const char *path, const struct nn_model *model, struct nn_error *error)
{
    struct nn_buffer text, named;
    char prefix[MAX_PREFIX];
    enum nn_status status;
    if (model->net->count < 2)
        return nn_fail(error, NN_STATE, "there is no net to export");
    nn_buffer_init(&text, 0);
    nn_buffer_init(&named, 0);
    prefix_of(path, prefix);
    NN_TRY(write_all(model, &text, error));
    name_all(nn_buffer_string(&text), prefix, &named);
    NN_TRY(nn_buffer_check(&named, error));
    NN_TRY(nn_save_bytes(path, named.data, named.length, error));
out:
    nn_buffer_clear(&text);
    nn_buffer_clear(&named);
    return status;
}
