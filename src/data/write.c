#include "data/write.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

enum { PIECE = 1 << 18 };

static void put_text(struct nn_buffer *out, const char *text)
{
    size_t length = strlen(text);
    bool bare = length > 0 && !text[strcspn(text, ",;\t\"\r\n")] && *text != ' ' && *text != '#' &&
                text[length - 1] != ' ';
    if (bare) {
        nn_buffer_append(out, text, length);
        return;
    }
    nn_buffer_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            nn_buffer_char(out, '"');
        nn_buffer_char(out, *text);
    }
    nn_buffer_char(out, '"');
}

static void put_number(struct nn_buffer *out, float value)
{
    char number[NN_NUMBER_SIZE];
    nn_buffer_text(out, nn_number_float(number, value));
}

static void put_header(struct nn_buffer *out, const struct nn_samples *samples, size_t width)
{
    char name[32];
    for (size_t i = 0; i < width; i++) {
        snprintf(name, sizeof name, "x%zu", i);
        if (i)
            nn_buffer_char(out, ',');
        put_text(out,
                 samples->features && i < samples->feature_count ? samples->features[i] : name);
    }
    if (samples->labels) {
        nn_buffer_char(out, ',');
        put_text(out, samples->target_name ? samples->target_name : "class");
    }
    for (size_t i = 0; samples->targets && i < samples->target_width; i++) {
        snprintf(name, sizeof name, samples->target_width > 1 ? "target%zu" : "target", i);
        nn_buffer_char(out, ',');
        put_text(out,
                 samples->target_name && samples->target_width == 1 ? samples->target_name : name);
    }
    nn_buffer_char(out, '\n');
}

static void put_sample(struct nn_buffer *out, const struct nn_samples *samples, const float *values,
                       size_t width, size_t row)
{
    for (size_t i = 0; i < width; i++) {
        if (i)
            nn_buffer_char(out, ',');
        put_number(out, values[i]);
    }
    if (samples->labels) {
        nn_buffer_char(out, ',');
        put_text(out, samples->classes[samples->labels[row]]);
    }
    for (size_t i = 0; samples->targets && i < samples->target_width; i++) {
        nn_buffer_char(out, ',');
        put_number(out, samples->targets[row * samples->target_width + i]);
    }
    nn_buffer_char(out, '\n');
}

static enum nn_status flush(struct nn_save *save, struct nn_buffer *out, struct nn_error *error)
{
    enum nn_status status = nn_buffer_check(out, error);
    if (status == NN_OK)
        status = nn_save_write(save, nn_buffer_string(out), out->length, error);
    out->length = 0;
    return status;
}

enum nn_status nn_csv_write(const char *path, const struct nn_dataset *dataset, const size_t *index,
                            size_t count, struct nn_progress *progress, struct nn_error *error)
{
    struct nn_buffer out;
    struct nn_save *save = NULL;
    const struct nn_samples *samples = dataset->samples;
    size_t width = nn_shape_size(&samples->shape);
    float *values = nn_calloc(width, sizeof *values);
    enum nn_status status;
    nn_buffer_init(&out, 0);
    if (!values)
        NN_TRY(nn_fail_memory(error, width * sizeof *values));
    NN_TRY(nn_save_begin(path, &save, error));
    put_header(&out, samples, width);
    for (size_t i = 0; i < count; i++) {
        size_t row = index ? index[i] : i;
        nn_dataset_raw(dataset, row, values);
        put_sample(&out, samples, values, width, row);
        if (out.length < PIECE)
            continue;
        NN_TRY(flush(save, &out, error));
        nn_progress_set(progress, (double)i / (double)count);
        if (nn_cancelled(progress)) {
            status = nn_fail(error, NN_CANCELLED, "writing was stopped");
            goto out;
        }
    }
    NN_TRY(flush(save, &out, error));
    status = nn_save_commit(save, error);
    save = NULL;
out:
    nn_save_abort(save);
    nn_buffer_clear(&out);
    nn_free(values);
    return status;
}
