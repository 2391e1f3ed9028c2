/* CSV files in pieces, at random, cut, and with memory that ends. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "base/text.h"
#include "data_test.h"

#include <stdlib.h>
#include <unistd.h>

/* Every line knows its number, wherever the pieces in which the file is read divide it: in the
 * middle of a line, of a quoted field, between CR and LF. */
Test(csv, pieces)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    char path[] = "/tmp/nnscope-test-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    for (size_t shift = 0; shift < 36; shift++) {
        struct nn_read_options options = plain_options();
        struct nn_buffer text;
        struct nn_dataset *dataset = NULL;
        struct nn_error error;
        const char *end = ends[shift % 3];
        size_t rows = 30000;
        nn_buffer_init(&text, 0);
        nn_buffer_printf(&text, "%.*s%sa,y%s", shift % 2 ? 3 : 0, "\xef\xbb\xbf", "", end);
        nn_buffer_printf(&text, "%.*s1,p%s", (int)shift, "                                    ",
                         end);
        for (size_t i = 1; i < rows; i++)
            nn_buffer_printf(&text, "%zu,\"p%s\"%s", i, i % 3 ? "" : "q", end);
        expect_ok(nn_save_bytes(path, text.data, text.length, &error));
        expect_ok(nn_data_load(path, &options, &dataset, &error));
        const struct nn_samples *s = dataset->samples;
        cr_assert(s->count == rows && s->class_count == 2, "shift %zu: %zu rows", shift, s->count);
        for (size_t i = 1; i < rows; i++)
            cr_assert(((float *)s->values)[i] == (float)i && s->labels[i] == (i % 3 == 0));
        nn_dataset_free(dataset);
        dataset = NULL;
        nn_buffer_printf(&text, "x,p%s", end);
        expect_ok(nn_save_bytes(path, text.data, text.length, &error));
        cr_assert(nn_data_load(path, &options, &dataset, &error) == NN_DAMAGED && !dataset);
        cr_assert(error.line == rows + 2 && error.column == 1, "shift %zu: %zu:%zu %s", shift,
                  error.line, error.column, error.message);
        text.data[text.length - 3] = '\0';
        expect_ok(nn_save_bytes(path, text.data, text.length, &error));
        cr_assert(nn_data_load(path, &options, &dataset, &error) == NN_DAMAGED && !dataset);
        cr_assert(strstr(error.message, "NUL") && error.line == rows + 2, "shift %zu: %zu %s",
                  shift, error.line, error.message);
        nn_buffer_clear(&text);
    }
    close(fd);
    unlink(path);
}

Test(csv, stops_on_request)
{
    struct nn_progress progress = {.cancel = false};
    struct nn_read_options options = plain_options();
    struct nn_samples *samples = NULL;
    struct nn_error error;
    options.progress = &progress;
    expect_ok(read_csv("1,p\n2,q\n", 8, options, &samples, &error));
    nn_samples_free(samples);
    samples = NULL;
    atomic_store(&progress.cancel, true);
    cr_assert(read_csv("1,p\n2,q\n", 8, options, &samples, &error) == NN_CANCELLED);
    cr_assert(!samples);
}

/* Writes a cell, sometimes quoted, sometimes with blanks. */
static void write_cell(struct nn_buffer *out, const char *text, struct nn_random *random)
{
    bool quote = strpbrk(text, "\",\n") || nn_random_below(random, 4) == 0;
    nn_buffer_text(out, nn_random_below(random, 8) ? "" : " ");
    nn_buffer_text(out, quote ? "\"" : "");
    for (; *text; text++) {
        nn_buffer_text(out, *text == '"' ? "\"" : "");
        nn_buffer_char(out, *text);
    }
    nn_buffer_text(out, quote ? "\"" : "");
    nn_buffer_text(out, nn_random_below(random, 8) ? "" : " ");
}

