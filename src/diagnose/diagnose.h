/* Diagnose: why a net does not learn. Evidence is measured on the net and its data (evidence.h),
 * then each check looks at it: one file in checks/ with one `const struct nn_check`.
 *
 * A finding carries the figure it rests on, and where a command mends it, that command; a mend that
 * can be tried has been tried on a copy, and `proof` says what came of it. Nothing of the caller's
 * is changed.
 *
 * Ownership: a diagnosis is a plain value but for its layers (nn_diagnosis_clear).
 * Threads:   any; reads what the request borrows.
 * Cost:      a few passes over the probe samples; with trials also some hundred training steps.
 */
#ifndef NN_DIAGNOSE_DIAGNOSE_H
#define NN_DIAGNOSE_DIAGNOSE_H

#include "diagnose/evidence.h"

enum nn_verdict { NN_VERDICT_OK, NN_VERDICT_WARN, NN_VERDICT_FAIL, NN_VERDICT_SKIPPED };
extern const char *const nn_verdict_names[]; /* ok warn fail - */

struct nn_finding {
    const struct nn_check *check;
    enum nn_verdict verdict;
    double figure;   /* NaN: none */
    char text[160];  /* what was found, with its numbers; safe */
    char mend[160];  /* the command that mends it; "": none known */
    char proof[160]; /* what trying the mend on a copy gave; "": not tried */
};

/* What a check cannot do without; it is skipped, and its finding says so. */
enum nn_check_needs { NN_NEEDS_DATA, NN_NEEDS_NET, NN_NEEDS_RECIPE, NN_NEEDS_TRIALS };

struct nn_check {
    const char *name;    /* "dead_units" */
    const char *summary; /* what it looks at, with its limits; one line */
    const char *why;     /* what it means for training; a few sentences */
    const char *source;  /* where the rule comes from */
    enum nn_check_needs needs;
    /* Fills the finding, whose verdict is SKIPPED beforehand; leaves it so, with the reason as its
     * text, where it does not apply. */
    void (*run)(const struct nn_evidence *evidence, struct nn_finding *finding);
};
extern const struct nn_check *const nn_checks[]; /* data, then net, then training */
extern const size_t nn_check_count;

#define NN_MAX_FINDINGS 32

struct nn_diagnosis {
    struct nn_finding findings[NN_MAX_FINDINGS]; /* in the order of nn_checks */
    size_t count;
    size_t warnings, failures;
    struct nn_layer_health *layers; /* [layer_count], of every node */
    char (*names)[NN_NAME_SIZE];    /* of the nodes */
    size_t layer_count;
    double rates[NN_TRIAL_RATES], rate_losses[NN_TRIAL_RATES]; /* of the trials; NaN: not run */
};
void nn_diagnosis_clear(struct nn_diagnosis *diagnosis);

/* NN_CANCELLED when the progress says so; NN_SHAPE, NN_ARGUMENT when net, data and recipe do not
 * fit. A training that diverges is a finding, not an error. */
enum nn_status nn_diagnose(const struct nn_diagnose_request *request,
                           struct nn_diagnosis *diagnosis, struct nn_error *error);

/* For checks: verdict, figure and text of a finding at once. */
void nn_finding_set(struct nn_finding *finding, enum nn_verdict verdict, double figure,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* OK below `warn`, WARN from there, FAIL from `fail`. */
enum nn_verdict nn_verdict_of(double figure, double warn, double fail);
/* Its text where a check does not apply. */
void nn_finding_skip(struct nn_finding *finding, const char *reason);

#endif
