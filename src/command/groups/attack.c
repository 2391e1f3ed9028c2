/* explain: attack, how little makes the net err. */
#include "explain/attack.h"
#include "base/mem.h"
#include "command/feature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NN_DIGITS                                                                                  \
    "data demo digits; add conv2d 8 3 relu; add maxpool2d 2; add flatten; add dense 10 softmax; "  \
    "compile loss=categorical_crossentropy; train epochs=1"

#define MOST_RADII 32

static const struct nn_arg_spec attack_args[] = {
    {.name = "method",
     .type = NN_ARG_CHOICE,
     .choices = "fgsm|pgd",
     .help = "one step along the gradient, or several within the ball",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "sample",
     .type = NN_ARG_SAMPLE,
     .help = "number in its split, from 0, or all; else the last one looked at",
     .flags = NN_ARG_POSITIONAL},
    {.name = "epsilon",
     .type = NN_ARG_NUMBERS,
     .fallback = "0.1",
     .max = 1e6,
     .help = "radius of the change, of scaled values; several, joined by commas, for sample=all"},
    {.name = "norm",
     .type = NN_ARG_CHOICE,
     .fallback = "linf",
     .choices = "linf|l2",
     .help = "what the radius bounds: each value, or the length of the change"},
    {.name = "target",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "the class to be taken for; else any but the true one"},
    {.name = "steps",
     .type = NN_ARG_INT,
     .fallback = "10",
     .min = 1,
     .max = 10000,
     .unit = "steps",
     .help = "of pgd"},
    {.name = "step",
     .type = NN_ARG_REAL,
     .max = 1e6,
     .help = "length of a step of pgd; else 2.5 epsilon / steps"},
    {.name = "start",
     .type = NN_ARG_CHOICE,
     .fallback = "random",
     .choices = "random|sample",
     .help = "where pgd begins: somewhere in the ball, or at the sample"},
    {.name = "show",
     .type = NN_ARG_CHOICE,
     .fallback = "change",
     .choices = "change|input",
     .help = "of one sample: the change, or the changed input"},
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_SEED,
    NN_INQUIRY_OUT,
    {0},
};

enum { METHOD, SAMPLE, EPSILON, NORM, TARGET, STEPS, STEP, START, SHOW };

struct raid {
    struct nn_inquiry inquiry;
    struct nn_bounds bounds;
    struct nn_attack attack;
    struct nn_answer target; /* of target= */
    int32_t *classes;        /* [batch]: attacked, or aimed at */
    int32_t *before, *after; /* [batch] */
    float *changed;          /* [batch, size] */
};

static void raid_clear(struct nn_inquiry *inquiry)
{
    struct raid *raid = (struct raid *)inquiry;
    nn_bounds_clear(&raid->bounds);
    nn_free(raid->classes);
    nn_free(raid->before);
    nn_free(raid->after);
    nn_free(raid->changed);
}

/* The true classes; the predicted ones where there are no labels. */
static enum nn_status choose_classes(struct raid *raid, struct nn_error *error)
{
    struct nn_inquiry *inquiry = &raid->inquiry;
    const struct nn_subject *subject = &inquiry->subject;
    struct nn_answer any;
    char name[80];
    const char *target = nn_args_text(&inquiry->args, TARGET);
    enum nn_status status = NN_OK;
    NN_TRY(nn_inquiry_answer(inquiry, NULL, &any, name, error));
    size_t width = inquiry->net->nodes[nn_net_logits(inquiry->net)]->size;
    if (width == 1 && !any.target.binary)
        NN_TRY(
            nn_fail(error, NN_REFUSED, "attack makes a net err about a class: this one has none"));
    raid->attack.binary = any.target.binary;
    if (target) {
        NN_TRY(nn_inquiry_answer(inquiry, target, &raid->target, name, error));
        if (raid->target.target.what != NN_EXPLAIN_CLASS)
            NN_TRY(nn_fail(error, NN_ARGUMENT, "target= of an attack is a class"));
        for (size_t i = 0; i < subject->count; i++)
            raid->classes[i] = raid->target.unit;
    } else if (subject->labels) {
        for (size_t i = 0; i < subject->count; i++) {
            if (subject->labels[i] < 0 || (width > 1 && (size_t)subject->labels[i] >= width))
                NN_TRY(nn_fail(error, NN_REFUSED, "sample %zu has no class that the net knows", i));
            raid->classes[i] = subject->labels[i];
        }
    } else {
        NN_TRY(nn_attack_classes(inquiry->net, raid->attack.binary, subject->x, subject->count,
                                 raid->classes, NULL, error));
    }
out:
    return status;
}

