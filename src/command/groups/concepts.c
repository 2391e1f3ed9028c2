/* look: pca, probe, cka; explain: tcav: what the layers know. */
#include "explain/concepts.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/feature.h"
#include "command/setups.h"
#include "data/npy.h"
#include "explain/features.h"
#include "explain/pca.h"
#include "explain/similarity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAMPLES_ARG(number)                                                                        \
    {                                                                                              \
        .name = "samples", .type = NN_ARG_INT, .fallback = number, .min = 4, .max = 1000000,       \
        .help = "at most so many, evenly over the split"                                           \
    }

/* At most so many samples of a split, evenly. */
struct selection {
    float *x;        /* [n, input] */
    int32_t *labels; /* [n], -1 = none */
    size_t n;
};

static void selection_clear(struct selection *selection)
{
    nn_free(selection->x);
    nn_free(selection->labels);
    *selection = (struct selection){0};
}

static enum nn_status select_samples(const struct nn_inquiry *inquiry, enum nn_split split,
                                     size_t most, struct selection *selection,
                                     struct nn_error *error)
{
    const struct nn_dataset *data = inquiry->session->dataset;
    struct nn_source source;
    nn_dataset_source(data, split, &source);
    size_t size = nn_shape_size(&source.shape), n = source.count < most ? source.count : most;
    enum nn_status status = nn_subject_fit(inquiry->net, &source.shape, error);
    if (status != NN_OK)
        return status;
    selection->n = n;
    selection->x = nn_calloc(n, size * sizeof(float));
    selection->labels = nn_calloc(n, sizeof(int32_t));
    if (!selection->x || !selection->labels)
        return nn_fail_memory(error, n * size * sizeof(float));
    for (size_t i = 0; i < n; i++) {
        size_t sample = i * source.count / n;
        nn_dataset_sample(data, split, sample, selection->x + i * size);
        selection->labels[i] = nn_dataset_label(data, split, sample);
    }
    return NN_OK;
}

static size_t count_of(const struct nn_inquiry *inquiry, const char *key)
{
    return (size_t)nn_args_int(&inquiry->args, nn_args_find(inquiry->args.specs, key));
}

struct look {
    struct nn_inquiry inquiry;
    struct selection seen, other; /* other: the samples a probe is tested with */
    int layer;
    enum nn_split split;
};

static void look_clear(struct nn_inquiry *inquiry)
{
    selection_clear(&((struct look *)inquiry)->seen);
    selection_clear(&((struct look *)inquiry)->other);
}

static enum nn_status begin_look(struct look *look, struct nn_error *error)
{
    struct nn_inquiry *inquiry = &look->inquiry;
    const struct nn_dataset *data = NULL;
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_data(inquiry->session, &data, error));
    NN_TRY(nn_subject_whole_split(inquiry->session, nn_inquiry_text(inquiry, "split"), &look->split,
                                  error));
    NN_TRY(select_samples(inquiry, look->split, count_of(inquiry, "samples"), &look->seen, error));
out:
    return status;
}

/* ---- pca ---- */

static const struct nn_arg_spec pca_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the output before a final softmax or sigmoid",
     .flags = NN_ARG_POSITIONAL},
    {.name = "components",
     .type = NN_ARG_INT,
     .fallback = "2",
     .min = 2,
     .max = 64,
     .help = "columns of out=; the first two are drawn"},
    SAMPLES_ARG("1000"),
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_TABLE_OUT,
    {0},
};

static enum nn_status prepare_pca(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct look *look = (struct look *)inquiry;
    const char *layer = nn_inquiry_text(inquiry, "layer");
    look->layer = nn_net_logits(inquiry->net);
    enum nn_status status = layer ? nn_net_find(inquiry->net, layer, &look->layer, error) : NN_OK;
    return status == NN_OK ? begin_look(look, error) : status;
}

