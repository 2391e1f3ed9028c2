/* Losses: every reference case, slow references of those without one, and the gradient of every
 * registered loss against central differences. */
#include "base/mem.h"
#include "base/random.h"
#include "engine/loss.h"
#include "reference.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The case's options as arguments of the loss. */
static void set_options(struct nn_args *args, json_t *options)
{
    const char *key;
    json_t *value;
    json_object_foreach(options, key, value)
    {
        char text[200] = "";
        struct nn_error error = {0};
        if (!strcmp(key, "loss") || !strcmp(key, "x") || !strcmp(key, "t") ||
            !strcmp(key, "reduction"))
            continue;
        for (size_t i = 0; i < json_array_size(value); i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.9g", i ? "," : "",
                     json_number_value(json_array_get(value, i)));
        if (json_is_number(value))
            snprintf(text, sizeof text, "%.9g", json_number_value(value));
        cr_assert(nn_args_set(args, key, text, "loss", &error) == NN_OK, "%s", error.message);
    }
}

static float *case_floats(const struct reference *ref, const char *name, const char *part,
                          size_t *count)
{
    char key[100];
    struct nn_shape shape;
    snprintf(key, sizeof key, "%s/%s", name, part);
    float *values = reference_floats(ref, key, &shape);
    *count = nn_shape_size(&shape);
    return values;
}

static void check_case(const struct reference *ref, const char *name, json_t *options,
                       const struct nn_loss_class *loss, const struct nn_args *args)
{
    size_t count, targets, one;
    float *x = case_floats(ref, name, "x", &count);
    float *t = case_floats(ref, name, "t", &targets);
    float *expected = case_floats(ref, name, "loss", &one);
    float *dz = nn_calloc_aligned(count, sizeof *dz);
    int32_t *classes = nn_calloc(targets, sizeof *classes);
    cr_assert(dz && classes);
    for (size_t i = 0; i < targets; i++)
        classes[i] = (int32_t)t[i];
    const char *kind = json_string_value(json_object_get(options, "x"));
    bool by_class = loss->target == NN_TARGET_CLASS;
    size_t batch = by_class ? targets : 1;
    struct nn_loss_call call = {.batch = batch,
                                .width = count / batch,
                                .z = x,
                                .classes = by_class ? classes : NULL,
                                .values = by_class ? NULL : t,
                                .logits = kind && !strcmp(kind, "logits"),
                                .args = args,
                                .dz = dz};
    double value = loss->evaluate(&call), wanted = (double)expected[0];
    cr_assert(fabs(value - wanted) <= 1e-5 * fabs(wanted), "%s: loss %.9g, not %.9g", name, value,
              wanted);
    reference_check(ref, dz, count, 1e-4, "%s/dx", name);
    call.dz = NULL;
    cr_assert(loss->evaluate(&call) == value, "%s: the loss depends on dz", name);
    nn_free(x);
    nn_free(t);
    nn_free(expected);
    nn_free(dz);
    nn_free(classes);
}

Test(losses, agree_with_pytorch)
{
    struct reference ref;
    reference_open(&ref, "losses");
    json_t *cases = json_loads(reference_text(&ref, "cases"), 0, NULL), *options;
    cr_assert(cases);
    const char *name;
    size_t done = 0;
    json_object_foreach(cases, name, options)
    {
        const char *wanted = json_string_value(json_object_get(options, "loss"));
        const struct nn_loss_class *loss = nn_loss_find(wanted);
        struct nn_args args;
        struct nn_error error = {0};
        cr_assert(loss, "there is no %s", wanted);
        cr_assert(nn_args_default(&args, loss->args, &error) == NN_OK, "%s", error.message);
        set_options(&args, options);
        check_case(&ref, name, options, loss, &args);
        nn_args_clear(&args);
        done++;
    }
    cr_assert(done == 10, "%zu cases", done);
    json_decref(cases);
    reference_close(&ref);
}

enum { MOST = 64 };

static void fill(struct nn_random *random, struct nn_loss_call *call, float *z, int32_t *classes,
                 float *values)
{
    for (size_t i = 0; i < call->batch * call->width; i++) {
        z[i] =
            call->logits ? 2.0f * nn_random_normal(random) : 0.05f + 0.9f * nn_random_float(random);
        values[i] = nn_random_float(random);
    }
    for (size_t i = 0; i < call->batch; i++)
        classes[i] = (int32_t)nn_random_below(random, (uint32_t)call->width);
}

