#include "engine/objective.h"

#include <stdio.h>
#include <string.h>

enum { TEXT = 288 };

/* The output node is an activation that turns logits into probabilities. */
static bool ends_with_probabilities(const struct nn_net *net)
{
    const char *last = nn_net_output(net)->layer->name;
    return strcmp(last, "softmax") == 0 || strcmp(last, "sigmoid") == 0;
}

/* The outputs are logarithms of probabilities. They are logits too: softmax turns them into the
 * same probabilities. */
static bool ends_with_logarithms(const struct nn_net *net)
{
    return strcmp(nn_net_output(net)->layer->name, "logsoftmax") == 0;
}

static bool fuses(const struct nn_net *net, const struct nn_recipe *recipe)
{
    const char *wanted = recipe->loss->fuses;
    if (!wanted)
        return false;
    return strcmp(nn_net_output(net)->layer->name, wanted) == 0 ||
           (strcmp(wanted, "softmax") == 0 && ends_with_logarithms(net));
}

/* The loss's argument from_logits; *given tells whether the user set it. */
static bool takes_logits(const struct nn_recipe *recipe, bool *given)
{
    int at = nn_args_find(recipe->loss->args, "from_logits");
    *given = false;
    if (recipe->loss->scores)
        return true;
    *given = at >= 0 && nn_args_given(&recipe->loss_args, at);
    return at >= 0 && nn_args_bool(&recipe->loss_args, at);
}

bool nn_output_logits(const struct nn_net *net, const struct nn_recipe *recipe)
{
    bool given;
    if (ends_with_logarithms(net))
        return true;
    if (!recipe)
        return !ends_with_probabilities(net);
    return !fuses(net, recipe) && takes_logits(recipe, &given);
}

/* The layer that computes the output, for messages: the one that a final activation stands behind.
 */
static const struct nn_node *last_layer(const struct nn_net *net)
{
    const struct nn_node *node = nn_net_output(net);
    while ((node->layer->flags & NN_LAYER_ACTIVATION) && node->input_count == 1)
        node = net->nodes[node->inputs[0]];
    return node;
}

/* "the net ends with 4 outputs (dense2)" */
static void describe_output(char out[TEXT], const struct nn_net *net)
{
    const struct nn_node *output = nn_net_output(net);
    char shape[NN_SHAPE_TEXT];
    nn_shape_text(shape, &output->shape);
    snprintf(out, TEXT, "the net ends with %s output%s (%s)", shape, output->size == 1 ? "" : "s",
             last_layer(net)->name);
}

/* "the data have 3 classes" */
static void describe_targets(char out[TEXT], const struct nn_source *source)
{
    size_t count = source->classes ? source->classes : source->target_width;
    const char *what = source->classes ? "class" : "target value";
    const char *plural = count == 1 ? "" : source->classes ? "es" : "s";
    snprintf(out, TEXT, "the data have %zu %s%s%s", count, what, plural,
             source->classes ? "" : " per sample");
}

/* "`add dense 3 softmax`": the layer that makes the net end as the loss wants it. */
static void describe_remedy(char out[TEXT], const struct nn_net *net,
                            const struct nn_recipe *recipe, size_t width)
{
    const char *activation = recipe->loss->fuses;
    snprintf(out, TEXT, "%s`add dense %zu%s%s`",
             nn_net_output(net)->shape.rank > 1 ? "`add flatten` and " : "", width,
             activation ? " " : "", activation ? activation : "");
}

/* How many outputs the targets ask for. Float targets of two classes may also be one 0/1 value. */
static size_t wanted_width(const struct nn_recipe *recipe, const struct nn_source *source,
                           size_t output)
{
    if (!source->classes)
        return source->target_width;
    bool one = recipe->loss->target != NN_TARGET_CLASS && source->classes == 2;
    bool binary = recipe->loss->fuses && strcmp(recipe->loss->fuses, "sigmoid") == 0;
    return one && (output == 1 || (binary && output != 2)) ? 1 : source->classes;
}

enum nn_status nn_objective_check_input(const struct nn_net *net, const struct nn_source *source,
                                        struct nn_error *error)
{
    char wants[NN_SHAPE_TEXT], has[NN_SHAPE_TEXT];
    nn_shape_text(has, &source->shape);
    if (net->count == 0)
        return nn_fail(error, NN_STATE, "there is no net yet: `net new input=%s`", has);
    if (nn_shape_equal(&net->nodes[0]->shape, &source->shape))
        return NN_OK;
    return nn_fail(error, NN_SHAPE,
                   "the net takes inputs of shape %s, the samples have %s: `net new input=%s`",
                   nn_shape_text(wants, &net->nodes[0]->shape), has, has);
}

