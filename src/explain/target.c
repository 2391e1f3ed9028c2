#include "explain/method.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One entry for a vector, the mean of a feature map for C x H x W. */
static size_t unit_size(const struct nn_node *node)
{
    return node->shape.rank > 1 ? node->size / node->shape.dim[0] : 1;
}

static double unit_value(const struct nn_node *node, const float *y, int32_t unit, int32_t place)
{
    size_t size = unit_size(node);
    double sum = 0;
    if (place)
        return (double)y[(size_t)unit * size + (size_t)place - 1];
    for (size_t i = 0; i < size; i++)
        sum += (double)y[(size_t)unit * size + i];
    return sum / (double)size;
}

static void unit_seed(const struct nn_node *node, float *seed, int32_t unit, int32_t place,
                      float value)
{
    size_t size = unit_size(node);
    if (place) {
        seed[(size_t)unit * size + (size_t)place - 1] = value;
        return;
    }
    for (size_t i = 0; i < size; i++)
        seed[(size_t)unit * size + i] = value / (float)size;
}

/* log sum exp of the outputs, shifted by their maximum. */
static double log_sum_exp(const float *z, size_t n)
{
    double top = (double)z[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        top = fmax(top, (double)z[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp((double)z[i] - top);
    return top + log(sum);
}

/* Cross-entropy of the true class: softmax over several outputs, sigmoid of a single one. */
static double loss_value(const struct nn_target *target, const struct nn_node *node, const float *z,
                         int32_t label)
{
    if (target->binary) {
        double margin = label ? (double)z[0] : -(double)z[0];
        return margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin;
    }
    return log_sum_exp(z, node->size) - (double)z[label];
}

static void loss_seed(const struct nn_target *target, const struct nn_node *node, const float *z,
                      int32_t label, float *seed)
{
    if (target->binary) {
        seed[0] = (float)(1 / (1 + exp(-(double)z[0])) - (label ? 1 : 0));
        return;
    }
    double total = log_sum_exp(z, node->size);
    for (size_t i = 0; i < node->size; i++)
        seed[i] = (float)(exp((double)z[i] - total) - (i == (size_t)label ? 1 : 0));
}

/* The loss of one sample against the values that it is to have; its slope to `seed`, if wanted. */
static double loss_of_values(const struct nn_target *target, const struct nn_node *node,
                             const float *y, int32_t row, float *seed)
{
    const struct nn_values_loss *loss = &target->loss;
    return loss->loss->evaluate(
        &(struct nn_loss_call){.batch = 1,
                               .width = node->size,
                               .z = y,
                               .values = loss->values + (size_t)row * node->size,
                               .logits = loss->logits,
                               .args = loss->args,
                               .dz = seed});
}

void nn_target_value(const struct nn_target *target, const struct nn_pass *pass, size_t first,
                     double *out)
{
    const struct nn_node *node = nn_pass_net(pass)->nodes[target->node];
    const float *y = nn_pass_output(pass, target->node);
    for (size_t i = 0; i < nn_pass_batch(pass); i++, y += node->size) {
        int32_t unit = target->unit[first + i];
        if (target->loss.loss)
            out[i] = loss_of_values(target, node, y, unit, NULL);
        else if (target->what == NN_EXPLAIN_LOSS)
            out[i] = loss_value(target, node, y, unit);
        else if (target->binary)
            out[i] = unit ? (double)y[0] : -(double)y[0];
        else
            out[i] = unit_value(node, y, unit, target->place);
        if (target->what == NN_EXPLAIN_DIFFERENCE)
            out[i] -= target->binary ? (target->other ? (double)y[0] : -(double)y[0])
                                     : unit_value(node, y, target->other, 0);
    }
}

void nn_target_seed(const struct nn_target *target, const struct nn_pass *pass, size_t first,
                    float *seed)
{
    const struct nn_node *node = nn_pass_net(pass)->nodes[target->node];
    const float *y = nn_pass_output(pass, target->node);
    memset(seed, 0, nn_pass_batch(pass) * node->size * sizeof *seed);
    for (size_t i = 0; i < nn_pass_batch(pass); i++, y += node->size, seed += node->size) {
        int32_t unit = target->unit[first + i];
        if (target->loss.loss)
            loss_of_values(target, node, y, unit, seed);
        else if (target->what == NN_EXPLAIN_LOSS)
            loss_seed(target, node, y, unit, seed);
        else if (target->binary) {
            seed[0] = unit ? 1 : -1;
            if (target->what == NN_EXPLAIN_DIFFERENCE)
                seed[0] -= target->other ? 1 : -1;
        } else {
            unit_seed(node, seed, unit, target->place, 1);
            if (target->what == NN_EXPLAIN_DIFFERENCE && target->other != unit)
                unit_seed(node, seed, target->other, 0, -1);
            else if (target->what == NN_EXPLAIN_DIFFERENCE)
                unit_seed(node, seed, unit, 0, 0);
        }
    }
}

static void class_text(char **classes, size_t class_count, int32_t unit, char out[72])
{
    if (classes && unit >= 0 && (size_t)unit < class_count)
        nn_text_visible(out, 72, classes[unit], strlen(classes[unit]), 40);
    else
        snprintf(out, 72, "%d", (int)unit);
}

/* "unit 3,0,5 of conv1" */
static void unit_place_text(const struct nn_node *node, const struct nn_target *target,
                            size_t sample, char *out, size_t capacity)
{
    size_t place = (size_t)target->place - 1;
    int used = snprintf(out, capacity, "unit %d", (int)target->unit[sample]);
    size_t step = unit_size(node);
    for (int i = 1; i < node->shape.rank; i++) {
        step /= node->shape.dim[i];
        used += snprintf(out + used, capacity - (size_t)used, ",%zu",
                         place / step % node->shape.dim[i]);
    }
    snprintf(out + used, capacity - (size_t)used, " of %s", node->name);
}

void nn_target_text(const struct nn_target *target, const struct nn_net *net, char **classes,
                    size_t class_count, size_t sample, char *out, size_t capacity)
{
    char first[72], second[72];
    class_text(classes, class_count, target->unit[sample], first);
    class_text(classes, class_count, target->other, second);
    const struct nn_node *node = net->nodes[target->node];
    const char *kind = class_count > 0 || target->node != net->count - 1 ? "logit" : "output";
    switch (target->what) {
    case NN_EXPLAIN_CLASS:
        snprintf(out, capacity, class_count > 0 ? "%s of class %s" : "%s %s", kind, first);
        break;
    case NN_EXPLAIN_DIFFERENCE:
        snprintf(out, capacity, "%s of class %s minus class %s", kind, first, second);
        break;
    case NN_EXPLAIN_UNIT:
        if (target->place) {
            unit_place_text(node, target, sample, out, capacity);
            break;
        }
        snprintf(out, capacity, node->shape.rank > 1 ? "mean of map %d of %s" : "unit %d of %s",
                 (int)target->unit[sample], node->name);
        break;
    case NN_EXPLAIN_LOSS:
        if (target->loss.loss)
            snprintf(out, capacity, "loss (%s)", target->loss.loss->name);
        else
            snprintf(out, capacity, "loss for class %s", first);
        break;
    }
}