static void check_gradient(const struct nn_loss_class *loss, const struct nn_args *args,
                           struct nn_random *random, size_t batch, size_t width, bool logits)
{
    float z[MOST], values[MOST], dz[MOST], numeric[MOST];
    int32_t classes[MOST];
    struct nn_loss_call call = {
        .batch = batch, .width = width, .z = z, .logits = logits, .args = args, .dz = dz};
    fill(random, &call, z, classes, values);
    call.classes = loss->target == NN_TARGET_CLASS ? classes : NULL;
    call.values = loss->target == NN_TARGET_CLASS ? NULL : values;
    cr_assert(isfinite(loss->evaluate(&call)));
    call.dz = NULL;
    for (size_t i = 0; i < batch * width; i++) {
        float middle = z[i], above = middle + 1e-3f, below = middle - 1e-3f;
        z[i] = above;
        double high = loss->evaluate(&call);
        z[i] = below;
        double low = loss->evaluate(&call);
        z[i] = middle;
        numeric[i] = (float)((high - low) / ((double)above - (double)below));
    }
    double distance = reference_error(dz, numeric, batch * width);
    cr_assert(distance < 1e-3, "%s of %zux%zu (logits %d): the gradient is %g off", loss->name,
              batch, width, logits, distance);
}

/* Every size that the loss takes; returns how many. */
static size_t check_gradients(const struct nn_loss_class *loss, const struct nn_args *args,
                              struct nn_random *random)
{
    const size_t batches[] = {1, 2, 5}, widths[] = {1, 2, 3, 10};
    size_t checked = 0;
    bool both = nn_args_find(loss->args, "from_logits") >= 0;
    for (size_t i = 0; i < 12; i++) {
        size_t width = widths[i / 3];
        if (loss->check && loss->check(args, width, width, NULL) != NN_OK)
            continue;
        check_gradient(loss, args, random, batches[i % 3], width, true);
        if (both)
            check_gradient(loss, args, random, batches[i % 3], width, false);
        checked++;
    }
    return checked;
}

Test(losses, gradients_of_every_loss)
{
    struct nn_random random;
    nn_random_init(&random, 7, NN_STREAM_GENERATE, 0);
    for (size_t l = 0; l < nn_loss_count; l++) {
        struct nn_args args;
        cr_assert(nn_args_default(&args, nn_losses[l]->args, NULL) == NN_OK);
        size_t checked = check_gradients(nn_losses[l], &args, &random);
        cr_assert(checked >= 6, "only %zu checks of %s", checked, nn_losses[l]->name);
        nn_args_clear(&args);
    }
}

/* And with arguments that are not the defaults. */
Test(losses, gradients_with_settings)
{
    const char *const settings[][3] = {
        {"binary_crossentropy", "label_smoothing", "0.2"},
        {"binary_crossentropy", "class_weights", "0.5,3"},
        {"binary_focal", "gamma", "0.7"},
        {"binary_focal", "balance", "0.9"},
        {"categorical_crossentropy", "label_smoothing", "0.3"},
        {"categorical_crossentropy", "class_weights", "0.5,2,3"},
        {"focal", "gamma", "0.5"},
        {"focal", "gamma", "0"},
        {"focal", "class_weights", "0.5,2,3"},
        {"hinge", "squared", "yes"},
        {"hinge", "margin", "0.3"},
        {"huber", "delta", "0.25"},
    };
    struct nn_random random;
    nn_random_init(&random, 8, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct nn_loss_class *loss = nn_loss_find(settings[i][0]);
        struct nn_args args;
        cr_assert(nn_args_default(&args, loss->args, NULL) == NN_OK);
        cr_assert(nn_args_set(&args, settings[i][1], settings[i][2], "loss", NULL) == NN_OK);
        cr_assert(check_gradients(loss, &args, &random) >= 3, "%s", loss->name);
        nn_args_clear(&args);
    }
}

/* ---- slow references of the losses that PyTorch's file does not have ---- */

struct slow {
    const char *loss, *key, *value;
    enum { BINARY_FOCAL, FOCAL, HINGE, KL } kind;
    double gamma, alpha, margin;
    int power;
    const double *weights;
};

static double softmax_of(const float *z, size_t width, size_t k)
{
    double sum = 0.0;
    for (size_t i = 0; i < width; i++)
        sum += exp((double)z[i]);
    return exp((double)z[k]) / sum;
}

