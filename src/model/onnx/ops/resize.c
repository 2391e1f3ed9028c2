/* Resize and Upsample: along each axis, the output is a product with a matrix of few weights. */
#include "model/onnx/import.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum coordinates { HALF_PIXEL, PYTORCH_HALF_PIXEL, ALIGN_CORNERS, ASYMMETRIC, TF_HALF_PIXEL, CROP };
enum rounding { PREFER_FLOOR, PREFER_CEIL, FLOOR, CEIL };
enum kind { NEAREST, LINEAR, CUBIC };

/* How one axis is resized. */
struct axis {
    enum kind kind;
    enum coordinates coordinates;
    enum rounding rounding;
    double scale, cubic, start, end, outside; /* start, end: of a crop */
    bool exclude, extrapolate;
    size_t in, out;
};

static double source_of(const struct axis *axis, size_t place)
{
    double x = (double)place, in = (double)axis->in, out = (double)axis->out;
    switch (axis->coordinates) {
    case HALF_PIXEL:
        return (x + 0.5) / axis->scale - 0.5;
    case PYTORCH_HALF_PIXEL:
        return out > 1 ? (x + 0.5) / axis->scale - 0.5 : 0.0;
    case ALIGN_CORNERS:
        return axis->out > 1 ? x * (in - 1) / (in * axis->scale - 1) : 0.0;
    case ASYMMETRIC:
        return x / axis->scale;
    case TF_HALF_PIXEL:
        return (x + 0.5) / axis->scale;
    default:
        return out > 1
                   ? axis->start * (in - 1) + x * (axis->end - axis->start) * (in - 1) / (out - 1)
                   : 0.5 * (axis->start + axis->end) * (in - 1);
    }
}

static int64_t rounded(const struct axis *axis, double x)
{
    double near = floor(x);
    switch (axis->rounding) {
    case FLOOR:
        break;
    case CEIL:
        near = ceil(x);
        break;
    case PREFER_FLOOR:
        near = x - near <= 0.5 ? near : near + 1;
        break;
    default:
        near = x - near < 0.5 ? near : near + 1;
    }
    return near < 0 ? 0 : near >= (double)axis->in ? (int64_t)axis->in - 1 : (int64_t)near;
}

/* Keys 1981: the four weights of places floor(x) - 1 ... + 2. */
static void cubic_weights(double a, double t, double weights[4])
{
    for (int i = 0; i < 4; i++) {
        double d = fabs(t - (double)(i - 1));
        weights[i] = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1
                            : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    }
}

/* The row of the matrix for one output place; *outside: it lies off the input, and gets a number.
 */
static void fill_row(const struct axis *axis, size_t place, double *row, bool *outside)
{
    double x = source_of(axis, place), weights[4] = {0}, sum = 0;
    int taps = axis->kind == CUBIC ? 4 : 2, first = axis->kind == CUBIC ? -1 : 0;
    *outside = axis->extrapolate && (x < 0 || x > (double)axis->in - 1);
    if (*outside)
        return;
    double low = floor(x);
    if (axis->kind == CUBIC) {
        cubic_weights(axis->cubic, x - low, weights);
    } else {
        weights[0] = 1 - (x - low);
        weights[1] = x - low;
    }
    for (int i = 0; i < taps; i++) {
        double at = low + (double)(first + i);
        if (axis->exclude && (at < 0 || at > (double)axis->in - 1))
            weights[i] = 0;
        sum += weights[i];
    }
    for (int i = 0; i < taps; i++) {
        double at = low + (double)(first + i);
        at = at < 0 ? 0 : at > (double)axis->in - 1 ? (double)axis->in - 1 : at;
        row[(size_t)at] += axis->exclude ? weights[i] / sum : weights[i];
    }
}

/* Places by their index, as in nearest. */
static enum nn_status resize_nearest(struct nn_onnx_import *import, const struct axis *axis, int at,
                                     struct nn_onnx_value *value, struct nn_error *error)
{
    int64_t *indices = nn_arena_alloc(import->arena, axis->out, sizeof *indices);
    if (!indices)
        return nn_fail_memory(error, axis->out * sizeof *indices);
    for (size_t i = 0; i < axis->out; i++)
        indices[i] = rounded(axis, source_of(axis, i));
    return nn_onnx_take(import, value, at, indices, axis->out, value, error);
}

