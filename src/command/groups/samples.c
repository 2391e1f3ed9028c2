/* data: looking at and writing data sets. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/job.h"
#include "command/subject.h"
#include "data/inspect.h"
#include "data/npy.h"
#include "data/write.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

static void add_note(struct nn_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Another sentence of the note. */
static void add_note(struct nn_result *result, const char *format, ...)
{
    size_t at = strlen(result->note);
    va_list list;
    if (at > 0 && at + 1 < sizeof result->note)
        result->note[at++] = ' ';
    va_start(list, format);
    vsnprintf(result->note + at, sizeof result->note - at, format, list);
    va_end(list);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Cells that were missing, and what was done about them. */
static void note_missing(struct nn_result *result, const struct nn_dataset *data)
{
    static const char *const done[] = {"", "", "the mean of the column (texts count as unknown)",
                                       "the most frequent value of the column"};
    const struct nn_samples *samples = data->samples;
    size_t cells = 0, columns = 0;
    for (size_t i = 0; samples->missing && i < nn_dataset_table_width(data); i++) {
        cells += samples->missing[i];
        columns += samples->missing[i] > 0;
    }
    if (samples->dropped > 0)
        add_note(result, "%zu row%s left out for missing %s.", samples->dropped,
                 samples->dropped == 1 ? " was" : "s were",
                 samples->missing_rule == NN_MISSING_DROP ? "cells" : "labels");
    if (data->fill && cells > 0)
        add_note(result, "%zu missing cell%s in %zu column%s, filled with %s%s.", cells,
                 plural(cells), columns, plural(columns), done[data->fill_rule],
                 data->fill_given                        ? " as the model knows it"
                 : data->split_count[NN_SPLIT_TRAIN] > 0 ? " in the training split"
                                                         : "");
    if (samples->left_out > 0)
        add_note(result, "%zu window%s left out without a target or across missing rows.",
                 samples->left_out, samples->left_out == 1 ? " was" : "s were");
    nn_result_figure(result, "missing", (double)cells);
    nn_result_figure(result, "dropped", (double)samples->dropped);
}

/* Columns of texts: their values are known from all rows, whatever split they are in. */
static void note_categories(struct nn_result *result, const struct nn_dataset *data)
{
    size_t columns = 0, inputs = 0;
    for (size_t i = 0; data->samples->span && i < nn_dataset_table_width(data); i++) {
        size_t span = data->samples->span[i];
        columns += span > 1;
        inputs += span > 1 ? span : 0;
    }
    if (columns > 0)
        add_note(result,
                 "%zu column%s of categories became %zu inputs, for the values in all rows.",
                 columns, plural(columns), inputs);
}

static void note_duplicates(struct nn_result *result, const struct nn_duplicates *found)
{
    if (found->copies > 0)
        add_note(result, "%zu sample%s an earlier one%s", found->copies,
                 found->copies == 1 ? " repeats" : "s repeat", found->conflicts ? "," : ".");
    if (found->conflicts > 0)
        add_note(result, "%zu of them with another label.", found->conflicts);
    if (found->leaked > 0)
        add_note(result, "%zu held-out sample%s also stand%s in the training data.", found->leaked,
                 plural(found->leaked), found->leaked == 1 ? "s" : "");
    nn_result_figure(result, "duplicates", (double)found->copies);
    nn_result_figure(result, "conflicts", (double)found->conflicts);
    nn_result_figure(result, "leaked", (double)found->leaked);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Columns that bear the same name. */
static enum nn_status note_names(struct nn_result *result, const struct nn_samples *samples,
                                 struct nn_error *error)
{
    size_t count = samples->features ? samples->feature_count : 0, twins = 0, first = 0;
    const char **sorted = nn_calloc(count, sizeof *sorted);
    if (!sorted)
        return nn_fail_memory(error, count * sizeof *sorted);
    if (count > 0)
        memcpy(sorted, samples->features, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) != 0)
            continue;
        first = twins == 0 ? i : first;
        twins++;
    }
    if (twins > 0)
        add_note(result, "%zu column%s the name of an earlier one, such as \"%.60s\".", twins,
                 twins == 1 ? " bears" : "s bear", sorted[first]);
    nn_free(sorted);
    return NN_OK;
}

