#include "base/mem.h"
#include "data/npy.h"
#include "data_test.h"

#include <stdlib.h>
#include <unistd.h>

/* An NPY file of version 1 or 2 around a dictionary. Returns its length. */
static size_t make(unsigned char *out, int version, const char *dictionary, const void *data,
                   size_t bytes)
{
    size_t length = strlen(dictionary), start = version == 1 ? 10 : 12;
    memset(out, 0, start);
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (unsigned char)version;
    out[8] = (unsigned char)length;
    out[9] = (unsigned char)(length >> 8);
    memcpy(out + start, dictionary, length);
    memcpy(out + start + length, data, bytes);
    return start + length + bytes;
}

static enum nn_status parse_copy(const unsigned char *bytes, size_t length, double *values,
                                 struct nn_array *array, struct nn_error *error)
{
    unsigned char *copy = nn_calloc(length, 1);
    memcpy(copy, bytes, length);
    enum nn_status status = nn_npy_parse(array, copy, length, error);
    for (size_t i = 0; status == NN_OK && i < array->count && i < 4; i++)
        values[i] = nn_array_value(array, i);
    nn_free(copy);
    return status;
}

Test(npy, every_type)
{
    static const struct {
        const char *type;
        unsigned char bytes[16];
        size_t size;
        double want[2];
    } cases[] = {
        {"<f4", {0, 0, 0xc0, 0x3f, 0, 0, 0x20, 0xc0}, 4, {1.5, -2.5}},
        {">f4", {0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0}, 4, {1.5, -2.5}},
        {"<f8", {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 4, 0xc0}, 8, {1.5, -2.5}},
        {"|u1", {0, 255}, 1, {0, 255}},
        {"|i1", {0x80, 1}, 1, {-128, 1}},
        {"<i2", {0xfe, 0xff, 1, 0}, 2, {-2, 1}},
        {"<u2", {0xfe, 0xff, 1, 0}, 2, {65534, 1}},
        {"<i4", {0xfe, 0xff, 0xff, 0xff, 7, 0, 0, 0}, 4, {-2, 7}},
        {"<u4", {0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0}, 4, {4294967295.0, 7}},
        {"<i8", {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 1}, 8, {-2, 256}},
        {"<u8", {1, 0, 0, 0, 0, 0, 0, 0x80, 0, 1}, 8, {9223372036854775808.0, 256}},
        {"|b1", {0, 1}, 1, {0, 1}},
        {"<f2", {0, 0x3e, 0, 0xc1}, 2, {1.5, -2.5}},
        {">f2", {0x7b, 0xff, 0x80, 0x01}, 2, {65504, -5.9604644775390625e-08}},
        {"<f2", {0xff, 0x03, 0, 0x04}, 2, {1023.0 / 16777216, 1.0 / 16384}},
        {"=f4", {0, 0, 0xc0, 0x3f, 0, 0, 0x20, 0xc0}, 4, {1.5, -2.5}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        unsigned char bytes[256];
        char text[128];
        double values[4] = {0};
        struct nn_array array;
        struct nn_error error;
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (2, 1), }\n",
                 cases[k].type);
        size_t n = make(bytes, 1, text, cases[k].bytes, 2 * cases[k].size);
        expect_ok(parse_copy(bytes, n, values, &array, &error));
        cr_assert(values[0] == cases[k].want[0] && values[1] == cases[k].want[1], "%s: %g %g",
                  cases[k].type, values[0], values[1]);
        cr_assert(array.shape.rank == 2 && array.shape.dim[0] == 2 && array.shape.dim[1] == 1);
    }
}

/* Shape 2 x 3 x 2, the first dimension fastest: number (i, j, k) is 100 i + 10 j + k. */
Test(npy, fortran_order)
{
    static const unsigned char numbers[12] = {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121};
    static const char *const types[] = {"|u1", "|i1"};
    for (size_t t = 0; t < 2; t++) {
        unsigned char bytes[256];
        char text[128];
        struct nn_read_options options = plain_options();
        struct nn_samples *s = NULL;
        struct nn_error error;
        snprintf(text, sizeof text,
                 "{'descr': '%s', 'fortran_order': True, 'shape': (2, 3, 2), }\n", types[t]);
        size_t n = make(bytes, 1, text, numbers, sizeof numbers);
        expect_ok(read_bytes("npy", "a.npy", bytes, n, &options, &s, &error));
        cr_assert(s->count == 2 && s->shape.dim[1] == 3 && s->shape.dim[2] == 2);
        cr_assert((s->storage == NN_STORAGE_BYTE) == (t == 0));
        for (size_t at = 0; at < 12; at++) {
            int want = (int)(at / 6 * 100 + at / 2 % 3 * 10 + at % 2);
            int got = t == 0 ? ((unsigned char *)s->values)[at] : (int)((float *)s->values)[at];
            cr_assert(got == want, "%zu: %d, not %d", at, got, want);
        }
        nn_samples_free(s);
    }
}

