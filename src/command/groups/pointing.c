/* pointing: how often explanations point to what is known to decide the class. */
#include "explain/pointing.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/deliver.h"
#include "command/explanation.h"
#include "command/job.h"
#include "command/specs.h"
#include "explain/blur.h"
#include "explain/parse.h"
#include "explain/trust.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_METHODS 12
#define AT_ONCE      16 /* samples of one run of a method */

#define NN_LESIONS                                                                                 \
    "data demo lesions; add conv2d 4 5 stride=2 relu; add globalavgpool2d; add flatten; add "      \
    "dense 2 "                                                                                     \
    "softmax; compile loss=categorical_crossentropy lr=0.01; train epochs=1"

enum { METHODS, SPLIT, SAMPLES, SMOOTH, POOL, OUT };

static const struct nn_arg_spec pointing_args[] = {
    {.name = "methods",
     .type = NN_ARG_NAMES,
     .choices = "@methods",
     .help = "methods, joined by commas; their keys as for `explain`",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train"},
    {.name = "samples",
     .type = NN_ARG_INT,
     .min = 1,
     .max = 9007199254740992.0,
     .unit = "samples",
     .help = "the first so many of the split; else all"},
    {.name = "smooth",
     .type = NN_ARG_REAL,
     .fallback = "0",
     .min = 0,
     .max = 64,
     .unit = "pixels",
     .help = "width of a Gaussian over the map before its maximum is taken (images)"},
    {.name = "pool",
     .type = NN_ARG_CHOICE,
     .choices = NN_POOL_NAMES,
     .help = "how the channels of a pixel become one number: their sum, the largest magnitude, the "
             "root of the squares; else the sum"},
    {.name = "out", .type = NN_ARG_FILE, .help = "the table, to this .csv or .json file"},
    {0},
};

/* One method and what it has scored. */
struct entry {
    char name[40];
    struct nn_explanation *explanation;
    double hits, mass, area; /* sums */
    size_t weighed;          /* samples whose map has a mass */
};

struct pointing {
    struct entry entries[MOST_METHODS];
    size_t count;
    size_t samples, right; /* looked at; classified rightly */
    size_t pixels;
    unsigned char *masks; /* [samples, pixels]; then of the right ones */
    double smooth;
    enum nn_pool pool;
    char *out;
};

static void pointing_free(void *data)
{
    struct pointing *pointing = data;
    for (size_t i = 0; i < pointing->count; i++)
        if (pointing->entries[i].explanation)
            nn_explanation_free(pointing->entries[i].explanation);
    nn_free(pointing->masks);
    nn_free(pointing->out);
    nn_free(pointing);
}

/* ---- work ---- */

/* Moves the rightly classified samples of all entries to the front. */
static enum nn_status keep_right(struct pointing *pointing, struct nn_error *error)
{
    const struct nn_explain_request *first = &pointing->entries[0].explanation->request;
    struct nn_target target;
    size_t size = first->net->nodes[0]->size;
    int32_t *units = nn_calloc(pointing->samples, sizeof *units);
    if (!units)
        return nn_fail_memory(error, pointing->samples * sizeof *units);
    struct nn_explain_request request = *first;
    request.batch = pointing->samples;
    enum nn_status status = nn_target_parse(&request, units, &target, error);
    for (size_t i = 0; status == NN_OK && i < pointing->samples; i++) {
        if (units[i] != first->labels[i])
            continue;
        size_t to = pointing->right++;
        units[to] = units[i];
        memmove(pointing->masks + to * pointing->pixels, pointing->masks + i * pointing->pixels,
                pointing->pixels);
        for (size_t e = 0; e < pointing->count; e++) {
            float *x = pointing->entries[e].explanation->subject.x;
            memmove(x + to * size, x + i * size, size * sizeof *x);
        }
    }
    for (size_t e = 0; status == NN_OK && e < pointing->count; e++)
        memcpy(pointing->entries[e].explanation->subject.labels, units,
               pointing->right * sizeof *units);
    nn_free(units);
    return status;
}

/* The maps of some samples against their masks. map, score [input size]. */
static enum nn_status score_maps(struct pointing *pointing, struct entry *entry,
                                 const struct nn_result *maps, size_t first, float *map,
                                 float *score, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_net *net = entry->explanation->request.net;
    const struct nn_shape *input = &net->nodes[0]->shape;
    for (size_t i = 0; i < maps->values.shape.dim[0]; i++) {
        struct nn_pointing found;
        NN_TRY(nn_map_fit(net, maps, i, map, error));
        nn_map_pool(input, map, pointing->pool, score);
        if (input->rank == 3)
            NN_TRY(nn_blur(score, 1, input->dim[1], input->dim[2], pointing->smooth, error));
        nn_pointing_of(score, pointing->masks + (first + i) * pointing->pixels, pointing->pixels,
                       &found);
        entry->hits += found.hit;
        entry->area += found.area;
        if (!isnan(found.mass)) {
            entry->mass += found.mass;
            entry->weighed++;
        }
    }
out:
    return status;
}

static enum nn_status run_entry(struct pointing *pointing, struct entry *entry,
                                struct nn_progress *progress, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_explanation *explanation = entry->explanation;
    struct nn_explain_request all = explanation->request;
    size_t size = all.net->nodes[0]->size;
    float *map = nn_calloc(2 * size, sizeof *map), *score = map + size;
    if (!map)
        return nn_fail_memory(error, 2 * size * sizeof *map);
    all.targets = explanation->subject.labels; /* what is predicted, too */
    all.progress = progress;
    for (size_t first = 0; first < pointing->right; first += AT_ONCE) {
        size_t n = pointing->right - first < AT_ONCE ? pointing->right - first : AT_ONCE;
        struct nn_explain_request some = nn_explain_part(&all, first, n);
        struct nn_progress_part whole =
            nn_progress_enter(progress, (double)first / AT_ONCE, (double)pointing->right / AT_ONCE);
        status = nn_explain(&some, &explanation->result, error);
        nn_progress_back(progress, whole);
        if (status == NN_OK)
            status = score_maps(pointing, entry, explanation->result, first, map, score, error);
        nn_result_free(explanation->result);
        explanation->result = NULL;
        NN_TRY(status);
        nn_progress_set(progress, (double)(first + n) / (double)pointing->right);
    }
out:
    nn_free(map);
    return status;
}

static enum nn_status pointing_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                    struct nn_error *error)
{
    struct pointing *pointing = data;
    enum nn_status status = keep_right(pointing, error);
    (void)job;
    if (status == NN_OK && pointing->right == 0)
        return nn_fail(error, NN_STATE,
                       "the net classifies none of %zu samples rightly: `train` it first",
                       pointing->samples);
    for (size_t e = 0; status == NN_OK && e < pointing->count; e++) {
        struct nn_progress_part whole =
            nn_progress_enter(progress, (double)e, (double)pointing->count);
        status = run_entry(pointing, &pointing->entries[e], progress, error);
        nn_progress_back(progress, whole);
    }
    return status;
}

