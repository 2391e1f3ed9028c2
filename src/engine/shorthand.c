#include "engine/shorthand.h"

#include "base/mem.h"
#include "engine/net_node.h"

#include <stdio.h>
#include <string.h>

#define NN_SHORTHAND(name) extern const struct nn_shorthand name;
#include "engine/shorthands.def"
#undef NN_SHORTHAND

const struct nn_shorthand *const nn_shorthands[] = {
#define NN_SHORTHAND(name) &name,
#include "engine/shorthands.def"
#undef NN_SHORTHAND
};
const size_t nn_shorthand_count = sizeof nn_shorthands / sizeof nn_shorthands[0];

#define MAX_SPECS 16

const struct nn_shorthand *nn_shorthand_find(const char *name)
{
    for (size_t i = 0; i < nn_shorthand_count; i++)
        if (!strcmp(nn_shorthands[i]->name, name))
            return nn_shorthands[i];
    return NULL;
}

/* ---- for the builders ---- */

enum nn_status nn_piece_convolution(const struct nn_piece *piece, const char **layer,
                                    struct nn_error *error)
{
    const struct nn_node *source = piece->net->nodes[piece->source];
    char text[NN_SHAPE_TEXT];
    if (source->shape.rank != 2 && source->shape.rank != 3)
        return nn_fail(error, NN_SHAPE,
                       "%s: the input %s is neither an image nor a series: channels x height x "
                       "width or channels x length is needed",
                       piece->name, nn_shape_text(text, &source->shape));
    *layer = source->shape.rank == 3 ? "conv2d" : "conv1d";
    return NN_OK;
}

static enum nn_status full_name(const struct nn_piece *piece, const char *role,
                                char out[NN_NAME_SIZE], struct nn_error *error)
{
    int length =
        snprintf(out, NN_NAME_SIZE, "%s%s%s", piece->name, role ? "." : "", role ? role : "");
    if (length < NN_NAME_SIZE)
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT, "the name '%s' is too long: %s.%s would not fit",
                   piece->name, piece->name, role ? role : "");
}

enum nn_status nn_piece_join(struct nn_piece *piece, const char *role, const char *layer,
                             const struct nn_word *words, size_t count, const int *from,
                             int from_count, struct nn_error *error)
{
    const struct nn_layer_class *found = nn_layer_find(layer);
    struct nn_args args = {0};
    char name[NN_NAME_SIZE];
    enum nn_status status;
    NN_TRY(full_name(piece, role, name, error));
    NN_TRY(nn_args_parse(&args, found->args, words, count, name, error));
    NN_TRY(nn_net_add(piece->net, found, &args, name, from, from_count, &piece->last, error));
out:
    nn_args_clear(&args);
    return status;
}

enum nn_status nn_piece_add(struct nn_piece *piece, const char *role, const char *layer,
                            const struct nn_word *words, size_t count, struct nn_error *error)
{
    return nn_piece_join(piece, role, layer, words, count, &piece->last, 1, error);
}

/* ---- add SHORTHAND ---- */

/* Its own arguments, then those of every `add`. Returns the number of its own. */
static int join_specs(const struct nn_shorthand *shorthand, struct nn_arg_spec specs[MAX_SPECS])
{
    int own = 0, count = 0;
    for (const struct nn_arg_spec *spec = shorthand->args; spec->name; spec++)
        specs[own++] = *spec;
    for (const struct nn_arg_spec *spec = nn_add_common_args; spec->name; spec++)
        specs[own + count++] = *spec;
    specs[own + count] = (struct nn_arg_spec){0};
    return own;
}

/* No layer has the name, or one that begins with it and a dot. */
static bool is_free(const struct nn_net *net, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < net->count; i++) {
        const char *other = net->nodes[i]->name;
        if (!strncmp(other, name, length) && (other[length] == '\0' || other[length] == '.'))
            return false;
    }
    return true;
}

static enum nn_status choose_name(const struct nn_net *net, const struct nn_shorthand *shorthand,
                                  const char *given, char name[NN_NAME_SIZE],
                                  struct nn_error *error)
{
    int number = 1;
    if (given) {
        enum nn_status status = nn_net_check_name(net, given, error);
        if (status == NN_OK)
            snprintf(name, NN_NAME_SIZE, "%s", given);
        return status;
    }
    do
        snprintf(name, NN_NAME_SIZE, "%s%d", shorthand->prefix, number++);
    while (!is_free(net, name));
    return NN_OK;
}

static enum nn_status choose_source(const struct nn_net *net, const char *from, int *source,
                                    struct nn_error *error)
{
    int inputs[NN_MAX_INPUTS], count = 0;
    *source = net->count - 1;
    if (!from)
        return NN_OK;
    enum nn_status status = nn_net_resolve_from(net, from, inputs, &count, error);
    if (status == NN_OK && count != 1)
        status = nn_fail(error, NN_ARGUMENT, "from= takes one layer here, not %d", count);
    if (status == NN_OK)
        *source = inputs[0];
    return status;
}

/* The argument `activation`, where a shorthand has it, names one. */
static enum nn_status check_activation(const struct nn_args *args, const struct nn_word *words,
                                       size_t count, struct nn_error *error)
{
    const struct nn_layer_class *found;
    int at = nn_args_find(args->specs, "activation");
    enum nn_status status = NN_OK;
    if (at >= 0)
        status = nn_activation_find(nn_args_text(args, at), &found, error);
    for (size_t i = 1; status != NN_OK && i < count; i++)
        if (!strcmp(words[i].value, nn_args_text(args, at)))
            nn_fail_at(error, NULL, 0, words[i].column);
    return status;
}

enum nn_status nn_shorthand_add(struct nn_net *net, const struct nn_shorthand *shorthand,
                                const struct nn_word *words, size_t count, struct nn_error *error)
{
    struct nn_arg_spec specs[MAX_SPECS];
    struct nn_args args = {0};
    char name[NN_NAME_SIZE], what[64];
    int source, before = net->count, own = join_specs(shorthand, specs);
    enum nn_status status;
    snprintf(what, sizeof what, "add %s", shorthand->name);
    NN_TRY(nn_args_parse(&args, specs, words + 1, count - 1, what, error));
    NN_TRY(check_activation(&args, words, count, error));
    int name_at = own + nn_args_find(nn_add_common_args, "name");
    int from_at = own + nn_args_find(nn_add_common_args, "from");
    NN_TRY(choose_name(net, shorthand, nn_args_text(&args, name_at), name, error));
    NN_TRY(choose_source(net, nn_args_text(&args, from_at), &source, error));
    struct nn_piece piece = {
        .net = net, .args = &args, .name = name, .source = source, .last = source};
    status = shorthand->build(&piece, error);
    while (status != NN_OK && net->count > before)
        nn_net_drop_last(net);
out:
    nn_args_clear(&args);
    return status;
}
