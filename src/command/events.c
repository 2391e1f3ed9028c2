#include "command/events.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/onnx/write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TRAIN, VALIDATION, RUNS };
static const char *const run_names[] = {"train", "validation"};
static const char prefix[] = "val_"; /* of the columns of validation */

/* Numbers of fields. */
enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_NUMBER = 2 };

struct nn_events {
    char *folder;
    struct nn_log *logs[RUNS]; /* NULL until there is something to write */
    size_t written;            /* epochs */
};

/* ---- records ---- */

/* CRC-32C (Castagnoli), bit by bit: records are short. */
static uint32_t crc32c(const unsigned char *bytes, size_t length)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

uint32_t nn_events_checksum(const void *bytes, size_t length)
{
    uint32_t crc = crc32c(bytes, length);
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

static void put_number(struct nn_buffer *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        nn_buffer_char(out, (char)(value >> 8 * i & 0xff));
}

static void put_record(struct nn_buffer *out, const struct nn_buffer *event)
{
    struct nn_buffer length;
    nn_buffer_init(&length, 0);
    put_number(&length, event->length, 8);
    nn_buffer_append(out, nn_buffer_string(&length), length.length);
    put_number(out, nn_events_checksum(nn_buffer_string(&length), length.length), 4);
    nn_buffer_append(out, nn_buffer_string(event), event->length);
    put_number(out, nn_events_checksum(nn_buffer_string(event), event->length), 4);
    if (length.failed || event->failed)
        out->failed = true;
    nn_buffer_clear(&length);
}

/* The first record of a file. */
static void put_version(struct nn_buffer *out)
{
    struct nn_buffer event;
    nn_buffer_init(&event, 0);
    nn_wire_put_double(&event, EVENT_TIME, nn_clock_wall());
    nn_wire_put_text(&event, EVENT_VERSION, "brain.Event:2");
    put_record(out, &event);
    nn_buffer_clear(&event);
}

static bool of_run(const char *column, int run)
{
    return nn_text_starts(column, prefix) == (run == VALIDATION);
}

/* The figures of an epoch that belong to a run; false if there are none. */
static bool put_epoch(struct nn_buffer *out, const struct nn_history *history, size_t epoch,
                      int run)
{
    const double *row = history->rows + epoch * history->columns;
    struct nn_buffer event, summary;
    nn_buffer_init(&event, 0);
    nn_buffer_init(&summary, 0);
    for (size_t k = 0; k < history->columns; k++) {
        const char *name = history->names[k] + (run == VALIDATION ? strlen(prefix) : 0);
        struct nn_buffer value;
        char tag[64];
        if (!of_run(history->names[k], run) || isnan(row[k]))
            continue;
        nn_buffer_init(&value, 0);
        snprintf(tag, sizeof tag, "epoch_%s", name);
        nn_wire_put_text(&value, VALUE_TAG, tag);
        nn_wire_put_float(&value, VALUE_NUMBER, (float)row[k]);
        nn_wire_put_message(&summary, SUMMARY_VALUE, &value);
    }
    bool any = summary.length > 0;
    nn_wire_put_double(&event, EVENT_TIME, nn_clock_wall());
    nn_wire_put_int(&event, EVENT_STEP, (int64_t)epoch + 1);
    nn_wire_put_message(&event, EVENT_SUMMARY, &summary);
    if (any)
        put_record(out, &event);
    nn_buffer_clear(&event);
    return any;
}

/* ---- files ---- */

/* events.out.tfevents.TIME.nnscope.NUMBER.v2: the first name that is free. */
static enum nn_status open_run(struct nn_events *events, int run, struct nn_error *error)
{
    struct nn_buffer path;
    enum nn_status status = NN_OK;
    nn_buffer_init(&path, 0);
    for (int number = 0; status == NN_OK; number++) {
        path.length = 0;
        nn_buffer_printf(&path, "%s/%s", events->folder, run_names[run]);
        NN_TRY(nn_buffer_check(&path, error));
        NN_TRY(nn_folder_make(path.data, error));
        nn_buffer_printf(&path, "/events.out.tfevents.%010" PRIu64 ".nnscope.%d.v2",
                         (uint64_t)nn_clock_wall(), number);
        NN_TRY(nn_buffer_check(&path, error));
        if (!nn_file_exists(path.data))
            break;
    }
    NN_TRY(nn_log_open(path.data, &events->logs[run], error));
out:
    nn_buffer_clear(&path);
    return status;
}

enum nn_status nn_events_open(const char *folder, const struct nn_history *history,
                              struct nn_events **events, struct nn_error *error)
{
    struct nn_events *made = nn_calloc(1, sizeof *made);
    enum nn_status status;
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->written = history->epochs;
    made->folder = nn_strdup(folder);
    if (!made->folder)
        NN_TRY(nn_fail_memory(error, strlen(folder) + 1));
    NN_TRY(nn_folder_make(folder, error));
    *events = made;
    made = NULL;
out:
    nn_events_close(made);
    return status;
}

void nn_events_close(struct nn_events *events)
{
    if (!events)
        return;
    for (int run = 0; run < RUNS; run++)
        nn_log_close(events->logs[run]);
    nn_free(events->folder);
    nn_free(events);
}

enum nn_status nn_events_write(struct nn_events *events, const struct nn_history *history,
                               struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (int run = 0; run < RUNS && status == NN_OK; run++) {
        struct nn_buffer out;
        bool any = false;
        nn_buffer_init(&out, 0);
        if (!events->logs[run])
            put_version(&out);
        for (size_t i = events->written; i < history->epochs; i++)
            any = put_epoch(&out, history, i, run) || any;
        status = nn_buffer_check(&out, error);
        if (status == NN_OK && any && !events->logs[run])
            status = open_run(events, run, error);
        if (status == NN_OK && any)
            status = nn_log_write(events->logs[run], nn_buffer_string(&out), out.length, error);
        nn_buffer_clear(&out);
    }
    events->written = history->epochs;
    return status;
}
