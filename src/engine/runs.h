/* Runs: the trainings of a session, and curves read from logs, kept for comparison.
 *
 * Ownership: nn_runs owns its records. The oldest is dropped when there is no room for another.
 * Threads:   one user.
 */
#ifndef NN_ENGINE_RUNS_H
#define NN_ENGINE_RUNS_H

#include "engine/trainer.h"

#define NN_MAX_RUNS 64

struct nn_run_record {
    char name[64]; /* "r3", or the file's; safe */
    char data[64]; /* safe; "" unknown, as for the others */
    char loss[32], optimizer[32];
    double lr;                 /* at the start; NaN: unknown */
    size_t batch, parameters;  /* 0: unknown */
    size_t first_epoch;        /* epochs that the net had been trained before */
    double seconds;            /* NaN: unknown */
    char note[64];             /* "stopped", "diverged" ...; "" */
    bool running;              /* its curves are still those of the training */
    struct nn_history history; /* its epochs alone */
};

struct nn_runs {
    struct nn_run_record *items[NN_MAX_RUNS];
    size_t count;
    size_t numbered; /* trainings so far, for names */
};
void nn_runs_clear(struct nn_runs *runs);
/* Adds an empty record. Borrowed until it is dropped. */
enum nn_status nn_runs_add(struct nn_runs *runs, struct nn_run_record **record,
                           struct nn_error *error);
void nn_runs_remove(struct nn_runs *runs, size_t index);
/* Index by name, or by the number that `runs` prints; -1 if there is none. */
long nn_runs_find(const struct nn_runs *runs, const char *name);
/* Copies the epochs [from, end) of a history into the record's, replacing them. */
enum nn_status nn_run_take(struct nn_run_record *record, const struct nn_history *history,
                           size_t from, struct nn_error *error);
/* A value of the last epoch, and the lowest of all; NaN if there is no such column. */
double nn_run_last(const struct nn_history *history, const char *column);
double nn_run_lowest(const struct nn_history *history, const char *column);
/* The first metric: a column that is neither the loss, a rate, nor of validation; NULL: none. */
const char *nn_run_metric(const struct nn_history *history);

#endif
