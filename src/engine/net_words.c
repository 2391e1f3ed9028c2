/* `add LAYER words...`: from words to nodes. */
#include "base/mem.h"
#include "base/text.h"
#include "engine/net.h"
#include "engine/net_node.h"
#include "engine/shorthand.h"

#include <stdio.h>
#include <string.h>

enum { COMMON_NAME, COMMON_FROM };

const struct nn_arg_spec nn_add_common_args[] = {
    [COMMON_NAME] = {.name = "name",
                     .type = NN_ARG_TEXT,
                     .help = "name of the layer (default: its kind and a number)"},
    [COMMON_FROM] = {.name = "from",
                     .type = NN_ARG_NAMES,
                     .choices = "@layers",
                     .help = "layers it reads, joined by commas (default: the last one)"},
    {0},
};

/* What the words of one `add` say. */
struct addition {
    const struct nn_layer_class *layer, *activation; /* activation may be NULL */
    struct nn_args args, activation_args, common;
    int inputs[NN_MAX_INPUTS];
    int input_count; /* 0: the last node */
};

/* Nearest name among the layers that have all of `flags` and, without flags, the shorthands; NULL
 * if none is near. */
static const char *nearest_layer(const char *word, unsigned flags)
{
    const char *names[256];
    const size_t most = sizeof names / sizeof names[0];
    size_t count = 0;
    for (size_t i = 0; i < nn_layer_count && count < most; i++)
        if ((nn_layers[i]->flags & flags) == flags)
            names[count++] = nn_layers[i]->name;
    for (size_t i = 0; i < nn_shorthand_count && count < most && !flags; i++)
        names[count++] = nn_shorthands[i]->name;
    return nn_text_nearest(word, names, count);
}

static enum nn_status fail_unknown(const struct nn_word *word, const char *what, unsigned flags,
                                   struct nn_error *error)
{
    nn_fail(error, NN_ARGUMENT, "unknown %s '%s'", what, NN_VISIBLE(word->value));
    const char *nearest = nearest_layer(word->value, flags);
    if (nearest)
        nn_fail_hint(error, "did you mean %s?", nearest);
    nn_fail_at(error, NULL, 0, word->column);
    return NN_ARGUMENT;
}

enum nn_status nn_activation_find(const char *name, const struct nn_layer_class **layer,
                                  struct nn_error *error)
{
    const struct nn_layer_class *found = nn_layer_find(name);
    if (!found || !(found->flags & NN_LAYER_ACTIVATION))
        return fail_unknown(&(struct nn_word){.value = name}, "activation", NN_LAYER_ACTIVATION,
                            error);
    *layer = found;
    return NN_OK;
}

static size_t count_positional(const struct nn_arg_spec *specs)
{
    size_t count = 0;
    for (; specs->name; specs++)
        count += (specs->flags & NN_ARG_POSITIONAL) != 0;
    return count;
}

/* Whether the bare word number `at` is a choice of the layer's own: `add gelu tanh`. */
static bool is_own_choice(const struct nn_arg_spec *specs, size_t at, const char *word)
{
    for (; specs && specs->name; specs++)
        if ((specs->flags & NN_ARG_POSITIONAL) && at-- == 0)
            return specs->type == NN_ARG_CHOICE && nn_text_is_choice(word, specs->choices);
    return false;
}

/* Finds the trailing bare word that names an activation: its index, or 0 if there is none. A bare
 * word more than the layer has places for is taken as a misspelt one. */
static enum nn_status find_activation(const struct nn_word *words, size_t count,
                                      struct addition *addition, size_t *place,
                                      struct nn_error *error)
{
    size_t last = 0, bare = 0;
    for (size_t i = 1; i < count; i++)
        if (!words[i].key) {
            last = i;
            bare++;
        }
    *place = 0;
    if (last == 0 || is_own_choice(addition->layer->args, bare - 1, words[last].value))
        return NN_OK;
    const struct nn_layer_class *found = nn_layer_find(words[last].value);
    if (found && (found->flags & NN_LAYER_ACTIVATION)) {
        addition->activation = found;
        *place = last;
    } else if (bare == count_positional(addition->layer->args) + 1) {
        return fail_unknown(&words[last], "activation", NN_LAYER_ACTIVATION, error);
    }
    return NN_OK;
}

/* Refuses a key that nobody here knows, with the nearest of all that are known. */
static enum nn_status fail_key(const struct addition *addition, const struct nn_word *word,
                               struct nn_error *error)
{
    const struct nn_arg_spec *lists[] = {addition->layer->args, nn_add_common_args,
                                         addition->activation ? addition->activation->args : NULL};
    const char *names[64];
    size_t count = 0;
    for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++)
        for (const struct nn_arg_spec *spec = lists[l]; spec && spec->name && count < 64; spec++)
            names[count++] = spec->name;
    nn_fail(error, NN_ARGUMENT, "add %s: unknown key '%s'", addition->layer->name,
            NN_VISIBLE(word->key));
    const char *nearest = nn_text_nearest(word->key, names, count);
    if (nearest)
        nn_fail_hint(error, "did you mean %s=?", nearest);
    nn_fail_at(error, NULL, 0, word->column);
    return NN_ARGUMENT;
}

/* Deals the words out to the layer, the keys of every add, and the activation (keys that only it
 * knows). */
