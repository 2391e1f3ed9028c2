/* Explanation: one request of `explain`, `trust` or `compare`: arguments, samples, baseline and
 * targets, made from the words of a command so that it can run as a job.
 *
 * Ownership: nn_explanation_free; the net and the data are the session's and must stay meanwhile.
 * Errors:    NN_SYNTAX for words, else as nn_subject_*.
 */
#ifndef NN_COMMAND_EXPLANATION_H
#define NN_COMMAND_EXPLANATION_H

#include "command/command.h"
#include "command/subject.h"
#include "explain/explain.h"

/* The arguments that all methods share. */
enum nn_explain_arg {
    NN_EXPLAIN_ARG_METHOD,
    NN_EXPLAIN_ARG_SAMPLE,
    NN_EXPLAIN_ARG_SPLIT,
    NN_EXPLAIN_ARG_TARGET,
    NN_EXPLAIN_ARG_LAYER,
    NN_EXPLAIN_ARG_BASELINE,
    NN_EXPLAIN_ARG_SEED,
    NN_EXPLAIN_ARG_TRUST,
    NN_EXPLAIN_ARG_OUT
};
extern const struct nn_arg_spec nn_explain_args[];

/* All that one explanation needs, so that it can run in the background. */
struct nn_explanation {
    struct nn_args args, own; /* all of the command; of the method */
    struct nn_arena arena;    /* holds the specs of args */
    const struct nn_method *method;
    struct nn_subject subject;
    float *baseline, *background;
    int32_t *targets;
    const unsigned char *mask; /* of the (first) sample, where its class is decided; NULL: none */
    char class_name[32]; /* the session's, when no target is given */
    struct nn_explain_request request;
    struct nn_result *result;
};

/* The specs of a method's command, for parsing, help and completion; NULL when the first word is no
 * method. */
const struct nn_arg_spec *nn_explain_specs(const struct nn_word *words, size_t count,
                                           struct nn_arena *arena);
/* From the words "METHOD key=value ..." to a request that is ready to run. */
enum nn_status nn_explanation_new(struct nn_session *session, const struct nn_word *words,
                                  size_t count, struct nn_explanation **explanation,
                                  struct nn_error *error);
void nn_explanation_free(void *explanation);
/* Which figures of trust to measure for the map of a single sample: all, or the costly ones only
 * if nn_trust_cost says that they take no time, or only the cheap ones. */
enum nn_trust_when { NN_TRUST_AUTO, NN_TRUST_YES, NN_TRUST_NO };
/* The work of a job: the map, and beside it how far to trust it. */
enum nn_status nn_explanation_run(struct nn_explanation *explanation, enum nn_trust_when when,
                                  struct nn_progress *progress, struct nn_error *error);
/* Title, split, sample and feature names of the result. */
enum nn_status nn_explanation_name(const struct nn_explanation *explanation,
                                   struct nn_error *error);

#endif
