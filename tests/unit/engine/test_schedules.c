/* Schedules against PyTorch's classes written out step by step, and in a training. */
#include "base/mem.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EPOCH = 7, EPOCHS = 12, STEPS = EPOCH * EPOCHS };
#define LR 0.5

struct planned {
    const struct nn_schedule_class *schedule;
    struct nn_args args;
    double state[NN_SCHEDULE_STATE];
};

static struct planned plan(const char *name, const char *const *values)
{
    struct planned planned = {.schedule = nn_schedule_find(name)};
    struct nn_error error = {0};
    cr_assert(planned.schedule, "no schedule %s", name);
    cr_assert(nn_args_default(&planned.args, planned.schedule->args, &error) == NN_OK);
    for (; values && values[0]; values += 2)
        cr_assert(nn_args_set(&planned.args, values[0], values[1], "compile", &error) == NN_OK,
                  "%s", error.message);
    return planned;
}

static struct nn_schedule_call call_of(const struct planned *planned, size_t step)
{
    return (struct nn_schedule_call){.step = (double)step,
                                     .epoch_steps = EPOCH,
                                     .total = STEPS,
                                     .lr = LR,
                                     .args = &planned->args,
                                     .state = planned->state};
}

static double rate(const struct planned *planned, size_t step)
{
    struct nn_schedule_call call = call_of(planned, step);
    return nn_schedule_rate(planned->schedule, &call);
}

/* Compares every step with a slow rate. */
static void check(const char *name, const char *const *values, double (*slow)(size_t step))
{
    struct planned planned = plan(name, values);
    for (size_t step = 0; step < STEPS; step++) {
        double value = rate(&planned, step), wanted = slow(step);
        cr_assert(fabs(value - wanted) < 1e-12, "%s %s: step %zu has %.12g, not %.12g", name,
                  values ? values[1] : "", step, value, wanted);
    }
    nn_args_clear(&planned.args);
}

static double constant(size_t step)
{
    (void)step;
    return LR;
}

static double constant_warmup(size_t step) /* 2 epochs */
{
    return step < 2 * EPOCH ? LR * (double)(step + 1) / (2 * EPOCH) : LR;
}

static double every_third(size_t step) /* StepLR(3, 0.5), chained */
{
    double lr = LR;
    for (size_t epoch = 1; epoch <= step / EPOCH; epoch++)
        if (epoch % 3 == 0)
            lr *= 0.5;
    return lr;
}

static double at_two_and_five(size_t step) /* MultiStepLR([2, 5], 0.1) */
{
    size_t epoch = step / EPOCH;
    return epoch < 2 ? LR : epoch < 5 ? LR * 0.1 : LR * 0.1 * 0.1;
}

static double every_epoch(size_t step) /* ExponentialLR(0.95), chained */
{
    double lr = LR;
    for (size_t epoch = 1; epoch <= step / EPOCH; epoch++)
        lr *= 0.95;
    return lr;
}

static double linear(size_t step) /* PolynomialLR(STEPS, 1) */
{
    return LR * (1.0 - (double)step / STEPS);
}

static double squared(size_t step) /* PolynomialLR(4 epochs, 2), chained as PyTorch does */
{
    double lr = LR, total = 4 * EPOCH;
    for (size_t t = 1; t <= step && t <= 4 * EPOCH; t++)
        lr *= pow((1.0 - (double)t / total) / (1.0 - (double)(t - 1) / total), 2.0);
    return lr;
}

/* CosineAnnealingLR(STEPS, 0.1) by its recursion. */
static double cosine(size_t step)
{
    double lr = LR, low = 0.1, pi = acos(-1.0);
    for (size_t t = 1; t <= step; t++)
        lr = (1.0 + cos(pi * (double)t / STEPS)) / (1.0 + cos(pi * (double)(t - 1) / STEPS)) *
                 (lr - low) +
             low;
    return lr;
}

static double cosine_after_warmup(size_t step) /* 3 epochs, then 9 to the end */
{
    double warmup = 3 * EPOCH, t = (double)step - warmup;
    return t < 0.0 ? LR * (double)(step + 1) / warmup
                   : LR * 0.5 * (1.0 + cos(acos(-1.0) * t / (STEPS - warmup)));
}

static double restarts(size_t step) /* CosineAnnealingWarmRestarts(2 epochs, T_mult=2) */
{
    size_t now = 0, period = 2 * EPOCH;
    for (size_t t = 0; t < step; t++)
        if (++now >= period) {
            now = 0;
            period *= 2;
        }
    return LR * (1.0 + cos(acos(-1.0) * (double)now / (double)period)) / 2.0;
}

