#include "base/mem.h"
#include "data/idx.h"
#include "data_test.h"

/* Appends a header: type, then dimensions as 32-bit big-endian. Returns its length. */
static size_t header(unsigned char *out, unsigned char type, int rank, const uint32_t *dims)
{
    size_t n = 0;
    out[n++] = 0;
    out[n++] = 0;
    out[n++] = type;
    out[n++] = (unsigned char)rank;
    for (int i = 0; i < rank; i++)
        for (int k = 3; k >= 0; k--)
            out[n++] = (unsigned char)(dims[i] >> 8 * k);
    return n;
}

/* Parses an exact-size copy, so that a sanitizer sees any byte read too far. */
static enum nn_status read_copy(const unsigned char *bytes, size_t length,
                                struct nn_samples **samples, struct nn_error *error)
{
    unsigned char *copy = nn_calloc(length, 1);
    struct nn_read_options options = plain_options();
    memcpy(copy, bytes, length);
    enum nn_status status = read_bytes("idx", "t.idx", copy, length, &options, samples, error);
    nn_free(copy);
    return status;
}

Test(idx, bytes_stay_bytes)
{
    unsigned char bytes[64];
    struct nn_samples *samples;
    struct nn_error error;
    size_t n = header(bytes, 0x08, 3, (uint32_t[]){2, 3, 4});
    for (size_t i = 0; i < 24; i++)
        bytes[n + i] = (unsigned char)(i * 10);
    expect_ok(read_copy(bytes, n + 24, &samples, &error));
    cr_assert(samples->count == 2 && samples->storage == NN_STORAGE_BYTE);
    cr_assert(samples->shape.rank == 3 && samples->shape.dim[0] == 1);
    cr_assert(samples->shape.dim[1] == 3 && samples->shape.dim[2] == 4);
    cr_assert(samples->feature_count == 12 && !samples->features);
    cr_assert(samples->task == NN_TASK_NONE && !samples->labels);
    cr_assert(memcmp(samples->values, bytes + n, 24) == 0);
    nn_samples_free(samples);
}

