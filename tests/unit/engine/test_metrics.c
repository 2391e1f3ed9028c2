/* Metrics and the confusion matrix. */
#include "base/random.h"
#include "engine/metric.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { SAMPLES = 41, MOST_STATE = 64 };

Test(metrics, predicted_class)
{
    cr_assert(nn_predicted_class((float[]){0.1f, 0.7f, 0.2f}, 3, false) == 1);
    cr_assert(nn_predicted_class((float[]){0.4f, 0.4f, 0.2f}, 3, false) == 0);
    cr_assert(nn_predicted_class((float[]){0.5f}, 1, false) == 1);
    cr_assert(nn_predicted_class((float[]){0.49f}, 1, false) == 0);
    cr_assert(nn_predicted_class((float[]){0.0f}, 1, true) == 1);
    cr_assert(nn_predicted_class((float[]){-0.1f}, 1, true) == 0);
    cr_assert(nn_predicted_class((float[]){NAN, NAN}, 2, true) == 0);
}

static double measure(const char *name, struct nn_metric_batch whole, size_t step)
{
    const struct nn_metric_class *metric = nn_metric_find(name);
    double state[MOST_STATE] = {0};
    cr_assert(metric->state <= MOST_STATE);
    for (size_t start = 0; start < whole.batch; start += step) {
        struct nn_metric_batch part = whole;
        part.batch = start + step < whole.batch ? step : whole.batch - start;
        part.y += start * whole.width;
        part.classes = whole.classes ? whole.classes + start : NULL;
        part.values = whole.values ? whole.values + start * whole.width : NULL;
        metric->add(state, &part);
    }
    return metric->value(state);
}

Test(metrics, do_not_depend_on_the_batch_size)
{
    float y[SAMPLES * 3], values[SAMPLES * 3];
    int32_t classes[SAMPLES];
    struct nn_random random;
    nn_random_init(&random, 11, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < SAMPLES * 3; i++) {
        y[i] = nn_random_float(&random);
        values[i] = nn_random_float(&random);
    }
    for (size_t i = 0; i < SAMPLES; i++)
        classes[i] = (int32_t)nn_random_below(&random, 3);
    struct nn_metric_batch whole = {
        .batch = SAMPLES, .width = 3, .y = y, .classes = classes, .values = values};
    for (size_t m = 0; m < nn_metric_count; m++) {
        double value = measure(nn_metrics[m]->name, whole, SAMPLES);
        cr_assert(isfinite(value), "%s", nn_metrics[m]->name);
        for (size_t step = 1; step < SAMPLES; step += 3)
            cr_assert(fabs(measure(nn_metrics[m]->name, whole, step) - value) < 1e-12, "%s",
                      nn_metrics[m]->name);
    }
}

Test(metrics, values)
{
    float y[] = {0.2f, 0.8f, 0.6f, 0.4f}, t[] = {0.0f, 1.0f, 0.0f, 1.0f};
    struct nn_metric_batch pairs = {
        .batch = 2, .width = 2, .y = y, .classes = (int32_t[]){1, 1}, .values = t};
    cr_assert(measure("accuracy", pairs, 2) == 0.5);
    cr_assert(fabs(measure("mse", pairs, 2) - 0.2) < 1e-7);
    struct nn_metric_batch single = {
        .batch = 4, .width = 1, .y = y, .classes = (int32_t[]){0, 1, 0, 0}};
    cr_assert(measure("accuracy", single, 4) == 0.75);
    single.logits = true;
    cr_assert(measure("accuracy", single, 4) == 0.25);
}

Test(metrics, registry)
{
    for (size_t i = 0; i < nn_metric_count; i++) {
        double none[MOST_STATE] = {0};
        cr_assert(nn_metric_find(nn_metrics[i]->name) == nn_metrics[i]);
        cr_assert(strlen(nn_metrics[i]->name) < 32 - sizeof "val_", "too long for the history");
        cr_assert(isnan(nn_metrics[i]->value(none)), "%s of nothing", nn_metrics[i]->name);
    }
    cr_assert(nn_metric_find("nonsense") == NULL);
}

Test(metrics, confusion)
{
    struct nn_confusion confusion;
    struct nn_error error = {0};
    cr_assert(nn_confusion_init(&confusion, SIZE_MAX / 2, &error) == NN_LIMIT);
    cr_assert(nn_confusion_init(&confusion, 3, &error) == NN_OK);
    nn_confusion_add(&confusion, 0, 0);
    nn_confusion_add(&confusion, 2, 1);
    nn_confusion_add(&confusion, 2, 1);
    nn_confusion_add(&confusion, 3, 0);
    nn_confusion_add(&confusion, 0, -1);
    cr_assert(confusion.counts[0] == 1 && confusion.counts[2 * 3 + 1] == 2);
    uint64_t sum = 0;
    for (size_t i = 0; i < 9; i++)
        sum += confusion.counts[i];
    cr_assert(sum == 3);
    nn_confusion_clear(&confusion);
}
