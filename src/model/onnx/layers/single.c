/* Layers of single values. */
#include "model/onnx/write.h"

#include <math.h>
#include <string.h>

/* One real attribute. */
static enum nn_status write_alpha(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    bool elu = !strcmp(writer->node->layer->name, "elu");
    (void)error;
    nn_onnx_in(writer, 0, in);
    nn_onnx_put_real(&attributes, "alpha",
                     nn_onnx_arg_real(writer, elu ? "alpha" : "negative_slope"));
    nn_onnx_finish(writer, elu ? "Elu" : "LeakyRelu", in, NULL, &attributes);
    return NN_OK;
}

static void put_hardsigmoid(struct nn_buffer *attributes)
{
    nn_onnx_put_real(attributes, "alpha", 1.0 / 6.0);
    nn_onnx_put_real(attributes, "beta", 0.5);
}

static enum nn_status write_hardsigmoid(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    (void)error;
    nn_onnx_in(writer, 0, in);
    put_hardsigmoid(&attributes);
    nn_onnx_finish(writer, "HardSigmoid", in, NULL, &attributes);
    return NN_OK;
}

/* x times a function of it: HardSwish and Mish came after opset 13. */
static enum nn_status write_gated(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], gate[NN_ONNX_NAME];
    const char *layer = writer->node->layer->name;
    struct nn_buffer attributes = {0};
    (void)error;
    nn_onnx_in(writer, 0, in);
    if (!strcmp(layer, "hardswish")) {
        put_hardsigmoid(&attributes);
        nn_onnx_step(writer, "HardSigmoid", in, NULL, &attributes, gate);
    } else if (!strcmp(layer, "silu")) {
        nn_onnx_step(writer, "Sigmoid", in, NULL, NULL, gate);
    } else {
        nn_onnx_step(writer, "Softplus", in, NULL, NULL, gate);
        nn_onnx_step(writer, "Tanh", gate, NULL, NULL, gate);
    }
    nn_onnx_finish(writer, "Mul", in, gate, NULL);
    return NN_OK;
}

/* a op number */
static void with_number(struct nn_onnx_writer *writer, const char *op, const char *a, double number,
                        char out[NN_ONNX_NAME])
{
    char constant[NN_ONNX_NAME];
    nn_onnx_constant(writer, number, constant);
    nn_onnx_step(writer, op, a, constant, NULL, out);
}

/* x (1 + f) / 2 with f = erf(x / sqrt 2), or tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
static enum nn_status write_gelu(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], f[NN_ONNX_NAME], half[NN_ONNX_NAME];
    (void)error;
    nn_onnx_in(writer, 0, in);
    if (nn_onnx_arg_int(writer, "approximate") == 0) {
        with_number(writer, "Mul", in, sqrt(0.5), f);
        nn_onnx_step(writer, "Erf", f, NULL, NULL, f);
    } else {
        nn_onnx_step(writer, "Mul", in, in, NULL, f);
        with_number(writer, "Mul", f, 0.044715, f);
        with_number(writer, "Add", f, 1.0, f);
        nn_onnx_step(writer, "Mul", f, in, NULL, f);
        with_number(writer, "Mul", f, 0.79788456080286535588, f);
        nn_onnx_step(writer, "Tanh", f, NULL, NULL, f);
    }
    with_number(writer, "Add", f, 1.0, f);
    with_number(writer, "Mul", in, 0.5, half);
    nn_onnx_finish(writer, "Mul", half, f, NULL);
    return NN_OK;
}

/* log(1 + exp(beta x)) / beta; above the threshold it is x to the last bit of a float. */
static enum nn_status write_softplus(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], wide[NN_ONNX_NAME], number[NN_ONNX_NAME], mask[NN_ONNX_NAME];
    double beta = nn_onnx_arg_real(writer, "beta"),
           threshold = nn_onnx_arg_real(writer, "threshold");
    (void)error;
    nn_onnx_in(writer, 0, in);
    if (beta == 1.0 && threshold >= 20.0) {
        nn_onnx_finish(writer, "Softplus", in, NULL, NULL);
        return NN_OK;
    }
    with_number(writer, "Mul", in, beta, wide);
    with_number(writer, "Greater", wide, threshold, mask);
    nn_onnx_step(writer, "Softplus", wide, NULL, NULL, wide);
    nn_onnx_constant(writer, beta, number);
    nn_onnx_step(writer, "Div", wide, number, NULL, wide);
    char out[NN_ONNX_NAME];
    nn_onnx_name_of(writer, writer->node->index, out);
    nn_onnx_put_node(writer, "Where", (const char *const[]){mask, in, wide}, 3, out, NULL);
    return NN_OK;
}

/* OpenCV wants the bounds as initializers. */
static enum nn_status write_clip(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], bounds[2][NN_ONNX_NAME], out[NN_ONNX_NAME];
    static const char *const names[] = {"min", "max"};
    bool six = !strcmp(writer->node->layer->name, "relu6"), any[2];
    (void)error;
    nn_onnx_in(writer, 0, in);
    for (int i = 0; i < 2; i++) {
        any[i] = six || nn_args_is_set(&writer->node->args, nn_onnx_arg(writer, names[i]));
        if (any[i])
            nn_onnx_constant(writer, six ? 6.0 * i : nn_onnx_arg_real(writer, names[i]), bounds[i]);
    }
    nn_onnx_name_of(writer, writer->node->index, out);
    nn_onnx_put_node(
        writer, "Clip",
        (const char *const[]){in, any[0] ? bounds[0] : NULL, any[1] ? bounds[1] : NULL},
        any[1]   ? 3
        : any[0] ? 2
                 : 1,
        out, NULL);
    return NN_OK;
}