Test(csv, random_round_trip)
{
    static const char *const names[] = {"plain", "with \"quotes\"", "with, comma", "ends \"",
                                        "a b"};
    struct nn_random random;
    struct nn_error error;
    nn_random_init(&random, 7, NN_STREAM_GENERATE, 0);
    for (int round = 0; round < 60; round++) {
        size_t rows = 1 + nn_random_below(&random, 40), columns = 1 + nn_random_below(&random, 12);
        float *values = nn_calloc(rows * columns, sizeof *values);
        size_t *label = nn_calloc(rows, sizeof *label);
        struct nn_samples *samples = NULL;
        struct nn_read_options options = plain_options();
        struct nn_buffer text;
        options.header = round % 2;
        options.delimiter = ',';
        nn_buffer_init(&text, 0);
        for (size_t j = 0; j < columns && options.header; j++)
            nn_buffer_printf(&text, "f%zu,", j);
        nn_buffer_text(&text, options.header ? "label\n" : "");
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < columns; j++) {
                char number[NN_NUMBER_SIZE];
                uint32_t bits = nn_random_u32(&random);
                float value;
                memcpy(&value, &bits, sizeof value);
                value = isfinite(value) ? value : 1.5F;
                values[i * columns + j] = value;
                write_cell(&text, nn_number_float(number, value), &random);
                nn_buffer_char(&text, ',');
            }
            label[i] = nn_random_below(&random, 5);
            write_cell(&text, names[label[i]], &random);
            nn_buffer_text(&text, nn_random_below(&random, 2) ? "\n" : "\r\n");
        }
        expect_ok(read_csv(text.data, text.length, options, &samples, &error));
        cr_assert(samples->count == rows && samples->feature_count == columns);
        cr_assert(memcmp(samples->values, values, rows * columns * sizeof *values) == 0,
                  "round %d: values differ", round);
        for (size_t i = 0; i < rows; i++)
            cr_assert(strcmp(samples->classes[samples->labels[i]], names[label[i]]) == 0);
        nn_samples_free(samples);
        nn_buffer_clear(&text);
        nn_free(values);
        nn_free(label);
    }
}

/* Every prefix of a file reads or fails, but never misbehaves; the longest one is right. */
Test(csv, every_truncation)
{
    static const char text[] = "a,b,\"y\"\"\"\r\n1,\"2\",p\r\n-3.5,4e2,\"q\nr\"\r\n";
    for (size_t length = 0; length < sizeof text; length++) {
        char *copy = nn_strndup(text, length);
        struct nn_samples *samples = NULL;
        struct nn_error error;
        enum nn_status status = read_csv(copy, length, plain_options(), &samples, &error);
        cr_assert(status == NN_OK || status == NN_DAMAGED, "length %zu: %d", length, (int)status);
        cr_assert((status == NN_OK) == (samples != NULL));
        if (length + 1 == sizeof text)
            cr_assert(samples && samples->count == 2);
        nn_samples_free(samples);
        nn_free(copy);
    }
}

/* Random bytes from a small alphabet: no crash, an error always has a message. */
Test(csv, random_bytes)
{
    static const char alphabet[] = "12.e,;\t\"\"\n\n\r ap-#|";
    struct nn_random random;
    nn_random_init(&random, 11, NN_STREAM_GENERATE, 1);
    for (int round = 0; round < 20000; round++) {
        char text[40];
        size_t length = nn_random_below(&random, sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[nn_random_below(&random, sizeof alphabet - 1)];
        char *copy = nn_strndup(text, length);
        struct nn_samples *samples = NULL;
        struct nn_error error = {.status = NN_OK};
        enum nn_status status = read_csv(copy, length, plain_options(), &samples, &error);
        cr_assert((status == NN_OK) == (samples != NULL));
        cr_assert(status == NN_OK || error.message[0] != '\0');
        for (size_t i = 0; samples && i < samples->count * samples->feature_count; i++)
            cr_assert(isfinite(((float *)samples->values)[i]));
        nn_samples_free(samples);
        nn_free(copy);
    }
}

/* With every single allocation failing once: an error, nothing leaked, nothing half-made. */
Test(csv, out_of_memory)
{
    static const char text[] = "a,b,c,y\n1,2,s,p\n3,4,t,q\n5,,s,p\n";
    struct nn_read_options options = plain_options();
    options.missing = NN_MISSING_MOST_FREQUENT;
    options.columns = "1-3";
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    for (size_t n = 1;; n++) {
        struct nn_samples *samples = NULL;
        struct nn_error error;
        nn_fault_alloc(n, false);
        enum nn_status status = read_csv(text, strlen(text), options, &samples, &error);
        size_t calls = nn_fault_alloc_count();
        nn_fault_alloc(0, false);
        /* libcsv asks again for less, so one refusal need not be fatal. */
        cr_assert(status == NN_OK || status == NN_MEMORY, "n=%zu: %d %s", n, (int)status,
                  error.message);
        cr_assert((status == NN_OK) == (samples != NULL));
        nn_samples_free(samples);
        if (calls < n)
            break;
    }
}
