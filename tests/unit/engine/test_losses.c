/* Losses: every reference case that exists here, and the gradient of every registered loss against
 * central differences. */
#include "base/mem.h"
#include "base/random.h"
#include "engine/loss.h"
#include "reference.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The case's options as arguments of the loss; false when the loss does not have one of them. */
static bool set_options(struct nn_args *args, json_t *options)
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
        if (nn_args_find(args->specs, key) < 0)
            return false;
        for (size_t i = 0; i < json_array_size(value); i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.9g", i ? "," : "",
                     json_number_value(json_array_get(value, i)));
        if (json_is_number(value))
            snprintf(text, sizeof text, "%.9g", json_number_value(value));
        cr_assert(nn_args_set(args, key, text, "loss", &error) == NN_OK, "%s", error.message);
    }
    return true;
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
    char done[400] = " ";
    json_object_foreach(cases, name, options)
    {
        const char *wanted = json_string_value(json_object_get(options, "loss"));
        const struct nn_loss_class *loss = nn_loss_find(wanted);
        struct nn_args args;
        struct nn_error error = {0};
        if (!loss)
            continue;
        cr_assert(nn_args_default(&args, loss->args, &error) == NN_OK, "%s", error.message);
        if (set_options(&args, options)) {
            check_case(&ref, name, options, loss, &args);
            snprintf(done + strlen(done), sizeof done - strlen(done), "%s ", name);
        }
        nn_args_clear(&args);
    }
    const char *least[] = {" mse ", " bce ",       " bce-logits ", " bce-logits-extreme ",
                           " ce ",  " ce-extreme "};
    for (size_t i = 0; i < sizeof least / sizeof *least; i++)
        cr_assert(strstr(done, least[i]), "case%swas not tested", least[i]);
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
    call.values = loss->target == NN_TARGET_VALUES ? values : NULL;
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

Test(losses, gradients_of_every_loss)
{
    const size_t batches[] = {1, 2, 5}, widths[] = {1, 2, 3, 10};
    struct nn_random random;
    nn_random_init(&random, 7, NN_STREAM_GENERATE, 0);
    size_t checked = 0;
    for (size_t l = 0; l < nn_loss_count; l++) {
        const struct nn_loss_class *loss = nn_losses[l];
        struct nn_args args;
        cr_assert(nn_args_default(&args, loss->args, NULL) == NN_OK);
        bool both = nn_args_find(loss->args, "from_logits") >= 0;
        for (size_t i = 0; i < 12; i++) {
            size_t width = widths[i / 3];
            if (loss->check && loss->check(&args, width, width, NULL) != NN_OK)
                continue;
            check_gradient(loss, &args, &random, batches[i % 3], width, true);
            if (both)
                check_gradient(loss, &args, &random, batches[i % 3], width, false);
            checked++;
        }
        nn_args_clear(&args);
    }
    cr_assert(checked >= 3 * nn_loss_count, "only %zu checks", checked);
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
