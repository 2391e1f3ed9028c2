/* Metrics and the confusion matrix. */
#include "base/random.h"
#include "engine/metric.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { SAMPLES = 41, MOST_STATE = 1024 };

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

static struct nn_args default_args(const struct nn_metric_class *metric)
{
    static const struct nn_arg_spec none[] = {{.name = NULL}};
    struct nn_args args;
    cr_assert(nn_args_default(&args, metric->args ? metric->args : none, NULL) == NN_OK);
    return args;
}

/* Everything that is measured, in batches of `step`, with one argument key=value or NULL. */
struct measured {
    struct nn_metric_batch whole;
    size_t width, classes;
    bool logits;
    const char *key, *value;
};

static double measure_by(const char *name, const struct measured *m, size_t step)
{
    const struct nn_metric_class *metric = nn_metric_find(name);
    double state[MOST_STATE] = {0};
    struct nn_args args = default_args(metric);
    if (m->key)
        cr_assert(nn_args_set(&args, m->key, m->value, name, NULL) == NN_OK);
    struct nn_metric_scope scope = {.width = m->width,
                                    .classes = m->classes,
                                    .samples = m->whole.batch,
                                    .logits = m->logits,
                                    .args = &args};
    cr_assert(metric->state(&scope) <= MOST_STATE, "%s: %zu", name, metric->state(&scope));
    for (size_t start = 0; start < m->whole.batch; start += step) {
        struct nn_metric_batch part = m->whole;
        part.batch = start + step < m->whole.batch ? step : m->whole.batch - start;
        part.y += start * m->width;
        part.classes = part.classes ? part.classes + start : NULL;
        part.values = part.values ? part.values + start * m->width : NULL;
        metric->add(state, &scope, &part);
    }
    double value = metric->value(state, &scope);
    double again = metric->value(state, &scope);
    cr_assert(value == again || (isnan(value) && isnan(again)), "%s changes", name);
    nn_args_clear(&args);
    return value;
}