/* Columns: the first two components, the class, the other components. */
static enum nn_status tabulate_points(struct look *look, const struct nn_pca *pca,
                                      const double *places, struct nn_error *error)
{
    struct nn_result *result = look->inquiry.result;
    char names[66][40];
    const char *columns[66];
    size_t count = pca->count, classes;
    char **class_names = nn_subject_classes(look->inquiry.session, &classes);
    bool labelled = look->seen.n > 0 && look->seen.labels[0] >= 0 && classes > 0;
    enum nn_status status = NN_OK;
    for (size_t c = 0; c < count + 1; c++) {
        snprintf(names[c], sizeof names[c], "component %zu", c < 2 ? c + 1 : c);
        columns[c] = c == 2 ? "class" : names[c];
    }
    NN_TRY(nn_result_table(result, columns, count + 1, look->seen.n, error));
    for (size_t i = 0; i < look->seen.n; i++) {
        for (size_t c = 0; c < count; c++)
            nn_result_set_number(result, i, c < 2 ? c : c + 1, places[i * count + c], -1);
        nn_result_set_number(result, i, 2, labelled ? (double)look->seen.labels[i] : 0, -2);
    }
    if (labelled)
        NN_TRY(nn_result_names(result, (const char *const *)class_names, classes, error));
out:
    return status;
}

static enum nn_status pca_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct look *look = (struct look *)inquiry;
    const struct nn_node *node = inquiry->net->nodes[look->layer];
    struct nn_pca pca = {0};
    float *features = NULL;
    double *places = NULL;
    char name[32];
    enum nn_status status = NN_OK;
    NN_TRY(nn_features(inquiry->net, look->layer, look->seen.x, look->seen.n, progress, &features,
                       error));
    NN_TRY(nn_pca_init(&pca, features, look->seen.n, node->size, count_of(inquiry, "components"),
                       progress, error));
    if (pca.count < 2)
        NN_TRY(nn_fail(error, NN_REFUSED,
                       "the answers of %s vary in %zu directions: there is no plane to draw",
                       node->name, pca.count));
    places = nn_calloc(look->seen.n, pca.count * sizeof *places);
    if (!places)
        NN_TRY(nn_fail_memory(error, look->seen.n * pca.count * sizeof *places));
    nn_pca_project(&pca, features, look->seen.n, places);
    NN_TRY(nn_result_new(NN_RESULT_POINTS, "pca", &inquiry->result, error));
    NN_TRY(tabulate_points(look, &pca, places, error));
    struct nn_result *result = inquiry->result;
    snprintf(result->title, sizeof result->title,
             "answers of %.60s to %zu samples (%s) along their principal components", node->name,
             look->seen.n, nn_split_names[look->split]);
    snprintf(result->layer, sizeof result->layer, "%s", node->name);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[look->split]);
    result->sample = -1;
    for (size_t c = 0; c < pca.count && c < 8; c++) {
        snprintf(name, sizeof name, "explained %zu", c + 1);
        nn_result_figure(result, name, pca.variances[c] / pca.total);
    }
out:
    nn_free(features);
    nn_free(places);
    nn_pca_clear(&pca);
    return status;
}

/* ---- probe ---- */

static const struct nn_arg_spec probe_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else every layer",
     .flags = NN_ARG_POSITIONAL},
    {.name = "alpha",
     .type = NN_ARG_REAL,
     .fallback = "0.001",
     .max = 1e6,
     .help = "penalty of the squared weights"},
    {.name = "rounds",
     .type = NN_ARG_INT,
     .fallback = "300",
     .min = 1,
     .max = 100000,
     .help = "steps of the fit at most"},
    SAMPLES_ARG("1000"),
    NN_INQUIRY_TABLE_OUT,
    {0},
};

static enum nn_status prepare_probe(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct look *look = (struct look *)inquiry;
    const struct nn_dataset *data = NULL;
    const char *layer = nn_inquiry_text(inquiry, "layer");
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_data(inquiry->session, &data, error));
    if (data->samples->task != NN_TASK_CLASSIFICATION)
        NN_TRY(nn_fail(error, NN_REFUSED, "a probe reads classes: the data have none"));
    look->layer = -1;
    if (layer)
        NN_TRY(nn_net_find(inquiry->net, layer, &look->layer, error));
    look->split = data->split_count[NN_SPLIT_TEST] ? NN_SPLIT_TEST : NN_SPLIT_TRAIN;
    NN_TRY(nn_dataset_find_split(data, "train", &(enum nn_split){0}, error));
    size_t most = count_of(inquiry, "samples");
    NN_TRY(select_samples(inquiry, NN_SPLIT_TRAIN, most, &look->seen, error));
    NN_TRY(select_samples(inquiry, look->split, most, &look->other, error));
    for (size_t i = 0; i < look->seen.n + look->other.n; i++)
        if ((i < look->seen.n ? look->seen.labels[i] : look->other.labels[i - look->seen.n]) < 0)
            NN_TRY(nn_fail(error, NN_REFUSED, "a probe reads classes: not every sample has one"));