static enum nn_status prepare_attack(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct raid *raid = (struct raid *)inquiry;
    struct nn_attack *attack = &raid->attack;
    const struct nn_args *args = &inquiry->args;
    const struct nn_arg *radii = &args->values[EPSILON];
    bool pgd = nn_args_int(args, METHOD) == 1;
    size_t size = inquiry->net->nodes[0]->size, count;
    enum nn_status status = NN_OK;
    NN_TRY(nn_inquiry_sample(inquiry, error));
    count = inquiry->subject.count;
    if (radii->number_count > MOST_RADII)
        NN_TRY(nn_fail(error, NN_LIMIT, "attack takes at most %d radii", MOST_RADII));
    bool several = args->values[SAMPLE].set && args->values[SAMPLE].integer < 0;
    if (radii->number_count > 1 && !several)
        NN_TRY(
            nn_fail(error, NN_ARGUMENT, "several radii are compared over all samples: sample=all"));
    raid->classes = nn_calloc(count, sizeof *raid->classes);
    raid->before = nn_calloc(count, sizeof *raid->before);
    raid->after = nn_calloc(count, sizeof *raid->after);
    raid->changed = nn_calloc(count, size * sizeof *raid->changed);
    if (!raid->classes || !raid->before || !raid->after || !raid->changed)
        NN_TRY(nn_fail_memory(error, count * size * sizeof *raid->changed));
    NN_TRY(choose_classes(raid, error));
    NN_TRY(nn_bounds_find(inquiry->session, inquiry->net, &raid->bounds, error));
    attack->net = inquiry->net;
    attack->x = inquiry->subject.x;
    attack->batch = count;
    attack->classes = raid->classes;
    attack->targeted = nn_args_is_set(args, TARGET);
    attack->norm = nn_args_int(args, NORM) ? NN_ATTACK_L2 : NN_ATTACK_LINF;
    attack->steps = pgd ? (size_t)nn_args_int(args, STEPS) : 1;
    attack->step = pgd && nn_args_is_set(args, STEP) ? nn_args_real(args, STEP) : 0;
    attack->random_start = pgd && nn_args_int(args, START) == 0;
    attack->low = raid->bounds.low;
    attack->high = raid->bounds.high;
    attack->lows = raid->bounds.lows;
    attack->highs = raid->bounds.highs;
    attack->seed = nn_inquiry_seed(inquiry);
out:
    return status;
}

/* ---- one sample ---- */

static enum nn_status picture(struct raid *raid, struct nn_error *error)
{
    struct nn_inquiry *inquiry = &raid->inquiry;
    const struct nn_subject *subject = &inquiry->subject;
    bool change = nn_args_int(&inquiry->args, SHOW) == 0;
    size_t size = inquiry->net->nodes[0]->size;
    struct nn_shape shape = {.rank = subject->shape.rank + 1, .dim = {1}};
    char sample[48], from[32], to[32];
    double largest = 0, square = 0;
    enum nn_status status = NN_OK;
    memcpy(shape.dim + 1, subject->shape.dim, (NN_MAX_RANK - 1) * sizeof *shape.dim);
    NN_TRY(nn_result_new(NN_RESULT_ATTRIBUTION, "attack", &inquiry->result, error));
    struct nn_result *result = inquiry->result;
    NN_TRY(nn_tensor_init(&result->values, &shape, error));
    NN_TRY(nn_tensor_init(&result->input, &shape, error));
    memcpy(result->input.data, subject->x, size * sizeof(float));
    for (size_t i = 0; i < size; i++) {
        double d = (double)raid->changed[i] - (double)subject->x[i];
        result->values.data[i] = change ? (float)d : raid->changed[i];
        largest = fmax(largest, fabs(d));
        square += d * d;
    }
    if (subject->data->samples->features && subject->shape.rank == 1)
        NN_TRY(nn_result_names(result, (const char *const *)subject->data->samples->features,
                               subject->data->samples->feature_count, error));
    result->scale = change ? NN_SCALE_SIGNED : NN_SCALE_RANGE;
    result->sample = subject->first;
    nn_subject_name(subject, sample);
    snprintf(result->title, sizeof result->title, "%s of %s: %s before, %s after",
             nn_args_text(&inquiry->args, METHOD), sample,
             nn_subject_class(inquiry->session, raid->before[0], from),
             nn_subject_class(inquiry->session, raid->after[0], to));
    snprintf(result->method, sizeof result->method, "%s", nn_args_text(&inquiry->args, METHOD));
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject->split]);
    nn_result_figure(result, "largest change", largest);
    nn_result_figure(result, "length", sqrt(square));
