#include "model/safetensors.h"

#include "base/file.h"
#include "base/mem.h"
#include "reference.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

/* A file in memory: the length, the header, `data` bytes of 0. */
static unsigned char *build(const char *header, size_t data, size_t *length)
{
    const size_t size = strlen(header);
    unsigned char *bytes = nn_calloc(8 + size + data + 1, 1);
    cr_assert(bytes != NULL);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)size >> 8 * i);
    memcpy(bytes + 8, header, size);
    *length = 8 + size + data;
    return bytes;
}

static enum nn_status parse(const char *header, size_t data, struct nn_error *error)
{
    size_t length;
    unsigned char *bytes = build(header, data, &length);
    struct nn_safetensors file;
    const enum nn_status status = nn_safetensors_parse(&file, bytes, length, "file", error);
    if (status == NN_OK)
        nn_safetensors_clear(&file);
    return status;
}

#define T(dtype, shape, offsets)                                                                   \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const struct {
    const char *header;
    size_t data;
} sound[] = {
    {"{}", 0},
    {"{}      ", 0},
    {"{\"__metadata__\":{}}", 0},
    {"{\"__metadata__\":{\"format\":\"pt\"},\"a\":" T("F32", "[2,3]", "[0,24]") "}", 24},
    {"{\"a\":" T("F32", "[]", "[0,4]") "}", 4},
    {"{\"a\":" T("F64", "[1]", "[0,8]") ",\"b\":" T("U8", "[3]", "[8,11]") "}", 11},
    {"{\"b\":" T("I32", "[1]", "[8,12]") ",\"a\":" T("I64", "[1]", "[0,8]") "}", 12},
    {"{\"a\":" T("F32", "[0,7]", "[0,0]") ",\"b\":" T("BOOL", "[1]", "[0,1]") "}", 1},
    {"{\"b\":" T("U8", "[1]", "[0,1]") ",\"a\":" T("F32", "[0]", "[1,1]") "}", 1},
    {"{\"a\":" T("U8", "[1,1,1,1,1,1,1,2]", "[0,2]") "}", 2},
    {"{\"\":" T("U8", "[2]", "[0,2]") "}", 2},
};

Test(safetensors, sound_files_are_read)
{
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        struct nn_error error = {0};
        cr_assert(parse(sound[i].header, sound[i].data, &error) == NN_OK, "%s: %s", sound[i].header,
                  error.message);
    }
}

