#include "diagnose/evidence.h"

#include "base/mem.h"
#include "diagnose/probe.h"
#include "diagnose/trial.h"
#include "engine/batch.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define CHUNK       64
#define FEW         16                /* samples that a net should be able to learn by heart */
#define FEW_STEPS   4                 /* times the steps of a trial */
#define MOST_VALUES ((size_t)1 << 24) /* of a data set that is searched for duplicates */

static const double factors[NN_TRIAL_RATES] = {0.01, 0.1, 1, 10, 100};

void nn_evidence_clear(struct nn_evidence *evidence)
{
    nn_free(evidence->means);
    nn_free(evidence->deviations);
    nn_free(evidence->classes);
    nn_free(evidence->layers);
    nn_free(evidence->fresh);
    *evidence = (struct nn_evidence){0};
}

/* ---- data ---- */

/* Mean and deviation of every feature, or channel, of the probe: Welford's running sums. */
static enum nn_status measure_columns(struct nn_evidence *evidence, const struct nn_source *probe,
                                      struct nn_error *error)
{
    size_t size = nn_shape_size(&probe->shape), index[CHUNK];
    size_t columns = probe->shape.rank >= 2 ? probe->shape.dim[0] : size, each = size / columns;
    float *x = nn_calloc(size, CHUNK * sizeof *x);
    evidence->means = nn_calloc(columns, sizeof *evidence->means);
    evidence->deviations = nn_calloc(columns, sizeof *evidence->deviations);
    if (!x || !evidence->means || !evidence->deviations) {
        nn_free(x);
        return nn_fail_memory(error, size * CHUNK * sizeof *x);
    }
    evidence->columns = columns;
    double *means = evidence->means, *squares = evidence->deviations, seen = 0;
    for (size_t first = 0; first < probe->count; first += CHUNK) {
        size_t n = probe->count - first < CHUNK ? probe->count - first : CHUNK;
        for (size_t i = 0; i < n; i++)
            index[i] = first + i;
        probe->fetch(probe, index, n, x, NULL, NULL);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < each; k++) {
                seen++;
                for (size_t c = 0; c < columns; c++) {
                    double value = (double)x[i * size + c * each + k], old = means[c];
                    means[c] += (value - old) / seen;
                    squares[c] += (value - old) * (value - means[c]);
                }
            }
    }
    for (size_t c = 0; c < columns; c++)
        squares[c] = sqrt(squares[c] / (seen > 0 ? seen : 1));
    nn_free(x);
    return NN_OK;
}

static enum nn_status count_labels(struct nn_evidence *evidence, struct nn_error *error)
{
    const struct nn_dataset *data = evidence->dataset;
    const struct nn_samples *samples = data->samples;
    if (samples->task != NN_TASK_CLASSIFICATION)
        return NN_OK;
    evidence->classes = nn_calloc(samples->class_count, sizeof *evidence->classes);
    if (!evidence->classes)
        return nn_fail_memory(error, samples->class_count * sizeof *evidence->classes);
    evidence->class_count = samples->class_count;
    for (size_t i = 0; i < data->split_count[NN_SPLIT_TRAIN]; i++) {
        int32_t label = nn_dataset_label(data, NN_SPLIT_TRAIN, i);
        if (label >= 0 && (size_t)label < evidence->class_count)
            evidence->classes[label]++;
    }
    return NN_OK;
}

