/* Trainer: net + source of batches + loss + optimizer + random state + history. One call trains one
 * batch; a run can be stopped at any batch and goes on later.
 *
 * Determinism: same build, seed and kernel set give bit-identical weights for any number of
 * threads. Ownership: the trainer owns its passes; it borrows the recipe and the sources, and the
 * net, the state and the history, which it changes. Errors:    NN_DIVERGED when a loss is not
 * finite: the message names epoch and batch, and the weights of the end of the last good epoch are
 * back in the net.
 */
#ifndef NN_ENGINE_TRAINER_H
#define NN_ENGINE_TRAINER_H

#include "engine/augment.h"
#include "engine/fingerprint.h"
#include "engine/loss.h"
#include "engine/metric.h"
#include "engine/optimizer.h"
#include "engine/pass.h"
#include "engine/schedule.h"
#include "engine/source.h"

#define NN_MAX_METRICS 16

/* What `compile` sets; owned by the session, saved with the model. */
struct nn_recipe {
    const struct nn_loss_class *loss;
    struct nn_args loss_args;
    const struct nn_optimizer_class *optimizer;
    struct nn_args optimizer_args;
    double lr;
    const struct nn_schedule_class *schedule; /* NULL: constant */
    struct nn_args schedule_args;
    struct nn_args regularizer_args; /* nn_regularizer_args */
    const struct nn_metric_class *metrics[NN_MAX_METRICS];
    struct nn_args metric_args[NN_MAX_METRICS];
    int metric_count;
};
/* A loss and an optimizer with their defaults, constant rate, without metrics. Gives *recipe. */
enum nn_status nn_recipe_default(struct nn_recipe *recipe, const struct nn_loss_class *loss,
                                 const struct nn_optimizer_class *optimizer,
                                 struct nn_error *error);
/* Adds a metric with its defaults; NN_LIMIT when there are NN_MAX_METRICS. */
enum nn_status nn_recipe_add_metric(struct nn_recipe *recipe, const struct nn_metric_class *metric,
                                    struct nn_error *error);
void nn_recipe_clear(struct nn_recipe *recipe);
enum nn_status nn_recipe_copy(struct nn_recipe *to, const struct nn_recipe *from,
                              struct nn_error *error);

/* Turns class_weights=balanced into numbers: n / (K n[k]) for n samples of K classes, counted in
 * the source; 1 for classes without samples. No effect without it. NN_ARGUMENT without classes. */
enum nn_status nn_recipe_balance(struct nn_recipe *recipe, const struct nn_source *source,
                                 struct nn_error *error);

/* Checks that loss, metrics, net and data fit together; message says which shapes. */
enum nn_status nn_recipe_check(const struct nn_recipe *recipe, const struct nn_net *net,
                               const struct nn_source *source, struct nn_error *error);

/* History: one row per epoch; columns by name ("loss", "accuracy", "val_loss", "val_accuracy",
 * "lr"), and the loss of every batch for the live plot. */
struct nn_history {
    char (*names)[32];
    size_t columns;
    double *rows; /* [epochs, columns]; NaN where absent */
    size_t epochs;
    float *batch_loss; /* of every batch, all runs */
    size_t batches, batch_capacity, epoch_capacity;
};
void nn_history_init(struct nn_history *history);
void nn_history_clear(struct nn_history *history);
enum nn_status nn_history_copy(struct nn_history *to, const struct nn_history *from,
                               struct nn_error *error);
/* Column index by name, -1 if absent. */
int nn_history_column(const struct nn_history *history, const char *name);
/* Makes room for a run in advance, so that adding its rows allocates nothing. */
enum nn_status nn_history_reserve(struct nn_history *history, const char *const *names,
                                  size_t count, size_t epochs, size_t batches,
                                  struct nn_error *error);
/* Names not seen before become new columns, NaN in the rows before. */
enum nn_status nn_history_add_epoch(struct nn_history *history, const char *const *names,
                                    const double *values, size_t count, struct nn_error *error);
enum nn_status nn_history_add_batch(struct nn_history *history, float loss, struct nn_error *error);

struct nn_train_options {
    uint64_t epochs; /* how many more */
    size_t batch;
    uint64_t seed;
    bool shuffle;
    uint64_t patience; /* 0: none; else stop after so many epochs without a better validation loss,
                          and restore the best weights */
    double clip;       /* largest norm of the whole gradient; 0: none */
    double clip_value; /* and of each entry of it; 0: none */
    char augment[NN_AUGMENT_TEXT]; /* nn_augment_text of the source; only kept */
    double held_out; /* share of the training data that the caller has held out; only kept */
};

/* A run: where it stands, so that it can be interrupted after any batch and finished later. */
struct nn_run {
    bool active; /* it is not finished */
    struct nn_train_options options;
    uint64_t samples; /* of its training data */
    struct nn_fingerprint data;
    uint64_t epoch; /* epochs of it that are done */
    uint64_t batch; /* batches done of the epoch after them */
    double lowest;  /* watched loss of its epochs: that of validation, else training; NaN: none */
    double *sums;   /* of nn_tally over these batches */
    size_t sum_count;
};