static enum nn_status check_labels(const struct nn_recipe *recipe, const struct nn_source *source,
                                   struct nn_error *error)
{
    if (source->count == 0)
        return nn_fail(error, NN_STATE, "there are no samples");
    if (!source->labelled || (source->classes == 0 && source->target_width == 0))
        return nn_fail(error, NN_STATE, "the samples have no labels: `data load FILE label=NAME`");
    char has[TEXT];
    describe_targets(has, source);
    if (recipe->loss->target != NN_TARGET_VALUES && source->classes == 0)
        return nn_fail(error, NN_ARGUMENT, "%s needs classes, %s: `loss=mse`", recipe->loss->name,
                       has);
    for (int i = 0; i < recipe->metric_count; i++)
        if (recipe->metrics[i]->classification && source->classes == 0)
            return nn_fail(error, NN_ARGUMENT, "the metric %s needs classes, %s: `metrics=mse`",
                           recipe->metrics[i]->name, has);
    return NN_OK;
}

static enum nn_status check_width(const struct nn_recipe *recipe, const struct nn_net *net,
                                  const struct nn_source *source, struct nn_error *error)
{
    size_t output = nn_net_output(net)->size, wanted = wanted_width(recipe, source, output);
    if (recipe->loss->check) {
        enum nn_status status = recipe->loss->check(&recipe->loss_args, output, wanted, error);
        if (status != NN_OK)
            return status;
    }
    const struct nn_shape *shape = &nn_net_output(net)->shape;
    bool vector = shape->rank <= 1 || shape->dim[0] == output; /* not classes at every place */
    if (output == wanted && (vector || recipe->loss->target != NN_TARGET_CLASS))
        return NN_OK;
    char ends[TEXT], has[TEXT], remedy[TEXT];
    describe_output(ends, net);
    describe_targets(has, source);
    describe_remedy(remedy, net, recipe, wanted);
    bool binary = output == 1 && source->classes == 2;
    bool many = output == 1 && source->classes > 2 && recipe->loss->target != NN_TARGET_CLASS;
    return nn_fail(error, NN_SHAPE, "%s, %s: %s%s", ends, has, remedy,
                   binary ? ", or `loss=binary_crossentropy`"
                   : many ? " (one output tells 2 classes apart)"
                          : "");
}

/* Probabilities taken for logits train badly and silently: ask instead. */
static enum nn_status check_logits(const struct nn_recipe *recipe, const struct nn_net *net,
                                   struct nn_error *error)
{
    bool given, logits = takes_logits(recipe, &given);
    const struct nn_node *output = nn_net_output(net);
    if (given && !logits && recipe->loss->fuses && output->param_count > 0)
        return nn_fail(error, NN_ARGUMENT,
                       "from_logits=no promises probabilities, but the net ends with the sums of "
                       "%s: end it with %s, or leave from_logits= out",
                       output->name, recipe->loss->fuses);
    if (given || !logits || !ends_with_probabilities(net) || fuses(net, recipe))
        return NN_OK;
    if (!recipe->loss->fuses)
        return nn_fail(error, NN_ARGUMENT,
                       "the net ends with %s (%s), but %s compares scores: end it without",
                       nn_net_output(net)->layer->name, last_layer(net)->name, recipe->loss->name);
    return nn_fail(error, NN_ARGUMENT,
                   "the net ends with %s (%s), but %s goes with %s: end it with %s, or say "
                   "`from_logits=no`",
                   nn_net_output(net)->layer->name, last_layer(net)->name, recipe->loss->name,
                   recipe->loss->fuses, recipe->loss->fuses);
}

enum nn_status nn_objective_bind(struct nn_objective *objective, const struct nn_recipe *recipe,
                                 const struct nn_net *net, const struct nn_source *source,
                                 struct nn_error *error)
{
    enum nn_status status;
    bool given, values = recipe->loss->target != NN_TARGET_CLASS;
    NN_TRY(nn_objective_check_input(net, source, error));
    NN_TRY(check_labels(recipe, source, error));
    NN_TRY(check_width(recipe, net, source, error));
    NN_TRY(check_logits(recipe, net, error));
    for (int i = 0; i < recipe->metric_count; i++)
        values = values || !recipe->metrics[i]->classification;
    const struct nn_node *output = nn_net_output(net);
    bool fused = fuses(net, recipe);
    *objective = (struct nn_objective){
        .net = net,
        .recipe = recipe,
        .node = fused ? output->inputs[0] : output->index,
        .width = output->size,
        .logits = fused || takes_logits(recipe, &given),
        .output_logits = nn_output_logits(net, recipe),
        .classes = source->classes,
        .wants_values = values,
    };
out:
    return status;
}