static double measure(const char *name, const struct measured *m)
{
    return measure_by(name, m, m->whole.batch);
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
    struct measured m = {.whole = {.batch = SAMPLES, .y = y, .classes = classes, .values = values},
                         .width = 3,
                         .classes = 3};
    for (size_t i = 0; i < nn_metric_count; i++) {
        double value = measure(nn_metrics[i]->name, &m);
        cr_assert(isfinite(value), "%s", nn_metrics[i]->name);
        for (size_t step = 1; step < SAMPLES; step += 3)
            cr_assert(fabs(measure_by(nn_metrics[i]->name, &m, step) - value) < 1e-12, "%s",
                      nn_metrics[i]->name);
    }
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

Test(metrics, values)
{
    float y[] = {0.2f, 0.8f, 0.6f, 0.4f}, t[] = {0.0f, 1.0f, 0.0f, 1.0f};
    struct measured pairs = {
        .whole = {.batch = 2, .y = y, .classes = (int32_t[]){1, 1}, .values = t},
        .width = 2,
        .classes = 2};
    cr_assert(measure("accuracy", &pairs) == 0.5);
    cr_assert(near(measure("mse", &pairs), 0.2));
    cr_assert(near(measure("mae", &pairs), 0.4));
    struct measured single = {.whole = {.batch = 4, .y = y, .classes = (int32_t[]){0, 1, 0, 0}},
                              .width = 1,
                              .classes = 2};
    cr_assert(measure("accuracy", &single) == 0.75);
    cr_assert(measure("auc", &single) == 1.0);
    single.logits = true;
    cr_assert(measure("accuracy", &single) == 0.25);
}

/* Six samples of three classes; predicted 0 0 1 2 1 1. scikit-learn's figures, worked out by hand.
 */
static const float six[] = {0.7f, 0.2f, 0.1f, 0.5f, 0.3f, 0.2f, 0.1f, 0.8f, 0.1f,
                            0.2f, 0.2f, 0.6f, 0.3f, 0.4f, 0.3f, 0.1f, 0.5f, 0.4f};
static const int32_t six_classes[] = {0, 1, 1, 2, 2, 1};

static struct measured six_samples(const char *key, const char *value)
{
    return (struct measured){.whole = {.batch = 6, .y = six, .classes = six_classes},
                             .width = 3,
                             .classes = 3,
                             .key = key,
                             .value = value};
}

Test(metrics, precision_recall_f1)
{
    struct measured m = six_samples(NULL, NULL);
    cr_assert(near(measure("precision", &m), (1.0 / 2 + 2.0 / 3 + 1.0) / 3));
    cr_assert(near(measure("recall", &m), (1.0 + 2.0 / 3 + 1.0 / 2) / 3));
    cr_assert(near(measure("f1", &m), (2.0 / 3 + 2.0 / 3 + 2.0 / 3) / 3));
    m = six_samples("average", "weighted");
    cr_assert(near(measure("precision", &m), (1 * 1.0 / 2 + 3 * 2.0 / 3 + 2 * 1.0) / 6));
    m = six_samples("average", "micro");
    cr_assert(near(measure("recall", &m), 4.0 / 6));
    m = six_samples("average", "binary"); /* of three classes: macro */
    cr_assert(near(measure("f1", &m), 2.0 / 3));
    struct measured two = {.whole = {.batch = 4,
                                     .y = (float[]){0.9f, 0.8f, 0.1f, 0.2f},
                                     .classes = (int32_t[]){1, 0, 0, 1}},
                           .width = 1,
                           .classes = 2,
                           .key = "average",
                           .value = "binary"};
    cr_assert(near(measure("precision", &two), 0.5));
    /* A class that is never predicted has precision 0, as zero_division=0 says. */
    two.whole.y = (float[]){0.1f, 0.1f, 0.1f, 0.1f};
    cr_assert(measure("precision", &two) == 0.0 && measure("f1", &two) == 0.0);
}

Test(metrics, top_k)
{
    const char *const k[] = {"1", "2", "3"};
    const double wanted[] = {4.0 / 6, 1.0, 1.0}; /* the fifth: 0.3 and 0.3 are both second */
    struct measured m = six_samples("k", k[0]);
    cr_assert(near(measure("top_k", &m), wanted[0]));
    m = six_samples(NULL, NULL);
    cr_assert(near(measure("accuracy", &m), wanted[0]));
    m = six_samples("k", k[1]);
    cr_assert(near(measure("top_k", &m), wanted[1]));
    m = six_samples("k", k[2]);
    cr_assert(near(measure("top_k", &m), wanted[2]));
}

/* By its definition: all pairs. */
static double slow_auc(const float *scores, size_t stride, const int32_t *classes, size_t count,
                       int32_t class)
{
    double sum = 0.0, pairs = 0.0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            if (classes[i] != class || classes[j] == class)
                continue;
            double a = (double)scores[i * stride], b = (double)scores[j * stride];
            sum += a > b ? 1.0 : a == b ? 0.5 : 0.0;
            pairs += 1.0;
        }
    return sum / pairs;
}

Test(metrics, auc_is_the_share_of_ordered_pairs)
{
    float y[SAMPLES * 3];
    int32_t classes[SAMPLES], twos[SAMPLES];
    struct nn_random random;
    nn_random_init(&random, 12, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < SAMPLES * 3; i++) /* with many equal scores */
        y[i] = (float)nn_random_below(&random, 6) / 8.0f;
    for (size_t i = 0; i < SAMPLES; i++) {
        classes[i] = (int32_t)nn_random_below(&random, 3);
        twos[i] = classes[i] > 0;
    }
    struct measured binary = {
        .whole = {.batch = SAMPLES, .y = y, .classes = twos}, .width = 1, .classes = 2};
    cr_assert(near(measure("auc", &binary), slow_auc(y, 1, twos, SAMPLES, 1)));
    binary.logits = true; /* the same order */
    cr_assert(near(measure("auc", &binary), slow_auc(y, 1, twos, SAMPLES, 1)));
    struct measured three = {
        .whole = {.batch = SAMPLES, .y = y, .classes = classes}, .width = 3, .classes = 3};
    double sum = 0.0;
    for (int32_t k = 0; k < 3; k++)
        sum += slow_auc(y + k, 3, classes, SAMPLES, k);
    cr_assert(near(measure("auc", &three), sum / 3.0));
    /* One class alone cannot be ranked; NaN scores are no ranking. */
    int32_t same[SAMPLES] = {0};
    binary.whole.classes = same;
    cr_assert(isnan(measure("auc", &binary)));
    y[7] = NAN;
    binary.whole.classes = twos;
    cr_assert(isnan(measure("auc", &binary)));
}

