/* data: looking at and writing data sets. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/subject.h"
#include "data/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- data info ---- */

static size_t count_class(const struct nn_dataset *data, int split, int32_t class_index)
{
    size_t found = 0;
    for (size_t i = 0; i < data->split_count[split]; i++)
        found += data->samples->labels[data->index[split][i]] == class_index;
    return found;
}

static enum nn_status fill_info(struct nn_result *result, const struct nn_dataset *data,
                                struct nn_error *error)
{
    static const char *const columns[] = {"class", "train", "validation", "test"};
    const struct nn_samples *samples = data->samples;
    size_t classes = samples->labels ? samples->class_count : 0;
    enum nn_status status = nn_result_table(result, columns, 4, classes + 1, error);
    for (size_t row = 0; row < classes && status == NN_OK; row++) {
        status = nn_result_set_text(result, row, 0, samples->classes[row], error);
        for (int split = 0; split < NN_SPLIT_COUNT; split++)
            nn_result_set_number(result, row, 1 + (size_t)split,
                                 (double)count_class(data, split, (int32_t)row), -2);
    }
    if (status == NN_OK)
        status = nn_result_set_text(result, classes, 0, "all", error);
    for (int split = 0; split < NN_SPLIT_COUNT && status == NN_OK; split++)
        nn_result_set_number(result, classes, 1 + (size_t)split, (double)data->split_count[split],
                             -2);
    return status;
}

static enum nn_status run_info(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    struct nn_result *result = NULL;
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status != NN_OK)
        return status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data info", &result, error));
    NN_TRY(fill_info(result, data, error));
    snprintf(result->title, sizeof result->title, "%.80s: %zu samples of %.60s%s, scaling %s",
             NN_VISIBLE(data->samples->name ? data->samples->name : "data"), data->samples->count,
             nn_shape_text(shape, &data->samples->shape),
             data->samples->shape.rank == 1 ? " features" : "", nn_scaling_names[data->scaling]);
    result->sample = -1;
    nn_session_give(invocation->session, result);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_data_info = {
    .name = "data info",
    .group = "data",
    .summary = "Says what the data are: shape, classes, splits, scaling",
    .args = (const struct nn_arg_spec[]){{0}},
    .examples =
        (const struct nn_example[]){
            {"data info", "data demo breast-cancer", "Samples of each class in each split"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_info,
};

/* ---- data show ---- */

static const struct nn_arg_spec show_args[] = {
    {.name = "sample",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "number of the sample in its split, from 0",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "its split; else test, or train"},
    {0},
};

static enum nn_status show_image(struct nn_result *result, const struct nn_subject *subject,
                                 struct nn_error *error)
{
    result->kind = NN_RESULT_IMAGE;
    result->scale = NN_SCALE_RANGE;
    enum nn_status status = nn_tensor_init(&result->values, &subject->shape, error);
    if (status == NN_OK) {
        size_t count = nn_shape_size(&subject->shape);
        memcpy(result->values.data, subject->x, count * sizeof *subject->x);
        nn_dataset_unscale(subject->data, result->values.data);
    }
    return status;
}

static enum nn_status show_features(struct nn_result *result, const struct nn_subject *subject,
                                    struct nn_error *error)
{
    static const char *const columns[] = {"feature", "value", "scaled"};
    const struct nn_samples *samples = subject->data->samples;
    size_t count = nn_shape_size(&subject->shape);
    float *raw = nn_calloc(count, sizeof *raw);
    if (!raw)
        return nn_fail_memory(error, count * sizeof *raw);
    memcpy(raw, subject->x, count * sizeof *raw);
    nn_dataset_unscale(subject->data, raw);
    enum nn_status status = nn_result_table(result, columns, 3, count, error);
    for (size_t i = 0; i < count && status == NN_OK; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i);
        status = nn_result_set_text(
            result, i, 0,
            samples->features && i < samples->feature_count ? samples->features[i] : number, error);
        nn_result_set_number(result, i, 1, (double)raw[i], -1);
        nn_result_set_number(result, i, 2, (double)subject->x[i], 4);
    }
    nn_free(raw);
    return status;
}

static enum nn_status run_show(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_subject subject = {0};
    struct nn_result *result = NULL;
    char name[48], class_name[32];
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_samples(session, nn_args_text(invocation->args, 1),
                              &invocation->args->values[0], &subject, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data show", &result, error));
    NN_TRY(nn_dataset_is_image(subject.data) ? show_image(result, &subject, error)
                                             : show_features(result, &subject, error));
    nn_subject_name(&subject, name);
    if (subject.labels)
        snprintf(result->title, sizeof result->title, "%s, class %s", name,
                 nn_subject_class(session, subject.labels[0], class_name));
    else
        snprintf(result->title, sizeof result->title, "%s", name);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject.split]);
    result->sample = subject.first;
    session->split = subject.split;
    session->sample = (size_t)subject.first;
    nn_session_give(session, result);
    result = NULL;
out:
    nn_result_free(result);
    nn_subject_clear(&subject);
    return status;
}

