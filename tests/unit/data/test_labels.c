#include "base/buffer.h"
#include "base/mem.h"
#include "data/labels.h"
#include "data/npy.h"
#include "data_test.h"

struct label_case {
    const char *bytes;
    size_t length; /* 0: a string */
    size_t samples;
    enum nn_task task;
    const char *want; /* "0 1 | a b" for classes, "1.5 2" for targets; or a part of the error */
    enum nn_status status;
};

static const struct label_case cases[] = {
    /* Text: one a line, numbers count from 0. */
    {"a\nb\na\n", 0, 3, 0, "0 1 0 | a b", NN_OK},
    {"a\r\nb\r\na", 0, 3, 0, "0 1 0 | a b", NN_OK},
    {"2\n0\n2\n", 0, 3, 0, "2 0 2 | 0 1 2", NN_OK},
    {"label\n2\n0\n2\n", 0, 3, 0, "2 0 2 | 0 1 2", NN_OK},
    {"1.5\n2\n-1\n", 0, 3, 0, "1.5 2 -1", NN_OK},
    {"1\n2\n3\n", 0, 3, NN_TASK_REGRESSION, "1 2 3", NN_OK},
    {"a\nb\n", 0, 3, 0, "2 labels for 3 samples", NN_DAMAGED},
    {"a\nb\nc\nd\n", 0, 3, 0, "4 labels for 3 samples", NN_DAMAGED},
    {"1\n-1\n1\n", 0, 3, 0, "row 2, column 1: label -1; classes are whole numbers", NN_DAMAGED},
    {"1\n10000\n1\n", 0, 3, 0, "from 0 to 9999", NN_DAMAGED},
    {"1\n,\n1\n", 0, 3, 0, "one label a line", NN_DAMAGED},
    {"1\n?\n1\n", 0, 3, 0, "the label is missing", NN_DAMAGED},
    {"a\nb\nc\n", 0, 3, NN_TASK_REGRESSION, "\"a\" is not a number", NN_DAMAGED},
    {"", 0, 3, 0, "empty", NN_DAMAGED},
    /* IDX. */
    {"\0\0\x08\x01\0\0\0\x03\x02\x00\x02", 11, 3, 0, "2 0 2 | 0 1 2", NN_OK},
    {"\0\0\x0b\x01\0\0\0\x02\x00\x01\x00\x00", 12, 2, 0, "1 0 | 0 1", NN_OK},
    {"\0\0\x0d\x01\0\0\0\x01\x3f\xc0\0\0", 12, 1, 0, "1.5", NN_OK},
    {"\0\0\x08\x01\0\0\0\x03\x02\x00\x02", 11, 2, 0, "3 labels for 2 samples", NN_DAMAGED},
    {"\0\0\x08\x01\0\0\0\x03\x02\x00", 10, 3, 0, "truncated", NN_DAMAGED},
    {"\0\0\x09\x01\0\0\0\x02\x02\xff", 10, 2, 0, "label 1 (byte offset 9) is -1", NN_DAMAGED},
    {"\0\0\x0b\x01\0\0\0\x02\x00\x00\x27\x10", 12, 2, 0, "label 1 (byte offset 10) is 10000",
     NN_DAMAGED},
    {"\0\0\x0d\x01\0\0\0\x01\x3f\xc0\0\0", 12, 1, NN_TASK_CLASSIFICATION, "is 1.5", NN_DAMAGED},
    {"\0\0\x0d\x01\0\0\0\x01\x7f\xc0\0\0", 12, 1, NN_TASK_CLASSIFICATION, "is nan", NN_DAMAGED},
    {"\0\0\x0d\x01\0\0\0\x01\x7f\xc0\0\0", 12, 1, 0, "is nan", NN_DAMAGED},
    {"\0\0\x08\x02\0\0\0\x01\0\0\0\x02\x01\x01", 14, 1, 0, "one class a sample", NN_DAMAGED},
    {"\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x01\x01", 17, 1, 0, "labels of shape 1x1x1",
     NN_DAMAGED},
};

static void dump(struct nn_buffer *out, const struct nn_samples *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->labels)
            nn_buffer_printf(out, "%s%d", i ? " " : "", (int)s->labels[i]);
        else
            nn_buffer_printf(out, "%s%g", i ? " " : "", (double)s->targets[i]);
    }
    nn_buffer_text(out, s->classes ? " |" : "");
    for (size_t i = 0; i < s->class_count; i++)
        nn_buffer_printf(out, " %s", s->classes[i]);
}

static enum nn_status parse(const void *bytes, size_t length, enum nn_task task,
                            struct nn_samples *samples, struct nn_error *error)
{
    struct nn_bytes *input;
    enum nn_status status = nn_bytes_memory(bytes, length, &input, error);
    if (status != NN_OK)
        return status;
    status = nn_labels_parse(input, task, samples, error);
    nn_bytes_close(input);
    return status;
}

Test(labels, files)
{
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const struct label_case *c = &cases[k];
        size_t length = c->length ? c->length : strlen(c->bytes);
        unsigned char *copy = nn_calloc(length + 1, 1);
        struct nn_samples *samples;
        struct nn_error error = {.status = NN_OK};
        struct nn_buffer text;
        memcpy(copy, c->bytes, length);
        nn_buffer_init(&text, 0);
        expect_ok(nn_samples_new(&samples, &error));
        samples->count = c->samples;
        enum nn_status status = parse(copy, length, c->task, samples, &error);
        cr_expect(status == c->status, "case %zu: %d %s", k, (int)status, error.message);
        if (status == NN_OK)
            dump(&text, samples);
        else
            nn_buffer_text(&text, error.message);
        cr_expect(c->status == NN_OK ? strcmp(nn_buffer_string(&text), c->want) == 0
                                     : strstr(nn_buffer_string(&text), c->want) != NULL,
                  "case %zu: got %s, want %s", k, nn_buffer_string(&text), c->want);
        nn_buffer_clear(&text);
        nn_samples_free(samples);
        nn_free(copy);
    }
}

Test(labels, npy_targets_of_some_width)
{
    struct nn_buffer file;
    struct nn_samples *samples;
    struct nn_error error;
    nn_buffer_init(&file, 0);
    nn_npy_format(&file, &(struct nn_shape){2, {2, 3}}, (float[]){1, 2, 3, 4, 5, 6});
    expect_ok(nn_samples_new(&samples, &error));
    samples->count = 2;
    expect_ok(parse(file.data, file.length, NN_TASK_NONE, samples, &error));
    cr_assert(samples->task == NN_TASK_REGRESSION && samples->target_width == 3);
    cr_assert(samples->targets[5] == 6);
    nn_samples_free(samples);
    nn_buffer_clear(&file);
}