static double same_restarts(size_t step)
{
    return LR * (1.0 + cos(acos(-1.0) * (double)(step % (3 * EPOCH)) / (3 * EPOCH))) / 2.0;
}

static double annealed(double start, double end, double pct)
{
    return end + (start - end) / 2.0 * (cos(acos(-1.0) * pct) + 1.0);
}

static double one_cycle(size_t step) /* OneCycleLR(max_lr, STEPS) */
{
    double initial = LR / 25.0, low = initial / 1e4, ends[] = {0.3 * STEPS - 1.0, STEPS - 1.0};
    return (double)step <= ends[0]
               ? annealed(initial, LR, (double)step / ends[0])
               : annealed(LR, low, ((double)step - ends[0]) / (ends[1] - ends[0]));
}

#define WITH(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(schedules, agree_with_pytorch)
{
    check("constant", NULL, constant);
    check("constant", WITH("warmup", "2"), constant_warmup);
    check("step", WITH("every", "3", "factor", "0.5"), every_third);
    check("step", WITH("at", "2,5"), at_two_and_five);
    check("exponential", NULL, every_epoch);
    check("polynomial", NULL, linear);
    check("polynomial", WITH("power", "2", "period", "4"), squared);
    check("cosine", WITH("min_lr", "0.1"), cosine);
    check("cosine", WITH("warmup", "3"), cosine_after_warmup);
    check("cosine_restarts", WITH("period", "2", "stretch", "2"), restarts);
    check("cosine_restarts", WITH("period", "3"), same_restarts);
    check("one_cycle", NULL, one_cycle);
    check("one_cycle", WITH("period", "12"), one_cycle);
}

Test(schedules, stay_in_bounds)
{
    for (size_t i = 0; i < nn_schedule_count; i++) {
        struct planned planned = plan(nn_schedules[i]->name, NULL);
        for (size_t step = 0; step < 3 * STEPS; step++) /* also long after the end */
            cr_assert(rate(&planned, step) >= 0.0 && rate(&planned, step) <= LR, "%s at %zu: %g",
                      nn_schedules[i]->name, step, rate(&planned, step));
        nn_args_clear(&planned.args);
    }
}

/* torch.optim.lr_scheduler.ReduceLROnPlateau, as its source has it. */
struct torch_plateau {
    double lr, best, factor, threshold, min_lr;
    int patience, cooldown, bad, cooling;
};

static void torch_step(struct torch_plateau *p, double metric)
{
    if (metric < p->best * (1.0 - p->threshold)) {
        p->best = metric;
        p->bad = 0;
    } else
        p->bad++;
    if (p->cooling > 0) {
        p->cooling--;
        p->bad = 0;
    }
    if (p->bad > p->patience) {
        double lr = fmax(p->lr * p->factor, p->min_lr);
        if (p->lr - lr > 1e-8)
            p->lr = lr;
        p->cooling = p->cooldown;
        p->bad = 0;
    }
}

Test(schedules, plateau_as_pytorch)
{
    static const double losses[] = {3,   2,   2,      2,   2,   1.9, 1.9, 1.95, 1.9, 1.9,
                                    1.9, 1.9, 1.9,    0.5, 0.6, 1,   0.7, 0.6,  0.6, 0.6,
                                    0.6, 0.6, 0.4999, 0.6, 0.6, 0.6, 0.6, 0.6,  1,   1,
                                    1,   1,   1,      1,   1,   1,   1,   1,    1};
    struct planned planned = plan("plateau", WITH("wait", "2", "cooldown", "1", "factor", "0.3",
                                                  "min_lr", "0.001", "threshold", "0.01"));
    struct torch_plateau torch = {.lr = LR,
                                  .best = INFINITY,
                                  .factor = 0.3,
                                  .threshold = 0.01,
                                  .min_lr = 0.001,
                                  .patience = 2,
                                  .cooldown = 1};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct nn_schedule_call call = call_of(&planned, i * EPOCH);
        planned.schedule->observe(&call, losses[i], planned.state);
        torch_step(&torch, losses[i]);
        cr_assert(fabs(rate(&planned, (i + 1) * EPOCH) - torch.lr) < 1e-12, "epoch %zu: %g, not %g",
                  i, rate(&planned, (i + 1) * EPOCH), torch.lr);
    }
    cr_assert(torch.lr == 0.001, "the test reaches the lowest rate");
    struct nn_schedule_call call = call_of(&planned, 0);
    planned.schedule->observe(&call, NAN, planned.state);
    cr_assert(isfinite(rate(&planned, 0)));
    nn_args_clear(&planned.args);
}

