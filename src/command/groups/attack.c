/* explain: attack, how little makes the net err. */
#include "explain/attack.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/feature.h"
#include "command/setups.h"
#include "command/truth.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
     .help = "the class to be taken for, else any but the true one; of nets that answer values the "
             "value to come to, else away from the true one"},
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
    int32_t *classes;        /* [batch]: attacked, or aimed at; rows of values */
    float *values;           /* [batch, outputs]: values aimed at, or NULL */
    int32_t *before, *after; /* [batch]: classes */
    double *losses[2];       /* [batch]: of values, before and after */
    float *changed;          /* [batch, size] */
};

/* The net answers values: there is a loss, and nothing to be taken for. */
static bool is_valued(const struct raid *raid)
{
    return raid->attack.target.loss.loss != NULL;
}

static void raid_clear(struct nn_inquiry *inquiry)
{
    struct raid *raid = (struct raid *)inquiry;
    nn_bounds_clear(&raid->bounds);
    nn_free(raid->classes);
    nn_free(raid->before);
    nn_free(raid->after);
    nn_free(raid->values);
    nn_free(raid->losses[0]);
    nn_free(raid->losses[1]);
    nn_free(raid->changed);
}

/* target=1.5, or 1.5,2,0 for several outputs: the same for every sample. */
static enum nn_status read_values(struct raid *raid, const char *text, size_t width,
                                  struct nn_error *error)
{
    size_t count = raid->inquiry.subject.count, read = 0;
    raid->values = nn_calloc(count, width * sizeof *raid->values);
    if (!raid->values)
        return nn_fail_memory(error, count * width * sizeof *raid->values);
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        double value;
        if (read == width || !nn_number_parse(at, length, &value) || !isfinite(value))
            break;
        for (size_t i = 0; i < count; i++)
            raid->values[i * width + read] = (float)value;
        read++;
        at += length;
        if (*at == '\0' && read == width)
            return NN_OK;
        if (*at == '\0')
            break;
    }
    return nn_fail(error, NN_ARGUMENT,
                   "target=%s: the net answers %zu value%s, not classes: target=%s",
                   NN_VISIBLE(text), width, width == 1 ? "" : "s",
                   width == 1 ? "NUMBER" : "NUMBER,NUMBER,...");
}

/* The loss of the true values, or of those aimed at. */
static enum nn_status choose_values(struct raid *raid, struct nn_error *error)
{
    const struct nn_inquiry *inquiry = &raid->inquiry;
    const struct nn_subject *subject = &inquiry->subject;
    const char *target = nn_args_text(&inquiry->args, TARGET);
    size_t width = nn_net_output(inquiry->net)->size;
    struct nn_target *aim = &raid->attack.target;
    enum nn_status status = NN_OK;
    if (target)
        NN_TRY(read_values(raid, target, width, error));
    else if (!subject->values)
        NN_TRY(
            nn_fail(error, NN_REFUSED,
                    "attack leads a net away from the truth, and the data have none: target=NUMBER "
                    "says where the answer is to go"));
    NN_TRY(nn_truth_loss(inquiry->session, inquiry->net, subject,
                         target ? raid->values : subject->values, target ? width : subject->width,
                         &aim->loss, error));
    aim->node = aim->loss.node;
    for (size_t i = 0; i < subject->count; i++)
        raid->classes[i] = (int32_t)i;
out:
    return status;
}

/* The true classes; the predicted ones where there are no labels. */
static enum nn_status choose_classes(struct raid *raid, struct nn_error *error)
{
    struct nn_inquiry *inquiry = &raid->inquiry;
    const struct nn_subject *subject = &inquiry->subject;
    struct nn_target *aim = &raid->attack.target;
    char name[80];
    const char *target = nn_args_text(&inquiry->args, TARGET);
    enum nn_status status = NN_OK;
    if (target) {
        NN_TRY(nn_inquiry_answer(inquiry, target, &raid->target, name, error));
        if (raid->target.target.what != NN_EXPLAIN_CLASS)
            NN_TRY(nn_fail(error, NN_ARGUMENT, "target= of an attack is a class"));
        for (size_t i = 0; i < subject->count; i++)
            raid->classes[i] = raid->target.unit;
    } else if (subject->labels) {
        size_t width = inquiry->net->nodes[aim->node]->size;
        for (size_t i = 0; i < subject->count; i++) {
            if (subject->labels[i] < 0 || (width > 1 && (size_t)subject->labels[i] >= width))
                NN_TRY(nn_fail(error, NN_REFUSED, "sample %zu has no class that the net knows", i));
            raid->classes[i] = subject->labels[i];
        }
    } else {
        NN_TRY(nn_attack_classes(inquiry->net, aim->binary, subject->x, subject->count,
                                 raid->classes, NULL, error));
    }
out:
    return status;
}

