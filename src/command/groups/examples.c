/* look: examples, the samples that a unit answers to most. */
#include "explain/examples.h"
#include "base/mem.h"
#include "base/number.h"
#include "command/feature.h"
#include "command/setups.h"

#include <stdio.h>
#include <string.h>

enum { EXAMPLES_LAYER, EXAMPLES_UNIT, EXAMPLES_K };

static const struct nn_arg_spec examples_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "unit",
     .type = NN_ARG_INT,
     .max = 2147483647,
     .help = "number of the unit or feature map: its samples are shown; else a row for every unit",
     .flags = NN_ARG_POSITIONAL},
    {.name = "k",
     .type = NN_ARG_INT,
     .fallback = "9",
     .min = 1,
     .max = 256,
     .unit = "samples",
     .help = "of each unit"},
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_OUT,
    {0},
};

struct collection {
    struct nn_inquiry inquiry;
    const struct nn_dataset *data;
    enum nn_split split;
    int node;
    long unit; /* -1: all */
    struct nn_examples examples;
};

static void collection_clear(struct nn_inquiry *inquiry)
{
    nn_examples_clear(&((struct collection *)inquiry)->examples);
}

static enum nn_status prepare_examples(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct collection *collection = (struct collection *)inquiry;
    const struct nn_args *args = &inquiry->args;
    struct nn_source source;
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_data(inquiry->session, &collection->data, error));
    NN_TRY(nn_subject_whole_split(inquiry->session, nn_inquiry_text(inquiry, "split"),
                                  &collection->split, error));
    nn_dataset_source(collection->data, collection->split, &source);
    NN_TRY(nn_subject_fit(inquiry->net, &source.shape, error));
    NN_TRY(nn_net_find(inquiry->net, nn_args_text(args, EXAMPLES_LAYER), &collection->node, error));
    const struct nn_node *node = inquiry->net->nodes[collection->node];
    size_t units = node->shape.rank > 1 ? node->shape.dim[0] : node->size;
    collection->unit =
        nn_args_is_set(args, EXAMPLES_UNIT) ? (long)nn_args_int(args, EXAMPLES_UNIT) : -1;
    if (collection->unit >= 0 && (size_t)collection->unit >= units)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "%s has no unit %ld: it has %zu %s, from 0", node->name,
                       collection->unit, units, node->shape.rank > 1 ? "feature maps" : "units"));
out:
    return status;
}

/* "3", or the class of the sample. */
static const char *class_of(const struct collection *collection, size_t sample, char out[32])
{
    int32_t label = nn_dataset_label(collection->data, collection->split, sample);
    out[0] = '\0';
    return label < 0 ? out : nn_subject_class(collection->inquiry.session, label, out);
}

static void describe(const struct collection *collection, struct nn_result *result)
{
    const struct nn_node *node = collection->inquiry.net->nodes[collection->node];
    const char *what = node->shape.rank > 1 ? "map" : "unit";
    const char *split = nn_split_names[collection->split];
    if (collection->unit >= 0)
        snprintf(result->title, sizeof result->title,
                 "samples (%s) that drive %s %ld of %.60s highest", split, what, collection->unit,
                 node->name);
    else
        snprintf(result->title, sizeof result->title,
                 "samples (%s) that drive each %s of %.60s highest, the highest first", split, what,
                 node->name);
    snprintf(result->layer, sizeof result->layer, "%s", node->name);
    snprintf(result->split, sizeof result->split, "%s", split);
    result->sample = -1;
    result->unit = collection->unit;
}

/* A row for each unit: its largest answer, then the samples. */
static enum nn_status list_units(struct collection *collection, struct nn_error *error)
{
    const struct nn_examples *examples = &collection->examples;
    struct nn_inquiry *inquiry = &collection->inquiry;
    char(*names)[24] = nn_calloc(examples->k, sizeof *names), class[32], text[64];
    const char **columns = nn_calloc(examples->k + 2, sizeof *columns);
    enum nn_status status = NN_OK;
    if (!names || !columns)
        NN_TRY(nn_fail_memory(error, examples->k * sizeof *names));
    columns[0] = "unit";
    columns[1] = "highest";
    for (size_t i = 0; i < examples->k; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i + 1);
        columns[i + 2] = names[i];
    }
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "examples", &inquiry->result, error));
    NN_TRY(nn_result_table(inquiry->result, columns, examples->k + 2, examples->units, error));
    for (size_t unit = 0; unit < examples->units; unit++) {
        const struct nn_example_of *best = examples->best + unit * examples->k;
        nn_result_set_number(inquiry->result, unit, 0, (double)unit, -2);
        nn_result_set_number(inquiry->result, unit, 1, (double)best[0].value, 3);
        for (size_t i = 0; i < examples->k; i++) {
            class_of(collection, best[i].sample, class);
            snprintf(text, sizeof text, *class ? "%zu %.20s" : "%zu", best[i].sample, class);
            NN_TRY(nn_result_set_text(inquiry->result, unit, i + 2, text, error));
        }
    }