const struct nn_command nn_command_data_show = {
    .name = "data show",
    .group = "data",
    .summary = "Shows one sample, in the units of its file",
    .args = show_args,
    .examples =
        (const struct nn_example[]){
            {"data show 3", "data demo digits", "A handwritten digit of the test split"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_show,
};

/* ---- data export ---- */

static const struct nn_arg_spec export_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "a .csv or .npy file",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static float raw_value(const struct nn_samples *samples, size_t i)
{
    return samples->storage == NN_STORAGE_BYTE ? (float)((const unsigned char *)samples->values)[i]
                                               : ((const float *)samples->values)[i];
}

static void put_csv_text(struct nn_buffer *out, const char *text)
{
    if (!text[strcspn(text, ",;\t\"\r\n")]) {
        nn_buffer_text(out, text);
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

static void put_header(struct nn_buffer *out, const struct nn_samples *samples, size_t width)
{
    char name[32];
    for (size_t i = 0; i < width; i++) {
        snprintf(name, sizeof name, "x%zu", i);
        if (i)
            nn_buffer_char(out, ',');
        put_csv_text(out,
                     samples->features && i < samples->feature_count ? samples->features[i] : name);
    }
    if (samples->labels || samples->targets) {
        nn_buffer_char(out, ',');
        put_csv_text(out, samples->target_name ? samples->target_name
                          : samples->labels    ? "class"
                                               : "target");
    }
    nn_buffer_char(out, '\n');
}

static void put_sample(struct nn_buffer *out, const struct nn_samples *samples, size_t width,
                       size_t row)
{
    char number[NN_NUMBER_SIZE];
    for (size_t i = 0; i < width; i++) {
        if (i)
            nn_buffer_char(out, ',');
        nn_buffer_text(out, nn_number_float(number, raw_value(samples, row * width + i)));
    }
    if (samples->labels) {
        nn_buffer_char(out, ',');
        put_csv_text(out, samples->classes[samples->labels[row]]);
    }
    for (size_t i = 0; samples->targets && i < samples->target_width; i++) {
        nn_buffer_char(out, ',');
        nn_buffer_text(out,
                       nn_number_float(number, samples->targets[row * samples->target_width + i]));
    }
    nn_buffer_char(out, '\n');
}

static enum nn_status export_csv(const struct nn_samples *samples, const char *path,
                                 struct nn_error *error)
{
    struct nn_buffer out;
    size_t width = nn_shape_size(&samples->shape);
    nn_buffer_init(&out, 0);
    put_header(&out, samples, width);
    for (size_t row = 0; row < samples->count && !out.failed; row++)
        put_sample(&out, samples, width, row);
    enum nn_status status = nn_buffer_check(&out, error);
    if (status == NN_OK)
        status = nn_save_bytes(path, out.data, out.length, error);
    nn_buffer_clear(&out);
    return status;
}

static enum nn_status export_npy(const struct nn_samples *samples, const char *path,
                                 struct nn_error *error)
{
    size_t count = samples->count * nn_shape_size(&samples->shape);
    struct nn_shape shape = {.rank = samples->shape.rank + 1};
    if (shape.rank > NN_MAX_RANK)
        return nn_fail(error, NN_SHAPE, "the samples have too many dimensions");
    shape.dim[0] = samples->count;
    memcpy(shape.dim + 1, samples->shape.dim, (size_t)samples->shape.rank * sizeof *shape.dim);
    float *values = nn_calloc(count, sizeof *values);
    if (!values)
        return nn_fail_memory(error, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = raw_value(samples, i);
    enum nn_status status = nn_npy_write(path, &shape, values, error);
    nn_free(values);
    return status;
}

static enum nn_status run_export(const struct nn_invocation *invocation, struct nn_error *error)
{
    const char *path = nn_args_text(invocation->args, 0);
    const struct nn_dataset *data = NULL;
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status != NN_OK)
        return status;
    const char *extension = nn_path_extension(path);
    if (nn_text_equal_nocase(extension, ".csv"))
        status = export_csv(data->samples, path, error);
    else if (nn_text_equal_nocase(extension, ".npy"))
        status = export_npy(data->samples, path, error);
    else
        status =
            nn_fail(error, NN_ARGUMENT, "%s: data are exported as .csv or .npy", NN_VISIBLE(path));
    if (status == NN_OK)
        nn_say(&invocation->session->output, "%zu samples written to %s", data->samples->count,
               NN_VISIBLE(path));
    return status;
}

const struct nn_command nn_command_data_export = {
    .name = "data export",
    .group = "data",
    .summary = "Writes all samples to a file, unscaled",
    .args = export_args,
    .examples = (const struct nn_example[]){{"data export iris.csv", "data demo iris",
                                             "A table with a header; the class is the last column"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_WRITES,
    .run = run_export,
};