static enum nn_status choose_target(struct raid *raid, struct nn_error *error)
{
    struct nn_inquiry *inquiry = &raid->inquiry;
    const struct nn_subject *subject = &inquiry->subject;
    struct nn_answer any = {0};
    char name[80];
    int logits = nn_net_logits(inquiry->net);
    enum nn_status status = nn_inquiry_answer(inquiry, NULL, &any, name, error);
    if (status != NN_OK)
        return status;
    bool one = inquiry->net->nodes[logits]->size == 1 && !any.target.binary;
    raid->attack.target = (struct nn_target){.what = NN_EXPLAIN_LOSS,
                                             .node = logits,
                                             .binary = any.target.binary,
                                             .unit = raid->classes};
    return subject->values || one ? choose_values(raid, error) : choose_classes(raid, error);
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
    raid->losses[0] = nn_calloc(count, sizeof *raid->losses[0]);
    raid->losses[1] = nn_calloc(count, sizeof *raid->losses[1]);
    raid->changed = nn_calloc(count, size * sizeof *raid->changed);
    if (!raid->classes || !raid->before || !raid->after || !raid->losses[0] || !raid->losses[1] ||
        !raid->changed)
        NN_TRY(nn_fail_memory(error, count * size * sizeof *raid->changed));
    NN_TRY(choose_target(raid, error));
    NN_TRY(nn_bounds_find(inquiry->session, inquiry->net, &raid->bounds, error));
    attack->net = inquiry->net;
    attack->x = inquiry->subject.x;
    attack->batch = count;
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
    char sample[48];
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
    result->scale = change ? NN_SCALE_CHANGE : NN_SCALE_RANGE;
    result->sample = subject->first;
    nn_subject_name(subject, sample);
    snprintf(result->title, sizeof result->title, "%s of %s", nn_args_text(&inquiry->args, METHOD),
             sample);
    snprintf(result->method, sizeof result->method, "%s", nn_args_text(&inquiry->args, METHOD));
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject->split]);
    nn_result_figure(result, "largest change", largest);
    nn_result_figure(result, "length", sqrt(square));
out:
    return status;
}

static void add_title(struct nn_result *result, const char *before, const char *after)
{
    size_t used = strlen(result->title);
    snprintf(result->title + used, sizeof result->title - used, ": %s before, %s after", before,
             after);
}

/* F of a unit at the sample and at what the attack made of it. */
static enum nn_status ask_both(const struct raid *raid, const struct nn_answer *answer,
                               double values[2], struct nn_error *error)
{
    enum nn_status status = nn_answers(answer, raid->attack.x, 1, &values[0], NULL, error);
    return status == NN_OK ? nn_answers(answer, raid->changed, 1, &values[1], NULL, error) : status;
}

/* What the attack did to a class, as title, target, figures and a sentence. */
static enum nn_status tell_of_class(struct raid *raid, struct nn_error *error)
{
    struct nn_result *result = raid->inquiry.result;
    const struct nn_session *session = raid->inquiry.session;
    const struct nn_target *target = &raid->attack.target;
    struct nn_answer answer = {
        .net = raid->attack.net,
        .target = {.what = NN_EXPLAIN_CLASS, .node = target->node, .binary = target->binary},
        .unit = raid->classes[0],
        .probability = true};
    double p[2];
    char class[32], before[32], after[32];
    enum nn_status status = ask_both(raid, &answer, p, error);
    if (status != NN_OK)
        return status;
    nn_subject_class(session, raid->classes[0], class);
    add_title(result, nn_subject_class(session, raid->before[0], before),
              nn_subject_class(session, raid->after[0], after));
    snprintf(result->target, sizeof result->target, "loss for class %s", class);
    snprintf(result->note, sizeof result->note, "It %s the loss for class %s, %s.",
             raid->attack.targeted ? "lowers" : "raises", class,
             raid->attack.targeted          ? "which it aims at"
             : raid->inquiry.subject.labels ? "the true one"
                                            : "the predicted one");
    size_t used = strlen(result->note);
    if ((raid->after[0] == raid->classes[0]) != raid->attack.targeted)
        snprintf(result->note + used, sizeof result->note - used,
                 " That did not suffice: the net still answers %s.", after);
    bool likely = target->binary || target->node != nn_net_output(raid->attack.net)->index;
    nn_result_figure(result, likely ? "p before" : "logit before", p[0]);
    nn_result_figure(result, likely ? "p after" : "logit after", p[1]);
    return NN_OK;
}

