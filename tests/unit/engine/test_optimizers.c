/* Optimizers against slow references in double; the properties that every optimizer must have. */
#include "base/random.h"
#include "engine/optimizer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { COUNT = 67, STEPS = 8 };

struct setting {
    const char *optimizer;
    const char *values[4]; /* "key", "value" pairs */
    double momentum, decay;
    bool nesterov;
};

struct reference {
    double w[COUNT], a[COUNT], b[COUNT];
};

/* torch.optim.SGD, dampening 0. */
static void slow_sgd(struct reference *r, const float *g, const struct setting *s, double lr,
                     bool first)
{
    for (size_t i = 0; i < COUNT; i++) {
        double d = (double)g[i] + s->decay * r->w[i];
        if (s->momentum != 0.0) {
            r->a[i] = first ? d : s->momentum * r->a[i] + d;
            d = s->nesterov ? d + s->momentum * r->a[i] : r->a[i];
        }
        r->w[i] -= lr * d;
    }
}

/* Kingma, Ba 2015, algorithm 1. */
static void slow_adam(struct reference *r, const float *g, const struct setting *s, double lr,
                      int step)
{
    for (size_t i = 0; i < COUNT; i++) {
        double d = (double)g[i] + s->decay * r->w[i];
        r->a[i] = 0.9 * r->a[i] + 0.1 * d;
        r->b[i] = 0.999 * r->b[i] + 0.001 * d * d;
        double m = r->a[i] / (1.0 - pow(0.9, step)), v = r->b[i] / (1.0 - pow(0.999, step));
        r->w[i] -= lr * m / (sqrt(v) + 1e-8);
    }
}

static void make_args(struct nn_args *args, const struct nn_optimizer_class *optimizer,
                      const char *const *values)
{
    struct nn_error error = {0};
    cr_assert(nn_args_default(args, optimizer->args, &error) == NN_OK, "%s", error.message);
    for (; values && values[0]; values += 2)
        cr_assert(nn_args_set(args, values[0], values[1], "compile", &error) == NN_OK, "%s",
                  error.message);
}

static void check_setting(const struct setting *s)
{
    const struct nn_optimizer_class *optimizer = nn_optimizer_find(s->optimizer);
    float w[COUNT], g[COUNT], slots[NN_MAX_SLOTS][COUNT] = {{0}};
    struct reference r = {0};
    struct nn_random random;
    struct nn_args args;
    const char *values[] = {s->values[0], s->values[1], s->values[2], s->values[3], NULL};
    make_args(&args, optimizer, values);
    nn_random_init(&random, 3, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < COUNT; i++)
        r.w[i] = (double)(w[i] = nn_random_normal(&random));
    for (int step = 1; step <= STEPS; step++) {
        double lr = 0.05 / step;
        for (size_t i = 0; i < COUNT; i++)
            g[i] = nn_random_normal(&random);
        struct nn_update update = {.count = COUNT,
                                   .w = w,
                                   .g = g,
                                   .slot = {slots[0], slots[1], slots[2]},
                                   .step = (uint64_t)step,
                                   .lr = lr,
                                   .decays = true,
                                   .args = &args};
        optimizer->update(&update);
        if (!strcmp(s->optimizer, "adam"))
            slow_adam(&r, g, s, lr, step);
        else
            slow_sgd(&r, g, s, lr, step == 1);
        for (size_t i = 0; i < COUNT; i++)
            cr_assert(fabs((double)w[i] - r.w[i]) < 1e-5, "%s %s: w[%zu] = %.9g, not %.9g",
                      s->optimizer, values[0] ? values[0] : "", i, (double)w[i], r.w[i]);
    }
    nn_args_clear(&args);
}