out:
    return status;
}

static enum nn_status probe_layer(struct look *look, int layer, size_t row,
                                  struct nn_progress *progress, struct nn_error *error)
{
    struct nn_inquiry *inquiry = &look->inquiry;
    const struct nn_node *node = inquiry->net->nodes[layer];
    struct nn_linear probe = {0};
    float *seen = NULL, *other = NULL;
    size_t classes = inquiry->session->dataset->samples->class_count;
    double alpha = nn_args_real(&inquiry->args, nn_args_find(probe_args, "alpha"));
    enum nn_status status = NN_OK;
    NN_TRY(nn_features(inquiry->net, layer, look->seen.x, look->seen.n, progress, &seen, error));
    NN_TRY(nn_features(inquiry->net, layer, look->other.x, look->other.n, progress, &other, error));
    NN_TRY(nn_linear_fit(&probe, seen, look->seen.n, node->size, look->seen.labels, classes, alpha,
                         count_of(inquiry, "rounds"), progress, error));
    NN_TRY(nn_result_set_text(inquiry->result, row, 0, node->name, error));
    NN_TRY(nn_result_set_text(inquiry->result, row, 1, node->layer->name, error));
    nn_result_set_number(inquiry->result, row, 2, (double)node->size, -2);
    nn_result_set_number(inquiry->result, row, 3,
                         nn_linear_accuracy(&probe, seen, look->seen.labels, look->seen.n), 4);
    nn_result_set_number(inquiry->result, row, 4,
                         nn_linear_accuracy(&probe, other, look->other.labels, look->other.n), 4);
out:
    nn_linear_clear(&probe);
    nn_free(seen);
    nn_free(other);
    return status;
}

static enum nn_status probe_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                 struct nn_error *error)
{
    struct look *look = (struct look *)inquiry;
    const char *columns[] = {"layer", "kind", "values", "train accuracy",
                             look->split == NN_SPLIT_TEST ? "test accuracy" : "accuracy"};
    size_t rows = look->layer >= 0 ? 1 : (size_t)inquiry->net->count;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "probe", &inquiry->result, error));
    NN_TRY(nn_result_table(inquiry->result, columns, 5, rows, error));
    for (size_t row = 0; row < rows; row++) {
        struct nn_progress_part whole = nn_progress_enter(progress, (double)row, (double)rows);
        status = probe_layer(look, look->layer >= 0 ? look->layer : (int)row, row, progress, error);
        nn_progress_back(progress, whole);
        NN_TRY(status);
        nn_progress_set(progress, (double)(row + 1) / (double)rows);
    }
    snprintf(inquiry->result->title, sizeof inquiry->result->title,
             "linear probes: how much of the class each layer holds, %zu training samples",
             look->seen.n);
    inquiry->result->sample = -1;
out:
    return status;
}

/* ---- cka ---- */

static const struct nn_arg_spec cka_args[] = {
    {.name = "layers",
     .type = NN_ARG_NAMES,
     .help = "names or numbers, joined by commas; else every layer"},
    SAMPLES_ARG("300"),
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_OUT,
    {0},
};

#define MOST_LAYERS 64

struct comparison {
    struct look look;
    int nodes[MOST_LAYERS];
    size_t count;
};

static enum nn_status choose_nodes(struct comparison *comparison, struct nn_error *error)
{
    const struct nn_net *net = comparison->look.inquiry.net;
    const char *text = nn_inquiry_text(&comparison->look.inquiry, "layers");
    enum nn_status status = NN_OK;
    for (int i = 0; !text && i < net->count && i < MOST_LAYERS; i++)
        comparison->nodes[comparison->count++] = i;
    if (!text && net->count > MOST_LAYERS)
        return nn_fail(error, NN_LIMIT, "the net has %d layers: name at most %d, layers=a,b,c",
                       net->count, MOST_LAYERS);
    while (text && *text && status == NN_OK) {
        size_t length = strcspn(text, ",");
        char *name = nn_strndup(text, length);
        if (!name)
            return nn_fail_memory(error, length);
        if (comparison->count == MOST_LAYERS)
            status = nn_fail(error, NN_LIMIT, "cka compares at most %d layers", MOST_LAYERS);
        else
            status = nn_net_find(net, name, &comparison->nodes[comparison->count++], error);
        nn_free(name);
        text += length + (text[length] == ',');
    }
    return status;
}