Test(idx, every_type)
{
    static const struct {
        unsigned char type;
        unsigned char bytes[16];
        size_t size;
        float want[2];
    } cases[] = {
        {0x09, {0xff, 0x7f}, 1, {-1, 127}},
        {0x0B, {0x80, 0x00, 0x01, 0x02}, 2, {-32768, 258}},
        {0x0C, {0xff, 0xff, 0xff, 0xfe, 0x00, 0x01, 0x00, 0x00}, 4, {-2, 65536}},
        {0x0D, {0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0}, 4, {1.5F, -2.5F}},
        {0x0E, {0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0x04, 0, 0, 0, 0, 0, 0}, 8, {1.5F, -2.5F}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        unsigned char bytes[64];
        struct nn_samples *samples;
        struct nn_error error;
        size_t n = header(bytes, cases[k].type, 2, (uint32_t[]){1, 2});
        memcpy(bytes + n, cases[k].bytes, 2 * cases[k].size);
        expect_ok(read_copy(bytes, n + 2 * cases[k].size, &samples, &error));
        const float *values = samples->values;
        cr_assert(samples->storage == NN_STORAGE_FLOAT && samples->shape.rank == 1);
        cr_assert(values[0] == cases[k].want[0] && values[1] == cases[k].want[1], "type %x: %g %g",
                  cases[k].type, (double)values[0], (double)values[1]);
        nn_samples_free(samples);
    }
}

Test(idx, channels)
{
    unsigned char bytes[64];
    struct nn_samples *samples;
    struct nn_error error;
    size_t n = header(bytes, 0x08, 4, (uint32_t[]){1, 3, 2, 2});
    memset(bytes + n, 7, 12);
    expect_ok(read_copy(bytes, n + 12, &samples, &error));
    cr_assert(samples->shape.rank == 3 && samples->shape.dim[0] == 3);
    nn_samples_free(samples);
}

Test(idx, every_truncation)
{
    unsigned char bytes[128];
    for (unsigned rank = 2; rank <= 4; rank++) {
        size_t n = header(bytes, 0x0B, (int)rank, (uint32_t[]){2, 3, 2, 1});
        size_t count = rank == 2 ? 6 : 12;
        memset(bytes + n, 0, 2 * count);
        for (size_t length = 0; length <= n + 2 * count + 1; length++) {
            struct nn_samples *samples = NULL;
            struct nn_error error = {.status = NN_OK};
            bool whole = length == n + 2 * count;
            enum nn_status status = read_copy(bytes, length, &samples, &error);
            cr_assert(status == (whole ? NN_OK : NN_DAMAGED), "rank %u length %zu: %d", rank,
                      length, (int)status);
            cr_assert(whole || (!samples && error.message[0] && strcmp(error.file, "t.idx") == 0));
            nn_samples_free(samples);
        }
    }
}

Test(idx, bad_headers)
{
    static const struct {
        unsigned char type;
        int rank;
        uint32_t dims[9];
        const char *part;
    } cases[] = {
        {0x0A, 2, {1, 1}, "unknown type 0x0a at byte offset 2"},
        {0x00, 2, {1, 1}, "unknown type"},
        {0x08, 0, {0}, "0 dimensions at byte offset 3"},
        {0x08, 9, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "9 dimensions"},
        {0x08, 2, {0, 4}, "no samples"},
        {0x08, 2, {4, 0}, "no samples"},
        {0x08, 2, {0xffffffff, 0xffffffff}, "too many"},
        {0x0E, 4, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, "too many"},
        {0x0E, 2, {0x7fffffff, 16}, "truncated"},
        {0x08, 1, {4}, "plain list"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        unsigned char bytes[128] = {0};
        struct nn_samples *samples = NULL;
        struct nn_error error;
        size_t n = header(bytes, cases[k].type, cases[k].rank, cases[k].dims);
        enum nn_status status =
            read_copy(bytes, n + (cases[k].rank == 1 ? 4 : 1), &samples, &error);
        cr_assert(status == NN_DAMAGED && !samples, "case %zu", k);
        cr_assert(strstr(error.message, cases[k].part), "case %zu: %s", k, error.message);
    }
}

Test(idx, pairs_of_extreme_dimensions)
{
    static const uint32_t edge[] = {0,     1,     2,          3,          255,
                                    65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff};
    const size_t edges = sizeof edge / sizeof edge[0];
    for (size_t i = 0; i < edges * edges * edges * edges; i++) {
        uint32_t dims[4] = {edge[i % edges], edge[i / edges % edges],
                            edge[i / edges / edges % edges], edge[i / edges / edges / edges]};
        unsigned char bytes[64] = {0};
        struct nn_array array;
        size_t n = header(bytes, 0x0E, 4, dims);
        enum nn_status status = nn_idx_parse(&array, bytes, n + 8, NULL);
        bool one = dims[0] == 1 && dims[1] == 1 && dims[2] == 1 && dims[3] == 1;
        cr_assert(status == (one ? NN_OK : NN_DAMAGED));
    }
}

Test(idx, numbers_that_are_not_finite)
{
    static const unsigned char odd[3][4] = {
        {0x7f, 0xc0, 0, 0}, {0x7f, 0x80, 0, 0}, {0xff, 0x80, 0, 0}};
    for (size_t k = 0; k < 3; k++) {
        unsigned char bytes[64] = {0};
        struct nn_samples *samples = NULL;
        struct nn_error error;
        size_t n = header(bytes, 0x0D, 2, (uint32_t[]){2, 2});
        memcpy(bytes + n + 8, odd[k], 4);
        cr_assert(read_copy(bytes, n + 16, &samples, &error) == NN_DAMAGED);
        cr_assert(strstr(error.message, "number 2 (byte offset 20)"), "%s", error.message);
    }
    unsigned char bytes[64] = {0};
    struct nn_samples *samples = NULL;
    struct nn_error error;
    size_t n = header(bytes, 0x0E, 2, (uint32_t[]){1, 1});
    memcpy(bytes + n, (unsigned char[]){0x7e, 0, 0, 0, 0, 0, 0, 0}, 8);
    cr_assert(read_copy(bytes, n + 8, &samples, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "too large"), "%s", error.message);
}