static void measure_targets(struct nn_evidence *evidence)
{
    const struct nn_dataset *data = evidence->dataset;
    const struct nn_samples *samples = data->samples;
    size_t count = data->split_count[NN_SPLIT_TRAIN];
    double mean = 0, squares = 0, low = INFINITY, high = -INFINITY;
    if (samples->task != NN_TASK_REGRESSION || count == 0 || samples->target_width == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t at = data->index[NN_SPLIT_TRAIN][i] * samples->target_width;
        double value = (double)samples->targets[at], old = mean;
        mean += (value - old) / (double)(i + 1);
        squares += (value - old) * (value - mean);
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    evidence->target_mean = mean;
    evidence->target_deviation = sqrt(squares / (double)count);
    evidence->target_low = low;
    evidence->target_high = high;
}

static enum nn_status look_at_data(struct nn_evidence *evidence, const struct nn_source *probe,
                                   struct nn_error *error)
{
    const struct nn_samples *samples = evidence->dataset->samples;
    enum nn_status status;
    size_t values;
    NN_TRY(measure_columns(evidence, probe, error));
    NN_TRY(count_labels(evidence, error));
    measure_targets(evidence);
    if (nn_size_mul(samples->count, nn_shape_size(&samples->shape), &values) &&
        values <= MOST_VALUES) {
        NN_TRY(nn_dataset_duplicates(evidence->dataset, &evidence->duplicates, error));
        evidence->duplicates_known = true;
    }
out:
    return status;
}

/* ---- losses ---- */

/* Loss of the best answer that is the same for every sample: the entropy of the classes, or the
 * variance of the targets. */
static double constant_loss(const struct nn_evidence *evidence)
{
    const char *loss = evidence->recipe->loss->name;
    double total = 0, entropy = 0;
    bool crossentropy =
        strcmp(loss, "categorical_crossentropy") == 0 || strcmp(loss, "binary_crossentropy") == 0;
    if (strcmp(loss, "mse") == 0 && evidence->dataset->samples->task == NN_TASK_REGRESSION &&
        evidence->dataset->samples->target_width == 1)
        return evidence->target_deviation * evidence->target_deviation;
    if (!crossentropy || !evidence->classes)
        return (double)NAN;
    for (int i = 0; i < evidence->recipe->loss_args.count; i++)
        if (evidence->recipe->loss_args.values[i].set &&
            nn_arg_differs(&evidence->recipe->loss_args.specs[i],
                           &evidence->recipe->loss_args.values[i]))
            return (double)NAN; /* weights or smoothing change what a loss is worth */
    for (size_t c = 0; c < evidence->class_count; c++)
        total += (double)evidence->classes[c];
    for (size_t c = 0; c < evidence->class_count; c++) {
        double p = (double)evidence->classes[c] / total;
        entropy -= p > 0 ? p * log(p) : 0;
    }
    return entropy;
}

static double share_correct(const struct nn_confusion *confusion)
{
    uint64_t correct = 0, total = 0;
    for (size_t i = 0; i < confusion->classes * confusion->classes; i++) {
        total += confusion->counts[i];
        correct += i % (confusion->classes + 1) == 0 ? confusion->counts[i] : 0;
    }
    return total ? (double)correct / (double)total : (double)NAN;
}

static enum nn_status evaluate(const struct nn_evidence *evidence, const struct nn_source *source,
                               double *loss, double *accuracy, struct nn_error *error)
{
    double values[1 + NN_MAX_METRICS];
    struct nn_confusion confusion = {0};
    bool classes = source->classes > 0;
    enum nn_status status = NN_OK;
    if (classes)
        NN_TRY(nn_confusion_init(&confusion, source->classes, error));
    NN_TRY(nn_evaluate(evidence->net, source, evidence->recipe, values, classes ? &confusion : NULL,
                       error));
    *loss = values[0];
    if (classes)
        *accuracy = share_correct(&confusion);
out:
    if (classes)
        nn_confusion_clear(&confusion);
    return status;
}

static enum nn_status look_at_losses(struct nn_evidence *evidence, const struct nn_source *probe,
                                     struct nn_error *error)
{
    const struct nn_dataset *data = evidence->dataset;
    enum nn_split split =
        data->split_count[NN_SPLIT_VALIDATION] ? NN_SPLIT_VALIDATION : NN_SPLIT_TEST;
    struct nn_source held_out;
    struct nn_probe part = {0};
    enum nn_status status;
    evidence->baseline = constant_loss(evidence);
    NN_TRY(evaluate(evidence, probe, &evidence->loss, &evidence->accuracy, error));
    nn_dataset_source(data, split, &held_out);
    if (held_out.count == 0 || !held_out.labelled)
        goto out;
    NN_TRY(nn_probe_init(&part, &held_out, evidence->request->samples, error));
    NN_TRY(evaluate(evidence, &part.source, &evidence->held_out_loss, &evidence->held_out_accuracy,
                    error));
    evidence->held_out = nn_split_names[split];
out:
    nn_probe_clear(&part);
    return status;
}

/* ---- net ---- */

static bool has_rectifier(const struct nn_net *net)
{
    for (int i = 0; i < net->count; i++)
        if (net->nodes[i]->layer->flags & NN_LAYER_RECTIFIER)
            return true;
    return false;
}

static enum nn_status look_at_layers(const struct nn_evidence *evidence, const struct nn_net *net,
                                     const struct nn_source *probe, struct nn_layer_health *layers,
                                     struct nn_error *error)
{
    const struct nn_diagnose_request *request = evidence->request;
    enum nn_status status;
    NN_TRY(nn_health_outputs(net, probe, layers, request->progress, error));
    if (evidence->recipe)
        NN_TRY(nn_health_steps(net, probe, evidence->recipe,
                               net == evidence->net ? request->state : NULL, evidence->lr,
                               request->batch, request->seed, layers, error));
out:
    return status;
}

/* The same net with parameters drawn anew, to tell what its weights are to blame for. */
static enum nn_status look_at_fresh(struct nn_evidence *evidence, const struct nn_source *probe,
                                    struct nn_error *error)
{
    struct nn_net *fresh = NULL;
    bool rectifier = has_rectifier(evidence->net);
    enum nn_status status;
    NN_TRY(nn_net_copy(evidence->net, &fresh, error));
    NN_TRY(nn_net_init(fresh, evidence->request->seed,
                       rectifier ? NN_INIT_HE_NORMAL : NN_INIT_GLOROT_UNIFORM, 0, error));
    NN_TRY(look_at_layers(evidence, fresh, probe, evidence->fresh, error));
    evidence->fresh_method = rectifier ? "he_normal" : "glorot_uniform";
out:
    nn_net_free(fresh);
    return status;
}

static enum nn_status look_at_net(struct nn_evidence *evidence, const struct nn_source *probe,
                                  struct nn_error *error)
{
    size_t count = (size_t)evidence->net->count;
    enum nn_status status;
    evidence->layers = nn_calloc(count, sizeof *evidence->layers);
    evidence->fresh = nn_calloc(count, sizeof *evidence->fresh);
    if (!evidence->layers || !evidence->fresh)
        return nn_fail_memory(error, count * sizeof *evidence->layers);
    NN_TRY(look_at_layers(evidence, evidence->net, probe, evidence->layers, error));
    NN_TRY(look_at_fresh(evidence, probe, error));
out:
    return status;
}

/* ---- trials ---- */

static void show(const struct nn_evidence *evidence, double fraction)
{
    nn_progress_set(evidence->request->progress, fraction);
}

static enum nn_status try_rates(struct nn_evidence *evidence, const struct nn_trial *trial,
                                struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (int i = 0; i < NN_TRIAL_RATES; i++) {
        struct nn_trial one = *trial;
        one.lr = evidence->recipe->lr * factors[i];
        NN_TRY(nn_trial_run(&one, evidence->request->progress, &evidence->fresh_loss,
                            &evidence->rate_losses[i], error));
        evidence->rates[i] = one.lr;
        show(evidence, 0.2 + 0.1 * i);
    }
out:
    return status;
}

/* The same data, scaled. */
static enum nn_status try_scaling(struct nn_evidence *evidence, const struct nn_trial *trial,
                                  struct nn_error *error)
{
    struct nn_dataset *scaled = NULL;
    struct nn_source source;
    struct nn_probe probe = {0};
    struct nn_trial one = *trial;
    double before;
    enum nn_status status = NN_OK;
    if (evidence->dataset->scaling == NN_SCALING_STANDARD)
        return NN_OK;
    NN_TRY(nn_dataset_scale(evidence->dataset, NN_SCALING_STANDARD, &scaled, error));
    nn_dataset_source(scaled, NN_SPLIT_TRAIN, &source);
    NN_TRY(nn_probe_init(&probe, &source, evidence->request->samples, error));
    one.source = &source;
    one.probe = &probe.source;
    NN_TRY(nn_trial_run(&one, evidence->request->progress, &before, &evidence->scaled_loss, error));
out:
    nn_probe_clear(&probe);
    nn_dataset_free(scaled);
    return status;
}

/* A net that cannot even learn a handful of samples by heart will not learn more. */
static enum nn_status try_few(struct nn_evidence *evidence, const struct nn_trial *trial,
                              struct nn_error *error)
{
    struct nn_probe few = {0};
    struct nn_trial one = *trial;
    enum nn_status status;
    NN_TRY(nn_probe_init(&few, trial->source, FEW, error));
    one.source = one.probe = &few.source;
    one.fresh = false;
    one.batch = few.source.count;
    one.steps *= FEW_STEPS;
    NN_TRY(nn_trial_run(&one, evidence->request->progress, &evidence->few_before, &evidence->few,
                        error));
    evidence->few_samples = few.source.count;
out:
    nn_probe_clear(&few);
    return status;
}

static enum nn_status run_trials(struct nn_evidence *evidence, const struct nn_source *train,
                                 const struct nn_source *probe, struct nn_error *error)
{
    const struct nn_diagnose_request *request = evidence->request;
    struct nn_trial trial = {.net = evidence->net,
                             .recipe = evidence->recipe,
                             .source = train,
                             .probe = probe,
                             .lr = evidence->recipe->lr,
                             .batch = request->batch < train->count ? request->batch : train->count,
                             .steps = request->steps,
                             .seed = request->seed,
                             .fresh = true};
    enum nn_status status;
    NN_TRY(try_rates(evidence, &trial, error));
    NN_TRY(try_scaling(evidence, &trial, error));
    show(evidence, 0.8);
    NN_TRY(try_few(evidence, &trial, error));
out:
    return status;
}

/* ---- all of it ---- */

/* That of the last epoch, where a schedule changes it. */
static double current_rate(const struct nn_diagnose_request *request)
{
    const struct nn_history *history = request->history;
    int column = history && history->epochs > 0 ? nn_history_column(history, "lr") : -1;
    bool constant =
        !request->recipe->schedule || strcmp(request->recipe->schedule->name, "constant") == 0;
    double lr = column >= 0 && !constant
                    ? history->rows[(history->epochs - 1) * history->columns + (size_t)column]
                    : (double)NAN;
    return isfinite(lr) && lr > 0 ? lr : request->recipe->lr;
}

static void begin(struct nn_evidence *evidence, const struct nn_diagnose_request *request)
{
    double none = (double)NAN;
    bool net = request->net && request->net->count > 1;
    bool compiled = net && request->recipe && request->recipe->loss;
    *evidence = (struct nn_evidence){.request = request,
                                     .net = net ? request->net : NULL,
                                     .dataset = request->dataset,
                                     .recipe = compiled ? request->recipe : NULL,
                                     .history = request->history,
                                     .target_mean = none,
                                     .target_deviation = none,
                                     .target_low = none,
                                     .target_high = none,
                                     .lr = none,
                                     .baseline = none,
                                     .loss = none,
                                     .accuracy = none,
                                     .held_out_loss = none,
                                     .held_out_accuracy = none,
                                     .fresh_loss = none,
                                     .scaled_loss = none,
                                     .few_before = none,
                                     .few = none};
    for (int i = 0; i < NN_TRIAL_RATES; i++)
        evidence->rates[i] = evidence->rate_losses[i] = none;
    if (compiled)
        evidence->lr = current_rate(request);
}

enum nn_status nn_evidence_gather(const struct nn_diagnose_request *request,
                                  struct nn_evidence *evidence, struct nn_error *error)
{
    struct nn_evidence made;
    struct nn_source train;
    struct nn_probe probe = {0};
    enum nn_status status = NN_OK;
    begin(&made, request);
    nn_dataset_source(request->dataset, NN_SPLIT_TRAIN, &train);
    if (train.count == 0)
        NN_TRY(nn_fail(error, NN_STATE,
                       "there are no training samples to look at: `data split` makes some"));
    if (made.net)
        NN_TRY(nn_objective_check_input(made.net, &train, error));
    if (made.recipe)
        NN_TRY(nn_recipe_check(made.recipe, made.net, &train, error));
    NN_TRY(nn_probe_init(&probe, &train, request->samples, error));
    made.probed = probe.source.count;
    NN_TRY(look_at_data(&made, &probe.source, error));
    if (made.net)
        NN_TRY(look_at_net(&made, &probe.source, error));
    show(&made, 0.1);
    if (made.recipe)
        NN_TRY(look_at_losses(&made, &probe.source, error));
    if (made.recipe && request->trials)
        NN_TRY(run_trials(&made, &train, &probe.source, error));
    *evidence = made;
    made = (struct nn_evidence){0};
out:
    nn_probe_clear(&probe);
    nn_evidence_clear(&made);
    return status;
}