static enum nn_status prepare_cka(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct comparison *comparison = (struct comparison *)inquiry;
    enum nn_status status = choose_nodes(comparison, error);
    if (status == NN_OK)
        status = begin_look(&comparison->look, error);
    if (status == NN_OK && comparison->look.seen.n < 4)
        status = nn_fail(error, NN_ARGUMENT, "cka needs at least 4 samples");
    return status;
}

static enum nn_status cka_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct comparison *comparison = (struct comparison *)inquiry;
    const struct look *look = &comparison->look;
    size_t count = comparison->count;
    struct nn_shape shape = nn_shape_make(2, (size_t[]){count, count});
    const char *names[MOST_LAYERS];
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < count; i++)
        names[i] = inquiry->net->nodes[comparison->nodes[i]]->name;
    NN_TRY(nn_result_new(NN_RESULT_MATRIX, "cka", &inquiry->result, error));
    struct nn_result *result = inquiry->result;
    NN_TRY(nn_tensor_init(&result->values, &shape, error));
    NN_TRY(nn_cka(inquiry->net, comparison->nodes, count, look->seen.x, look->seen.n,
                  result->values.data, progress, error));
    NN_TRY(nn_result_names(result, names, count, error));
    result->scale = NN_SCALE_RANGE;
    snprintf(result->title, sizeof result->title,
             "linear CKA of the layers, %zu samples (%s): 1 the same but for rotation and scale",
             look->seen.n, nn_split_names[look->split]);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[look->split]);
    result->sample = -1;
out:
    return status;
}

static const struct nn_inquiry_class pca_inquiry = {.job = NN_INQUIRY_JOB("pca"),
                                                    .size = sizeof(struct look),
                                                    .prepare = prepare_pca,
                                                    .work = pca_work,
                                                    .clear = look_clear};
static const struct nn_inquiry_class probe_inquiry = {.job = NN_INQUIRY_JOB("probe"),
                                                      .size = sizeof(struct look),
                                                      .prepare = prepare_probe,
                                                      .work = probe_work,
                                                      .clear = look_clear};
static const struct nn_inquiry_class cka_inquiry = {.job = NN_INQUIRY_JOB("cka"),
                                                    .size = sizeof(struct comparison),
                                                    .prepare = prepare_cka,
                                                    .work = cka_work,
                                                    .clear = look_clear};

static enum nn_status run_pca(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &pca_inquiry, error);
}

static enum nn_status run_probe(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &probe_inquiry, error);
}

static enum nn_status run_cka(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &cka_inquiry, error);
}

const struct nn_command nn_command_pca = {
    .name = "pca",
    .group = "look",
    .summary = "A layer's answers to many samples, in the plane that they vary in most",
    .details = "Points are coloured by class; the figures are the shares of the variance.",
    .args = pca_args,
    .examples = (const struct nn_example[]){{"pca layer=flatten1 samples=200", NN_DIGITS,
                                             "Are the classes apart before the last layer?"},
                                            {"pca components=5 out=pca.csv", NN_DIGITS,
                                             "More coordinates, for other programs"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_pca,
};

const struct nn_command nn_command_probe = {
    .name = "probe",
    .group = "look",
    .summary = "How much of the class a linear classifier finds in each layer",
    .details =
        "Softmax regression on a layer's answers to the training data, tested on the test split "
        "(Alain, Bengio 2016).",
    .args = probe_args,
    .examples = (const struct nn_example[]){{"probe samples=200 rounds=50", NN_DIGITS,
                                             "The accuracy rises from layer to layer"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_probe,
};

const struct nn_command nn_command_cka = {
    .name = "cka",
    .group = "look",
    .summary = "How alike the layers represent the samples",
    .details = "Centred kernel alignment with linear kernels (Kornblith et al. 2019). A layer that "
               "gives the same to every sample has none.",
    .args = cka_args,
    .examples =
        (const struct nn_example[]){
            {"cka samples=100", NN_DIGITS, "Every layer with every other"},
            {"cka layers=input,conv1,dense1 out=cka.png", NN_DIGITS, "Three of them, as a picture"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_cka,
};
