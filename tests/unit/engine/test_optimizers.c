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
    bool nesterov, centered;
};

struct reference {
    double w[COUNT], a[COUNT], b[COUNT], c[COUNT];
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

/* Loshchilov, Hutter 2019: the decay beside the gradient. */
static void slow_adamw(struct reference *r, const float *g, const struct setting *s, double lr,
                       int step)
{
    const struct setting without = {.decay = 0.0};
    for (size_t i = 0; i < COUNT; i++)
        r->w[i] -= lr * s->decay * r->w[i];
    slow_adam(r, g, &without, lr, step);
}

/* torch.optim.NAdam of PyTorch 1.13, with the product computed anew at each step. */
static void slow_nadam(struct reference *r, const float *g, const struct setting *s, double lr,
                       int step)
{
    double product = 1.0, mu = 0.0, next = 0.9 * (1.0 - 0.5 * pow(0.96, 0.004 * (step + 1)));
    for (int t = 1; t <= step; t++)
        product *= mu = 0.9 * (1.0 - 0.5 * pow(0.96, 0.004 * t));
    for (size_t i = 0; i < COUNT; i++) {
        double d = (double)g[i] + s->decay * r->w[i];
        r->a[i] = 0.9 * r->a[i] + 0.1 * d;
        r->b[i] = 0.999 * r->b[i] + 0.001 * d * d;
        double root = sqrt(r->b[i] / (1.0 - pow(0.999, step))) + 1e-8;
        r->w[i] -= lr * (1.0 - mu) / (1.0 - product) * d / root;
        r->w[i] -= lr * next / (1.0 - product * mu * next) * r->a[i] / root;
    }
}

/* torch.optim.RMSprop. */
static void slow_rmsprop(struct reference *r, const float *g, const struct setting *s, double lr)
{
    for (size_t i = 0; i < COUNT; i++) {
        double d = (double)g[i] + s->decay * r->w[i];
        r->a[i] = 0.99 * r->a[i] + 0.01 * d * d;
        r->c[i] = 0.99 * r->c[i] + 0.01 * d;
        double variance = r->a[i] - (s->centered ? r->c[i] * r->c[i] : 0.0);
        r->b[i] = s->momentum * r->b[i] + d / (sqrt(variance) + 1e-8);
        r->w[i] -= lr * r->b[i];
    }
}

/* torch.optim.Adagrad with lr_decay 0.1 and initial_accumulator_value 0.5. */
static void slow_adagrad(struct reference *r, const float *g, const struct setting *s, double lr,
                         int step)
{
    for (size_t i = 0; i < COUNT; i++) {
        double d = (double)g[i] + s->decay * r->w[i];
        r->a[i] += d * d;
        r->w[i] -= lr / (1.0 + (step - 1) * 0.1) * d / (sqrt(0.5 + r->a[i]) + 1e-10);
    }
}

/* Chen et al. 2023, algorithm 2. */
static void slow_lion(struct reference *r, const float *g, const struct setting *s, double lr)
{
    for (size_t i = 0; i < COUNT; i++) {
        double c = 0.9 * r->a[i] + 0.1 * (double)g[i];
        r->w[i] -= lr * ((c > 0.0 ? 1.0 : -1.0) + s->decay * r->w[i]);
        r->a[i] = 0.99 * r->a[i] + 0.01 * (double)g[i];
    }
}

static void slow_step(struct reference *r, const float *g, const struct setting *s, double lr,
                      int step)
{
    const char *name = s->optimizer;
    if (!strcmp(name, "adam"))
        slow_adam(r, g, s, lr, step);
    else if (!strcmp(name, "adamw"))
        slow_adamw(r, g, s, lr, step);
    else if (!strcmp(name, "nadam"))
        slow_nadam(r, g, s, lr, step);
    else if (!strcmp(name, "rmsprop"))
        slow_rmsprop(r, g, s, lr);
    else if (!strcmp(name, "adagrad"))
        slow_adagrad(r, g, s, lr, step);
    else if (!strcmp(name, "lion"))
        slow_lion(r, g, s, lr);
    else if (!strcmp(name, "sgd"))
        slow_sgd(r, g, s, lr, step == 1);
    else
        cr_assert_fail("no reference for %s", name);
}

/* Multiplies up the optimizer's factors, as the trainer does. */
static double next_product(const struct nn_optimizer_class *optimizer, const struct nn_args *args,
                           double product, uint64_t step)
{
    return optimizer->factor ? product * optimizer->factor(args, step) : product;
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
    double product = 1.0;
    nn_random_init(&random, 3, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < COUNT; i++)
        r.w[i] = (double)(w[i] = nn_random_normal(&random));
    for (int step = 1; step <= STEPS; step++) {
        double lr = 0.05 / step;
        for (size_t i = 0; i < COUNT; i++)
            g[i] = nn_random_normal(&random);
        product = next_product(optimizer, &args, product, (uint64_t)step);
        struct nn_update update = {.count = COUNT,
                                   .w = w,
                                   .g = g,
                                   .product = product,
                                   .slot = {slots[0], slots[1], slots[2]},
                                   .step = (uint64_t)step,
                                   .lr = lr,
                                   .decays = true,
                                   .args = &args};
        if (optimizer->correct)
            optimizer->correct(&args, update.step, update.correction);
        optimizer->update(&update);
        slow_step(&r, g, s, lr, step);
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
        {.optimizer = "adamw", .decay = 0.01},
        {.optimizer = "adamw", .values = {"weight_decay", "0.3"}, .decay = 0.3},
        {.optimizer = "nadam"},
        {.optimizer = "nadam", .values = {"weight_decay", "0.1"}, .decay = 0.1},
        {.optimizer = "rmsprop"},
        {.optimizer = "rmsprop",
         .values = {"momentum", "0.9", "weight_decay", "0.2"},
         .momentum = 0.9,
         .decay = 0.2},
        {.optimizer = "rmsprop", .values = {"centered", "yes"}, .centered = true},
        {.optimizer = "adagrad", .values = {"lr_decay", "0.1", "initial_accumulator", "0.5"}},
        {.optimizer = "lion"},
        {.optimizer = "lion", .values = {"weight_decay", "0.1"}, .decay = 0.1},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        check_setting(&settings[i]);
}

/* One step of all COUNT elements, split at `cut`. */
static void split_step(const struct nn_optimizer_class *optimizer, const struct nn_args *args,
                       float *w, const float *g, float slots[NN_MAX_SLOTS][COUNT], uint64_t step,
                       double lr, size_t cut)
{
    double product = 1.0;
    for (uint64_t t = 1; t <= step; t++)
        product = next_product(optimizer, args, product, t);
    for (size_t from = 0, to = cut; from < COUNT; from = to, to = COUNT) {
        struct nn_update part = {.count = to - from,
                                 .w = w + from,
                                 .g = g + from,
                                 .step = step,
                                 .lr = lr,
                                 .product = product,
                                 .args = args};
        if (optimizer->correct)
            optimizer->correct(args, step, part.correction);
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
            split_step(nn_optimizers[o], &args, w[0], g, slots[0], step, 0.01, COUNT);
            split_step(nn_optimizers[o], &args, w[1], g, slots[1], step, 0.01, 32);
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
        bool slow = !strcmp(nn_optimizers[o]->name, "adagrad"); /* it never forgets a gradient */
        double lr = slow ? 0.2 : 0.01;
        make_args(&args, nn_optimizers[o], NULL);
        for (size_t i = 0; i < COUNT; i++)
            w[i] = i % 2 ? 1.0f : -0.5f;
        for (uint64_t step = 1; step <= 2000; step++) {
            for (size_t i = 0; i < COUNT; i++)
                g[i] = (1.0f + (float)(i % 5)) * w[i];
            split_step(nn_optimizers[o], &args, w, g, slots, step, lr, COUNT);
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