/* One slope for all, or one a channel. */
static enum nn_status write_prelu(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], slope[NN_ONNX_NAME];
    struct nn_shape shape = {.rank = writer->node->shape.rank};
    (void)error;
    nn_onnx_in(writer, 0, in);
    for (int i = 0; i < shape.rank; i++)
        shape.dim[i] = i ? 1 : writer->node->params[0].spec.shape.dim[0];
    nn_onnx_weight_as(writer, 0, &shape, slope);
    nn_onnx_finish(writer, "PRelu", in, slope, NULL);
    return NN_OK;
}

/* A comparison as a float. */
static void finish_question(struct nn_onnx_writer *writer, const char *value)
{
    struct nn_buffer attributes = {0};
    nn_onnx_put_int(&attributes, "to", 1);
    nn_onnx_finish(writer, "Cast", value, NULL, &attributes);
}

static enum nn_status write_function(struct nn_onnx_writer *writer, struct nn_error *error)
{
    static const char *const ops[][2] = {
        {"exp", "Exp"},     {"erf", "Erf"},   {"abs", "Abs"},     {"sqrt", "Sqrt"},
        {"log", "Log"},     {"sin", "Sin"},   {"cos", "Cos"},     {"reciprocal", "Reciprocal"},
        {"negate", "Neg"},  {"sign", "Sign"}, {"floor", "Floor"}, {"ceil", "Ceil"},
        {"round", "Round"},
    };
    const char *name = nn_onnx_arg_text(writer, "function");
    char in[NN_ONNX_NAME], value[NN_ONNX_NAME], sign[NN_ONNX_NAME];
    nn_onnx_in(writer, 0, in);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (!strcmp(name, ops[i][0])) {
            nn_onnx_finish(writer, ops[i][1], in, NULL, NULL);
            return NN_OK;
        }
    if (!strcmp(name, "square")) {
        nn_onnx_finish(writer, "Mul", in, in, NULL);
    } else if (!strcmp(name, "trunc")) {
        nn_onnx_step(writer, "Abs", in, NULL, NULL, value);
        nn_onnx_step(writer, "Floor", value, NULL, NULL, value);
        nn_onnx_step(writer, "Sign", in, NULL, NULL, sign);
        nn_onnx_finish(writer, "Mul", value, sign, NULL);
    } else if (!strcmp(name, "not") || !strcmp(name, "nonzero")) {
        with_number(writer, "Equal", in, 0.0, value);
        if (!strcmp(name, "nonzero"))
            nn_onnx_step(writer, "Not", value, NULL, NULL, value);
        finish_question(writer, value);
    } else if (!strcmp(name, "isnan") || !strcmp(name, "isinf")) {
        nn_onnx_step(writer, !strcmp(name, "isnan") ? "IsNaN" : "IsInf", in, NULL, NULL, value);
        finish_question(writer, value);
    } else {
        return nn_fail(error, NN_REFUSED, "the function %s has no operator in ONNX", name);
    }
    return NN_OK;
}

/* What training alone changes is left out, but dropout keeps its place. */
static enum nn_status write_dropout(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], ratio[NN_ONNX_NAME];
    (void)error;
    nn_onnx_in(writer, 0, in);
    nn_onnx_constant(writer, nn_args_real(&writer->node->args, 0), ratio);
    nn_onnx_finish(writer, "Dropout", in, ratio, NULL);
    return NN_OK;
}

/* Over the channels: the first axis of a sample. */
static enum nn_status write_softmax(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    (void)error;
    nn_onnx_in(writer, 0, in);
    nn_onnx_put_int(&attributes, "axis", 1);
    nn_onnx_finish(writer, nn_onnx_layer_writer_find(writer->node->layer->name)->op, in, NULL,
                   &attributes);
    return NN_OK;
}

static const struct nn_onnx_layer_writer writers[] = {
    {"relu", NULL, "Relu"},
    {"sigmoid", NULL, "Sigmoid"},
    {"tanh", NULL, "Tanh"},
    {"selu", NULL, "Selu"},
    {"softsign", NULL, "Softsign"},
    {"elu", write_alpha, NULL},
    {"leaky_relu", write_alpha, NULL},
    {"hardsigmoid", write_hardsigmoid, NULL},
    {"hardswish", write_gated, NULL},
    {"silu", write_gated, NULL},
    {"mish", write_gated, NULL},
    {"gelu", write_gelu, NULL},
    {"softplus", write_softplus, NULL},
    {"relu6", write_clip, NULL},
    {"clip", write_clip, NULL},
    {"prelu", write_prelu, NULL},
    {"function", write_function, NULL},
    {"dropout", write_dropout, NULL},
    {"gaussiannoise", NULL, "Identity"},
    {"spatialdropout", NULL, "Identity"},
    {"softmax", write_softmax, "Softmax"},
    {"logsoftmax", write_softmax, "LogSoftmax"},
    {0},
};

const struct nn_onnx_layer_family nn_onnx_layers_single = {
    .writers = writers,
};
