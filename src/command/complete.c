#include "command/complete.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/help.h"
#include "command/settings.h"
#include "command/subject.h"
#include "data/demo.h"
#include "engine/augment.h"
#include "engine/loss.h"
#include "engine/metric.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/shorthand.h"
#include "explain/method.h"
#include "kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NN_MAX_COMPLETIONS 2000

/* The line up to the cursor, and what stands there. */
struct place {
    struct nn_session *session;
    struct nn_arena arena;
    struct nn_words words;            /* of the command in which the cursor stands, whole ones */
    char *word;                       /* what is typed of the word (of the value after key=) */
    size_t start;                     /* where that begins in the line */
    const char *key;                  /* key= before it, or NULL */
    const struct nn_command *command; /* NULL: the cursor stands in its name */
    size_t used;                      /* words of the name */
    const struct nn_arg_spec *specs;
    struct nn_completions *found;
    bool failed;
};

/* Adds `text`, which is typed as `typed`. */
static void add_typed(struct place *place, const char *text, const char *typed, const char *help,
                      bool closed)
{
    struct nn_completions *found = place->found;
    if (place->failed || !nn_text_starts(text, place->word) || found->count == NN_MAX_COMPLETIONS)
        return;
    struct nn_completion *items = nn_realloc(found->items, found->count + 1, sizeof *items);
    if (items)
        found->items = items;
    char *copy = items ? nn_strdup(typed) : NULL;
    if (!copy) {
        place->failed = true;
        return;
    }
    char visible[200];
    nn_text_visible(visible, sizeof visible, help ? help : "", help ? strlen(help) : 0, 0);
    items[found->count++] = (struct nn_completion){
        .text = copy, .help = help ? nn_strdup(visible) : NULL, .closed = closed};
}

static void add(struct place *place, const char *text, const char *help, bool closed)
{
    add_typed(place, text, text, help, closed);
}

static bool is_key(const struct nn_completion *item)
{
    size_t length = strlen(item->text);
    return length > 0 && item->text[length - 1] == '=';
}

/* What comes first in a command stands first: values, then keys. */
static int by_text(const void *a, const void *b)
{
    const struct nn_completion *x = a, *y = b;
    return is_key(x) != is_key(y) ? is_key(x) - is_key(y) : strcmp(x->text, y->text);
}

/* ---- where the cursor stands ---- */

/* The last command that begins before the cursor; the word at the cursor is taken off its words. */
static enum nn_status find_place(struct place *place, const char *line, size_t cursor,
                                 struct nn_error *error)
{
    struct nn_lexer lexer = {.text = line,
                             .length = cursor,
                             .variables = place->session->variables,
                             .variable_count = place->session->variable_count,
                             .tolerant = true};
    enum nn_status status = NN_OK;
    do {
        place->words = (struct nn_words){0};
        NN_TRY(nn_lex_command(&lexer, &place->arena, &place->words, error));
    } while (lexer.next < lexer.length);
    struct nn_words *words = &place->words;
    bool separated = cursor > 0 && (line[cursor - 1] == ';' || line[cursor - 1] == '\n');
    if (separated)
        words->count = 0;
    place->word = (char *)"";
    place->start = cursor;
    if (words->count > 0 && words->end == cursor && !separated) {
        const struct nn_word *last = &words->items[--words->count];
        place->key = last->key;
        place->start = last->column - 1 + (last->key ? strlen(last->key) + 1 : 0);
        bool variable = line[place->start] == '$'; /* its name is wanted, not its value */
        place->word = variable ? nn_arena_printf(&place->arena, "%.*s",
                                                 (int)(cursor - place->start), line + place->start)
                               : nn_arena_strdup(&place->arena, last->value);
        if (!place->word)
            return nn_fail_memory(error, strlen(last->value));
    }
out:
    return status;
}

static void find_command(struct place *place)
{
    struct nn_words *words = &place->words;
    place->command =
        words->count ? nn_command_find(words->items, words->count, &place->used) : NULL;
    if (!place->command)
        return;
    const struct nn_command *command = place->command;
    const struct nn_word *rest = words->items + place->used;
    if (command->specs)
        place->specs = command->specs(rest, words->count - place->used, &place->arena);
    if (!place->specs)
        place->specs = nn_command_args(command, &place->arena);
}

