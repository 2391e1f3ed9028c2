/* Tensors of ONNX: types, elements, and TensorProto. */
#include "base/mem.h"
#include "base/text.h"
#include "model/onnx/proto.h"

#include <math.h>
#include <string.h>

static const struct {
    int type;
    size_t size;
    const char *name;
} types[] = {
    {NN_ONNX_FLOAT, 4, "float"},   {NN_ONNX_UINT8, 1, "uint8"},
    {NN_ONNX_INT8, 1, "int8"},     {NN_ONNX_UINT16, 2, "uint16"},
    {NN_ONNX_INT16, 2, "int16"},   {NN_ONNX_INT32, 4, "int32"},
    {NN_ONNX_INT64, 8, "int64"},   {NN_ONNX_STRING, 0, "string"},
    {NN_ONNX_BOOL, 1, "bool"},     {NN_ONNX_FLOAT16, 2, "float16"},
    {NN_ONNX_DOUBLE, 8, "double"}, {NN_ONNX_UINT32, 4, "uint32"},
    {NN_ONNX_UINT64, 8, "uint64"}, {NN_ONNX_BFLOAT16, 2, "bfloat16"},
};

size_t nn_onnx_type_size(int type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type)
            return types[i].size;
    return 0;
}

const char *nn_onnx_type_name(int type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type)
            return types[i].name;
    return "unknown";
}

bool nn_onnx_type_is_real(int type)
{
    return type == NN_ONNX_FLOAT || type == NN_ONNX_DOUBLE || type == NN_ONNX_FLOAT16 ||
           type == NN_ONNX_BFLOAT16;
}

/* ---- elements ---- */

static uint64_t load(const unsigned char *at, size_t size)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)at[i] << 8 * i;
    return bits;
}

static double half_value(unsigned bits)
{
    unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                   : exponent     ? ldexp(1024.0 + fraction, (int)exponent - 25)
                                  : ldexp((double)fraction, -24);
    return bits >> 15 ? -value : value;
}

double nn_onnx_tensor_get(const struct nn_onnx_tensor *tensor, size_t i)
{
    size_t size = nn_onnx_type_size(tensor->type);
    uint64_t bits = load(tensor->data + i * size, size);
    switch (tensor->type) {
    case NN_ONNX_FLOAT:
        return (double)nn_wire_float(bits);
    case NN_ONNX_DOUBLE:
        return nn_wire_double(bits);
    case NN_ONNX_FLOAT16:
        return half_value((unsigned)bits);
    case NN_ONNX_BFLOAT16:
        return (double)nn_wire_float(bits << 16);
    case NN_ONNX_INT8:
        return (double)(int8_t)bits;
    case NN_ONNX_INT16:
        return (double)(int16_t)bits;
    case NN_ONNX_INT32:
        return (double)(int32_t)bits;
    case NN_ONNX_INT64:
        return (double)(int64_t)bits;
    default:
        return (double)bits;
    }
}

/* The bits of a whole number, cut to [low, high]; NaN is 0. */
static uint64_t whole_bits(double value, double low, double high)
{
    if (isnan(value))
        return 0;
    if (value <= low)
        return low < 0 ? (uint64_t)(int64_t)low : 0;
    if (value >= high)
        return high > 9.3e18 ? UINT64_MAX : high > 9.2e18 ? (uint64_t)INT64_MAX : (uint64_t)high;
    return value < 0 ? (uint64_t)(int64_t)value : (uint64_t)value;
}

void nn_onnx_element_set(unsigned char *data, int type, size_t i, double value)
{
    size_t size = nn_onnx_type_size(type);
    uint64_t bits = 0;
    if (type == NN_ONNX_DOUBLE) {
        memcpy(&bits, &value, sizeof bits);
    } else if (nn_onnx_type_is_real(type)) {
        float single = (float)value;
        uint32_t low;
        memcpy(&low, &single, sizeof low);
        bits = low;
    } else if (type == NN_ONNX_BOOL) {
        bits = value != 0;
    } else if (type == NN_ONNX_UINT8 || type == NN_ONNX_UINT16 || type == NN_ONNX_UINT32 ||
               type == NN_ONNX_UINT64) {
        bits = whole_bits(value, 0, ldexp(1, 8 * (int)size) - (size < 8));
    } else {
        double bound = ldexp(1, 8 * (int)size - 1);
        bits = whole_bits(value, -bound, bound - (size < 8));
    }
    for (size_t k = 0; k < size; k++)
        data[i * size + k] = (unsigned char)(bits >> 8 * k);
}

