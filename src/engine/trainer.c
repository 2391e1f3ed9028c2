#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "engine/batch.h"
#include "engine/evaluator.h"
#include "engine/finite.h"
#include "engine/health.h"
#include "engine/mix.h"
#include "engine/regularize.h"
#include "engine/step.h"
#include "engine/train_state.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_COLUMNS = 2 * (1 + NN_MAX_METRICS) + 1,
    RESERVED_EPOCHS = 4096,    /* rows of history made in advance, at most */
    RESERVED_BATCHES = 1 << 20 /* and losses of single batches */
};

struct nn_trainer {
    struct nn_net *net;
    struct nn_source source;
    const struct nn_recipe *recipe;
    struct nn_train_state *state;
    struct nn_history *history;
    const struct nn_train_options *options; /* of the run */
    struct nn_run *run;                     /* the state's */
    struct nn_watch *watch;                 /* the state's */

    struct nn_objective objective;
    struct nn_pass *pass;
    struct nn_targets targets;
    struct nn_mix mix;
    struct nn_tally tally; /* its sums belong to the run once the trainer is made */
    bool made;
    bool validates;
    struct nn_fingerprint data;
    struct nn_evaluator evaluator; /* of the validation source */
    struct nn_snapshot good;       /* the end of the last epoch that went well */
    size_t *order;                 /* [source.count], samples in the order of this epoch */
    float *dz;                     /* [batch, objective.width] */
    size_t batch_size, batches;    /* batches of an epoch */
    const char *columns[MAX_COLUMNS];
    size_t column_count;
    char validation_names[1 + NN_MAX_METRICS][32];

    double seconds, trained; /* spent on training in this epoch, on so many samples */
    double lr;               /* of the last step */
    double gradient_norm;
    struct nn_meter *meter; /* NULL: nobody wants to know */
    double measure_next;    /* not before that time */
    bool measured;          /* the last step was */
    bool epoch_ended, improved, stopped_early;
};

/* Where the run stands, for the schedule. */
static struct nn_schedule_call schedule_call(const struct nn_trainer *trainer)
{
    double epoch_steps = (double)trainer->batches, epochs = (double)trainer->state->epoch;
    double left = (double)(trainer->options->epochs - trainer->run->epoch);
    return (struct nn_schedule_call){
        .step = epochs * epoch_steps + (double)trainer->run->batch,
        .epoch_steps = epoch_steps,
        .total = (epochs + left) * epoch_steps,
        .lr = trainer->recipe->lr,
        .args = &trainer->recipe->schedule_args,
        .state = trainer->state->schedule,
    };
}

/* The one place that knows the learning rate of the next step. */
static double learning_rate(const struct nn_trainer *trainer)
{
    struct nn_schedule_call call = schedule_call(trainer);
    return trainer->recipe->schedule ? nn_schedule_rate(trainer->recipe->schedule, &call) : call.lr;
}

/* Columns of the history: loss, metrics, the same on validation, learning rate. */
static void name_columns(struct nn_trainer *trainer)
{
    const struct nn_recipe *recipe = trainer->recipe;
    size_t n = 0, figures = 1 + (size_t)recipe->metric_count;
    for (size_t i = 0; i < figures; i++)
        trainer->columns[n++] = i == 0 ? "loss" : recipe->metrics[i - 1]->name;
    for (size_t i = 0; trainer->validates && i < figures; i++) {
        char *name = trainer->validation_names[i];
        snprintf(name, sizeof trainer->validation_names[i], "val_%s", trainer->columns[i]);
        trainer->columns[n++] = name;
    }
    trainer->columns[n++] = "lr";
    trainer->column_count = n;
}

/* A batch of one value per channel is its own mean, so that nothing would pass. */
static enum nn_status check_batch(const struct nn_trainer *trainer, struct nn_error *error)
{
    for (int i = 0; trainer->options->batch == 1 && i < trainer->net->count; i++) {
        const struct nn_node *node = trainer->net->nodes[i];
        if ((node->layer->flags & NN_LAYER_BATCH) && node->size == node->shape.dim[0])
            return nn_fail(error, NN_ARGUMENT,
                           "layer %s (%s) needs more than one sample in a batch: `train batch=32`",
                           node->name, node->layer->name);
    }
    return NN_OK;
}