/* The axis goes last, is multiplied by the matrix, and goes back. */
static enum nn_status resize_linear(struct nn_onnx_import *import, const struct axis *axis, int at,
                                    struct nn_onnx_value *value, struct nn_error *error)
{
    struct nn_onnx_value matrix, mask, number;
    int order[NN_MAX_RANK], rank = value->shape.rank, nodes[2], last = rank - 1;
    struct nn_shape shape = {.rank = rank}, places = {.rank = rank};
    unsigned char *data, *outside_data;
    bool any = false;
    enum nn_status status;
    for (int i = 0; i < rank; i++) {
        order[i] = i == at ? last : i == last ? at : i;
        shape.dim[i] = places.dim[i] = 1;
    }
    if (rank - import->lead < 2)
        return nn_onnx_refuse(error, "an input of %d axes", rank);
    shape.dim[last - 1] = axis->in;
    shape.dim[last] = places.dim[at] = axis->out;
    NN_TRY(nn_onnx_new_constant(import, NN_ONNX_DOUBLE, &shape, &matrix, &data, error));
    NN_TRY(nn_onnx_new_constant(import, NN_ONNX_FLOAT, &places, &mask, &outside_data, error));
    double *row = nn_arena_alloc(import->arena, axis->in, sizeof *row);
    if (!row)
        return nn_fail_memory(error, axis->in * sizeof *row);
    for (size_t i = 0; i < axis->out; i++) {
        bool outside;
        memset(row, 0, axis->in * sizeof *row);
        fill_row(axis, i, row, &outside);
        any |= outside;
        nn_onnx_element_set(outside_data, NN_ONNX_FLOAT, i, outside);
        for (size_t k = 0; k < axis->in; k++)
            nn_onnx_element_set(data, NN_ONNX_DOUBLE, k * axis->out + i, row[k]);
    }
    NN_TRY(nn_onnx_permute(import, value, order, value, error));
    NN_TRY(nn_onnx_plain(import, value, &nodes[0], error));
    NN_TRY(nn_onnx_plain(import, &matrix, &nodes[1], error));
    struct nn_shape result = value->shape;
    result.dim[last] = axis->out;
    NN_TRY(nn_onnx_layer(import, "matmul", "", nodes, 2, &nodes[0], error));
    *value = nn_onnx_runtime(nodes[0], value->type, &result);
    NN_TRY(nn_onnx_permute(import, value, order, value, error));
    if (any) {
        NN_TRY(nn_onnx_number(import, axis->outside, &number, error));
        NN_TRY(nn_onnx_where(import, &mask, &number, value, value, error));
    }
out:
    return status;
}

static enum nn_status choose(struct nn_onnx_text text, const char *const *names, int count,
                             int *choice, struct nn_error *error)
{
    for (int i = 0; i < count; i++)
        if (names[i] && nn_onnx_text_is(text, names[i])) {
            *choice = i;
            return NN_OK;
        }
    return nn_onnx_refuse(error, "%s", NN_ONNX_TEXT(text));
}

static enum nn_status read_kind(struct nn_onnx_import *import, struct axis *axis,
                                struct nn_error *error)
{
    static const char *const kinds[] = {"nearest", "linear", "cubic"};
    static const char *const coordinates[] = {"half_pixel",           "pytorch_half_pixel",
                                              "align_corners",        "asymmetric",
                                              "tf_half_pixel_for_nn", "tf_crop_and_resize"};
    static const char *const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor",
                                            "ceil"};
    struct nn_onnx_text text;
    int kind = 0, coordinate = 0, rounding = 0;
    int64_t exclude, antialias;
    bool old = import->model->opset < 11;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_text(import, "mode", "nearest", &text, error));
    if (nn_onnx_text_is(text, "bilinear"))
        text = (struct nn_onnx_text){"linear", 6};
    NN_TRY(choose(text, kinds, 3, &kind, error));
    NN_TRY(nn_onnx_attr_text(import, "coordinate_transformation_mode",
                             old ? "asymmetric" : "half_pixel", &text, error));
    NN_TRY(choose(text, coordinates, 6, &coordinate, error));
    NN_TRY(nn_onnx_attr_text(import, "nearest_mode", old ? "floor" : "round_prefer_floor", &text,
                             error));
    NN_TRY(choose(text, roundings, 4, &rounding, error));
    NN_TRY(nn_onnx_attr_text(import, "keep_aspect_ratio_policy", "stretch", &text, error));
    NN_TRY(nn_onnx_attr_int(import, "exclude_outside", 0, &exclude, error));
    NN_TRY(nn_onnx_attr_int(import, "antialias", 0, &antialias, error));
    NN_TRY(nn_onnx_attr_real(import, "cubic_coeff_a", -0.75, &axis->cubic, error));
    NN_TRY(nn_onnx_attr_real(import, "extrapolation_value", 0.0, &axis->outside, error));
    if (antialias || !nn_onnx_text_is(text, "stretch"))
        return nn_onnx_refuse(error, "antialias or keep_aspect_ratio_policy");
    axis->kind = (enum kind)kind;
    axis->coordinates = (enum coordinates)coordinate;
    axis->rounding = (enum rounding)rounding;
    axis->exclude = exclude != 0;
    axis->extrapolate = axis->coordinates == CROP;
out:
    return status;
}