/* The same of a net that answers values. */
static enum nn_status tell_of_values(struct raid *raid, struct nn_error *error)
{
    struct nn_result *result = raid->inquiry.result;
    const struct nn_node *output = nn_net_output(raid->attack.net);
    const char *loss = raid->attack.target.loss.loss->name;
    struct nn_answer answer = {.net = raid->attack.net,
                               .target = {.what = NN_EXPLAIN_UNIT, .node = output->index}};
    double values[2];
    char before[NN_NUMBER_SIZE], after[NN_NUMBER_SIZE];
    enum nn_status status = ask_both(raid, &answer, values, error);
    if (status != NN_OK)
        return status;
    if (output->size == 1)
        add_title(result, nn_number_short(before, values[0], 4),
                  nn_number_short(after, values[1], 4));
    snprintf(result->target, sizeof result->target, "loss (%s)", loss);
    snprintf(result->note, sizeof result->note, "It %s the loss (%s), away from %s.",
             raid->attack.targeted ? "lowers" : "raises", loss, "the true value");
    if (raid->attack.targeted)
        snprintf(result->note, sizeof result->note, "It lowers the loss (%s) of %.100s.", loss,
                 NN_VISIBLE(nn_args_text(&raid->inquiry.args, TARGET)));
    nn_result_figure(result, "loss before", raid->losses[0][0]);
    nn_result_figure(result, "loss after", raid->losses[1][0]);
    return NN_OK;
}

/* ---- all samples ---- */

static double length_of_change(const struct raid *raid, size_t sample)
{
    size_t size = raid->attack.net->nodes[0]->size;
    double square = 0;
    for (size_t j = sample * size; j < (sample + 1) * size; j++) {
        double d = (double)raid->changed[j] - (double)raid->attack.x[j];
        square += d * d;
    }
    return sqrt(square);
}

/* Untargeted: of the samples that were right, those that are wrong now. Targeted: of those that
 * were taken for another class, those that are taken for the target. */
static void count_successes(const struct raid *raid, size_t *tried, size_t *won, double *length)
{
    *tried = *won = 0;
    *length = 0;
    for (size_t i = 0; i < raid->attack.batch; i++) {
        bool was = raid->before[i] == raid->classes[i], is = raid->after[i] == raid->classes[i];
        if (was == raid->attack.targeted)
            continue;
        *length += length_of_change(raid, i);
        ++*tried;
        *won += is == raid->attack.targeted;
    }
    *length /= *tried ? (double)*tried : 1;
}

static void add_row_of_classes(struct raid *raid, size_t row)
{
    struct nn_result *result = raid->inquiry.result;
    size_t tried, won, right = 0;
    double length;
    count_successes(raid, &tried, &won, &length);
    for (size_t i = 0; i < raid->attack.batch; i++)
        right += raid->inquiry.subject.labels ? raid->after[i] == raid->inquiry.subject.labels[i]
                                              : raid->after[i] == raid->before[i];
    nn_result_set_number(result, row, 1, (double)tried, -2);
    nn_result_set_number(result, row, 2, (double)won, -2);
    nn_result_set_number(result, row, 3, tried ? (double)won / (double)tried : NAN, 4);
    nn_result_set_number(result, row, 4, (double)right / (double)raid->attack.batch, 4);
    nn_result_set_number(result, row, 5, length, -1);
}

static void add_row_of_values(struct raid *raid, size_t row)
{
    double sums[2] = {0, 0}, lengths = 0, n = (double)raid->attack.batch;
    for (size_t i = 0; i < raid->attack.batch; i++) {
        sums[0] += raid->losses[0][i];
        sums[1] += raid->losses[1][i];
        lengths += length_of_change(raid, i);
    }
    nn_result_set_number(raid->inquiry.result, row, 1, n, -2);
    nn_result_set_number(raid->inquiry.result, row, 2, sums[0] / n, -1);
    nn_result_set_number(raid->inquiry.result, row, 3, sums[1] / n, -1);
    nn_result_set_number(raid->inquiry.result, row, 4, lengths / n, -1);
}