static enum nn_status check_options(const struct nn_trainer *trainer, struct nn_error *error)
{
    if (trainer->options->batch == 0)
        return nn_fail(error, NN_ARGUMENT, "a batch needs at least 1 sample");
    if (trainer->options->patience && !trainer->validates)
        return nn_fail(error, NN_ARGUMENT,
                       "patience needs validation data: `train validation=0.1 patience=%llu`",
                       (unsigned long long)trainer->options->patience);
    if (nn_net_param_count(trainer->net) == 0)
        return nn_fail(error, NN_STATE, "the net has nothing to train: `add dense 16 relu`");
    return check_batch(trainer, error);
}

/* Targets that a loss of probabilities is not defined for would make it negative or NaN. */
static enum nn_status check_targets(const struct nn_trainer *trainer, struct nn_error *error)
{
    const struct nn_source *source = &trainer->source;
    const char *loss = trainer->recipe->loss->name;
    size_t width = source->target_width;
    float *x = NULL, *values = NULL;
    enum nn_status status = NN_OK;
    if (!trainer->recipe->loss->probable || source->classes > 0 || width == 0)
        return NN_OK;
    x = nn_calloc(nn_shape_size(&source->shape), sizeof *x);
    values = nn_calloc(width, sizeof *values);
    if (!x || !values)
        NN_TRY(nn_fail_memory(error, width * sizeof *values));
    for (size_t i = 0; i < source->count; i++) {
        source->fetch(source, &i, 1, x, NULL, values);
        for (size_t j = 0; j < width; j++) {
            char text[NN_NUMBER_SIZE];
            if (values[j] >= 0.0f && values[j] <= 1.0f)
                continue;
            nn_fail(error, NN_ARGUMENT, "%s needs targets from 0 to 1; training sample %zu has %s",
                    loss, i, nn_number_short(text, (double)values[j], 6));
            nn_fail_hint(error, "`compile loss=mse` takes any values");
            status = NN_ARGUMENT;
            goto out;
        }
    }
out:
    nn_free(x);
    nn_free(values);
    return status;
}

/* Everything that the steps need. */
static enum nn_status plan(struct nn_trainer *trainer, struct nn_error *error)
{
    enum nn_status status;
    size_t floats;
    NN_TRY(nn_pass_new(trainer->net, trainer->batch_size, NN_PASS_PARAMETERS, 0, &trainer->pass,
                       error));
    NN_TRY(nn_targets_init(&trainer->targets, &trainer->objective, trainer->batch_size, error));
    NN_TRY(nn_tally_init(&trainer->tally, &trainer->objective, trainer->source.count, error));
    NN_TRY(nn_mix_init(&trainer->mix, trainer->source.augment, &trainer->objective,
                       &trainer->source.shape, trainer->batch_size, error));
    NN_TRY(nn_snapshot_init(&trainer->good, trainer->state, error));
    if (!nn_size_mul(trainer->batch_size, trainer->objective.width, &floats)) {
        status =
            nn_fail(error, NN_LIMIT, "a batch of %zu samples is too large", trainer->batch_size);
        goto out;
    }
    trainer->order = nn_calloc(trainer->source.count, sizeof *trainer->order);
    trainer->dz = nn_calloc_aligned(floats, sizeof *trainer->dz);
    if (!trainer->order || !trainer->dz)
        status = nn_fail_memory(error, trainer->source.count * sizeof *trainer->order);
out:
    return status;
}

static enum nn_status reserve_history(struct nn_trainer *trainer, struct nn_error *error)
{
    size_t epochs = RESERVED_EPOCHS, batches;
    if (trainer->options->epochs < epochs)
        epochs = (size_t)trainer->options->epochs;
    if (!nn_size_mul(epochs, trainer->batches, &batches) || batches > RESERVED_BATCHES)
        batches = RESERVED_BATCHES;
    return nn_history_reserve(trainer->history, trainer->columns, trainer->column_count, epochs,
                              batches, error);
}

/* The order of the samples in an epoch follows from the seed and the number of the epoch. */
static void order_samples(struct nn_trainer *trainer)
{
    for (size_t i = 0; i < trainer->source.count; i++)
        trainer->order[i] = i;
    if (trainer->options->shuffle) {
        struct nn_random random;
        nn_random_init(&random, trainer->options->seed, NN_STREAM_SHUFFLE,
                       (uint32_t)trainer->state->epoch);
        nn_random_shuffle(&random, trainer->order, trainer->source.count);
    }
}

