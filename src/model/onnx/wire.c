#include "model/onnx/wire.h"

#include <string.h>

#define MAX_FIELD ((1u << 29) - 1)

static enum nn_status fail(const struct nn_wire *wire, const char *what, struct nn_error *error)
{
    return nn_fail(error, NN_DAMAGED, "%s at byte %zu", what, (size_t)(wire->at - wire->base));
}

static enum nn_status read_varint(struct nn_wire *wire, uint64_t *value, struct nn_error *error)
{
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (wire->at == wire->end)
            return fail(wire, "the message ends inside a number", error);
        unsigned char byte = *wire->at++;
        if (shift == 63 && byte > 1)
            break;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = result;
            return NN_OK;
        }
    }
    return fail(wire, "a number of more than 64 bits", error);
}

static enum nn_status read_fixed(struct nn_wire *wire, size_t size, uint64_t *value,
                                 struct nn_error *error)
{
    if ((size_t)(wire->end - wire->at) < size)
        return fail(wire, "the message ends inside a number", error);
    uint64_t result = 0;
    for (size_t i = 0; i < size; i++)
        result |= (uint64_t)wire->at[i] << 8 * i;
    wire->at += size;
    *value = result;
    return NN_OK;
}

static enum nn_status read_number(struct nn_wire *wire, enum nn_wire_type type, uint64_t *value,
                                  struct nn_error *error)
{
    if (type == NN_WIRE_VARINT)
        return read_varint(wire, value, error);
    return read_fixed(wire, type == NN_WIRE_64 ? 8 : 4, value, error);
}

static enum nn_status read_bytes(struct nn_wire *wire, struct nn_wire *bytes,
                                 struct nn_error *error)
{
    uint64_t length;
    enum nn_status status = read_varint(wire, &length, error);
    if (status != NN_OK)
        return status;
    if (length > (uint64_t)(wire->end - wire->at))
        return fail(wire, "a field is longer than its message", error);
    *bytes = (struct nn_wire){wire->at, wire->at + length, wire->base};
    wire->at += length;
    return NN_OK;
}

enum nn_status nn_wire_next(struct nn_wire *wire, struct nn_wire_field *field, bool *more,
                            struct nn_error *error)
{
    uint64_t tag;
    struct nn_wire_field fresh = {0};
    enum nn_status status = NN_OK;
    *more = wire->at < wire->end;
    if (!*more)
        return NN_OK;
    NN_TRY(read_varint(wire, &tag, error));
    if (tag >> 3 == 0 || tag >> 3 > MAX_FIELD)
        return fail(wire, "a field with an impossible number", error);
    fresh.number = (uint32_t)(tag >> 3);
    fresh.type = (enum nn_wire_type)(tag & 7);
    switch (fresh.type) {
    case NN_WIRE_VARINT:
    case NN_WIRE_64:
    case NN_WIRE_32:
        NN_TRY(read_number(wire, fresh.type, &fresh.value, error));
        break;
    case NN_WIRE_BYTES:
        NN_TRY(read_bytes(wire, &fresh.bytes, error));
        break;
    default:
        return fail(wire, "a field of an unknown type", error);
    }
    *field = fresh;
out:
    return status;
}

enum nn_status nn_wire_count(struct nn_wire wire, uint32_t number, size_t *count,
                             struct nn_error *error)
{
    struct nn_wire_field field;
    size_t found = 0;
    for (bool more = true; more;) {
        enum nn_status status = nn_wire_next(&wire, &field, &more, error);
        if (status != NN_OK)
            return status;
        found += more && field.number == number;
    }
    *count = found;
    return NN_OK;
}

enum nn_status nn_wire_numbers_next(struct nn_wire_field *field, enum nn_wire_type element,
                                    uint64_t *bits, bool *more, struct nn_error *error)
{
    if (field->type == NN_WIRE_BYTES) {
        *more = field->bytes.at < field->bytes.end;
        return *more ? read_number(&field->bytes, element, bits, error) : NN_OK;
    }
    *more = field->number != 0;
    *bits = field->value;
    field->number = 0; /* the only one */
    return NN_OK;
}

enum nn_status nn_wire_numbers_count(const struct nn_wire_field *field, enum nn_wire_type element,
                                     size_t *count, struct nn_error *error)
{
    struct nn_wire_field rest = *field;
    size_t found = 0;
    uint64_t bits;
    if (field->type != NN_WIRE_BYTES && field->type != element)
        return nn_wire_expect(&field->bytes, field, element, error);
    for (bool more = true; more; found += more) {
        enum nn_status status = nn_wire_numbers_next(&rest, element, &bits, &more, error);
        if (status != NN_OK)
            return status;
    }
    *count = found;
    return NN_OK;
}

enum nn_status nn_wire_expect(const struct nn_wire *wire, const struct nn_wire_field *field,
                              enum nn_wire_type type, struct nn_error *error)
{
    if (field->type == type)
        return NN_OK;
    return nn_fail(error, NN_DAMAGED, "field %u before byte %zu has the wrong type",
                   (unsigned)field->number, wire->at ? (size_t)(wire->at - wire->base) : 0);
}

float nn_wire_float(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return value;
}

double nn_wire_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