/* The trainer asks the schedule at each batch, goes on with it in a later run, and writes the rate
 * of the last step down. */
Test(schedules, in_a_training)
{
    struct fixture_data data = fixture_clouds("2", 40, 2, 6);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start(
        "2", "dense 2 softmax",
        "loss=categorical_crossentropy optimizer=sgd lr=0.5 schedule=polynomial period=4");
    struct nn_train_options options = {.epochs = 2, .batch = 10, .seed = 1};
    struct nn_error error = {0};
    for (int i = 0; i < 2; i++)
        cr_assert(fixture_train(&run, &source, NULL, &options, &error) == NN_OK, "%s",
                  error.message);
    for (size_t epoch = 0; epoch < 4; epoch++) {
        double wanted = 0.5 * (1.0 - (double)(epoch * 4 + 3) / 16.0);
        cr_assert(fabs(fixture_cell(&run.history, epoch, "lr") - wanted) < 1e-12);
    }
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

/* A validation loss that does not move makes the rate fall. */
Test(schedules, plateau_in_a_training)
{
    struct fixture_data data = fixture_clouds("2", 20, 2, 6);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start(
        "2", "dense 2 softmax",
        "loss=categorical_crossentropy optimizer=sgd lr=1e-12 schedule=plateau wait=1 factor=0.5");
    struct nn_train_options options = {.epochs = 6, .batch = 20, .seed = 1};
    struct nn_error error = {0};
    run.recipe.lr = 1e-6; /* too small to change anything by the threshold */
    cr_assert(fixture_train(&run, &source, &source, &options, &error) == NN_OK);
    const double falls[] = {0, 0, 0, 1, 1, 2};
    for (size_t epoch = 0; epoch < 6; epoch++)
        cr_assert(fixture_cell(&run.history, epoch, "lr") == 1e-6 * pow(0.5, falls[epoch]),
                  "epoch %zu: %g", epoch, fixture_cell(&run.history, epoch, "lr"));
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

Test(schedules, registry)
{
    for (size_t i = 0; i < nn_schedule_count; i++) {
        cr_assert(nn_schedule_find(nn_schedules[i]->name) == nn_schedules[i]);
        cr_assert(nn_schedules[i]->summary && nn_schedules[i]->formula && nn_schedules[i]->source);
    }
    cr_assert(nn_schedule_find("nonsense") == NULL);
}

static bool has(const struct nn_arg_spec *specs, const char *name)
{
    return nn_args_find(specs, name) >= 0;
}

/* compile takes the arguments of all kinds together, so no two kinds may share a name. */
Test(schedules, names_of_arguments_are_unique)
{
    for (size_t l = 0; l < nn_loss_count; l++)
        for (const struct nn_arg_spec *spec = nn_losses[l]->args; spec->name; spec++)
            for (size_t o = 0; o < nn_optimizer_count; o++)
                for (size_t s = 0; s < nn_schedule_count; s++)
                    cr_assert(!has(nn_optimizers[o]->args, spec->name) &&
                                  !has(nn_schedules[s]->args, spec->name),
                              "%s of %s", spec->name, nn_losses[l]->name);
    for (size_t o = 0; o < nn_optimizer_count; o++)
        for (const struct nn_arg_spec *spec = nn_optimizers[o]->args; spec->name; spec++)
            for (size_t s = 0; s < nn_schedule_count; s++)
                cr_assert(!has(nn_schedules[s]->args, spec->name), "%s of %s", spec->name,
                          nn_optimizers[o]->name);
    for (size_t m = 0; m < nn_metric_count; m++)
        for (const struct nn_arg_spec *spec = nn_metrics[m]->args; spec && spec->name; spec++) {
            for (size_t l = 0; l < nn_loss_count; l++)
                cr_assert(!has(nn_losses[l]->args, spec->name), "%s", spec->name);
            for (size_t o = 0; o < nn_optimizer_count; o++)
                cr_assert(!has(nn_optimizers[o]->args, spec->name), "%s", spec->name);
            for (size_t s = 0; s < nn_schedule_count; s++)
                cr_assert(!has(nn_schedules[s]->args, spec->name), "%s", spec->name);
        }
}