/* That the run that the state holds can be finished with this data and recipe. */
static enum nn_status check_run(const struct nn_trainer *trainer, struct nn_error *error)
{
    const struct nn_run *run = trainer->run;
    if (run->samples != trainer->source.count)
        return nn_fail(error, NN_STATE,
                       "the interrupted training had %llu training samples, now there are %zu",
                       (unsigned long long)run->samples, trainer->source.count);
    if (!nn_fingerprint_match(&run->data, &trainer->data)) {
        nn_fail(error, NN_STATE,
                "the interrupted training had other training data: other samples, another split, "
                "order or scaling");
        nn_fail_hint(error, "the same data commands first; or `train epochs=...` begins anew");
        return NN_STATE;
    }
    if (run->sum_count != trainer->tally.count || run->batch >= trainer->batches ||
        run->epoch >= run->options.epochs)
        return nn_fail(
            error, NN_STATE,
            "the interrupted training does not fit these data: `train epochs=...` begins "
            "anew");
    return NN_OK;
}

/* From here on nothing fails: the state gets the new run, or the sums of the old one move over. */
static void enter_run(struct nn_trainer *trainer, const struct nn_train_options *options)
{
    struct nn_run *run = trainer->run;
    if (options) {
        nn_run_clear(run);
        *run = (struct nn_run){.active = true, .options = *options};
        run->samples = trainer->source.count;
        run->data = trainer->data;
        run->lowest = (double)NAN;
    } else {
        memcpy(trainer->tally.sums, run->sums, run->sum_count * sizeof *run->sums);
        nn_free(run->sums);
    }
    run->sums = trainer->tally.sums;
    run->sum_count = trainer->tally.count;
    trainer->options = &run->options;
    if (run->options.epochs == 0)
        run->active = false;
}

/* Early stopping goes on with what it has seen if the net was the last or the best one of it.
 * `fresh` has room for a snapshot. */
static void enter_watch(struct nn_trainer *trainer, struct nn_snapshot *fresh)
{
    struct nn_watch *watch = trainer->watch;
    size_t samples = trainer->validates ? trainer->evaluator.source.count : 0;
    if (!fresh->values) {
        nn_watch_clear(watch);
    } else if (watch->active && watch->samples == samples && watch->kept.count == fresh->count) {
        if (watch->at_best)
            nn_snapshot_swap(&watch->kept, trainer->net, trainer->state);
        watch->at_best = false;
    } else {
        nn_watch_clear(watch);
        *watch = (struct nn_watch){
            .active = true, .samples = samples, .best_loss = (double)NAN, .kept = *fresh};
        *fresh = (struct nn_snapshot){0};
    }
}

enum nn_status nn_trainer_new(struct nn_net *net, const struct nn_source *train,
                              const struct nn_source *validation, const struct nn_recipe *recipe,
                              struct nn_train_state *state, struct nn_history *history,
                              const struct nn_train_options *options, struct nn_trainer **result,
                              struct nn_error *error)
{
    enum nn_status status;
    bool fresh = false;
    struct nn_snapshot room = {0}; /* for early stopping */
    if (!options && !state->run.active)
        return nn_fail(error, NN_STATE,
                       "no training was interrupted: `train epochs=10` begins one");
    struct nn_trainer *trainer = nn_calloc(1, sizeof *trainer);
    if (!trainer)
        return nn_fail_memory(error, sizeof *trainer);
    *trainer = (struct nn_trainer){
        .net = net,
        .source = *train,
        .recipe = recipe,
        .state = state,
        .history = history,
        .options = options ? options : &state->run.options,
        .run = &state->run,
        .watch = &state->watch,
        .validates = validation != NULL,
        .lr = recipe->lr,
        .gradient_norm = (double)NAN,
    };
    NN_TRY(nn_objective_bind(&trainer->objective, recipe, net, train, error));
    NN_TRY(check_options(trainer, error));
    NN_TRY(check_targets(trainer, error));
    size_t batch = trainer->options->batch;
    trainer->batch_size = batch < train->count ? batch : train->count;
    trainer->batches = (train->count - 1) / trainer->batch_size + 1;
    if (state->params == 0) {
        NN_TRY(nn_train_state_init(state, net, recipe->optimizer, error));
        fresh = true;
    }
    NN_TRY(nn_train_state_check(state, net, recipe->optimizer, error));
    NN_TRY(plan(trainer, error));
    NN_TRY(nn_fingerprint_take(train, &trainer->data, error));
    if (!options)
        NN_TRY(check_run(trainer, error));
    if (validation)
        NN_TRY(nn_evaluator_init(&trainer->evaluator, net, validation, recipe, error));
    if (trainer->options->patience)
        NN_TRY(nn_snapshot_init(&room, state, error));
    name_columns(trainer);
    NN_TRY(reserve_history(trainer, error));
    enter_run(trainer, options);
    enter_watch(trainer, &room);
    nn_snapshot_take(&trainer->good, net, state);
    if (trainer->run->batch > 0)
        order_samples(trainer);
    trainer->made = true;
    *result = trainer;
    trainer = NULL;
out:
    nn_snapshot_clear(&room);
    nn_trainer_free(trainer);
    if (status != NN_OK && fresh)
        nn_train_state_clear(state);
    return status;
}