out:
    nn_free(names);
    nn_free(columns);
    return status;
}

/* The samples of one unit that are no images. */
static enum nn_status list_samples(struct collection *collection, struct nn_error *error)
{
    static const char *const columns[] = {"rank", "sample", "class", "answer", "place"};
    const struct nn_examples *examples = &collection->examples;
    const struct nn_example_of *best = examples->best + (size_t)collection->unit * examples->k;
    struct nn_result **result = &collection->inquiry.result;
    char class[32];
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "examples", result, error));
    NN_TRY(nn_result_table(*result, columns, 5, examples->k, error));
    for (size_t i = 0; i < examples->k; i++) {
        nn_result_set_number(*result, i, 0, (double)(i + 1), -2);
        nn_result_set_number(*result, i, 1, (double)best[i].sample, -2);
        NN_TRY(
            nn_result_set_text(*result, i, 2, class_of(collection, best[i].sample, class), error));
        nn_result_set_number(*result, i, 3, (double)best[i].value, 4);
        nn_result_set_number(*result, i, 4, (double)best[i].place, -2);
    }
out:
    return status;
}

static enum nn_status show_images(struct collection *collection, struct nn_error *error)
{
    const struct nn_examples *examples = &collection->examples;
    const struct nn_example_of *best = examples->best + (size_t)collection->unit * examples->k;
    struct nn_result **result = &collection->inquiry.result;
    size_t size = collection->inquiry.net->nodes[0]->size, k = examples->k;
    struct nn_shape shape = collection->inquiry.net->nodes[0]->shape;
    char(*texts)[96] = nn_calloc(k, sizeof *texts), class[32], number[NN_NUMBER_SIZE];
    const char **names = nn_calloc(k, sizeof *names);
    enum nn_status status = NN_OK;
    if (!texts || !names)
        NN_TRY(nn_fail_memory(error, k * sizeof *texts));
    memmove(shape.dim + 1, shape.dim, (NN_MAX_RANK - 1) * sizeof *shape.dim);
    shape.dim[0] = k;
    shape.rank++;
    NN_TRY(nn_result_new(NN_RESULT_GALLERY, "examples", result, error));
    NN_TRY(nn_tensor_init(&(*result)->values, &shape, error));
    for (size_t i = 0; i < k; i++) {
        nn_dataset_sample(collection->data, collection->split, best[i].sample,
                          (*result)->values.data + i * size);
        class_of(collection, best[i].sample, class);
        snprintf(texts[i], sizeof texts[i], "%zu %.24s %s", best[i].sample, class,
                 nn_number_short(number, (double)best[i].value, 3));
        names[i] = texts[i];
    }
    NN_TRY(nn_result_names(*result, names, k, error));
    (*result)->scale = NN_SCALE_RANGE;
    snprintf((*result)->method, sizeof(*result)->method, "examples");
out:
    nn_free(texts);
    nn_free(names);
    return status;
}

static enum nn_status examples_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                    struct nn_error *error)
{
    struct collection *collection = (struct collection *)inquiry;
    struct nn_source source;
    enum nn_status status = NN_OK;
    nn_dataset_source(collection->data, collection->split, &source);
    NN_TRY(nn_examples_find(inquiry->net, collection->node, &source,
                            (size_t)nn_args_int(&inquiry->args, EXAMPLES_K), &collection->examples,
                            progress, error));
    if (collection->unit < 0)
        NN_TRY(list_units(collection, error));
    else if (nn_dataset_is_image(collection->data) && collection->examples.k > 0)
        NN_TRY(show_images(collection, error));
    else
        NN_TRY(list_samples(collection, error));
    describe(collection, inquiry->result);
out:
    return status;
}

static const struct nn_inquiry_class examples_inquiry = {.job = NN_INQUIRY_JOB("examples"),
                                                         .size = sizeof(struct collection),
                                                         .prepare = prepare_examples,
                                                         .work = examples_work,
                                                         .clear = collection_clear};

static enum nn_status run_examples(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &examples_inquiry, error);
}

const struct nn_command nn_command_examples = {
    .name = "examples",
    .group = "look",
    .summary = "The samples of the data that drive a unit highest",
    .details =
        "One pass over the split finds them for every unit of the layer; a feature map answers "
        "with its largest value.",
    .args = examples_args,
    .examples = (const struct nn_example[]){{"examples conv1 2", NN_DIGITS,
                                             "What a feature map answers to most"},
                                            {"examples dense1 k=3 split=train out=examples.csv",
                                             NN_DIGITS, "The three highest of every unit"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_examples,
};
