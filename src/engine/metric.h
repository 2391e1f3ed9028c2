/* Metrics over a whole split: one file in metrics/ with one `const struct nn_metric_class`; and the
 * confusion matrix. Accumulated in double or integers over batches, so they do not depend on the
 * batch size. A metric that needs all scores keeps them: room for all is made beforehand. */
#ifndef NN_ENGINE_METRIC_H
#define NN_ENGINE_METRIC_H

#include "base/args.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is measured; known before the first batch. */
struct nn_metric_scope {
    size_t width;   /* outputs of the net */
    size_t classes; /* of the data, 0 for regression */
    size_t samples; /* of the whole split */
    bool logits;    /* outputs are logits (net without softmax or sigmoid) */
    const struct nn_args *args;
};

struct nn_metric_batch {
    size_t batch;
    const float *y;         /* outputs of the net, [batch, width] */
    const int32_t *classes; /* [batch], or NULL for regression */
    const float *values;    /* [batch, width] targets as the loss sees them, or NULL */
};

struct nn_metric_class {
    const char *name;
    const char *summary;
    const char *formula;
    const char *source;
    const struct nn_arg_spec *args; /* NULL: none */
    bool classification;            /* needs classes (else values) */
    bool higher_is_better;
    /* Doubles that accumulate, all 0 at the start; SIZE_MAX when there are too many to count. */
    size_t (*state)(const struct nn_metric_scope *scope);
    void (*add)(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch);
    /* NaN without samples. May use state as work space, and gives the same again. */
    double (*value)(double *state, const struct nn_metric_scope *scope);
};

extern const struct nn_metric_class *const nn_metrics[];
extern const size_t nn_metric_count;
const struct nn_metric_class *nn_metric_find(const char *name);

/* The class that an output names: the largest (the first of equals), or for one output whether it
 * is at least one half (logits: at least 0). */
int32_t nn_predicted_class(const float *y, size_t width, bool logits);

/* Counts [classes, classes], rows true, columns predicted. */
struct nn_confusion {
    size_t classes;
    uint64_t *counts;
};
enum nn_status nn_confusion_init(struct nn_confusion *confusion, size_t classes,
                                 struct nn_error *error);
void nn_confusion_clear(struct nn_confusion *confusion);
void nn_confusion_add(struct nn_confusion *confusion, int32_t truth, int32_t predicted);

#endif
