/* Event files, read by a reader of its own: records and their checksums, and the messages in them.
 */
#include "base/file.h"
#include "base/mem.h"
#include "command/events.h"
#include "session.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* CRC-32C by a table, for the other is made bit by bit. */
static uint32_t table_crc(const unsigned char *bytes, size_t length)
{
    uint32_t table[256], crc = 0xffffffff;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int k = 0; k < 8; k++)
            table[i] = table[i] & 1 ? table[i] >> 1 ^ 0x82f63b78 : table[i] >> 1;
    }
    for (size_t i = 0; i < length; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    return ~crc;
}

static uint32_t masked(const unsigned char *bytes, size_t length)
{
    uint32_t crc = table_crc(bytes, length);
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

/* A field of a message: its number, and its value or the bytes of it. */
struct field {
    unsigned number, type;
    uint64_t value;
    const unsigned char *bytes;
    size_t length;
};

static uint64_t varint(const unsigned char **at, const unsigned char *end)
{
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        cr_assert(*at < end && shift < 64);
        value |= (uint64_t)(**at & 0x7f) << shift;
        if (!(*(*at)++ & 0x80))
            return value;
    }
}

static bool next_field(const unsigned char **at, const unsigned char *end, struct field *field)
{
    if (*at == end)
        return false;
    uint64_t tag = varint(at, end);
    field->number = (unsigned)(tag >> 3);
    field->type = tag & 7;
    size_t size = field->type == 1 ? 8 : field->type == 5 ? 4 : 0;
    if (field->type == 0)
        field->value = varint(at, end);
    if (field->type == 2)
        size = varint(at, end);
    cr_assert((size_t)(end - *at) >= size);
    field->bytes = *at;
    field->length = size;
    if (field->type == 1 || field->type == 5)
        field->value = number(*at, (int)size);
    *at += size;
    return true;
}

static float float_of(uint64_t bits)
{
    uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* A figure of an epoch that the file tells. */
struct point {
    uint64_t step;
    char tag[40];
    float value;
};

static void read_value(struct point *point, const struct field *message)
{
    const unsigned char *at = message->bytes;
    struct field field;
    while (next_field(&at, message->bytes + message->length, &field)) {
        if (field.number == 1)
            snprintf(point->tag, sizeof point->tag, "%.*s", (int)field.length,
                     (const char *)field.bytes);
        if (field.number == 2 && field.type == 5)
            point->value = float_of(field.value);
    }
}

static size_t read_event(const unsigned char *event, size_t length, bool first,
                         struct point *points)
{
    const unsigned char *at = event;
    struct field field, inner;
    size_t count = 0;
    uint64_t step = 0;
    bool time = false, version = false;
    while (next_field(&at, event + length, &field)) {
        double seconds;
        memcpy(&seconds, &field.value, sizeof seconds);
        if (field.number == 1 && field.type == 1)
            time = seconds > 1.6e9 && seconds < 1e10;
        if (field.number == 2)
            step = field.value;
        if (field.number == 3)
            version = field.length == 13 && memcmp(field.bytes, "brain.Event:2", 13) == 0;
        if (field.number != 5)
            continue;
        const unsigned char *value = field.bytes;
        while (next_field(&value, field.bytes + field.length, &inner)) {
            points[count].step = step;
            read_value(&points[count++], &inner);
        }
    }
    cr_assert(time && version == first);
    return count;
}

/* All figures of the only file in a folder. */
static size_t read_run(const char *path, size_t file, struct point *points)
{
    struct nn_folder folder;
    struct nn_error error = {0};
    unsigned char *bytes;
    char *name;
    size_t length, at = 0, count = 0;
    cr_assert(nn_folder_list(path, &folder, &error) == NN_OK, "%s", error.message);
    cr_assert(folder.count > file && strstr(folder.entries[file].name, "events.out.tfevents."));
    cr_assert(nn_path_join(path, folder.entries[file].name, &name, &error) == NN_OK);
    cr_assert(nn_file_read(name, 0, &bytes, &length, &error) == NN_OK);
    while (at < length) {
        cr_assert(length - at >= 16);
        uint64_t size = number(bytes + at, 8);
        cr_assert(number(bytes + at + 8, 4) == masked(bytes + at, 8));
        cr_assert(size <= length - at - 16);
        cr_assert(number(bytes + at + 12 + size, 4) == masked(bytes + at + 12, size));
        count += read_event(bytes + at + 12, size, at == 0, points + count);
        at += size + 16;
    }
    nn_free(bytes);
    nn_free(name);
    nn_folder_clear(&folder);
    return count;
}

Test(events, checksum_of_the_standard)
{
    cr_assert(table_crc((const unsigned char *)"123456789", 9) == 0xe3069283);
    cr_assert(nn_events_checksum("123456789", 9) == masked((const unsigned char *)"123456789", 9));
}

static const struct point *find(const struct point *points, size_t count, const char *tag,
                                uint64_t step)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(points[i].tag, tag) == 0 && points[i].step == step)
            return &points[i];
    cr_assert(false, "no %s of epoch %zu", tag, (size_t)step);
    return NULL;
}

Test(events, every_figure_of_the_history)
{
    static const char *const pairs[][2] = {{"loss", "epoch_loss"},
                                           {"accuracy", "epoch_accuracy"},
                                           {"lr", "epoch_lr"},
                                           {"val_loss", "epoch_loss"},
                                           {"val_accuracy", "epoch_accuracy"}};
    struct point points[2][64];
    size_t counts[2];
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test,
                "data demo iris; add dense 3 softmax; compile "
                "loss=categorical_crossentropy metrics=accuracy schedule=exponential",
                NN_OK);
    nn_test_run(&test, "train 1 tensorboard=yes", NN_ARGUMENT);
    nn_test_run(&test, "train 3 validation=0.2 log=deep/runs tensorboard=yes", NN_OK);
    counts[0] = read_run("deep/runs/train", 0, points[0]);
    counts[1] = read_run("deep/runs/validation", 0, points[1]);
    cr_assert(counts[0] == 9 && counts[1] == 6, "%zu %zu", counts[0], counts[1]);
    const struct nn_history *history = &test.session->history;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        int column = nn_history_column(history, pairs[i][0]), run = i >= 3;
        cr_assert(column >= 0, "%s", pairs[i][0]);
        for (size_t epoch = 0; epoch < 3; epoch++) {
            double want = history->rows[epoch * history->columns + (size_t)column];
            const struct point *point = find(points[run], counts[run], pairs[i][1], epoch + 1);
            cr_assert(point->value == (float)want, "%s: %g, not %g", pairs[i][0],
                      (double)point->value, want);
        }
    }
    /* What goes on has a file of its own, with its epochs alone. */
    nn_test_run(&test, "train 2 log=deep/runs tensorboard=yes", NN_OK);
    size_t more = read_run("deep/runs/train", 1, points[0]);
    cr_assert(more == 6 && points[0][0].step == 4, "%zu", more);
    nn_test_write("file", "");
    nn_test_run(&test, "train 1 log=file tensorboard=yes", NN_IO);
    nn_test_end(&test);
}