static enum nn_status run_info(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    struct nn_result *result = NULL;
    struct nn_duplicates found;
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status != NN_OK)
        return status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data info", &result, error));
    NN_TRY(fill_info(result, data, error));
    NN_TRY(nn_dataset_duplicates(data, &found, error));
    snprintf(result->title, sizeof result->title, "%.80s: %zu samples of %.60s%s, scaling %s",
             NN_VISIBLE(data->samples->name ? data->samples->name : "data"), data->samples->count,
             nn_shape_text(shape, &data->samples->shape),
             data->samples->shape.rank == 1 ? " features" : "", nn_scaling_names[data->scaling]);
    note_missing(result, data);
    note_categories(result, data);
    note_duplicates(result, &found);
    NN_TRY(note_names(result, data->samples, error));
    if (data->samples->mask)
        add_note(result, "What decides the class is known: data export masks.npy what=masks.");
    result->figures_hidden = true;
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
    .summary = "Says what the data are: shape, classes, splits, scaling, oddities",
    .details = "Below the table it says what became of missing cells and of columns of texts, how "
               "many samples repeat an "
               "earlier one and with which of them the labels contradict each other, and how many "
               "held-out samples also stand in the training data, and which columns bear the same "
               "name.",
    .args = (const struct nn_arg_spec[]){{0}},
    .examples =
        (const struct nn_example[]){
            {"data info", "data demo breast-cancer", "Samples of each class in each split"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_info,
};

/* ---- data columns ---- */

/* As a job: a long table takes its time. */
struct survey {
    const struct nn_dataset *data; /* borrowed: the command waits */
    struct nn_column_figures *figures;
};

static enum nn_status survey_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                  struct nn_error *error)
{
    struct survey *survey = data;
    (void)job;
    return nn_dataset_columns(survey->data, survey->figures, progress, error);
}

/* A feature, a channel, or a column of a series: the name of its inputs without [t-3]. */
static void name_column(const struct nn_samples *samples, size_t i, size_t count, char *name,
                        size_t size)
{
    bool tabular = samples->shape.rank == 1 || samples->series;
    size_t run = nn_shape_size(&samples->shape) / count;
    snprintf(name, size, tabular ? "x%zu" : "channel %zu", i);
    if (!tabular || !samples->features)
        return;
    snprintf(name, size, "%s", samples->features[i * run]);
    char *lag = samples->series ? strrchr(name, '[') : NULL;
    if (lag)
        *lag = '\0';
}

static enum nn_status fill_columns(struct nn_result *result, const struct survey *survey,
                                   struct nn_error *error)
{
    static const char *const columns[] = {"column", "min",     "mean",    "max",
                                          "sd",     "missing", "distinct"};
    const struct nn_samples *samples = survey->data->samples;
    size_t count = nn_dataset_column_count(survey->data);
    enum nn_status status = nn_result_table(result, columns, 7, count, error);
    for (size_t i = 0; i < count && status == NN_OK; i++) {
        const struct nn_column_figures *figures = &survey->figures[i];
        char name[400];
        name_column(samples, i, count, name, sizeof name);
        status = nn_result_set_text(result, i, 0, name, error);
        nn_result_set_number(result, i, 1, figures->minimum, -1);
        nn_result_set_number(result, i, 2, figures->mean, -1);
        nn_result_set_number(result, i, 3, figures->maximum, -1);
        nn_result_set_number(result, i, 4, figures->deviation, -1);
        nn_result_set_number(result, i, 5, (double)figures->missing, -2);
        nn_result_set_number(result, i, 6, (double)figures->distinct, -2);
    }
    return status;
}