/* One defect each, and a word of its message. */
static const struct {
    const char *header;
    size_t data;
    const char *message;
} defects[] = {
    {"", 0, "begin with {"},
    {"[]", 0, "begin with {"},
    {" {}", 0, "begin with {"},
    {"{", 0, "begin with {"},
    {"{ ", 0, "not valid JSON"},
    {"{}x", 0, "not valid JSON"},
    {"{}{}", 0, "not valid JSON"},
    {"{\"a\":" T("F32", "[1]", "[0,4]"), 4, "not valid JSON"},
    {"{\"a\":" T("F32", "[1]", "[0,4]") ",\"a\":" T("F32", "[1]", "[4,8]") "}", 8, "duplicate"},
    {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
     "duplicate"},
    {"{\"a\\u0000\":" T("U8", "[1]", "[0,1]") "}", 1, "not valid JSON"},
    {"{\"\xff\":" T("U8", "[1]", "[0,1]") "}", 1, "not valid JSON"},
    {"{\"a\":[[[[[[[[[]]]]]]]]]}", 0, "nested deeper"},
    {"{\"a\":1}", 0, "not an object"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "alone"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1}}", 1, "alone"},
    {"{\"a\":{\"dtipe\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "dtype is missing"},
    {"{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "dtype is missing"},
    {"{\"a\":" T("F99", "[1]", "[0,4]") "}", 4, "dtype F99"},
    {"{\"a\":" T("F16", "[2]", "[0,4]") "}", 4, "not supported"},
    {"{\"a\":" T("f32", "[1]", "[0,4]") "}", 4, "dtype f32"},
    {"{\"a\":" T("F32", "1", "[0,4]") "}", 4, "shape is missing"},
    {"{\"a\":" T("F32", "[-1]", "[0,4]") "}", 4, "not a whole number"},
    {"{\"a\":" T("F32", "[1.0]", "[0,4]") "}", 4, "not a whole number"},
    {"{\"a\":" T("F32", "[\"1\"]", "[0,4]") "}", 4, "not a whole number"},
    {"{\"a\":" T("F32", "[1e0]", "[0,4]") "}", 4, "not a whole number"},
    {"{\"a\":" T("F32", "[99999999999999999999]", "[0,4]") "}", 4, "not valid JSON"},
    {"{\"a\":" T("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1, "9 dimensions"},
    {"{\"a\":" T("F32", "[4611686018427387904]", "[0,0]") "}", 0, "overflows"},
    {"{\"a\":" T("U8", "[4294967296,4294967296]", "[0,0]") "}", 0, "overflows"},
    {"{\"a\":" T("F64", "[2305843009213693952,1]", "[0,0]") "}", 0, "overflows"},
    {"{\"a\":" T("F32", "[1]", "[0]") "}", 4, "not a pair"},
    {"{\"a\":" T("F32", "[1]", "[0,4,8]") "}", 4, "not a pair"},
    {"{\"a\":" T("F32", "[1]", "{}") "}", 4, "not a pair"},
    {"{\"a\":" T("F32", "[1]", "[-4,0]") "}", 4, "not a pair"},
    {"{\"a\":" T("F32", "[1]", "[0.0,4]") "}", 4, "not a pair"},
    {"{\"a\":" T("F32", "[1]", "[4,0]") "}", 4, "outside"},
    {"{\"a\":" T("F32", "[2]", "[0,8]") "}", 7, "outside"},
    {"{\"a\":" T("F32", "[1]", "[9223372036854775804,9223372036854775807]") "}", 4, "outside"},
    {"{\"a\":" T("F32", "[2]", "[0,4]") "}", 4, "need 8 bytes"},
    {"{\"a\":" T("F64", "[1]", "[0,4]") "}", 4, "need 8 bytes"},
    {"{\"a\":" T("F32", "[1]", "[1,5]") "}", 5, "hole"},
    {"{\"a\":" T("U8", "[1]", "[0,1]") ",\"b\":" T("U8", "[1]", "[2,3]") "}", 3, "hole"},
    {"{\"a\":" T("U8", "[2]", "[0,2]") ",\"b\":" T("U8", "[2]", "[1,3]") "}", 3, "before"},
    {"{\"a\":" T("U8", "[2]", "[0,2]") ",\"b\":" T("U8", "[2]", "[0,2]") "}", 2, "before"},
    {"{\"a\":" T("U8", "[3]", "[0,3]") ",\"b\":" T("U8", "[0]", "[1,1]") "}", 3, "before"},
    {"{\"a\":" T("U8", "[2]", "[0,2]") "}", 3, "belong to nothing"},
    {"{}", 1, "belong to nothing"},
    {"{\"__metadata__\":[]}", 0, "not an object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "not a string"},
    {"{\"__metadata__\":{\"a\":{}}}", 0, "not a string"},
    {"{\"__metadata__\":{\"a\":null}}", 0, "not a string"},
    {"{\"\\u001b[31m\":1}", 0, "\\x1b"},
};

Test(safetensors, every_defect_is_refused_with_its_reason)
{
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        struct nn_error error = {0};
        cr_assert(parse(defects[i].header, defects[i].data, &error) == NN_DAMAGED, "%s",
                  defects[i].header);
        cr_assert(strstr(error.message, defects[i].message) != NULL, "%s: %s", defects[i].header,
                  error.message);
        cr_assert(strcmp(error.file, "file") == 0);
    }
}

Test(safetensors, header_lengths_that_lie_are_refused)
{
    const uint64_t lengths[] = {0,          1,
                                3,          4,
                                1 << 20,    (16 << 20) + 1,
                                UINT32_MAX, (uint64_t)1 << 63,
                                UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t length;
        unsigned char *bytes = build("{}", 0, &length);
        for (int k = 0; k < 8; k++)
            bytes[k] = (unsigned char)(lengths[i] >> 8 * k);
        struct nn_safetensors file;
        cr_assert(nn_safetensors_parse(&file, bytes, length, "file", NULL) == NN_DAMAGED, "%llu",
                  (unsigned long long)lengths[i]);
    }
    for (size_t length = 0; length < 8; length++) {
        unsigned char *bytes = nn_calloc(9, 1);
        struct nn_safetensors file;
        cr_assert(nn_safetensors_parse(&file, bytes, length, "file", NULL) == NN_DAMAGED);
    }
}

Test(safetensors, hostile_headers_cost_little)
{
    /* 4 MB of empty arrays would become 180 MB of JSON values. */
    const size_t size = (size_t)4 << 20;
    char *header = nn_calloc(size + 1, 1);
    strcpy(header, "{\"a\":[[]");
    for (size_t i = strlen(header); i + 3 <= size - 2; i += 3)
        memcpy(header + i, ",[]", 3);
    struct nn_error error = {0};
    cr_assert(parse(header, 0, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "more than") != NULL, "%s", error.message);
    nn_free(header);
}

Test(safetensors, values_are_converted)
{
    const unsigned char data[] = {
        0,    0,    0,    0,    0,    0,    4,    0xc0, /* F64 -2.5 */
        0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* I64 -2 */
        0,    0,    0xc0, 0x3f,                         /* F32 1.5 */
        0xff, 0xff, 0xff, 0xff,                         /* I32 -1 */
        200                                             /* U8 */
    };
    const char *header =
        "{\"f64\":" T("F64", "[1]", "[0,8]") ",\"i64\":" T("I64", "[1]", "[8,16]")    //
        ",\"f32\":" T("F32", "[1]", "[16,20]") ",\"i32\":" T("I32", "[1]", "[20,24]") //
        ",\"u8\":" T("U8", "[1]", "[24,25]") "}";
    size_t length;
    unsigned char *bytes = build(header, sizeof data, &length);
    memcpy(bytes + length - sizeof data, data, sizeof data);
    struct nn_safetensors file;
    cr_assert(nn_safetensors_parse(&file, bytes, length, "file", NULL) == NN_OK);

    const struct {
        const char *name;
        float value;
    } wanted[] = {{"f64", -2.5F}, {"i64", -2}, {"f32", 1.5F}, {"i32", -1}, {"u8", 200}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct nn_st_tensor *tensor = nn_safetensors_find(&file, wanted[i].name);
        cr_assert(tensor != NULL, "%s", wanted[i].name);
        float value = 0;
        cr_assert(nn_st_tensor_floats(tensor, &value, 1, NULL) == NN_OK);
        cr_assert(value == wanted[i].value, "%s", wanted[i].name);
        cr_assert(nn_st_tensor_floats(tensor, &value, 2, NULL) == NN_DAMAGED);
    }
    double exact = 0;
    cr_assert(nn_st_tensor_doubles(nn_safetensors_find(&file, "f64"), &exact, 1, NULL) == NN_OK);
    cr_assert(exact == -2.5);
    cr_assert(nn_st_tensor_doubles(nn_safetensors_find(&file, "u8"), &exact, 1, NULL) ==
              NN_DAMAGED);
    cr_assert(nn_safetensors_find(&file, "none") == NULL);
    nn_safetensors_clear(&file);
}

/* ---- writing ---- */

static char folder[] = "/tmp/nnscope-model-XXXXXX";

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(chdir(folder) == 0);
}

static void remove_folder(void)
{
    unlink("a.safetensors");
    unlink("b.safetensors");
    cr_assert(rmdir(folder) == 0, "something else is left in %s", folder);
}

static const float weights[6] = {1, -2, 3.25F, 0, -0.0F, 1e-40F};
static const double series[2] = {0.1, -1e300};
static const int64_t step = -7;

static enum nn_status write_sample(const char *path, struct nn_error *error)
{
    const struct nn_st_entry entries[] = {
        {"conv1.weight", NN_DTYPE_F32, {.rank = 2, .dim = {2, 3}}, weights},
        {"history", NN_DTYPE_F64, {.rank = 1, .dim = {2}}, series},
        {"empty", NN_DTYPE_F32, {.rank = 1, .dim = {0}}, NULL},
        {"step \"\xc3\xa9\"", NN_DTYPE_I64, {.rank = 0}, &step},
    };
    const char *const keys[] = {"format", "nnscope"};
    const char *const values[] = {"pt", "{\"version\":1}\n"};
    return nn_safetensors_write(path, entries, 4, keys, values, 2, error);
}

Test(safetensors, what_is_written_reads_back_bit_for_bit, .init = make_folder,
     .fini = remove_folder)
{
    struct nn_error error = {0};
    cr_assert(write_sample("a.safetensors", &error) == NN_OK, "%s", error.message);
    struct nn_safetensors file;
    cr_assert(nn_safetensors_read(&file, "a.safetensors", &error) == NN_OK, "%s", error.message);
    cr_assert(file.count == 4 && file.metadata_count == 2);
    cr_assert(strcmp(nn_safetensors_metadata(&file, "format"), "pt") == 0);
    cr_assert(strcmp(nn_safetensors_metadata(&file, "nnscope"), "{\"version\":1}\n") == 0);
    cr_assert(nn_safetensors_metadata(&file, "none") == NULL);

    const struct nn_st_tensor *tensor = nn_safetensors_find(&file, "conv1.weight");
    cr_assert(tensor && tensor->shape.rank == 2 && tensor->shape.dim[1] == 3);
    float read[6];
    cr_assert(nn_st_tensor_floats(tensor, read, 6, NULL) == NN_OK);
    cr_assert(memcmp(read, weights, sizeof read) == 0);
    double doubles[2];
    tensor = nn_safetensors_find(&file, "history");
    cr_assert(tensor && nn_st_tensor_doubles(tensor, doubles, 2, NULL) == NN_OK);
    cr_assert(memcmp(doubles, series, sizeof doubles) == 0);
    cr_assert(nn_safetensors_find(&file, "step \"\xc3\xa9\"") != NULL);
    cr_assert(nn_safetensors_find(&file, "empty")->bytes == 0);

    /* Every array is aligned to its element, counted from the start of the file. */
    for (size_t i = 0; i < file.count; i++)
        cr_assert((size_t)(file.tensors[i].data - file.bytes) %
                      nn_dtype_size(file.tensors[i].dtype) ==
                  0);
    cr_assert((size_t)(file.tensors[0].data - file.bytes) % 64 == 0);
    nn_safetensors_clear(&file);
}

Test(safetensors, writing_is_deterministic, .init = make_folder, .fini = remove_folder)
{
    cr_assert(write_sample("a.safetensors", NULL) == NN_OK &&
              write_sample("b.safetensors", NULL) == NN_OK);
    unsigned char *a, *b;
    size_t length_a, length_b;
    cr_assert(nn_file_read("a.safetensors", 0, &a, &length_a, NULL) == NN_OK);
    cr_assert(nn_file_read("b.safetensors", 0, &b, &length_b, NULL) == NN_OK);
    cr_assert(length_a == length_b && memcmp(a, b, length_a) == 0);
    nn_free(a);
    nn_free(b);
}

Test(safetensors, names_that_are_not_text_are_refused, .init = make_folder, .fini = remove_folder)
{
    const struct nn_st_entry entry = {"\xff", NN_DTYPE_F32, {.rank = 0}, weights};
    cr_assert(nn_safetensors_write("a.safetensors", &entry, 1, NULL, NULL, 0, NULL) == NN_ARGUMENT);
    const char *const key = "format", *const value = "\x80";
    cr_assert(nn_safetensors_write("a.safetensors", NULL, 0, &key, &value, 1, NULL) == NN_ARGUMENT);
    cr_assert(!nn_file_exists("a.safetensors"));
}

Test(safetensors, what_cannot_be_read_at_all_is_damaged)
{
    struct nn_safetensors file;
    cr_assert(nn_safetensors_read(&file, "/nonexistent/x.safetensors", NULL) == NN_DAMAGED);
    cr_assert(nn_safetensors_read(&file, "/tmp", NULL) == NN_DAMAGED);
}

Test(safetensors, reference_files_are_read)
{
    const char *const names[] = {"layers",          "losses",           "training",
                                 "explain-mlp",     "explain-mlp-tanh", "explain-lenet",
                                 "explain-residual"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct reference ref;
        reference_open(&ref, names[i]);
        cr_assert(ref.file.count > 0);
        for (size_t k = 0; k < ref.file.count; k++) {
            struct nn_shape shape;
            float *values = reference_floats(&ref, ref.file.tensors[k].name, &shape);
            cr_assert(reference_error(values, values, nn_shape_size(&shape)) == 0 ||
                          ref.file.tensors[k].dtype == NN_DTYPE_BOOL,
                      "%s", ref.file.tensors[k].name);
            nn_free(values);
        }
        reference_close(&ref);
    }
}