/* What a file says of the number of samples seen is not believed. */
Test(metrics, auc_survives_a_wrong_state)
{
    struct nn_args args = default_args(nn_metric_find("auc"));
    struct nn_metric_scope scope = {.width = 1, .classes = 2, .samples = 4, .args = &args};
    const double counts[] = {-1.0, 5.0, 1e300, NAN};
    for (size_t i = 0; i < 4; i++) {
        double state[64] = {counts[i]};
        struct nn_metric_batch batch = {
            .batch = 1, .y = (float[]){0.5f}, .classes = (int32_t[]){1}};
        nn_metric_find("auc")->add(state, &scope, &batch);
        cr_assert(isnan(nn_metric_find("auc")->value(state, &scope)));
    }
    nn_args_clear(&args);
}

Test(metrics, r2)
{
    float y[] = {1.1f, 10.0f, 2.3f, 10.0f, 2.9f, 10.0f}, t[] = {1, 10, 2, 10, 3, 10};
    struct measured one = {.whole = {.batch = 6, .y = y, .values = t}, .width = 1};
    double mean = (1 + 10 + 2 + 10 + 3 + 10) / 6.0, errors = 0.01 + 0.09 + 0.01, spread = 0.0;
    for (size_t i = 0; i < 6; i++)
        spread += pow((double)t[i] - mean, 2.0);
    cr_assert(near(measure("r2", &one), 1.0 - errors / spread));
    struct measured two = {.whole = {.batch = 3, .y = y, .values = t}, .width = 2};
    cr_assert(near(measure("r2", &two), (1.0 - errors / 2.0 + 1.0) / 2.0),
              "a constant that is met");
    y[1] = 9.0f;
    cr_assert(near(measure("r2", &two), (1.0 - errors / 2.0 + 0.0) / 2.0), "and one that is not");
}

Test(metrics, ece)
{
    /* Confidences 0.9 0.9 (one right), 0.6 (right), in two bins of (0.5, 1]. */
    struct measured m = {.whole = {.batch = 3,
                                   .y = (float[]){0.9f, 0.1f, 0.9f, 0.1f, 0.4f, 0.6f},
                                   .classes = (int32_t[]){0, 1, 1}},
                         .width = 2,
                         .classes = 2,
                         .key = "bins",
                         .value = "4"};
    cr_assert(near(measure("ece", &m), 2.0 / 3 * fabs(0.5 - 0.9) + 1.0 / 3 * fabs(1.0 - 0.6)));
    m.value = "1";
    cr_assert(near(measure("ece", &m), fabs(2.0 / 3 - 0.8)));
    float logits[6];
    for (size_t i = 0; i < 6; i++)
        logits[i] = logf(m.whole.y[i]) + 3.0f;
    m.whole.y = logits;
    m.logits = true;
    cr_assert(near(measure("ece", &m), fabs(2.0 / 3 - 0.8)));
}

Test(metrics, registry)
{
    for (size_t i = 0; i < nn_metric_count; i++) {
        double none[MOST_STATE] = {0};
        struct nn_args args = default_args(nn_metrics[i]);
        struct nn_metric_scope scope = {.width = 3, .classes = 3, .samples = 5, .args = &args};
        cr_assert(nn_metric_find(nn_metrics[i]->name) == nn_metrics[i]);
        cr_assert(strlen(nn_metrics[i]->name) < 32 - sizeof "val_", "too long for the history");
        cr_assert(nn_metrics[i]->summary && nn_metrics[i]->source);
        cr_assert(nn_metrics[i]->state(&scope) <= MOST_STATE);
        cr_assert(isnan(nn_metrics[i]->value(none, &scope)), "%s of nothing", nn_metrics[i]->name);
        nn_args_clear(&args);
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