Test(optimizers, agree_with_slow_references)
{
    const struct setting settings[] = {
        {.optimizer = "sgd"},
        {.optimizer = "sgd", .values = {"weight_decay", "0.1"}, .decay = 0.1},
        {.optimizer = "sgd", .values = {"momentum", "0.9"}, .momentum = 0.9},
        {.optimizer = "sgd",
         .values = {"momentum", "0.8", "nesterov", "yes"},
         .momentum = 0.8,
         .nesterov = true},
        {.optimizer = "sgd",
         .values = {"momentum", "0.5", "weight_decay", "0.2"},
         .momentum = 0.5,
         .decay = 0.2},
        {.optimizer = "adam"},
        {.optimizer = "adam", .values = {"weight_decay", "0.1"}, .decay = 0.1},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        check_setting(&settings[i]);
}

/* One step of all COUNT elements, split at `cut`. */
static void split_step(const struct nn_optimizer_class *optimizer, const struct nn_args *args,
                       float *w, const float *g, float slots[NN_MAX_SLOTS][COUNT], uint64_t step,
                       size_t cut)
{
    for (size_t from = 0, to = cut; from < COUNT; from = to, to = COUNT) {
        struct nn_update part = {.count = to - from,
                                 .w = w + from,
                                 .g = g + from,
                                 .step = step,
                                 .lr = 0.01,
                                 .args = args};
        for (int s = 0; s < NN_MAX_SLOTS; s++)
            part.slot[s] = optimizer->slots[s] ? slots[s] + from : NULL;
        optimizer->update(&part);
    }
}

/* The trainer updates large parameters in blocks. */
Test(optimizers, work_element_by_element)
{
    for (size_t o = 0; o < nn_optimizer_count; o++) {
        float w[2][COUNT], g[COUNT], slots[2][NN_MAX_SLOTS][COUNT] = {{{0}}};
        struct nn_args args;
        struct nn_random random;
        make_args(&args, nn_optimizers[o], NULL);
        nn_random_init(&random, o, NN_STREAM_GENERATE, 0);
        for (size_t i = 0; i < COUNT; i++)
            w[0][i] = w[1][i] = nn_random_normal(&random);
        for (uint64_t step = 1; step <= STEPS; step++) {
            for (size_t i = 0; i < COUNT; i++)
                g[i] = nn_random_normal(&random);
            split_step(nn_optimizers[o], &args, w[0], g, slots[0], step, COUNT);
            split_step(nn_optimizers[o], &args, w[1], g, slots[1], step, 32);
        }
        cr_assert(memcmp(w[0], w[1], sizeof w[0]) == 0, "%s", nn_optimizers[o]->name);
        cr_assert(memcmp(slots[0], slots[1], sizeof slots[0]) == 0, "%s", nn_optimizers[o]->name);
        nn_args_clear(&args);
    }
}

/* From anywhere to the bottom of sum k w^2 / 2, with the default settings. */
Test(optimizers, descend)
{
    for (size_t o = 0; o < nn_optimizer_count; o++) {
        float w[COUNT], g[COUNT], slots[NN_MAX_SLOTS][COUNT] = {{0}};
        struct nn_args args;
        make_args(&args, nn_optimizers[o], NULL);
        for (size_t i = 0; i < COUNT; i++)
            w[i] = i % 2 ? 1.0f : -0.5f;
        for (uint64_t step = 1; step <= 2000; step++) {
            for (size_t i = 0; i < COUNT; i++)
                g[i] = (1.0f + (float)(i % 5)) * w[i];
            split_step(nn_optimizers[o], &args, w, g, slots, step, COUNT);
        }
        for (size_t i = 0; i < COUNT; i++)
            cr_assert(fabsf(w[i]) < 0.05f, "%s: w[%zu] = %g", nn_optimizers[o]->name, i,
                      (double)w[i]);
        nn_args_clear(&args);
    }
}

Test(optimizers, decay_obeys_the_parameter)
{
    float w = 1.0f, g = 0.0f, slot = 0.0f;
    struct nn_args args;
    make_args(&args, nn_optimizer_find("sgd"),
              (const char *[]){"weight_decay", "1", "decay_bias", "no", NULL});
    struct nn_update update = {.count = 1,
                               .w = &w,
                               .g = &g,
                               .slot = {&slot},
                               .step = 1,
                               .lr = 0.5,
                               .decays = false,
                               .args = &args};
    nn_optimizer_find("sgd")->update(&update);
    cr_assert(w == 1.0f);
    update.decays = true;
    nn_optimizer_find("sgd")->update(&update);
    cr_assert(w == 0.5f);
    cr_assert(nn_args_set(&args, "decay_bias", "yes", "compile", NULL) == NN_OK);
    update.decays = false;
    nn_optimizer_find("sgd")->update(&update);
    cr_assert(w == 0.25f);
    nn_args_clear(&args);
}

Test(optimizers, registry)
{
    for (size_t i = 0; i < nn_optimizer_count; i++) {
        const struct nn_optimizer_class *optimizer = nn_optimizers[i];
        cr_assert(nn_optimizer_find(optimizer->name) == optimizer);
        cr_assert(optimizer->summary && optimizer->formula && optimizer->source);
        cr_assert(optimizer->default_lr > 0.0);
        cr_assert(nn_args_find(optimizer->args, "lr") < 0, "lr belongs to compile");
    }
    cr_assert(nn_optimizer_find("nonsense") == NULL);
}