/* ---- what may stand there ---- */

/* Names of commands: the word after what stands already ("data" + "lo"). */
static void add_commands(struct place *place)
{
    char before[64] = "";
    size_t length = 0;
    if (place->words.count > 1 || (place->words.count == 1 && place->words.items[0].key))
        return;
    if (place->words.count == 1) {
        snprintf(before, sizeof before, "%.60s ", place->words.items[0].value);
        length = strlen(before);
    }
    for (size_t i = 0; i < nn_command_count; i++) {
        const char *name = nn_commands[i]->name;
        if (!nn_text_starts(name, before))
            continue;
        char word[64];
        const char *blank = strchr(name + length, ' ');
        snprintf(word, sizeof word, "%.*s", blank ? (int)(blank - name - (long)length) : 60,
                 name + length);
        bool seen = false;
        for (size_t j = 0; j < place->found->count && !seen; j++)
            seen = strcmp(place->found->items[j].text, word) == 0;
        if (!seen)
            add(place, word, blank ? NULL : nn_commands[i]->summary, true);
    }
    for (size_t i = 0; i < nn_method_count && length == 0; i++) {
        add(place, nn_methods[i]->name, nn_methods[i]->summary, true);
        if (nn_methods[i]->alias)
            add(place, nn_methods[i]->alias, nn_methods[i]->summary, true);
    }
}

static void add_layers(struct place *place)
{
    const struct nn_net *net = place->session->net;
    for (int i = 0; i < net->count; i++)
        add(place, net->nodes[i]->name, net->nodes[i]->layer->summary, true);
}

static bool add_help_name(void *context, const char *name, const char *summary)
{
    add(context, name, summary, true);
    return true;
}

static void add_classes(struct place *place)
{
    size_t count;
    char **classes = nn_subject_classes(place->session, &count);
    for (size_t i = 0; i < count; i++)
        if (!strpbrk(classes[i], " ;'\"\\$#"))
            add(place, classes[i], NULL, true);
}

/* Columns whose names need no quotes. */
static void add_features(struct place *place)
{
    const struct nn_samples *samples =
        place->session->dataset ? place->session->dataset->samples : NULL;
    for (size_t i = 0; samples && samples->features && i < samples->feature_count; i++)
        if (!strpbrk(samples->features[i], " ;'\"\\$#"))
            add(place, samples->features[i], NULL, true);
}

static void add_layer_kinds(struct place *place)
{
    for (size_t i = 0; i < nn_layer_count; i++)
        add(place, nn_layers[i]->name, nn_layers[i]->summary, true);
    for (size_t i = 0; i < nn_shorthand_count; i++)
        add(place, nn_shorthands[i]->name, nn_shorthands[i]->summary, true);
}

static void add_activation_kinds(struct place *place)
{
    for (size_t i = 0; i < nn_layer_count; i++)
        if (nn_layers[i]->flags & NN_LAYER_ACTIVATION)
            add(place, nn_layers[i]->name, nn_layers[i]->summary, true);
}

