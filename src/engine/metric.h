/* Metrics over a whole split: one file in metrics/ with one `const struct nn_metric_class`; and the
 * confusion matrix. Accumulated in double or integers over batches, so they do not depend on the
 * batch size. */
#ifndef NN_ENGINE_METRIC_H
#define NN_ENGINE_METRIC_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nn_metric_batch {
    size_t batch, width;
    const float *y;         /* outputs of the net, [batch, width] */
    const int32_t *classes; /* [batch], or NULL for regression */
    const float *values;    /* [batch, width] targets as the loss sees them, or NULL */
    bool logits;            /* outputs are logits (net without softmax or sigmoid) */
};

struct nn_metric_class {
    const char *name;
    const char *summary;
    const char *source;
    bool classification; /* needs classes (else values) */
    bool higher_is_better;
    size_t state; /* doubles that accumulate */
    void (*add)(double *state, const struct nn_metric_batch *batch);
    double (*value)(const double *state);
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