void nn_trainer_free(struct nn_trainer *trainer)
{
    if (!trainer)
        return;
    nn_pass_free(trainer->pass);
    nn_targets_clear(&trainer->targets);
    if (!trainer->made)
        nn_tally_clear(&trainer->tally);
    else if (!trainer->run->active)
        nn_run_clear(trainer->run);
    nn_evaluator_clear(&trainer->evaluator);
    nn_mix_clear(&trainer->mix);
    nn_snapshot_clear(&trainer->good);
    nn_meter_free(trainer->meter);
    nn_free(trainer->order);
    nn_free(trainer->dz);
    nn_free(trainer);
}

/* Brings the last good weights back and says what happened. `what` is "loss is nan", `first` the
 * layer where it began, or NULL. */
static enum nn_status diverge(struct nn_trainer *trainer, const char *what,
                              const struct nn_node *first, struct nn_error *error)
{
    char lr[NN_NUMBER_SIZE], back[64] = "weights from before this run";
    unsigned long long epoch = trainer->run->epoch + 1;
    nn_snapshot_restore(&trainer->good, trainer->net, trainer->state);
    if (trainer->run->epoch)
        snprintf(back, sizeof back, "weights of the end of epoch %llu", epoch - 1);
    nn_fail(error, NN_DIVERGED,
            "%s in epoch %llu, batch %zu (learning rate %s)%s%s%s: the %s are back", what, epoch,
            (size_t)trainer->run->batch + 1, nn_number_short(lr, trainer->lr, 6),
            first ? ", first in the output of " : "", first ? first->name : "",
            first && first->index == 0 ? " (the data)" : "", back);
    if (!first || !nn_broken_hint(first, error))
        nn_fail_hint(error, "a smaller lr=, clip=1, or `data scale standard`");
    return NN_DIVERGED;
}

static const char *number_text(double value)
{
    return isnan(value) ? "nan" : "inf";
}

static void begin_epoch(struct nn_trainer *trainer)
{
    order_samples(trainer);
    nn_tally_reset(&trainer->tally);
    trainer->seconds = trainer->trained = 0.0;
    trainer->epoch_ended = trainer->improved = false;
}

/* Forward and loss of the next batch; its gradient in dz. */
static enum nn_status run_forward(struct nn_trainer *trainer, struct nn_mean *loss,
                                  struct nn_error *error)
{
    size_t start = (size_t)trainer->run->batch * trainer->batch_size,
           left = trainer->source.count - start;
    size_t n = left < trainer->batch_size ? left : trainer->batch_size;
    struct nn_random random;
    enum nn_status status;
    NN_TRY(nn_targets_fetch(&trainer->targets, &trainer->objective, &trainer->source,
                            trainer->order + start, n, nn_pass_input(trainer->pass), error));
    nn_mix_batch(&trainer->mix, trainer->source.augment, &trainer->objective,
                 &trainer->source.shape, trainer->options->seed, trainer->state->step, n,
                 &trainer->targets, nn_pass_input(trainer->pass));
    nn_random_init(&random, trainer->options->seed, NN_STREAM_DROPOUT,
                   (uint32_t)trainer->state->step);
    nn_pass_forward(trainer->pass, n, &random);
    *loss = nn_mix_loss(&trainer->mix, &trainer->targets, &trainer->objective, trainer->pass,
                        trainer->dz);
    if (!isfinite(loss->value)) {
        char what[32];
        snprintf(what, sizeof what, "loss is %s", number_text(loss->value));
        status = diverge(trainer, what, nn_first_broken(trainer->pass), error);
    }
out:
    return status;
}