/* Images of 2 x 2 pixels and 3 channels, which come last in the file. */
Test(npy, channels_last)
{
    static const struct {
        const char *shape;
        enum nn_layout layout;
        const char *part; /* of the error */
        size_t channels;  /* 0: an error */
        unsigned second;  /* number of the second sample's first row */
        bool turned;
    } cases[] = {
        {"2, 2, 2, 3", NN_LAYOUT_GUESS, NULL, 3, 15, true},
        {"2, 2, 2, 3", NN_LAYOUT_HWC, NULL, 3, 15, false},
        {"2, 2, 2, 3", NN_LAYOUT_CHW, NULL, 2, 13, false},
        {"2, 3, 2, 2", NN_LAYOUT_GUESS, NULL, 3, 13, false},
        {"2, 1, 4, 3", NN_LAYOUT_GUESS, NULL, 1, 13, false},
        {"2, 4, 3", NN_LAYOUT_HWC, "4 dimensions, not 3", 0, 0, false},
    };
    unsigned char bytes[256], numbers[24];
    for (size_t i = 0; i < 24; i++)
        numbers[i] = (unsigned char)i;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text[128];
        struct nn_read_options options = plain_options();
        struct nn_samples *s = NULL;
        struct nn_error error;
        options.layout = cases[k].layout;
        snprintf(text, sizeof text, "{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }\n",
                 cases[k].shape);
        size_t n = make(bytes, 1, text, numbers, 24);
        enum nn_status status = read_bytes("npy", "a.npy", bytes, n, &options, &s, &error);
        cr_assert(status == (cases[k].channels ? NN_OK : NN_ARGUMENT), "case %zu", k);
        if (status != NN_OK) {
            cr_assert(strstr(error.message, cases[k].part), "%s", error.message);
            continue;
        }
        cr_assert(s->shape.rank == 3 && s->shape.dim[0] == cases[k].channels);
        cr_assert(s->turned == cases[k].turned, "case %zu", k);
        cr_assert(((unsigned char *)s->values)[13] == cases[k].second, "case %zu: %d", k,
                  ((unsigned char *)s->values)[13]);
        nn_samples_free(s);
    }
}

Test(npy, headers)
{
    static const struct {
        const char *dictionary;
        const char *part; /* of the error; NULL: fine */
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }   \n", NULL},
        {"{'shape': (1,1), \"descr\": \"<f4\", 'fortran_order': False}", NULL},
        {"{ 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 1 , 1 , ) , } ", NULL},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", NULL},
        {"{'descr': '<f2', 'fortran_order': True, 'shape': (1, 2), }", NULL},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }", "type '|O'"},
        {"{'descr': '<f1', 'fortran_order': False, 'shape': (1, 1), }", "astype('float32')"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (1, 1), }", "not supported"},
        {"{'descr': '<U4', 'fortran_order': False, 'shape': (1, 1), }", "not supported"},
        {"{'descr': '<i3', 'fortran_order': False, 'shape': (1, 1), }", "not supported"},
        {"{'descr': '', 'fortran_order': False, 'shape': (1, 1), }", "not supported"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }", "several fields"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 1), }", "should have False"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 1), }", "a dimension"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1.0, 1), }", "should have )"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1), }",
         "more than 8"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1), }",
         "too large"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
         "too many"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 1), }", "truncated"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1), }", "no samples"},
        {"{'descr': '<f4', 'fortran_order': False, }", "lacks 'shape'"},
        {"{'fortran_order': False, 'shape': (1, 1), }", "lacks 'descr'"},
        {"{'descr': '<f4', 'shape': (1, 1), }", "lacks 'fortran_order'"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }",
         "repeated key"},
        {"{'evil': 1, 'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", "unknown key"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), } + 1", "text after"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)", "should have }"},
        {"{'descr': '<f4", "should have '"},
        {"{'a_key_that_does_not_end': '<f4'", "should have '"},
        {"__import__('os')", "should have {"},
        {"", "should have {"},
        {"{", "quoted word"},
    };
    for (int version = 1; version <= 3; version++) {
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            unsigned char bytes[512];
            double values[4];
            struct nn_array array;
            struct nn_error error = {.status = NN_OK};
            size_t n = make(bytes, version, cases[k].dictionary, "\0\0\x80?", 4);
            enum nn_status status = parse_copy(bytes, n, values, &array, &error);
            cr_assert(status == (cases[k].part ? NN_DAMAGED : NN_OK), "case %zu: %s", k,
                      error.message);
            cr_assert(!cases[k].part || strstr(error.message, cases[k].part), "case %zu: %s", k,
                      error.message);
        }
    }
}

