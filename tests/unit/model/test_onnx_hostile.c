/* ONNX in: every field of a sound file spoiled in turn, and graphs that are large, deep or knotted.
 */
#include "base/mem.h"
#include "model/onnx/onnx.h"
#include "model/onnx/wire.h"
#include "proto.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define DIMS(...) ((const int64_t[]){__VA_ARGS__, 0})

static double peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024;
}

/* What was read took less than twice the file and 64 MB. */
static void check_memory(double before, double file)
{
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    cr_assert(peak_bytes() - before <= 2 * file + 64e6, "%.0f MB for a file of %.0f MB",
              (peak_bytes() - before) / 1e6, file / 1e6);
#else
    (void)before, (void)file;
#endif
}

/* An error with a message, or a net. */
static enum nn_status read_any(const struct proto *file)
{
    struct nn_model model = {0};
    struct nn_error error = {0};
    unsigned char *copy = nn_calloc(file->bytes.length + 1, 1); /* exact, for AddressSanitizer */
    cr_assert(copy != NULL);
    memcpy(copy, file->bytes.data, file->bytes.length);
    enum nn_status status = nn_onnx_read(copy, file->bytes.length, NULL, &model, &error);
    cr_assert(status == NN_OK || error.message[0] != '\0');
    nn_model_clear(&model);
    nn_free(copy);
    return status;
}

/* ---- every field ---- */

/* What is done to one field, all others being copied. */
enum spoil { DROP, TWICE, EMPTY, NUMBER }; /* NUMBER: replaced by `value` */

struct spoiler {
    enum spoil how;
    int64_t value;
    size_t wanted, at; /* fields, counted as they are met */
};

static bool is_message(struct nn_wire wire)
{
    struct nn_wire_field field;
    bool more = wire.at < wire.end;
    bool any = more;
    while (more)
        if (nn_wire_next(&wire, &field, &more, NULL) != NN_OK)
            return false;
    return any;
}

static void copy_field(struct spoiler *spoiler, const struct nn_wire_field *field,
                       struct proto *out);

static void copy_message(struct spoiler *spoiler, struct nn_wire wire, struct proto *out)
{
    struct nn_wire_field field;
    bool more = true;
    while (nn_wire_next(&wire, &field, &more, NULL) == NN_OK && more)
        copy_field(spoiler, &field, out);
}

static void put_field(const struct nn_wire_field *field, const struct proto *body,
                      struct proto *out)
{
    if (field->type == NN_WIRE_VARINT)
        proto_int(out, field->number, (int64_t)field->value);
    else if (field->type == NN_WIRE_32)
        proto_float(out, field->number, nn_wire_float(field->value));
    else if (field->type == NN_WIRE_BYTES)
        proto_bytes(out, field->number, body->bytes.data, body->bytes.length);
}

static void copy_field(struct spoiler *spoiler, const struct nn_wire_field *field,
                       struct proto *out)
{
    bool mine = spoiler->at++ == spoiler->wanted;
    struct proto body = {0};
    struct nn_wire_field copy = *field;
    if (field->type == NN_WIRE_BYTES && !(mine && spoiler->how == EMPTY)) {
        if (is_message(field->bytes))
            copy_message(spoiler, field->bytes, &body);
        else
            nn_buffer_append(&body.bytes, field->bytes.at,
                             (size_t)(field->bytes.end - field->bytes.at));
    }
    if (mine && spoiler->how == NUMBER) {
        copy.value = (uint64_t)spoiler->value; /* of a float: its bits */
        if (field->type == NN_WIRE_BYTES) {
            copy.type = NN_WIRE_VARINT; /* of another type than the schema says */
        }
    }
    if (!(mine && spoiler->how == DROP))
        put_field(&copy, &body, out);
    if (mine && spoiler->how == TWICE)
        put_field(&copy, &body, out);
    proto_clear(&body);
}

/* Spoils each field of a file in one way; returns how many there are. */
static size_t spoil_each(const unsigned char *bytes, size_t length, enum spoil how, int64_t value)
{
    struct spoiler spoiler = {.how = how, .value = value};
    for (; spoiler.at > spoiler.wanted || spoiler.wanted == 0; spoiler.wanted++) {
        struct proto file = {0};
        spoiler.at = 0;
        copy_message(&spoiler, (struct nn_wire){bytes, bytes + length, bytes}, &file);
        read_any(&file);
        proto_clear(&file);
    }
    return spoiler.wanted - 1;
}

Test(onnx_hostile, every_field_at_its_extremes, .timeout = 60)
{
    static const int64_t values[] = {0,         -1,        1,          INT32_MAX,
                                     INT32_MIN, INT64_MAX, INT64_MIN,  (int64_t)1 << 32,
                                     3,         99999,     0x7fc00000, 0x7f800000};
    char path[4096];
    size_t length;
    snprintf(path, sizeof path, "%s/reference/explain-residual.onnx", getenv("NN_TESTS"));
    unsigned char *bytes = sample_bytes(path, &length);
    double before = peak_bytes();
    for (enum spoil how = DROP; how < NUMBER; how++)
        cr_assert(spoil_each(bytes, length, how, 0) > 100);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        spoil_each(bytes, length, NUMBER, values[i]);
    check_memory(before, (double)length);
    nn_free(bytes);
}

/* ---- names ---- */