/* Parameters and optimizer state of one moment. */
struct nn_snapshot {
    float *values; /* [count]: parameters and slots in the order of nn_net_param */
    size_t count;
    uint64_t step;
    double product;
};

/* Early stopping, over any number of runs with patience: the net of the best epoch is kept beside
 * that of the last one. A run that ends leaves the best in the net; the next one swaps them back
 * and goes on. */
struct nn_watch {
    bool active;
    uint64_t samples; /* of the validation data */
    double best_loss; /* NaN: none yet */
    uint64_t waited;  /* epochs since then */
    bool at_best;     /* the net is the best one and `kept` the last; else the other way round */
    struct nn_snapshot kept;
};

/* Optimizer state, counters and whatever else outlives a run: saved with the model, so that a later
 * `train` goes on where the last one ended, to the bit. */
struct nn_train_state {
    float **slots;  /* [params * NN_MAX_SLOTS], in nn_net_param order; NULL where unused */
    size_t *sizes;  /* floats in each parameter */
    size_t params;  /* number of parameters of the net it belongs to; 0 = none yet */
    uint64_t step;  /* optimizer steps done */
    double product; /* of the optimizer's factors of these steps; 1 at the start */
    double schedule[NN_SCHEDULE_STATE]; /* the schedule's state */
    uint64_t epoch;                     /* epochs done over all runs */
    struct nn_run run;
    struct nn_watch watch;
};
void nn_train_state_clear(struct nn_train_state *state);
enum nn_status nn_train_state_init(struct nn_train_state *state, const struct nn_net *net,
                                   const struct nn_optimizer_class *optimizer,
                                   struct nn_error *error);

struct nn_trainer;
enum nn_status nn_trainer_new(struct nn_net *net, const struct nn_source *train,
                              const struct nn_source *validation /* or NULL */,
                              const struct nn_recipe *recipe, struct nn_train_state *state,
                              struct nn_history *history,
                              const struct nn_train_options *options /* NULL: the state's run */,
                              struct nn_trainer **trainer, struct nn_error *error);
void nn_trainer_free(struct nn_trainer *trainer);

/* After any step the state and the net hold all that is needed to go on: state->run says where. It
 * is no longer active once the run has ended or failed. */

/* Trains one batch; at the last batch of an epoch also evaluates and adds the epoch to the history.
 * *finished: all epochs are done (or patience ended it). After an error or a stop the net holds
 * usable weights. */
enum nn_status nn_trainer_step(struct nn_trainer *trainer, bool *finished, struct nn_error *error);

/* Has the trainer look now and then at its layers (health.h): at most four times a second, and so
 * seldom that it takes less than a hundredth of the time. Nothing of the training changes. */
struct nn_layer_health;
enum nn_status nn_trainer_measure(struct nn_trainer *trainer, struct nn_error *error);
/* Their figures [net->count] if the last step was looked at, else NULL. Borrowed until the next
 * step. */
const struct nn_layer_health *nn_trainer_layers(const struct nn_trainer *trainer);

struct nn_train_progress {
    uint64_t epoch, epochs; /* of this run, epoch from 1 */
    size_t batch, batches;  /* of this epoch, batch from 1 = the last one done */
    double loss;            /* mean over the epoch so far */
    double accuracy;        /* running, NaN for regression */
    double samples_per_second;
    double gradient_norm; /* of the last batch */
    bool epoch_ended;     /* the last step ended an epoch: its figures are in the history */
    bool improved;        /* and its validation (else training) loss is the lowest of this run */
    bool stopped_early;
};
void nn_trainer_progress(const struct nn_trainer *trainer, struct nn_train_progress *progress);

/* Loss and metrics of a source, in inference mode, batch by batch. values[0] is the loss, then the
 * recipe's metrics. confusion may be NULL; it must have been initialised with source->classes. */
enum nn_status nn_evaluate(const struct nn_net *net, const struct nn_source *source,
                           const struct nn_recipe *recipe, double values[1 + NN_MAX_METRICS],
                           struct nn_confusion *confusion, struct nn_error *error);
/* The same, but NN_STATE with the sample and the layer where an answer is not a number. */
enum nn_status nn_evaluate_numbers(const struct nn_net *net, const struct nn_source *source,
                                   const struct nn_recipe *recipe,
                                   double values[1 + NN_MAX_METRICS],
                                   struct nn_confusion *confusion, struct nn_error *error);
/* Outputs of `count` samples of a source: out [count, output size]. */
enum nn_status nn_predict(const struct nn_net *net, const struct nn_source *source,
                          const size_t *index, size_t count, float *out, struct nn_error *error);

#endif