/* Gradients of the batch, clipped. */
static enum nn_status run_backward(struct nn_trainer *trainer, struct nn_error *error)
{
    struct nn_walk walk = {
        .from = trainer->objective.node, .seed = trainer->dz, .to = -1, .parameters = true};
    enum nn_status status;
    NN_TRY(nn_pass_backward(trainer->pass, &walk, error));
    nn_regularize_gradients(trainer->pass, &trainer->recipe->regularizer_args);
    trainer->gradient_norm = nn_step_gradient_norm(trainer->pass);
    if (!isfinite(trainer->gradient_norm)) {
        status = diverge(trainer, "a gradient is not finite", NULL, error);
        goto out;
    }
    if (trainer->options->clip_value > 0.0)
        nn_step_clip_values(trainer->pass, trainer->options->clip_value);
    if (trainer->options->clip > 0.0)
        nn_step_clip(trainer->pass, trainer->gradient_norm, trainer->options->clip);
out:
    return status;
}

static double begin_measuring(struct nn_trainer *trainer)
{
    trainer->measured = false;
    if (!trainer->meter)
        return 0.0;
    double now = nn_clock();
    trainer->measured = now >= trainer->measure_next;
    if (trainer->measured)
        nn_meter_before(trainer->meter);
    return nn_clock() - now;
}

static void end_measuring(struct nn_trainer *trainer, double spent)
{
    if (!trainer->measured)
        return;
    double now = nn_clock();
    nn_meter_after(trainer->meter, trainer->pass);
    double end = nn_clock(), rest = (spent + end - now) * 100;
    trainer->measure_next = end + (rest > 0.25 ? rest : 0.25);
}

/* The optimizer's step. */
static void update(struct nn_trainer *trainer)
{
    double spent = begin_measuring(trainer);
    nn_step_apply(trainer->net, trainer->pass, trainer->recipe, trainer->state, trainer->lr);
    nn_regularize_weights(trainer->net, &trainer->recipe->regularizer_args);
    end_measuring(trainer, spent);
}

enum nn_status nn_trainer_measure(struct nn_trainer *trainer, struct nn_error *error)
{
    return trainer->meter ? NN_OK : nn_meter_new(trainer->net, &trainer->meter, error);
}

const struct nn_layer_health *nn_trainer_layers(const struct nn_trainer *trainer)
{
    return trainer->measured ? nn_meter_layers(trainer->meter) : NULL;
}

static enum nn_status train_batch(struct nn_trainer *trainer, struct nn_error *error)
{
    double started = nn_clock();
    trainer->lr = learning_rate(trainer);
    struct nn_mean loss;
    enum nn_status status;
    NN_TRY(run_forward(trainer, &loss, error));
    NN_TRY(run_backward(trainer, error));
    update(trainer);
    nn_tally_add(&trainer->tally, &trainer->objective, &trainer->targets, trainer->pass, loss);
    trainer->run->batch++;
    trainer->trained += (double)nn_pass_batch(trainer->pass);
    trainer->seconds += nn_clock() - started;
    NN_TRY(nn_history_add_batch(trainer->history, (float)loss.value, error));
out:
    return status;
}

static enum nn_status check_weights(struct nn_trainer *trainer, struct nn_error *error)
{
    for (int i = 0; i < trainer->net->count; i++) {
        const struct nn_node *node = trainer->net->nodes[i];
        for (int p = 0; p < node->param_count; p++)
            if (!nn_all_finite(node->params[p].value.data,
                               nn_shape_size(&node->params[p].spec.shape))) {
                char what[NN_NAME_SIZE + 64];
                trainer->run->batch--; /* the message counts the batch that did it */
                snprintf(what, sizeof what, "%s of %s is not finite", node->params[p].spec.name,
                         node->name);
                return diverge(trainer, what, NULL, error);
            }
    }
    return NN_OK;
}