static enum nn_status pointing_finish(struct nn_session *session, void *data, enum nn_status status,
                                      struct nn_error *error)
{
    static const char *const columns[] = {"method", "pointing", "mass", "area"};
    struct pointing *pointing = data;
    struct nn_result *table = NULL;
    if (status != NN_OK)
        return status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "pointing", &table, error));
    NN_TRY(nn_result_table(table, columns, 4, pointing->count, error));
    for (size_t e = 0; e < pointing->count; e++) {
        const struct entry *entry = &pointing->entries[e];
        double rate = entry->hits / (double)pointing->right;
        NN_TRY(nn_result_set_text(table, e, 0, entry->name, error));
        nn_result_set_number(table, e, 1, rate, 4);
        nn_result_set_number(table, e, 2,
                             entry->weighed ? entry->mass / (double)entry->weighed : NAN, 4);
        nn_result_set_number(table, e, 3, entry->area / (double)pointing->right, 4);
        nn_result_figure(table, entry->name, rate);
    }
    const struct nn_subject *subject = &pointing->entries[0].explanation->subject;
    snprintf(table->title, sizeof table->title,
             "pointing game, %zu of %zu samples (%s), those classified rightly", pointing->right,
             pointing->samples, nn_split_names[subject->split]);
    snprintf(table->note, sizeof table->note,
             "pointing: the share of the maps whose maximum lies in the mask (of several equal "
             "ones, the "
             "share of these); mass: the share of "
             "their positive values there; area: the share of the pixels there, what chance would "
             "give.");
    table->figures_hidden = true;
    return nn_deliver(session, table, pointing->out, error);