out:
    return status;
}

/* The answers for the class before and after, as figures. */
static enum nn_status add_answers(struct raid *raid, struct nn_error *error)
{
    struct nn_answer answer = {.net = raid->attack.net,
                               .target = {.what = NN_EXPLAIN_CLASS,
                                          .node = nn_net_logits(raid->attack.net),
                                          .binary = raid->attack.binary},
                               .unit = raid->classes[0],
                               .probability = true};
    double values[2];
    enum nn_status status = nn_answers(&answer, raid->attack.x, 1, &values[0], NULL, error);
    if (status == NN_OK)
        status = nn_answers(&answer, raid->changed, 1, &values[1], NULL, error);
    if (status != NN_OK)
        return status;
    nn_result_figure(raid->inquiry.result, "before", values[0]);
    nn_result_figure(raid->inquiry.result, "after", values[1]);
    char class[32];
    snprintf(raid->inquiry.result->target, sizeof raid->inquiry.result->target, "class %s",
             nn_subject_class(raid->inquiry.session, raid->classes[0], class));
    return NN_OK;
}

/* ---- all samples ---- */

/* Untargeted: of the samples that were right, those that are wrong now. Targeted: of those that
 * were taken for another class, those that are taken for the target. */
static void count_successes(const struct raid *raid, size_t *tried, size_t *won, double *length)
{
    size_t size = raid->attack.net->nodes[0]->size;
    *tried = *won = 0;
    *length = 0;
    for (size_t i = 0; i < raid->attack.batch; i++) {
        bool was = raid->before[i] == raid->classes[i], is = raid->after[i] == raid->classes[i];
        double square = 0;
        if (was == raid->attack.targeted)
            continue;
        for (size_t j = i * size; j < (i + 1) * size; j++) {
            double d = (double)raid->changed[j] - (double)raid->attack.x[j];
            square += d * d;
        }
        *length += sqrt(square);
        ++*tried;
        *won += is == raid->attack.targeted;
    }
    *length /= *tried ? (double)*tried : 1;
}

static enum nn_status add_row(struct raid *raid, size_t row, double epsilon)
{
    struct nn_result *result = raid->inquiry.result;
    size_t tried, won, right = 0;
    double length;
    count_successes(raid, &tried, &won, &length);
    for (size_t i = 0; i < raid->attack.batch; i++)
        right += raid->inquiry.subject.labels ? raid->after[i] == raid->inquiry.subject.labels[i]
                                              : raid->after[i] == raid->before[i];
    nn_result_set_number(result, row, 0, epsilon, -1);
    nn_result_set_number(result, row, 1, (double)tried, -2);
    nn_result_set_number(result, row, 2, (double)won, -2);
    nn_result_set_number(result, row, 3, tried ? (double)won / (double)tried : NAN, 4);
    nn_result_set_number(result, row, 4, (double)right / (double)raid->attack.batch, 4);
    nn_result_set_number(result, row, 5, length, -1);
    return NN_OK;
}