/* One sample, as the papers write it. */
static double slow_sample(const struct slow *s, const float *z, size_t width, size_t class,
                          const float *t)
{
    double sum = 0.0;
    for (size_t k = 0; k < width; k++) {
        double p = softmax_of(z, width, k), target = (double)t[k];
        double lead = (double)z[class] - (double)z[k], y = 1.0 / (1.0 + exp(-(double)z[k]));
        double right = y * target + (1.0 - y) * (1.0 - target);
        double alpha = s->alpha * target + (1.0 - s->alpha) * (1.0 - target);
        switch (s->kind) {
        case BINARY_FOCAL: /* the cross-entropy of hard targets is -log of the right one's */
            sum -= alpha * pow(1.0 - right, s->gamma) * log(right) / (double)width;
            break;
        case FOCAL:
            sum -= k == class ? (s->weights ? s->weights[k] : 1.0) * pow(1.0 - p, s->gamma) * log(p)
                              : 0.0;
            break;
        case HINGE:
            sum += k == class ? 0.0 : pow(fmax(0.0, s->margin - lead), s->power) / (double)width;
            break;
        case KL:
            sum += target * log(target / p);
            break;
        }
    }
    return sum;
}

static void check_slow(const struct slow *s, struct nn_random *random)
{
    enum { BATCH = 5, WIDTH = 4 };
    float z[BATCH * WIDTH], t[BATCH * WIDTH] = {0};
    int32_t classes[BATCH];
    const struct nn_loss_class *loss = nn_loss_find(s->loss);
    struct nn_args args;
    double expected = 0.0;
    cr_assert(nn_args_default(&args, loss->args, NULL) == NN_OK);
    if (s->key)
        cr_assert(nn_args_set(&args, s->key, s->value, "loss", NULL) == NN_OK);
    for (size_t i = 0; i < BATCH; i++) {
        float rest = 1.0f;
        classes[i] = (int32_t)nn_random_below(random, WIDTH);
        for (size_t k = 0; k < WIDTH; k++) {
            z[i * WIDTH + k] = 2.0f * nn_random_normal(random);
            float share = k + 1 < WIDTH ? rest * (0.1f + 0.8f * nn_random_float(random)) : rest;
            t[i * WIDTH + k] = s->kind == KL ? share : (float)((int32_t)k == classes[i]);
            rest -= share;
        }
        expected += slow_sample(s, z + i * WIDTH, WIDTH, (size_t)classes[i], t + i * WIDTH) / BATCH;
    }
    struct nn_loss_call call = {.batch = BATCH,
                                .width = WIDTH,
                                .z = z,
                                .classes = classes,
                                .values = t,
                                .logits = true,
                                .args = &args};
    double value = loss->evaluate(&call);
    cr_assert(fabs(value - expected) < 1e-6 * fabs(expected), "%s: %.9g, not %.9g", s->loss, value,
              expected);
    nn_args_clear(&args);
}