static enum nn_status parse_words(const struct nn_word *words, size_t count, size_t activation,
                                  struct addition *addition, struct nn_error *error)
{
    enum { LAYER, COMMON, ACTIVATION, LISTS };
    const struct nn_layer_class *layer = addition->layer, *tail = addition->activation;
    struct nn_word *lists[LISTS] = {NULL};
    size_t counts[LISTS] = {0};
    char what[64];
    enum nn_status status = NN_OK;
    for (int l = 0; l < LISTS; l++) {
        lists[l] = nn_calloc(count, sizeof *lists[l]);
        if (!lists[l])
            NN_TRY(nn_fail_memory(error, count * sizeof *lists[l]));
    }
    for (size_t i = 1; i < count; i++) {
        int list = LAYER;
        if (i == activation && activation)
            continue;
        if (words[i].key && nn_args_find(layer->args, words[i].key) < 0) {
            if (nn_args_find(nn_add_common_args, words[i].key) >= 0)
                list = COMMON;
            else if (tail && nn_args_find(tail->args, words[i].key) >= 0)
                list = ACTIVATION;
            else
                NN_TRY(fail_key(addition, &words[i], error));
        }
        lists[list][counts[list]++] = words[i];
    }
    snprintf(what, sizeof what, "add %s", layer->name);
    NN_TRY(nn_args_parse(&addition->args, layer->args, lists[LAYER], counts[LAYER], what, error));
    NN_TRY(nn_args_parse(&addition->common, nn_add_common_args, lists[COMMON], counts[COMMON], what,
                         error));
    if (tail)
        NN_TRY(nn_args_parse(&addition->activation_args, tail->args, lists[ACTIVATION],
                             counts[ACTIVATION], what, error));
out:
    for (int l = 0; l < LISTS; l++)
        nn_free(lists[l]);
    return status;
}

enum nn_status nn_net_resolve_from(const struct nn_net *net, const char *names,
                                   int inputs[NN_MAX_INPUTS], int *count, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    int found = 0;
    char *list = nn_strdup(names);
    if (!list)
        return nn_fail_memory(error, strlen(names) + 1);
    for (char *name = list, *next; name; name = next) {
        int index;
        next = strchr(name, ',');
        if (next)
            *next++ = '\0';
        if (found == NN_MAX_INPUTS)
            NN_TRY(nn_fail(error, NN_ARGUMENT, "from= takes at most %d layers", NN_MAX_INPUTS));
        NN_TRY(nn_net_find(net, name, &index, error));
        inputs[found++] = net->nodes[index]->tail;
    }
    *count = found;
out:
    nn_free(list);
    return status;
}

/* The inputs that the words name, if they do. */
static enum nn_status resolve_inputs(const struct nn_net *net, struct addition *addition,
                                     struct nn_error *error)
{
    if (!nn_args_is_set(&addition->common, COMMON_FROM))
        return NN_OK;
    return nn_net_resolve_from(net, nn_args_text(&addition->common, COMMON_FROM), addition->inputs,
                               &addition->input_count, error);
}

/* "c1_relu" for a layer that the user named c1; else "", and the activation gets an automatic name.
 */
static enum nn_status activation_name(const struct addition *addition, const char *name,
                                      char out[NN_NAME_SIZE], struct nn_error *error)
{
    out[0] = '\0';
    if (!name || !addition->activation)
        return NN_OK;
    int length = snprintf(out, NN_NAME_SIZE, "%s_%s", name, addition->activation->name);
    if (length < NN_NAME_SIZE)
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT, "the name '%s' is too long: %s_%s would not fit",
                   NN_VISIBLE(name), NN_VISIBLE(name), addition->activation->name);
}

static enum nn_status add_nodes(struct nn_net *net, struct addition *addition,
                                struct nn_error *error)
{
    const char *name = nn_args_is_set(&addition->common, COMMON_NAME)
                           ? nn_args_text(&addition->common, COMMON_NAME)
                           : NULL;
    char second[NN_NAME_SIZE];
    int first;
    enum nn_status status;
    NN_TRY(activation_name(addition, name, second, error));
    NN_TRY(nn_net_add(net, addition->layer, &addition->args, name,
                      addition->input_count ? addition->inputs : NULL, addition->input_count,
                      &first, error));
    if (!addition->activation)
        goto out;
    status = nn_net_add(net, addition->activation, &addition->activation_args,
                        second[0] ? second : NULL, NULL, 0, &net->nodes[first]->tail, error);
    if (status != NN_OK)
        nn_net_drop_last(net);
out:
    return status;
}

enum nn_status nn_net_add_words(struct nn_net *net, const struct nn_word *words, size_t count,
                                struct nn_error *error)
{
    struct addition addition = {0};
    size_t activation;
    enum nn_status status;
    if (count == 0 || words[0].key)
        return nn_fail(error, NN_ARGUMENT, "add: the kind of layer is missing");
    const struct nn_shorthand *shorthand = nn_shorthand_find(words[0].value);
    addition.layer = nn_layer_find(words[0].value);
    if (!addition.layer && !shorthand)
        return fail_unknown(&words[0], "layer", 0, error);
    NN_TRY(nn_net_check_begun(net, error)); /* before the arguments: it is the first thing to do */
    if (shorthand)
        return nn_shorthand_add(net, shorthand, words, count, error);
    NN_TRY(find_activation(words, count, &addition, &activation, error));
    NN_TRY(parse_words(words, count, activation, &addition, error));
    NN_TRY(resolve_inputs(net, &addition, error));
    NN_TRY(add_nodes(net, &addition, error));
out:
    nn_args_clear(&addition.args);
    nn_args_clear(&addition.activation_args);
    nn_args_clear(&addition.common);
    return status;
}
