/* The metrics, from the list of sources. */
#include "engine/metric.h"

#include <string.h>

#define NN_METRIC(class) extern const struct nn_metric_class class;
#include "engine/metrics.def"
#undef NN_METRIC

const struct nn_metric_class *const nn_metrics[] = {
#define NN_METRIC(class) &class,
#include "engine/metrics.def"
#undef NN_METRIC
};
const size_t nn_metric_count = sizeof nn_metrics / sizeof *nn_metrics;

const struct nn_metric_class *nn_metric_find(const char *name)
{
    for (size_t i = 0; i < nn_metric_count; i++)
        if (strcmp(nn_metrics[i]->name, name) == 0)
            return nn_metrics[i];
    return NULL;
}
