/* Attributes of the node that is lowered, and constants that stand for them in newer opsets. */
#include "base/text.h"
#include "model/onnx/import.h"

#include <math.h>
#include <string.h>

/* AttributeProto */
enum { NAME = 1, REAL = 2, INT = 3, TEXT = 4, TENSOR = 5, REALS = 7, INTS = 8, KIND = 20 };
enum { NODE_ATTRIBUTE = 5 };

/* The name of an attribute. */
static enum nn_status name_of(struct nn_wire wire, struct nn_onnx_text *name,
                              struct nn_error *error)
{
    struct nn_wire_field field;
    *name = (struct nn_onnx_text){0};
    for (bool more = true; more;) {
        enum nn_status status = nn_wire_next(&wire, &field, &more, error);
        if (status == NN_OK && more && field.number == NAME)
            status = nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error);
        if (status != NN_OK)
            return status;
        if (more && field.number == NAME)
            *name = nn_onnx_text_of(&field);
    }
    return NN_OK;
}

/* Goes to the next attribute of the node; *more is false at the end. */
static enum nn_status next_attribute(struct nn_wire *body, struct nn_wire *attribute,
                                     struct nn_onnx_text *name, bool *more, struct nn_error *error)
{
    struct nn_wire_field field;
    enum nn_status status = NN_OK;
    do {
        NN_TRY(nn_wire_next(body, &field, more, error));
    } while (*more && field.number != NODE_ATTRIBUTE);
    if (!*more)
        return NN_OK;
    NN_TRY(nn_wire_expect(body, &field, NN_WIRE_BYTES, error));
    *attribute = field.bytes;
    NN_TRY(name_of(*attribute, name, error));
out:
    return status;
}

static enum nn_status find(const struct nn_onnx_import *import, const char *wanted,
                           struct nn_wire *attribute, bool *found, struct nn_error *error)
{
    struct nn_wire body = import->node->body;
    struct nn_onnx_text name;
    for (bool more = true; more;) {
        enum nn_status status = next_attribute(&body, attribute, &name, &more, error);
        if (status != NN_OK)
            return status;
        *found = more && nn_onnx_text_is(name, wanted);
        if (*found)
            return NN_OK;
    }
    return NN_OK;
}

/* The last field of that number. */
static enum nn_status field_of(struct nn_wire wire, const char *name, uint32_t number,
                               enum nn_wire_type type, struct nn_wire_field *found,
                               struct nn_error *error)
{
    struct nn_wire_field field;
    *found = (struct nn_wire_field){.number = number, .type = type};
    found->bytes = (struct nn_wire){wire.base, wire.base, wire.base}; /* absent: 0 or empty */
    for (bool more = true; more;) {
        enum nn_status status = nn_wire_next(&wire, &field, &more, error);
        if (status == NN_OK && more && field.number == number)
            status = nn_wire_expect(&wire, &field, type, error);
        if (status == NN_OK && more && field.number == KIND && field.type == NN_WIRE_VARINT) {
            static const uint32_t kinds[] = {0, REAL, INT, TEXT, TENSOR, 6, REALS, INTS};
            if (field.value && (field.value > 7 || kinds[field.value] != number))
                status = nn_fail(error, NN_DAMAGED, "its attribute %s is of another type", name);
        }
        if (status != NN_OK)
            return status;
        if (more && field.number == number)
            *found = field;
    }
    return NN_OK;
}

/* The value of an attribute; *found is false when the node has none of that name. */
static enum nn_status read(const struct nn_onnx_import *import, const char *name, uint32_t number,
                           enum nn_wire_type type, struct nn_wire_field *value, bool *found,
                           struct nn_error *error)
{
    struct nn_wire attribute;
    *found = false;
    enum nn_status status = find(import, name, &attribute, found, error);
    if (status == NN_OK && *found)
        status = field_of(attribute, name, number, type, value, error);
    return status;
}

enum nn_status nn_onnx_attr_int(const struct nn_onnx_import *import, const char *name,
                                int64_t fallback, int64_t *value, struct nn_error *error)
{
    struct nn_wire_field field;
    bool found;
    enum nn_status status = read(import, name, INT, NN_WIRE_VARINT, &field, &found, error);
    if (status == NN_OK)
        *value = found ? (int64_t)field.value : fallback;
    return status;
}

enum nn_status nn_onnx_attr_real(const struct nn_onnx_import *import, const char *name,
                                 double fallback, double *value, struct nn_error *error)
{
    struct nn_wire_field field;
    bool found;
    enum nn_status status = read(import, name, REAL, NN_WIRE_32, &field, &found, error);
    if (status != NN_OK)
        return status;
    double number = found ? (double)nn_wire_float(field.value) : fallback;
    if (!isfinite(number))
        return nn_fail(error, NN_DAMAGED, "its attribute %s is not finite", name);
    *value = number;
    return NN_OK;
}