/* Whether a graph of these nodes, "Op inputs > output" each, is read. */
static enum nn_status read_nodes(const char *const *nodes, const char *output)
{
    struct proto graph = {0}, file = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_weights(&graph, "w", DIMS(3), (const float[]){1, 2, 3});
    for (; *nodes; nodes++) {
        char text[64], *out;
        snprintf(text, sizeof text, "%s", *nodes);
        char *in = strchr(text, ' ');
        *in++ = '\0';
        out = strchr(in, '>');
        *out++ = '\0';
        proto_node(&graph, text, in, out, NULL);
    }
    proto_port(&graph, 12, output, DIMS(-1, 3));
    proto_model(&file, &graph, 13);
    enum nn_status status = read_any(&file);
    proto_clear(&file);
    return status;
}

Test(onnx_hostile, knots)
{
    static const struct {
        const char *nodes[4], *output;
        bool sound;
    } graphs[] = {
        {{"Mul x w>y"}, "y", true},
        {{"Mul x w>y"}, "none", false},                      /* an output that nothing computes */
        {{"Mul x y>y"}, "y", false},                         /* a node that reads itself */
        {{"Add x b>a", "Relu a>b"}, "b", false},             /* a cycle of two */
        {{"Add x c>a", "Relu a>b", "Tanh b>c"}, "a", false}, /* of three */
        {{"Relu a>y", "Mul x w>a"}, "y", false},             /* in the wrong order */
        {{"Mul x w>y", "Relu x>y"}, "y", false},             /* computed twice */
        {{"Mul x w>w"}, "w", false},                         /* over an initializer */
        {{"Mul x w>x"}, "x", false},                         /* over the input */
        {{"Mul x w>x", "Relu x>y"}, "y", false},
    };
    for (size_t i = 0; i < sizeof graphs / sizeof *graphs; i++) {
        enum nn_status status = read_nodes(graphs[i].nodes, graphs[i].output);
        cr_assert((status == NN_OK) == graphs[i].sound, "graph %zu: %d", i, status);
    }
}

Test(onnx_hostile, two_inputs_of_one_name)
{
    struct proto graph = {0}, file = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    proto_port(&graph, 11, "x", DIMS(-1, 4));
    proto_node(&graph, "Relu", "x", "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    proto_model(&file, &graph, 13);
    cr_assert(read_any(&file) == NN_DAMAGED);
    proto_clear(&file);
}

/* ---- large and deep ---- */

static double chain_seconds(int nodes, enum nn_status *status)
{
    struct proto graph = {0}, file = {0};
    proto_port(&graph, 11, "x", DIMS(-1, 3));
    for (int i = 0; i < nodes; i++) {
        char in[16], out[16];
        snprintf(in, sizeof in, i ? "v%d" : "x", i);
        snprintf(out, sizeof out, "v%d", i + 1);
        proto_node(&graph, "Identity", in, out, NULL);
    }
    char last[16];
    snprintf(last, sizeof last, "v%d", nodes);
    proto_node(&graph, "Relu", last, "y", NULL);
    proto_port(&graph, 12, "y", DIMS(-1, 3));
    proto_model(&file, &graph, 13);
    double before = peak_bytes();
    clock_t began = clock();
    *status = read_any(&file);
    double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    check_memory(before, (double)file.bytes.length);
    proto_clear(&file);
    return seconds;
}

/* Time and memory grow with the file, not faster. */
Test(onnx_hostile, many_nodes_take_linear_time, .timeout = 60)
{
    enum nn_status few, many;
    double short_time = chain_seconds(7500, &few), long_time = chain_seconds(60000, &many);
    cr_assert(few == NN_OK && many == NN_OK, "%d %d", few, many);
    cr_assert(long_time <= 24 * short_time + 0.1, "%g s, then %g s", short_time, long_time);
}

/* A message in a message ... `depth` times, written from its end. */
static void nest(struct proto *out, uint32_t field, int depth, const uint32_t *fields, int count)
{
    const size_t room = 16 * (size_t)depth + 16;
    unsigned char *bytes = nn_calloc(room, 1);
    size_t at = room;
    cr_assert(bytes != NULL);
    for (int i = 0; i < depth; i++) {
        size_t length = room - at;
        unsigned char head[10];
        size_t used = 0;
        head[used++] = (unsigned char)(fields[i % count] << 3 | 2);
        for (; length > 127; length >>= 7)
            head[used++] = (unsigned char)(length | 128);
        head[used++] = (unsigned char)length;
        at -= used;
        memcpy(bytes + at, head, used);
    }
    proto_bytes(out, field, (const char *)bytes + at, room - at);
    nn_free(bytes);
}

Test(onnx_hostile, deep_nesting)
{
    static const uint32_t sequence[] = {1, 4}, optional[] = {1, 9}, map[] = {2, 5};
    static const uint32_t attribute[] = {6, 5, 1}; /* a graph in an attribute of a node of it */
    const int depth = 100000;
    for (int what = 0; what < 4; what++) {
        struct proto graph = {0}, file = {0}, port = {0}, node = {0};
        proto_port(&graph, 11, "x", DIMS(-1, 3));
        proto_text(&port, 1, "z");
        nest(&port, 2, depth, what == 0 ? sequence : what == 1 ? optional : map, 2);
        if (what == 3)
            nest(&node, 5, depth, attribute, 3);
        proto_message(&graph, 11, &port);
        proto_node(&graph, what == 3 ? "If" : "Relu", "x", "y", &node);
        proto_port(&graph, 12, "y", DIMS(-1, 3));
        proto_model(&file, &graph, 13);
        double before = peak_bytes();
        enum nn_status status = read_any(&file);
        cr_assert(what == 3 ? status == NN_REFUSED : status == NN_OK || status == NN_DAMAGED,
                  "%d: %d", what, status);
        check_memory(before, (double)file.bytes.length);
        proto_clear(&file);
        proto_clear(&node);
    }
}