static enum nn_status survey_finish(struct nn_session *session, void *data, enum nn_status status,
                                    struct nn_error *error)
{
    struct survey *survey = data;
    const struct nn_samples *samples = survey->data->samples;
    struct nn_result *result = NULL;
    if (status != NN_OK)
        return status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data columns", &result, error));
    NN_TRY(fill_columns(result, survey, error));
    snprintf(result->title, sizeof result->title, "%.80s: %zu %s of %zu samples, unscaled",
             NN_VISIBLE(samples->name ? samples->name : "data"), result->rows,
             samples->shape.rank == 1 || samples->series ? "columns" : "channels", samples->count);
    result->sample = -1;
    nn_session_give(session, result);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

static void survey_free(void *data)
{
    struct survey *survey = data;
    nn_free(survey->figures);
    nn_free(survey);
}

static const struct nn_job_class survey_job = {
    .name = "columns", .work = survey_work, .finish = survey_finish, .free = survey_free};

static enum nn_status run_columns(const struct nn_invocation *invocation, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    enum nn_status status = nn_subject_data(invocation->session, &data, error);
    if (status != NN_OK)
        return status;
    size_t count = nn_dataset_column_count(data);
    struct survey *survey = nn_calloc(1, sizeof *survey);
    struct nn_column_figures *figures = nn_calloc(count, sizeof *figures);
    if (!survey || !figures) {
        nn_free(survey);
        nn_free(figures);
        return nn_fail_memory(error, count * sizeof *figures);
    }
    *survey = (struct survey){.data = data, .figures = figures};
    return nn_job_run(invocation->session, &survey_job, survey, false, error);
}

const struct nn_command nn_command_data_columns = {
    .name = "data columns",
    .group = "data",
    .summary = "Figures of each feature: smallest, mean, largest, deviation, missing, distinct",
    .details = "Over all samples, whatever split they belong to, in the units of the file; of "
               "images, for each channel; of windows, for each column of the series. Missing cells "
               "are counted as they stood in the file; the other figures are those of the cells "
               "that held something.",
    .args = (const struct nn_arg_spec[]){{0}},
    .examples =
        (const struct nn_example[]){
            {"data columns", "data demo wine", "Alcohol from 11.03 to 14.83 percent"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_columns,
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

/* "sample 3 (test), class 7", "sample 3 (test), target 1.5" */
static void name_truth(const struct nn_session *session, const struct nn_subject *subject,
                       struct nn_result *result)
{
    char name[48], class_name[32];
    const float *targets =
        nn_dataset_targets(subject->data, subject->split, (size_t)subject->first);
    size_t count = subject->data->samples->target_width, size = sizeof result->title;
    nn_subject_name(subject, name);
    snprintf(result->title, size, "%s", name);
    if (subject->labels)
        snprintf(result->title, size, "%s, class %s", name,
                 nn_subject_class(session, subject->labels[0], class_name));
    for (size_t k = 0; targets && k < count; k++) {
        char number[NN_NUMBER_SIZE];
        size_t used = strlen(result->title);
        snprintf(result->title + used, size - used, "%s%s",
                 k > 0        ? ", "
                 : count == 1 ? ", target "
                              : ", targets ",
                 nn_number_float(number, targets[k]));
    }
}

static enum nn_status run_show(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_subject subject = {0};
    struct nn_result *result = NULL;
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_samples(session, nn_args_text(invocation->args, 1),
                              &invocation->args->values[0], &subject, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "data show", &result, error));
    NN_TRY(nn_dataset_is_image(subject.data) ? show_image(result, &subject, error)
                                             : show_features(result, &subject, error));
    name_truth(session, &subject, result);
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
    .summary = "Shows one sample, in the units of its file, with its class or target",
    .args = show_args,
    .examples =
        (const struct nn_example[]){
            {"data show 3", "data demo digits", "A handwritten digit of the test split"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_show,
};

/* ---- data export ---- */

enum { EXPORT_FILE, EXPORT_SPLIT, EXPORT_WHAT };

static const struct nn_arg_spec export_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "a .csv or .npy file",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test alone; else all samples in the order of their file"},
    {.name = "what",
     .type = NN_ARG_CHOICE,
     .choices = "samples|masks",
     .fallback = "samples",
     .help = "masks: 1 where the class is known to be decided (generated sets), as .npy"},
    {0},
};

/* The samples to write; index NULL: all. */
struct selection {
    const struct nn_dataset *data;
    const size_t *index;
    size_t count;
};

/* Samples, or masks without their channels. */
static enum nn_status export_npy(const struct selection *selection, bool masks, const char *path,
                                 struct nn_error *error)
{
    const struct nn_samples *samples = selection->data->samples;
    bool flat = masks && samples->shape.rank == 3;
    size_t width = masks ? samples->mask_size : nn_shape_size(&samples->shape), count;
    struct nn_shape shape = {.rank = samples->shape.rank + !flat};
    if (shape.rank > NN_MAX_RANK || !nn_size_mul(selection->count, width, &count))
        return nn_fail(error, NN_SHAPE, "the samples have too many dimensions");
    shape.dim[0] = selection->count;
    memcpy(shape.dim + 1, samples->shape.dim + flat, (size_t)(shape.rank - 1) * sizeof *shape.dim);
    float *values = nn_calloc(count, sizeof *values);
    if (!values)
        return nn_fail_memory(error, count * sizeof *values);
    for (size_t i = 0; i < selection->count; i++) {
        size_t from = selection->index ? selection->index[i] : i;
        if (!masks)
            nn_dataset_raw(selection->data, from, values + i * width);
        for (size_t j = 0; masks && j < width; j++)
            values[i * width + j] = (float)samples->mask[from * width + j];
    }
    enum nn_status status = nn_npy_write(path, &shape, values, error);
    nn_free(values);
    return status;
}

static enum nn_status select_samples(const struct nn_dataset *data, const char *split,
                                     struct selection *selection, struct nn_error *error)
{
    enum nn_split which;
    *selection = (struct selection){.data = data, .count = data->samples->count};
    if (!split)
        return NN_OK;
    enum nn_status status = nn_dataset_find_split(data, split, &which, error);
    if (status == NN_OK) {
        selection->index = data->index[which];
        selection->count = data->split_count[which];
    }
    return status;
}

static enum nn_status run_export(const struct nn_invocation *invocation, struct nn_error *error)
{
    const char *path = nn_args_text(invocation->args, EXPORT_FILE);
    const char *extension = nn_path_extension(path);
    bool masks = nn_args_int(invocation->args, EXPORT_WHAT) == 1;
    bool csv = nn_text_equal_nocase(extension, ".csv"),
         npy = nn_text_equal_nocase(extension, ".npy");
    const struct nn_dataset *data = NULL;
    struct selection selection;
    enum nn_status status;
    NN_TRY(nn_subject_data(invocation->session, &data, error));
    NN_TRY(select_samples(data, nn_args_text(invocation->args, EXPORT_SPLIT), &selection, error));
    if (masks && !data->samples->mask)
        status = nn_fail(error, NN_STATE, "what decides the class is not known of these data");
    else if (csv && !masks)
        status = nn_csv_write(path, data, selection.index, selection.count, NULL, error);
    else if (npy)
        status = export_npy(&selection, masks, path, error);
    else
        status =
            nn_fail(error, NN_ARGUMENT, "%s: %s", NN_VISIBLE(path),
                    masks ? "masks are exported as .npy" : "data are exported as .csv or .npy");
    if (status == NN_OK)
        nn_say(&invocation->session->output, "%zu %s written to %s", selection.count,
               masks ? "masks" : "samples", NN_VISIBLE(path));
out:
    return status;
}

const struct nn_command nn_command_data_export = {
    .name = "data export",
    .group = "data",
    .summary = "Writes samples to a file, unscaled",
    .details = "Missing cells are written as the net sees them, filled.",
    .args = export_args,
    .examples = (const struct nn_example[]){{"data export iris.csv", "data demo iris",
                                             "A table with a header; the class is the last column"},
                                            {"data export masks.npy what=masks split=test",
                                             "data demo lesions samples=100",
                                             "Where the lesions are, to check explanations"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_WRITES,
    .run = run_export,
};