out:
    nn_result_free(table);
    return status;
}

static const struct nn_job_class pointing_job = {
    .name = "pointing", .work = pointing_work, .finish = pointing_finish, .free = pointing_free};

/* ---- from words to work ---- */

/* What all methods share of the keys of `explain`. */
static const enum nn_explain_arg shared[] = {NN_EXPLAIN_ARG_LAYER, NN_EXPLAIN_ARG_BASELINE,
                                             NN_EXPLAIN_ARG_SEED};
enum { SHARED = sizeof shared / sizeof *shared };

/* The next name of a list joined by commas, and what follows it. */
static const char *next_name(const char *list, char name[40])
{
    size_t length = strcspn(list, ",");
    snprintf(name, 40, "%.*s", (int)length, list);
    return list + length + (list[length] == ',');
}

static const char *methods_of(const struct nn_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!words[i].key || strcmp(words[i].key, "methods") == 0)
            return words[i].value;
    return "";
}

static const struct nn_arg_spec *pointing_specs(const struct nn_word *words, size_t count,
                                                struct nn_arena *arena)
{
    struct nn_arg_spec *common = nn_arena_alloc(arena, SHARED + 1, sizeof *common);
    const struct nn_arg_spec *parts[2 + MOST_METHODS] = {pointing_args, common};
    size_t used = 2;
    char name[40];
    if (!common)
        return NULL;
    for (size_t i = 0; i < SHARED; i++)
        common[i] = nn_explain_args[shared[i]];
    common[SHARED] = (struct nn_arg_spec){0};
    for (const char *list = methods_of(words, count); *list && used < 2 + MOST_METHODS;) {
        list = next_name(list, name);
        const struct nn_method *method = nn_method_find(name);
        if (method)
            parts[used++] = method->args;
    }
    return nn_specs_join(arena, parts, used);
}

/* Whether a key goes to a method: one of its own, or of those that all share. */
static bool takes(const struct nn_method *method, const char *key)
{
    if (strcmp(key, "layer") == 0)
        return method->flags & NN_METHOD_LAYER;
    for (size_t i = 0; i < SHARED; i++)
        if (strcmp(nn_explain_args[shared[i]].name, key) == 0)
            return true;
    return nn_args_find(method->args, key) >= 0;
}

static enum nn_status add_entry(const struct nn_invocation *invocation, struct pointing *pointing,
                                const struct nn_args *args, const char *name,
                                struct nn_error *error)
{
    struct nn_word *words = nn_calloc(invocation->word_count + 3, sizeof *words);
    struct entry *entry = &pointing->entries[pointing->count];
    const struct nn_method *method = nn_method_find(name);
    size_t count = 0, column = invocation->words[0].column;
    if (!words)
        return nn_fail_memory(error, invocation->word_count * sizeof *words);
    words[count++] = (struct nn_word){.value = name, .column = column};
    words[count++] = (struct nn_word){"sample", "all", column};
    if (nn_args_is_set(args, SPLIT))
        words[count++] = (struct nn_word){"split", nn_args_text(args, SPLIT), column};
    for (size_t i = 0; method && i < invocation->word_count; i++) {
        const char *key = invocation->words[i].key;
        if (key && nn_args_find(pointing_args, key) < 0 && takes(method, key))
            words[count++] = invocation->words[i];
    }
    enum nn_status status =
        nn_explanation_new(invocation->session, words, count, &entry->explanation, error);
    if (status == NN_OK) {
        snprintf(entry->name, sizeof entry->name, "%s", entry->explanation->method->name);
        pointing->count++;
    }
    nn_free(words);
    return status;
}

