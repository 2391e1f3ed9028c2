#include "data/idx.h"

/* Types by their code. */
static const struct {
    unsigned char code;
    char kind;
    size_t size;
} types[] = {{0x08, 'u', 1}, {0x09, 'i', 1}, {0x0B, 'i', 2},
             {0x0C, 'i', 4}, {0x0D, 'f', 4}, {0x0E, 'f', 8}};

bool nn_idx_probe(const unsigned char *bytes, size_t length)
{
    return length >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 0x08 && bytes[2] <= 0x0E &&
           bytes[3] >= 1;
}

static enum nn_status parse_type(struct nn_array *array, unsigned char code, struct nn_error *error)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].code == code) {
            array->kind = types[i].kind;
            array->size = types[i].size;
            return NN_OK;
        }
    }
    return nn_fail(error, NN_DAMAGED,
                   "unknown type 0x%02x at byte offset 2 (08, 09, 0b, 0c, 0d or 0e is expected)",
                   code);
}

enum nn_status nn_idx_parse(struct nn_array *array, const unsigned char *bytes, size_t length,
                            struct nn_error *error)
{
    struct nn_array read = {.big_endian = true};
    enum nn_status status;
    if (length < 4) {
        return nn_fail(error, NN_DAMAGED, "truncated: an IDX header has at least 4 bytes, not %zu",
                       length);
    }
    if (bytes[0] != 0 || bytes[1] != 0)
        return nn_fail(error, NN_DAMAGED, "not an IDX file: it does not begin with two zero bytes");
    NN_TRY(parse_type(&read, bytes[2], error));
    int rank = bytes[3];
    if (rank < 1 || rank > NN_MAX_RANK) {
        return nn_fail(error, NN_DAMAGED, "%d dimensions at byte offset 3 (1 to %d are expected)",
                       rank, NN_MAX_RANK);
    }
    read.offset = 4 + 4 * (size_t)rank;
    if (length < read.offset) {
        return nn_fail(error, NN_DAMAGED,
                       "truncated: the header of %d dimensions has %zu bytes, the file %zu", rank,
                       read.offset, length);
    }
    read.shape.rank = rank;
    for (int i = 0; i < rank; i++) {
        const unsigned char *p = bytes + 4 + 4 * i;
        read.shape.dim[i] =
            (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | (size_t)p[3];
    }
    NN_TRY(nn_array_check(&read, length - read.offset, error));
    read.data = bytes + read.offset;
    *array = read;
out:
    return status;
}