/* Early stopping (Prechelt 1998, "Early stopping - but when?", as Keras' EarlyStopping). */
static void wait_for_better(struct nn_trainer *trainer, double loss)
{
    struct nn_watch *watch = trainer->watch;
    if (loss < watch->best_loss || (isnan(watch->best_loss) && !isnan(loss))) {
        watch->best_loss = loss;
        watch->waited = 0;
        nn_snapshot_take(&watch->kept, trainer->net, trainer->state);
    } else if (++watch->waited >= trainer->options->patience) {
        trainer->stopped_early = true;
        trainer->run->active = false;
    }
}

/* The best net for whoever uses it now; a run that ended by its epochs can be gone on with. */
static void end_run(struct nn_trainer *trainer)
{
    struct nn_watch *watch = trainer->watch;
    if (!watch->active)
        return;
    if (!isnan(watch->best_loss)) {
        nn_snapshot_swap(&watch->kept, trainer->net, trainer->state);
        watch->at_best = true;
    }
    if (trainer->stopped_early)
        nn_watch_clear(watch);
}

static void observe(struct nn_trainer *trainer, double loss)
{
    const struct nn_schedule_class *schedule = trainer->recipe->schedule;
    struct nn_schedule_call call = schedule_call(trainer);
    if (schedule && schedule->observe)
        schedule->observe(&call, loss, trainer->state->schedule);
}

static enum nn_status end_epoch(struct nn_trainer *trainer, struct nn_error *error)
{
    double row[MAX_COLUMNS];
    size_t figures = 1 + (size_t)trainer->recipe->metric_count;
    enum nn_status status;
    NN_TRY(check_weights(trainer, error));
    nn_tally_values(&trainer->tally, row);
    if (trainer->validates)
        NN_TRY(nn_evaluator_run(&trainer->evaluator, row + figures, NULL, error));
    row[trainer->column_count - 1] = trainer->lr;
    NN_TRY(nn_history_add_epoch(trainer->history, trainer->columns, row, trainer->column_count,
                                error));
    double watched = trainer->validates ? row[figures] : row[0];
    observe(trainer, watched);
    trainer->improved = watched < trainer->run->lowest || isnan(trainer->run->lowest);
    if (trainer->improved)
        trainer->run->lowest = watched;
    trainer->state->epoch++;
    trainer->run->epoch++;
    trainer->run->batch = 0;
    trainer->epoch_ended = true;
    trainer->run->active = trainer->run->epoch < trainer->options->epochs;
    nn_snapshot_take(&trainer->good, trainer->net, trainer->state);
    if (trainer->watch->active)
        wait_for_better(trainer, watched);
    if (!trainer->run->active)
        end_run(trainer);
out:
    return status;
}

enum nn_status nn_trainer_step(struct nn_trainer *trainer, bool *finished, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (trainer->run->active) {
        if (trainer->run->batch == 0)
            begin_epoch(trainer);
        NN_TRY(train_batch(trainer, error));
        if (trainer->run->batch == trainer->batches)
            NN_TRY(end_epoch(trainer, error));
    }
    *finished = !trainer->run->active;
out:
    if (status != NN_OK)
        trainer->run->active = false;
    return status;
}

void nn_trainer_progress(const struct nn_trainer *trainer, struct nn_train_progress *progress)
{
    const double *sums = trainer->tally.sums;
    bool classes = trainer->objective.classes > 0 && sums[NN_TALLY_SAMPLES] > 0.0;
    *progress = (struct nn_train_progress){
        .epoch = trainer->run->epoch + (trainer->epoch_ended ? 0 : 1),
        .epochs = trainer->options->epochs,
        .batch = trainer->epoch_ended ? trainer->batches : (size_t)trainer->run->batch,
        .batches = trainer->batches,
        .loss = nn_tally_loss(&trainer->tally),
        .accuracy = classes ? sums[NN_TALLY_CORRECT] / sums[NN_TALLY_SAMPLES] : (double)NAN,
        .samples_per_second = trainer->seconds > 0.0 ? trainer->trained / trainer->seconds : 0.0,
        .gradient_norm = trainer->gradient_norm,
        .epoch_ended = trainer->epoch_ended,
        .improved = trainer->improved,
        .stopped_early = trainer->stopped_early,
    };
}