/* The factor and length of each axis, from the scales or the sizes. */
static enum nn_status read_sizes(struct nn_onnx_import *import, const struct nn_shape *in,
                                 double *scales, size_t *sizes, struct nn_error *error)
{
    bool upsample = nn_onnx_text_is(import->node->type, "Upsample"), found = false;
    int at = upsample || import->model->opset < 11 ? 1 : 2;
    const struct nn_onnx_value *given = nn_onnx_input(import, at);
    const struct nn_onnx_value *wanted = at == 2 ? nn_onnx_input(import, 3) : NULL;
    struct nn_onnx_value attribute;
    enum nn_status status = NN_OK;
    if (nn_onnx_attr_given(import, "axes"))
        return nn_onnx_refuse(error, "its attribute axes");
    if (upsample && !given) {
        NN_TRY(nn_onnx_attr_value(import, "scales", &attribute, &found, error));
        given = found ? &attribute : NULL;
    }
    bool by_size = wanted && (!given || (nn_onnx_is_constant(given) && given->tensor.count == 0));
    const struct nn_onnx_value *from = by_size ? wanted : given;
    if (!nn_onnx_is_constant(from) || from->tensor.count != (size_t)in->rank)
        return nn_onnx_refuse(error, "its scales or sizes are not one number for each axis");
    for (int i = 0; i < in->rank; i++) {
        double number = nn_onnx_tensor_get(&from->tensor, (size_t)i), length = (double)in->dim[i];
        double size = by_size ? number : floor(length * number + 1e-9);
        if (!(size >= 1 && size < 1e9))
            return nn_fail(error, NN_DAMAGED, "axis %d would get an impossible length", i);
        scales[i] = by_size ? number / length : number;
        sizes[i] = (size_t)size;
    }
out:
    return status;
}

/* A whole factor that PyTorch's Upsample knows stays a layer of that name. */
static bool as_upsample(const struct nn_onnx_import *import, const struct axis *axis,
                        const struct nn_shape *in, const double *scales, char args[96])
{
    bool nearest =
        axis->kind == NEAREST && axis->coordinates == ASYMMETRIC && axis->rounding == FLOOR;
    bool linear = axis->kind == LINEAR && in->rank == 4 &&
                  (axis->coordinates == HALF_PIXEL || axis->coordinates == PYTORCH_HALF_PIXEL ||
                   axis->coordinates == ALIGN_CORNERS);
    if (!import->lead || (!nearest && !linear) || in->rank < 3 || in->rank > 4)
        return false;
    for (int i = 0; i < in->rank; i++)
        if (scales[i] != floor(scales[i]) || scales[i] < 1 || scales[i] > 1e6 ||
            (i < 2 && scales[i] != 1.0))
            return false;
    int used = in->rank == 4 ? snprintf(args, 96, "scale_factor=%.0fx%.0f", scales[2], scales[3])
                             : snprintf(args, 96, "scale_factor=%.0f", scales[2]);
    snprintf(args + used, 96 - (size_t)used, " mode=%s align_corners=%s",
             nearest ? "nearest" : "bilinear",
             linear && axis->coordinates == ALIGN_CORNERS ? "yes" : "no");
    return true;
}

static enum nn_status lower_resize(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    const struct nn_onnx_value *roi = nn_onnx_input(import, 1);
    double scales[NN_MAX_RANK];
    size_t sizes[NN_MAX_RANK];
    struct axis axis = {0};
    struct nn_shape shape = out.shape;
    char args[96];
    enum nn_status status;
    (void)op;
    NN_TRY(read_kind(import, &axis, error));
    NN_TRY(read_sizes(import, &out.shape, scales, sizes, error));
    if (as_upsample(import, &axis, &out.shape, scales, args)) {
        memcpy(shape.dim, sizes, (size_t)shape.rank * sizeof *sizes);
        NN_TRY(nn_onnx_apply(import, "upsample", args, &out, &shape, &out, error));
        nn_onnx_give(import, 0, &out);
        return NN_OK;
    }
    for (int i = 0; i < shape.rank; i++) {
        size_t n = (size_t)shape.rank, k = (size_t)i;
        bool crop =
            axis.coordinates == CROP && nn_onnx_is_constant(roi) && roi->tensor.count == 2 * n;
        axis.in = out.shape.dim[i];
        axis.out = sizes[i];
        axis.scale = scales[i];
        axis.start = crop ? nn_onnx_tensor_get(&roi->tensor, k) : 0;
        axis.end = crop ? nn_onnx_tensor_get(&roi->tensor, n + k) : 1;
        bool whole = axis.in == axis.out && axis.scale == 1.0 && axis.start == 0 && axis.end == 1;
        if (whole)
            continue;
        if (axis.kind == NEAREST)
            NN_TRY(resize_nearest(import, &axis, i, &out, error));
        else
            NN_TRY(resize_linear(import, &axis, i, &out, error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

#define RESIZE                                                                                     \
    "antialias|axes|coordinate_transformation_mode|cubic_coeff_a|exclude_outside|"                 \
    "extrapolation_value|keep_aspect_ratio_policy|mode|nearest_mode"

static const struct nn_onnx_op ops[] = {
    {"Resize", RESIZE, 1, 4, lower_resize, NULL, NULL},
    {"Upsample", "mode|scales", 1, 2, lower_resize, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_resize = {
    .domain = "",
    .ops = ops,
};