static void add_named(struct place *place, const char *list)
{
    if (strcmp(list, "@layers") == 0)
        add_layer_kinds(place);
    else if (strcmp(list, "@activations") == 0)
        add_activation_kinds(place);
    else if (strcmp(list, "@losses") == 0)
        for (size_t i = 0; i < nn_loss_count; i++)
            add(place, nn_losses[i]->name, nn_losses[i]->summary, true);
    else if (strcmp(list, "@optimizers") == 0)
        for (size_t i = 0; i < nn_optimizer_count; i++)
            add(place, nn_optimizers[i]->name, nn_optimizers[i]->summary, true);
    else if (strcmp(list, "@augmentations") == 0)
        for (size_t i = 0; i < nn_augmentation_count; i++)
            add(place, nn_augmentations[i]->name, nn_augmentations[i]->summary, true);
    else if (strcmp(list, "@schedules") == 0)
        for (size_t i = 0; i < nn_schedule_count; i++)
            add(place, nn_schedules[i]->name, nn_schedules[i]->summary, true);
    else if (strcmp(list, "@metrics") == 0)
        for (size_t i = 0; i < nn_metric_count; i++)
            add(place, nn_metrics[i]->name, nn_metrics[i]->summary, true);
    else if (strcmp(list, "@methods") == 0)
        for (size_t i = 0; i < nn_method_count; i++)
            add(place, nn_methods[i]->name, nn_methods[i]->summary, true);
    else if (strcmp(list, "@demos") == 0)
        for (size_t i = 0; i < nn_demo_count; i++)
            add(place, nn_demos[i]->name, nn_demos[i]->summary, true);
    else if (strcmp(list, "@settings") == 0)
        for (size_t i = 0; i < nn_setting_count; i++)
            add(place, nn_settings[i].spec.name, nn_settings[i].spec.help, true);
    else if (strcmp(list, "@screens") == 0)
        for (size_t i = 0; i < nn_screen_count; i++)
            add(place, nn_screens[i]->name, nn_screens[i]->summary, true);
    else if (strcmp(list, "@splits") == 0)
        for (int i = 0; i < NN_SPLIT_COUNT; i++)
            add(place, nn_split_names[i], NULL, true);
    else if (strcmp(list, "@kernels") == 0)
        for (size_t i = 0; nn_kernels_available(i); i++)
            add(place, nn_kernels_available(i), NULL, true);
    else if (strcmp(list, "@commands") == 0)
        nn_help_names(add_help_name, place);
    else if (strcmp(list, "@features") == 0)
        add_features(place);
    else if (strcmp(list, "@classes") == 0)
        add_classes(place);
}

static void add_choices(struct place *place, const char *choices)
{
    while (choices && *choices) {
        char word[64];
        size_t length = strcspn(choices, "|");
        snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), choices);
        add(place, word, NULL, true);
        choices += length + (choices[length] == '|');
    }
}

/* File names with a backslash before what the lexer would take for its own. Names with control
 * bytes cannot be typed at all. */
static void add_file(void *context, const char *path, bool folder)
{
    char typed[2100];
    size_t at = 0;
    for (const char *c = path; *c && at + 3 < sizeof typed; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return;
        if (strchr(" ;'\"\\$#=", *c))
            typed[at++] = '\\';
        typed[at++] = *c;
    }
    typed[at] = '\0';
    add_typed(context, path, typed, NULL, !folder);
}

static void add_values(struct place *place, const struct nn_arg_spec *spec)
{
    switch (spec->type) {
    case NN_ARG_BOOL:
        add_choices(place, "yes|no");
        break;
    case NN_ARG_CHOICE:
    case NN_ARG_NUMBERS:
        add_choices(place, spec->choices);
        break;
    case NN_ARG_LAYER:
        add_layers(place);
        break;
    case NN_ARG_FILE:
        nn_path_complete(place->word, add_file, place);
        break;
    case NN_ARG_SAMPLE:
        add(place, "all", "every sample of the split", true);
        break;
    default:
        if (spec->choices && spec->choices[0] == '@')
            add_named(place, spec->choices);
        break;
    }
}

/* The value of `set KEY` depends on the key. */
static const struct nn_arg_spec *setting_spec(const struct place *place)
{
    if (strcmp(place->command->name, "set") != 0 || place->words.count != place->used + 1)
        return NULL;
    for (size_t i = 0; i < nn_setting_count; i++)
        if (strcmp(nn_settings[i].spec.name, place->words.items[place->used].value) == 0)
            return &nn_settings[i].spec;
    return NULL;
}

static bool is_given(const struct place *place, const char *key)
{
    for (size_t i = place->used; i < place->words.count; i++)
        if (place->words.items[i].key && strcmp(place->words.items[i].key, key) == 0)
            return true;
    return false;
}