static enum nn_status begin_table(struct raid *raid, size_t rows, struct nn_error *error)
{
    static const char *const columns[] = {"epsilon",      "attacked", "successes",
                                          "success rate", "accuracy", "mean length"};
    struct nn_inquiry *inquiry = &raid->inquiry;
    char samples[48];
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "attack", &inquiry->result, error));
    NN_TRY(nn_result_table(inquiry->result, columns, 6, rows, error));
    nn_subject_name(&inquiry->subject, samples);
    snprintf(inquiry->result->title, sizeof inquiry->result->title, "%s within %s, %s",
             nn_args_text(&inquiry->args, METHOD), nn_args_text(&inquiry->args, NORM), samples);
    snprintf(inquiry->result->method, sizeof inquiry->result->method, "%s",
             nn_args_text(&inquiry->args, METHOD));
    snprintf(inquiry->result->note, sizeof inquiry->result->note, "%s",
             raid->attack.targeted
                 ? "Attacked are the samples that were not taken for the target; a success is."
                 : "Attacked are the samples that were right; a success is wrong.");
    inquiry->result->sample = -1;
out:
    return status;
}

static enum nn_status run_radius(struct raid *raid, double epsilon, struct nn_error *error)
{
    struct nn_attack *attack = &raid->attack;
    attack->epsilon = epsilon;
    enum nn_status status = nn_attack_run(attack, raid->changed, error);
    return status == NN_OK ? nn_attack_classes(attack->net, attack->binary, raid->changed,
                                               attack->batch, raid->after, attack->progress, error)
                           : status;
}

static enum nn_status attack_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                  struct nn_error *error)
{
    struct raid *raid = (struct raid *)inquiry;
    const struct nn_arg *radii = &inquiry->args.values[EPSILON];
    enum nn_status status = NN_OK;
    raid->attack.progress = progress;
    NN_TRY(nn_attack_classes(inquiry->net, raid->attack.binary, raid->attack.x, raid->attack.batch,
                             raid->before, progress, error));
    if (inquiry->args.values[SAMPLE].set && inquiry->args.values[SAMPLE].integer < 0) {
        NN_TRY(begin_table(raid, radii->number_count, error));
        for (size_t i = 0; i < radii->number_count; i++) {
            struct nn_progress_part whole =
                nn_progress_enter(progress, (double)i, (double)radii->number_count);
            status = run_radius(raid, radii->numbers[i], error);
            nn_progress_back(progress, whole);
            NN_TRY(status);
            add_row(raid, i, radii->numbers[i]);
        }
        return NN_OK;
    }
    NN_TRY(run_radius(raid, radii->numbers[0], error));
    NN_TRY(picture(raid, error));
    NN_TRY(add_answers(raid, error));
out:
    return status;
}

static const struct nn_inquiry_class attack_inquiry = {.job = NN_INQUIRY_JOB("attack"),
                                                       .size = sizeof(struct raid),
                                                       .prepare = prepare_attack,
                                                       .work = attack_work,
                                                       .clear = raid_clear};

static enum nn_status run_attack(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &attack_inquiry, error);
}

const struct nn_command nn_command_attack = {
    .name = "attack",
    .group = "explain",
    .summary = "Changes samples a little so that the net errs",
    .details =
        "fgsm (Goodfellow et al. 2015) takes one step of epsilon up the loss of the true class, "
        "pgd (Madry et al. 2018) several within the ball; both stay within the range of the "
        "training data. Of one sample the change is drawn; of all, how often it succeeds.",
    .args = attack_args,
    .examples =
        (const struct nn_example[]){{"attack fgsm sample=3 epsilon=0.1 out=change.png", NN_DIGITS,
                                     "The change of one digit, also as a picture"},
                                    {"attack pgd sample=all epsilon=0.02,0.05,0.1 steps=5",
                                     NN_DIGITS, "How often it succeeds, by radius"},
                                    {"attack pgd sample=3 target=8 norm=l2 epsilon=1 show=input",
                                     NN_DIGITS, "A digit that is to be taken for an eight"},
                                    {0}},
    .flags = NN_COMMAND_READS,
    .run = run_attack,
};