static enum nn_status add_entries(const struct nn_invocation *invocation, struct pointing *pointing,
                                  const struct nn_args *args, struct nn_error *error)
{
    char name[40];
    for (const char *list = nn_args_text(args, METHODS); *list;) {
        if (pointing->count == MOST_METHODS)
            return nn_fail(error, NN_LIMIT, "pointing takes at most %d methods", MOST_METHODS);
        list = next_name(list, name);
        enum nn_status status = add_entry(invocation, pointing, args, name, error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

/* The masks of the samples; refuses data that have none. */
static enum nn_status take_masks(struct pointing *pointing, const struct nn_args *args,
                                 struct nn_error *error)
{
    const struct nn_subject *subject = &pointing->entries[0].explanation->subject;
    const struct nn_samples *samples = subject->data->samples;
    pointing->pixels = nn_map_pixels(&subject->shape);
    pointing->samples = subject->count;
    if (!samples->mask || samples->mask_size != pointing->pixels || !subject->labels)
        return nn_fail(error, NN_REFUSED,
                       "nobody knows what decides the class of these samples: pointing is for data "
                       "with masks (`data demo lesions`, `signs`, `market`)");
    if (nn_args_is_set(args, SAMPLES) && (size_t)nn_args_int(args, SAMPLES) < pointing->samples)
        pointing->samples = (size_t)nn_args_int(args, SAMPLES);
    pointing->masks = nn_calloc(pointing->samples, pointing->pixels);
    if (!pointing->masks)
        return nn_fail_memory(error, pointing->samples * pointing->pixels);
    for (size_t i = 0; i < pointing->samples; i++)
        memcpy(pointing->masks + i * pointing->pixels,
               nn_dataset_mask(subject->data, subject->split, i), pointing->pixels);
    return NN_OK;
}

static enum nn_status run_pointing(const struct nn_invocation *invocation, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_arena arena;
    struct nn_args args = {0};
    struct pointing *pointing = nn_calloc(1, sizeof *pointing);
    if (!pointing)
        return nn_fail_memory(error, sizeof *pointing);
    nn_arena_init(&arena);
    const struct nn_arg_spec *specs =
        pointing_specs(invocation->words, invocation->word_count, &arena);
    if (!specs)
        NN_TRY(nn_fail_memory(error, sizeof pointing_args));
    NN_TRY(nn_command_parse(&args, specs, invocation->words, invocation->word_count, "pointing",
                            error));
    NN_TRY(nn_result_path_check(nn_args_text(&args, OUT), error));
    NN_TRY(add_entries(invocation, pointing, &args, error));
    NN_TRY(take_masks(pointing, &args, error));
    pointing->smooth = nn_args_real(&args, SMOOTH);
    pointing->pool = nn_args_is_set(&args, POOL) ? (enum nn_pool)nn_args_int(&args, POOL) : 0;
    if (nn_args_is_set(&args, OUT) && !(pointing->out = nn_strdup(nn_args_text(&args, OUT))))
        NN_TRY(nn_fail_memory(error, 1));
    status = nn_job_run(invocation->session, &pointing_job, pointing, true, error);
    pointing = NULL;
out:
    if (pointing)
        pointing_free(pointing);
    nn_args_clear(&args);
    nn_arena_clear(&arena);
    return status;
}

const struct nn_command nn_command_pointing = {
    .name = "pointing",
    .group = "explain",
    .summary = "Counts how often explanations point to what decides the class",
    .details = "For data whose samples have masks: the generated lesions and signs (the pixels of "
               "the lesion or sign) and market (the two days). Explained is the class of every "
               "sample of the split that the net classifies rightly. A map of a layer is enlarged "
               "first. Keys of the methods go to those that have them.",
    .args = pointing_args,
    .examples = (const struct nn_example[]){{"pointing gradcam,saliency samples=40", NN_LESIONS,
                                             "Do they look at the lesion?"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_pointing,
    .specs = pointing_specs,
};