void nn_onnx_tensor_floats(const struct nn_onnx_tensor *tensor, float *out)
{
    static const uint32_t one = 1;
    bool little = *(const unsigned char *)&one == 1;
    if (tensor->type == NN_ONNX_FLOAT && little && tensor->count > 0)
        memcpy(out, tensor->data, tensor->count * sizeof *out);
    else
        for (size_t i = 0; i < tensor->count; i++)
            out[i] = (float)nn_onnx_tensor_get(tensor, i);
}

/* ---- TensorProto ---- */

enum {
    DIMS = 1,
    DATA_TYPE = 2,
    SEGMENT = 3,
    FLOAT_DATA = 4,
    INT32_DATA = 5,
    STRING_DATA = 6,
    INT64_DATA = 7,
    NAME = 8,
    RAW_DATA = 9,
    DOUBLE_DATA = 10,
    UINT64_DATA = 11,
    EXTERNAL_DATA = 13,
    DATA_LOCATION = 14
};

/* The field that holds the elements of a type when they are not raw, and how they stand there. */
static uint32_t typed_field(int type, enum nn_wire_type *element)
{
    *element = NN_WIRE_VARINT;
    switch (type) {
    case NN_ONNX_FLOAT:
        *element = NN_WIRE_32;
        return FLOAT_DATA;
    case NN_ONNX_DOUBLE:
        *element = NN_WIRE_64;
        return DOUBLE_DATA;
    case NN_ONNX_INT64:
        return INT64_DATA;
    case NN_ONNX_UINT32:
    case NN_ONNX_UINT64:
        return UINT64_DATA;
    default:
        return INT32_DATA;
    }
}

static enum nn_status read_dims(struct nn_wire_field field, struct nn_shape *shape,
                                struct nn_error *error)
{
    uint64_t bits;
    size_t count;
    enum nn_status status = nn_wire_numbers_count(&field, NN_WIRE_VARINT, &count, error);
    for (bool more = true; status == NN_OK && more;) {
        status = nn_wire_numbers_next(&field, NN_WIRE_VARINT, &bits, &more, error);
        if (status != NN_OK || !more)
            break;
        if (shape->rank == NN_MAX_RANK)
            return nn_fail(error, NN_LIMIT, "a tensor of more than %d dimensions", NN_MAX_RANK);
        if (bits > INT64_MAX)
            return nn_fail(error, NN_DAMAGED, "a tensor with a negative dimension");
        if (bits > (uint64_t)1 << 40)
            return nn_fail(error, NN_LIMIT, "a tensor with a dimension beyond 2^40");
        shape->dim[shape->rank++] = (size_t)bits;
    }
    return status;
}

static enum nn_status read_external(struct nn_wire wire, struct nn_onnx_tensor *tensor,
                                    struct nn_error *error)
{
    struct nn_wire_field field;
    struct nn_onnx_text key = {0}, value = {0};
    enum nn_status status;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (more && field.number <= 2)
            NN_TRY(nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error));
        if (more && field.number == 1)
            key = nn_onnx_text_of(&field);
        if (more && field.number == 2)
            value = nn_onnx_text_of(&field);
    }
    if (nn_onnx_text_is(key, "location")) {
        tensor->location = value;
    } else if (nn_onnx_text_is(key, "offset") || nn_onnx_text_is(key, "length")) {
        uint64_t number = 0;
        for (size_t i = 0; i < value.length; i++) {
            if (value.at[i] < '0' || value.at[i] > '9' || number > (uint64_t)1 << 50)
                return nn_fail(error, NN_DAMAGED, "the %s of external data is '%s'",
                               NN_ONNX_TEXT(key), NN_ONNX_TEXT(value));
            number = number * 10 + (uint64_t)(value.at[i] - '0');
        }
        *(key.at[0] == 'o' ? &tensor->offset : &tensor->length) = number;
    }
out:
    return status;
}