Test(npy, magic_version_and_limits)
{
    unsigned char bytes[512];
    double values[4];
    struct nn_array array;
    struct nn_error error;
    const char *good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }";
    size_t n = make(bytes, 4, good, "\0\0\x80?", 4);
    cr_assert(parse_copy(bytes, n, values, &array, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "version 4"));
    n = make(bytes, 1, good, "\0\0\x80?", 4);
    bytes[1] = 'n';
    cr_assert(parse_copy(bytes, n, values, &array, &error) == NN_DAMAGED);
    n = make(bytes, 2, good, "\0\0\x80?", 4);
    bytes[11] = 0x7f;
    cr_assert(parse_copy(bytes, n, values, &array, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "at most 65536"), "%s", error.message);
}

Test(npy, every_truncation)
{
    unsigned char bytes[512];
    const float data[6] = {1, 2, 3, 4, 5, 6};
    size_t n = make(bytes, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", data,
                    sizeof data);
    bytes[n] = 0;
    for (size_t length = 0; length <= n + 1; length++) {
        double values[4];
        struct nn_array array;
        struct nn_error error;
        enum nn_status status = parse_copy(bytes, length, values, &array, &error);
        cr_assert(status == (length == n ? NN_OK : NN_DAMAGED), "length %zu of %zu", length, n);
    }
}

Test(npy, writes_what_numpy_writes)
{
    /* The bytes that numpy.save of 1.24 gives for numpy.array([[1.5, -2.5]], dtype='<f4'). */
    static const char head[] = "\x93NUMPY\x01\x00\x76\x00"
                               "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    struct nn_buffer out;
    struct nn_shape shape = {2, {1, 2}};
    nn_buffer_init(&out, 0);
    nn_npy_format(&out, &shape, (float[]){1.5F, -2.5F});
    cr_assert(out.length == 136 && memcmp(out.data, head, sizeof head - 1) == 0);
    cr_assert(out.data[127] == '\n');
    for (size_t i = sizeof head - 1; i < 127; i++)
        cr_assert(out.data[i] == ' ');
    cr_assert(memcmp(out.data + 128, "\0\0\xc0\x3f\0\0\x20\xc0", 8) == 0);
    nn_buffer_clear(&out);
}

Test(npy, round_trip_of_every_rank)
{
    for (int rank = 0; rank <= NN_MAX_RANK; rank++) {
        float data[256];
        struct nn_shape shape = {.rank = rank};
        struct nn_buffer out;
        struct nn_array array;
        struct nn_error error;
        float back[256];
        for (int i = 0; i < rank; i++)
            shape.dim[i] = i % 3 == 2 ? 1 : 2;
        for (size_t i = 0; i < 256; i++)
            data[i] = (float)i * 0.37F - 3.0F;
        nn_buffer_init(&out, 0);
        nn_npy_format(&out, &shape, data);
        expect_ok(nn_npy_parse(&array, (unsigned char *)out.data, out.length, &error));
        cr_assert(nn_shape_equal(&array.shape, &shape) && array.offset % 64 == 0);
        expect_ok(nn_array_floats(&array, back, &error));
        cr_assert(memcmp(back, data, array.count * sizeof *data) == 0);
        nn_buffer_clear(&out);
    }
}

Test(npy, files)
{
    char path[] = "/tmp/nn-npy-XXXXXX";
    struct nn_shape shape = {3, {2, 40, 50}};
    float *data = nn_calloc(4000, sizeof *data);
    struct nn_tensor tensor;
    struct nn_error error;
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    close(fd);
    for (size_t i = 0; i < 4000; i++)
        data[i] = (float)i / 7.0F;
    expect_ok(nn_npy_write(path, &shape, data, &error));
    expect_ok(nn_npy_read(path, &tensor, &error));
    cr_assert(nn_shape_equal(&tensor.shape, &shape));
    cr_assert(memcmp(tensor.data, data, 4000 * sizeof *data) == 0);
    nn_tensor_clear(&tensor);
    unlink(path);
    cr_assert(nn_npy_read(path, &tensor, &error) == NN_DAMAGED);
    cr_assert(strcmp(error.file, path) == 0);
    cr_assert(nn_npy_write("/nonexistent/x.npy", &shape, data, &error) == NN_IO);
    nn_free(data);
}

Test(npy, samples_without_labels_are_the_test_split)
{
    unsigned char bytes[512];
    struct nn_samples *samples;
    struct nn_read_options options = plain_options();
    struct nn_error error;
    size_t n = make(bytes, 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), }",
                    "\1\2\3\4\5\6\7\10", 8);
    expect_ok(read_bytes("npy", "x.npy", bytes, n, &options, &samples, &error));
    cr_assert(samples->given_split == NN_SPLIT_TEST && samples->task == NN_TASK_NONE);
    cr_assert(samples->shape.rank == 3 && samples->storage == NN_STORAGE_BYTE);
    nn_samples_free(samples);
}