static const char *note_of_table(const struct raid *raid)
{
    if (is_valued(raid))
        return raid->attack.targeted ? "The losses are those of target=."
                                     : "The losses are those of the true values.";
    return raid->attack.targeted
               ? "Attacked are the samples that were not taken for the target; a success is."
               : "Attacked are the samples that were right; a success is wrong.";
}

static enum nn_status begin_table(struct raid *raid, size_t rows, struct nn_error *error)
{
    static const char *const of_classes[] = {"epsilon",      "attacked", "successes",
                                             "success rate", "accuracy", "mean length"};
    static const char *const of_values[] = {"epsilon", "attacked", "loss before", "loss after",
                                            "mean length"};
    struct nn_inquiry *inquiry = &raid->inquiry;
    char samples[48];
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "attack", &inquiry->result, error));
    NN_TRY(nn_result_table(inquiry->result, is_valued(raid) ? of_values : of_classes,
                           is_valued(raid) ? 5 : 6, rows, error));
    nn_subject_name(&inquiry->subject, samples);
    snprintf(inquiry->result->title, sizeof inquiry->result->title, "%s within %s, %s",
             nn_args_text(&inquiry->args, METHOD), nn_args_text(&inquiry->args, NORM), samples);
    snprintf(inquiry->result->method, sizeof inquiry->result->method, "%s",
             nn_args_text(&inquiry->args, METHOD));
    snprintf(inquiry->result->note, sizeof inquiry->result->note, "%s", note_of_table(raid));
    inquiry->result->sample = -1;
out:
    return status;
}

/* ---- all together ---- */

/* What the net makes of inputs: classes, or how far from the values. */
static enum nn_status judge(const struct raid *raid, const float *x, int32_t *classes,
                            double *losses, struct nn_error *error)
{
    const struct nn_attack *attack = &raid->attack;
    if (is_valued(raid))
        return nn_explain_value(attack->net, &attack->target, x, attack->batch, losses,
                                attack->progress, error);
    return nn_attack_classes(attack->net, attack->target.binary, x, attack->batch, classes,
                             attack->progress, error);
}

static enum nn_status run_radius(struct raid *raid, double epsilon, struct nn_error *error)
{
    struct nn_attack *attack = &raid->attack;
    attack->epsilon = epsilon;
    enum nn_status status = nn_attack_run(attack, raid->changed, error);
    return status == NN_OK ? judge(raid, raid->changed, raid->after, raid->losses[1], error)
                           : status;
}

static enum nn_status attack_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                  struct nn_error *error)
{
    struct raid *raid = (struct raid *)inquiry;
    const struct nn_arg *radii = &inquiry->args.values[EPSILON];
    enum nn_status status = NN_OK;
    raid->attack.progress = progress;
    NN_TRY(judge(raid, raid->attack.x, raid->before, raid->losses[0], error));
    if (inquiry->args.values[SAMPLE].set && inquiry->args.values[SAMPLE].integer < 0) {
        NN_TRY(begin_table(raid, radii->number_count, error));
        for (size_t i = 0; i < radii->number_count; i++) {
            struct nn_progress_part whole =
                nn_progress_enter(progress, (double)i, (double)radii->number_count);
            status = run_radius(raid, radii->numbers[i], error);
            nn_progress_back(progress, whole);
            NN_TRY(status);
            nn_result_set_number(inquiry->result, i, 0, radii->numbers[i], -1);
            if (is_valued(raid))
                add_row_of_values(raid, i);
            else
                add_row_of_classes(raid, i);
        }
        return NN_OK;
    }
    NN_TRY(run_radius(raid, radii->numbers[0], error));
    NN_TRY(picture(raid, error));
    status = is_valued(raid) ? tell_of_values(raid, error) : tell_of_class(raid, error);
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
        "fgsm (Goodfellow et al. 2015) takes one step of epsilon up the loss of the true class, or "
        "of the true values, or down that of target=; pgd (Madry et al. 2018) several within the "
        "ball; both stay within the range of the training data. Of one sample the change is drawn, "
        "of colours as colours around grey; of all, how often it succeeds.",
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