/* Converts the elements of the typed fields. */
static enum nn_status read_typed(struct nn_wire wire, struct nn_arena *arena,
                                 struct nn_onnx_tensor *tensor, struct nn_error *error)
{
    enum nn_wire_type element;
    const uint32_t number = typed_field(tensor->type, &element);
    size_t size = nn_onnx_type_size(tensor->type), at = 0, found = 0, part;
    struct nn_wire_field field;
    struct nn_wire rest = wire;
    enum nn_status status = NN_OK;
    for (bool more = true; more;) { /* what is there, before memory is taken for it */
        NN_TRY(nn_wire_next(&rest, &field, &more, error));
        if (more && field.number == number) {
            NN_TRY(nn_wire_numbers_count(&field, element, &part, error));
            found += part;
        }
    }
    if (found != tensor->count)
        return nn_fail(error, NN_DAMAGED, "tensor '%s' has %zu values, not the %zu of its shape",
                       NN_ONNX_TEXT(tensor->name), found, tensor->count);
    unsigned char *data = nn_arena_alloc(arena, found ? found : 1, size);
    if (!data)
        return nn_fail_memory(error, found * size);
    tensor->data = data;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        for (bool numbers = more && field.number == number; numbers;) {
            uint64_t bits;
            NN_TRY(nn_wire_numbers_next(&field, element, &bits, &numbers, error));
            for (size_t k = 0; numbers && k < size; k++)
                data[at * size + k] = (unsigned char)(bits >> 8 * k);
            at += numbers;
        }
    }
out:
    return status;
}

static enum nn_status check_size(const struct nn_onnx_tensor *tensor, size_t bytes,
                                 struct nn_error *error)
{
    size_t wanted;
    if (nn_size_mul(tensor->count, nn_onnx_type_size(tensor->type), &wanted) && bytes == wanted)
        return NN_OK;
    return nn_fail(error, NN_DAMAGED, "tensor '%s' has %zu bytes, not those of its shape",
                   NN_ONNX_TEXT(tensor->name), bytes);
}

enum nn_status nn_onnx_parse_tensor(struct nn_wire wire, struct nn_arena *arena,
                                    struct nn_onnx_tensor *tensor, struct nn_error *error)
{
    struct nn_onnx_tensor fresh = {.body = wire};
    struct nn_wire_field field, raw = {0};
    struct nn_wire rest = wire;
    bool external = false;
    enum nn_status status;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&rest, &field, &more, error));
        if (!more)
            break;
        if (field.number == NAME || field.number == RAW_DATA || field.number == EXTERNAL_DATA ||
            field.number == SEGMENT)
            NN_TRY(nn_wire_expect(&rest, &field, NN_WIRE_BYTES, error));
        if (field.number == DATA_TYPE || field.number == DATA_LOCATION)
            NN_TRY(nn_wire_expect(&rest, &field, NN_WIRE_VARINT, error));
        switch (field.number) {
        case DIMS:
            NN_TRY(read_dims(field, &fresh.shape, error));
            break;
        case DATA_TYPE:
            fresh.type = field.value < 64 ? (int)field.value : NN_ONNX_UNDEFINED;
            break;
        case NAME:
            fresh.name = nn_onnx_text_of(&field);
            break;
        case RAW_DATA:
            raw = field;
            break;
        case EXTERNAL_DATA:
            NN_TRY(read_external(field.bytes, &fresh, error));
            break;
        case DATA_LOCATION:
            external = field.value == 1;
            break;
        case SEGMENT:
            return nn_fail(error, NN_REFUSED, "a tensor in segments is not supported");
        default:
            break;
        }
    }
    if (nn_onnx_type_size(fresh.type) == 0 && fresh.type != NN_ONNX_STRING)
        return nn_fail(error, NN_REFUSED,
                       "tensor '%s' has elements of type %d, which is not supported",
                       NN_ONNX_TEXT(fresh.name), fresh.type);
    NN_TRY(nn_shape_count(&fresh.shape, &fresh.count, error));
    if (fresh.type == NN_ONNX_STRING) {
        fresh.count = 0; /* texts are read where they are wanted */
    } else if (external) {
        if (fresh.location.length == 0)
            return nn_fail(error, NN_DAMAGED, "external data without a location");
    } else if (raw.number) {
        NN_TRY(check_size(&fresh, (size_t)(raw.bytes.end - raw.bytes.at), error));
        fresh.data = raw.bytes.at;
    } else {
        NN_TRY(read_typed(wire, arena, &fresh, error));
    }
    *tensor = fresh;
out:
    return status;
}