/* The positional argument that the next word without a key is; keys that are not given yet. */
static void add_arguments(struct place *place)
{
    size_t positional = 0;
    for (size_t i = place->used; i < place->words.count; i++)
        positional += place->words.items[i].key == NULL;
    const struct nn_arg_spec *setting = setting_spec(place);
    if (setting) {
        add_values(place, setting);
        return;
    }
    bool found = false;
    for (const struct nn_arg_spec *spec = place->specs; spec && spec->name; spec++) {
        if (!(spec->flags & NN_ARG_POSITIONAL) || is_given(place, spec->name) || found)
            continue;
        if (positional > 0 && spec->type != NN_ARG_WORDS) {
            positional--;
            continue;
        }
        add_values(place, spec);
        found = true;
    }
    for (const struct nn_arg_spec *spec = place->specs; spec && spec->name; spec++) {
        char key[72];
        bool leading = (spec->flags & NN_ARG_POSITIONAL) && (spec->flags & NN_ARG_REQUIRED);
        if (spec->type == NN_ARG_WORDS || leading || is_given(place, spec->name))
            continue;
        snprintf(key, sizeof key, "%.60s=", spec->name);
        add(place, key, spec->help, false);
    }
}

/* After `add dense 16` an activation may follow. */
static void add_activations(struct place *place)
{
    if (strcmp(place->command->name, "add") != 0 || place->words.count < place->used + 1)
        return;
    add_activation_kinds(place);
}

/* `$na` at the end of a word. */
static void add_variables(struct place *place)
{
    for (size_t i = 0; i < place->session->variable_count; i++) {
        char name[72];
        snprintf(name, sizeof name, "$%.64s", place->session->variables[i].name);
        add(place, name, place->session->variables[i].value, true);
    }
}

static void add_all(struct place *place)
{
    if (place->word[0] == '$') {
        add_variables(place);
    } else if (!place->command) {
        add_commands(place);
    } else if (place->key) {
        int index = nn_args_find(place->specs, place->key);
        if (index >= 0)
            add_values(place, &place->specs[index]);
    } else {
        add_arguments(place);
        add_activations(place);
    }
}

enum nn_status nn_complete(struct nn_session *session, const char *line, size_t cursor,
                           struct nn_completions *completions, struct nn_error *error)
{
    struct nn_completions found = {0};
    struct place place = {.session = session, .found = &found};
    nn_arena_init(&place.arena);
    enum nn_status status = find_place(&place, line, cursor, error);
    if (status == NN_OK) {
        found.start = place.start;
        find_command(&place);
        add_all(&place);
        if (place.failed)
            status = nn_fail_memory(error, sizeof *found.items);
    }
    nn_arena_clear(&place.arena);
    if (status != NN_OK) {
        nn_completions_clear(&found);
        return status;
    }
    if (found.count > 1 && place.command)
        qsort(found.items, found.count, sizeof *found.items, by_text);
    *completions = found;
    return NN_OK;
}

void nn_completions_clear(struct nn_completions *completions)
{
    for (size_t i = 0; i < completions->count; i++) {
        nn_free(completions->items[i].text);
        nn_free(completions->items[i].help);
    }
    nn_free(completions->items);
    *completions = (struct nn_completions){0};
}

void nn_complete_hint(struct nn_session *session, const char *line, size_t cursor,
                      char out[NN_HINT_SIZE])
{
    struct nn_completions none = {0};
    struct place place = {.session = session, .found = &none};
    struct nn_buffer text;
    out[0] = '\0';
    nn_arena_init(&place.arena);
    nn_buffer_init(&text, 1u << 16);
    if (find_place(&place, line, cursor, NULL) == NN_OK) {
        find_command(&place);
        if (place.command) {
            bool method = place.used == 0;
            nn_buffer_text(&text, method ? "" : place.command->name);
            nn_buffer_text(&text, method ? "" : " ");
            nn_arg_specs_synopsis(place.specs, &text);
            nn_text_visible(out, NN_HINT_SIZE, nn_buffer_string(&text), text.length, 0);
        }
    }
    nn_buffer_clear(&text);
    nn_arena_clear(&place.arena);
}