enum nn_status nn_onnx_attr_text(const struct nn_onnx_import *import, const char *name,
                                 const char *fallback, struct nn_onnx_text *value,
                                 struct nn_error *error)
{
    struct nn_wire_field field;
    bool found;
    enum nn_status status = read(import, name, TEXT, NN_WIRE_BYTES, &field, &found, error);
    if (status == NN_OK)
        *value =
            found ? nn_onnx_text_of(&field) : (struct nn_onnx_text){fallback, strlen(fallback)};
    return status;
}

static enum nn_status add_number(struct nn_onnx_list *list, int64_t number, const char *what,
                                 struct nn_error *error)
{
    if (list->count == NN_ONNX_MAX_LIST)
        return nn_fail(error, NN_LIMIT, "%s holds more than %d numbers", what, NN_ONNX_MAX_LIST);
    list->at[list->count++] = number;
    return NN_OK;
}

/* Appends the numbers of one field of a list. */
static enum nn_status add_numbers(struct nn_wire_field field, const char *name,
                                  struct nn_onnx_list *list, struct nn_error *error)
{
    uint64_t bits;
    for (bool more = true; more;) {
        enum nn_status status = nn_wire_numbers_next(&field, NN_WIRE_VARINT, &bits, &more, error);
        if (status == NN_OK && more)
            status = add_number(list, (int64_t)bits, name, error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

enum nn_status nn_onnx_attr_list(const struct nn_onnx_import *import, const char *name,
                                 struct nn_onnx_list *list, struct nn_error *error)
{
    struct nn_wire attribute;
    struct nn_wire_field field;
    bool found = false;
    enum nn_status status = find(import, name, &attribute, &found, error);
    list->count = found ? 0 : -1;
    for (bool more = found; status == NN_OK && more;) {
        NN_TRY(nn_wire_next(&attribute, &field, &more, error));
        if (!more || field.number != INTS)
            continue;
        if (field.type != NN_WIRE_BYTES)
            NN_TRY(nn_wire_expect(&attribute, &field, NN_WIRE_VARINT, error));
        NN_TRY(add_numbers(field, name, list, error));
    }
out:
    return status;
}

/* Numbers, one or many, as a constant of one axis (or a scalar). */
static enum nn_status numbers_value(struct nn_onnx_import *import, struct nn_wire attribute,
                                    uint32_t number, struct nn_onnx_value *value,
                                    struct nn_error *error)
{
    bool real = number == REAL || number == REALS, scalar = number == REAL || number == INT;
    enum nn_wire_type element = real ? NN_WIRE_32 : NN_WIRE_VARINT;
    struct nn_wire_field field;
    size_t count = 0, part, at = 0;
    unsigned char *data = NULL;
    enum nn_status status = NN_OK;
    for (int round = 0; round < 2; round++) {
        struct nn_wire rest = attribute;
        for (bool more = true; more;) {
            NN_TRY(nn_wire_next(&rest, &field, &more, error));
            if (!more || field.number != number)
                continue;
            if (round == 0) {
                NN_TRY(nn_wire_numbers_count(&field, element, &part, error));
                count += part;
                continue;
            }
            uint64_t bits;
            for (bool numbers = true; numbers;) {
                NN_TRY(nn_wire_numbers_next(&field, element, &bits, &numbers, error));
                if (numbers && at < count)
                    nn_onnx_element_set(data, value->type, at++,
                                        real ? (double)nn_wire_float(bits) : (double)(int64_t)bits);
            }
        }
        if (round == 0) {
            struct nn_shape shape = {.rank = scalar ? 0 : 1, .dim = {count}};
            count = scalar ? 1 : count;
            NN_TRY(nn_onnx_new_constant(import, real ? NN_ONNX_FLOAT : NN_ONNX_INT64, &shape, value,
                                        &data, error));
        }
    }
out:
    return status;
}

enum nn_status nn_onnx_attr_value(struct nn_onnx_import *import, const char *name,
                                  struct nn_onnx_value *value, bool *found, struct nn_error *error)
{
    struct nn_wire attribute, rest;
    struct nn_wire_field field;
    uint32_t number = 0;
    *found = false;
    enum nn_status status = find(import, name, &attribute, found, error);
    if (status != NN_OK || !*found)
        return status;
    rest = attribute;
    for (bool more = true; more;) { /* which of the fields it has */
        NN_TRY(nn_wire_next(&rest, &field, &more, error));
        bool known = field.number == REAL || field.number == INT || field.number == TENSOR ||
                     field.number == REALS || field.number == INTS;
        if (more && known)
            number = field.number;
    }
    if (number == 0)
        return nn_onnx_refuse(error, "its attribute %s is no number or tensor", name);
    if (number != TENSOR)
        return numbers_value(import, attribute, number, value, error);
    struct nn_onnx_tensor tensor;
    NN_TRY(field_of(attribute, name, TENSOR, NN_WIRE_BYTES, &field, error));
    NN_TRY(nn_onnx_parse_tensor(field.bytes, import->arena, &tensor, error));
    if (!tensor.data)
        return nn_onnx_refuse(error, "its attribute %s is no tensor of numbers", name);
    *value = (struct nn_onnx_value){
        .kind = NN_ONNX_CONSTANT, .type = tensor.type, .shape = tensor.shape, .tensor = tensor};
out:
    return status;
}

enum nn_status nn_onnx_attr_body(const struct nn_onnx_import *import, const char *name,
                                 struct nn_wire *body, bool *found, struct nn_error *error)
{
    *found = false;
    return find(import, name, body, found, error);
}

bool nn_onnx_attr_given(const struct nn_onnx_import *import, const char *name)
{
    struct nn_wire attribute;
    bool found = false;
    return find(import, name, &attribute, &found, NULL) == NN_OK && found;
}

/* Whether "a|b|c" holds a name. */
static bool listed(const char *known, struct nn_onnx_text name)
{
    for (const char *at = known; at; at = strchr(at, '|')) {
        at += *at == '|';
        if (strcspn(at, "|") == name.length && !memcmp(at, name.at, name.length))
            return true;
    }
    return false;
}

enum nn_status nn_onnx_attr_check(const struct nn_onnx_import *import, const char *known,
                                  struct nn_error *error)
{
    struct nn_wire body = import->node->body, attribute;
    struct nn_onnx_text name;
    for (bool more = true; more;) {
        enum nn_status status = next_attribute(&body, &attribute, &name, &more, error);
        if (status != NN_OK)
            return status;
        if (more && name.length > 0 && !listed(known, name))
            return nn_onnx_refuse(error, "its attribute %s is not supported", NN_ONNX_TEXT(name));
    }
    return NN_OK;
}

/* ---- constants as lists ---- */

enum nn_status nn_onnx_constant_list(const struct nn_onnx_value *value, const char *what,
                                     struct nn_onnx_list *list, struct nn_error *error)
{
    list->count = 0;
    if (!nn_onnx_is_constant(value))
        return nn_onnx_refuse(error, "its %s depend on the input", what);
    if (value->tensor.count > NN_ONNX_MAX_LIST)
        return nn_fail(error, NN_LIMIT, "%s holds more than %d numbers", what, NN_ONNX_MAX_LIST);
    for (size_t i = 0; i < value->tensor.count; i++) {
        double number = nn_onnx_tensor_get(&value->tensor, i);
        list->at[list->count++] = number >= 9.2e18    ? INT64_MAX
                                  : number <= -9.2e18 ? INT64_MIN
                                  : isnan(number)     ? 0
                                                      : (int64_t)number;
    }
    return NN_OK;
}

enum nn_status nn_onnx_constant_number(const struct nn_onnx_value *value, const char *what,
                                       double *number, struct nn_error *error)
{
    if (!nn_onnx_is_constant(value))
        return nn_onnx_refuse(error, "its %s depends on the input", what);
    if (value->tensor.count != 1)
        return nn_fail(error, NN_DAMAGED, "its %s is not one number", what);
    *number = nn_onnx_tensor_get(&value->tensor, 0);
    return NN_OK;
}

enum nn_status nn_onnx_list_of(struct nn_onnx_import *import, int i, const char *attribute,
                               struct nn_onnx_list *list, struct nn_error *error)
{
    struct nn_onnx_value *value = nn_onnx_input(import, i);
    if (value)
        return nn_onnx_constant_list(value, attribute, list, error);
    return nn_onnx_attr_list(import, attribute, list, error);
}

enum nn_status nn_onnx_axis(int64_t axis, int rank, int *out, struct nn_error *error)
{
    if (axis < -rank || axis >= rank)
        return nn_fail(error, NN_DAMAGED, "axis %lld of a tensor of %d axes", (long long)axis,
                       rank);
    *out = (int)(axis < 0 ? axis + rank : axis);
    return NN_OK;
}

enum nn_status nn_onnx_attr_axis(const struct nn_onnx_import *import, int64_t fallback, int rank,
                                 int *axis, struct nn_error *error)
{
    int64_t given;
    enum nn_status status = nn_onnx_attr_int(import, "axis", fallback, &given, error);
    return status == NN_OK ? nn_onnx_axis(given, rank, axis, error) : status;
}