Test(losses, agree_with_slow_references)
{
    static const double weights[] = {0.5, 2, 3, 1};
    const struct slow cases[] = {
        {.loss = "focal", .kind = FOCAL, .gamma = 2},
        {.loss = "focal", .key = "gamma", .value = "0.5", .kind = FOCAL, .gamma = 0.5},
        {.loss = "focal",
         .key = "class_weights",
         .value = "0.5,2,3,1",
         .kind = FOCAL,
         .gamma = 2,
         .weights = weights},
        {.loss = "binary_focal", .kind = BINARY_FOCAL, .gamma = 2, .alpha = 0.25},
        {.loss = "binary_focal",
         .key = "balance",
         .value = "0.8",
         .kind = BINARY_FOCAL,
         .gamma = 2,
         .alpha = 0.8},
        {.loss = "hinge", .kind = HINGE, .margin = 1, .power = 1},
        {.loss = "hinge", .key = "squared", .value = "yes", .kind = HINGE, .margin = 1, .power = 2},
        {.loss = "kl", .kind = KL},
    };
    struct nn_random random;
    nn_random_init(&random, 9, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_slow(&cases[i], &random);
}

/* A weighted mean over two batches is that over both at once, if each says what it divided by. */
Test(losses, say_what_they_divide_by)
{
    float z[] = {1, 2, 3, 0, -1, 4, 2, 2, 0};
    int32_t classes[] = {0, 2, 1};
    const struct nn_loss_class *loss = nn_loss_find("categorical_crossentropy");
    struct nn_args args;
    cr_assert(nn_args_default(&args, loss->args, NULL) == NN_OK);
    cr_assert(nn_args_set(&args, "class_weights", "1,5,0.25", "loss", NULL) == NN_OK);
    double weight[3] = {0}, value[3];
    struct nn_loss_call call = {
        .width = 3, .z = z, .classes = classes, .logits = true, .args = &args};
    for (size_t part = 0; part < 3; part++) { /* all; the first two; the third */
        call.batch = part == 0 ? 3 : 3 - part;
        call.z = part == 2 ? z + 6 : z;
        call.classes = part == 2 ? classes + 2 : classes;
        call.weight = &weight[part];
        value[part] = loss->evaluate(&call);
    }
    cr_assert(weight[0] == 6.25 && weight[1] == 1.25 && weight[2] == 5.0);
    cr_assert(fabs(value[0] - (value[1] * 1.25 + value[2] * 5.0) / 6.25) < 1e-12);
    cr_assert(nn_args_set(&args, "class_weights", "1,0,0", "loss", NULL) == NN_OK);
    call.weight = NULL;
    cr_assert(loss->evaluate(&call) == 0.0, "nothing but classes that do not count");
    nn_args_clear(&args);
}

static double one_loss(const char *name, float z, float t, bool logits, float *dz)
{
    const struct nn_loss_class *loss = nn_loss_find(name);
    struct nn_args args;
    cr_assert(nn_args_default(&args, loss->args, NULL) == NN_OK);
    struct nn_loss_call call = {
        .batch = 1, .width = 1, .z = &z, .values = &t, .logits = logits, .args = &args, .dz = dz};
    double value = loss->evaluate(&call);
    nn_args_clear(&args);
    return value;
}

Test(losses, extremes_stay_finite_and_nan_shows)
{
    float dz;
    cr_assert(one_loss("binary_crossentropy", 0.0f, 1.0f, false, &dz) == 100.0);
    cr_assert(isfinite(dz) && dz < 0.0f);
    cr_assert(one_loss("binary_crossentropy", -1e30f, 0.0f, true, &dz) == 0.0 && dz == 0.0f);
    cr_assert(fabs(one_loss("binary_crossentropy", -1e4f, 1.0f, true, &dz) - 1e4) < 1e-6);
    cr_assert(dz == -1.0f);
    cr_assert(isnan(one_loss("binary_crossentropy", NAN, 1.0f, true, &dz)));
    cr_assert(isnan(one_loss("binary_crossentropy", NAN, 1.0f, false, &dz)));
    cr_assert(isnan(one_loss("mse", NAN, 1.0f, false, &dz)));

    const struct nn_loss_class *loss = nn_loss_find("categorical_crossentropy");
    struct nn_args args;
    cr_assert(nn_args_default(&args, loss->args, NULL) == NN_OK);
    float z[] = {1e30f, 0.0f, -1e30f}, gradient[3];
    int32_t class = 2;
    struct nn_loss_call call = {.batch = 1,
                                .width = 3,
                                .z = z,
                                .classes = &class,
                                .logits = true,
                                .args = &args,
                                .dz = gradient};
    double value = loss->evaluate(&call);
    cr_assert(fabs(value / 2e30 - 1.0) < 1e-6);
    cr_assert(gradient[0] == 1.0f && gradient[1] == 0.0f && gradient[2] == -1.0f);
    z[1] = NAN;
    cr_assert(isnan(loss->evaluate(&call)));
    float p[] = {1.0f, 0.0f, 0.0f};
    call.z = p;
    call.logits = false;
    cr_assert(loss->evaluate(&call) == 100.0 && isfinite(gradient[2]));
    nn_args_clear(&args);
}

Test(losses, registry)
{
    for (size_t i = 0; i < nn_loss_count; i++) {
        cr_assert(nn_loss_find(nn_losses[i]->name) == nn_losses[i]);
        cr_assert(nn_losses[i]->summary && nn_losses[i]->formula && nn_losses[i]->source);
        cr_assert(i == 0 || strcmp(nn_losses[i - 1]->name, nn_losses[i]->name) < 0);
    }
    cr_assert(nn_loss_find("nonsense") == NULL);
}
