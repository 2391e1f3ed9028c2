#include "command/help.h"

#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/settings.h"
#include "data/demo.h"
#include "data/reader.h"
#include "engine/augment.h"
#include "engine/loss.h"
#include "engine/metric.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/shorthand.h"
#include "explain/method.h"
#include "view/scene.h"

#include <stdio.h>
#include <string.h>

#define NN_WIDTH 78

const struct nn_group nn_groups[] = {
    {"data", "Data"},          {"net", "Net"},
    {"train", "Training"},     {"look", "Looking inside"},
    {"explain", "Explaining"}, {"files", "Files"},
    {"rest", "The rest"},      {NULL, NULL},
};

/* ---- plain text ---- */

/* A paragraph, indented and wrapped at NN_WIDTH; the first line begins at column `at`. */
static void put_wrapped(struct nn_buffer *out, const char *text, size_t indent, size_t at)
{
    while (at < indent) {
        nn_buffer_char(out, ' ');
        at++;
    }
    bool first = true;
    while (*text) {
        size_t length = strcspn(text, " \n");
        if (!first && at + 1 + length > NN_WIDTH) {
            nn_buffer_char(out, '\n');
            nn_buffer_fill(out, ' ', indent);
            at = indent;
            first = true;
        }
        if (!first) {
            nn_buffer_char(out, ' ');
            at++;
        }
        nn_buffer_append(out, text, length);
        at += length;
        first = false;
        text += length;
        text += strspn(text, " \n");
    }
    nn_buffer_char(out, '\n');
}

static void put_entry(struct nn_buffer *out, const char *name, const char *summary)
{
    int used = 0;
    char head[64];
    used = snprintf(head, sizeof head, "  %-18s", name);
    nn_buffer_text(out, head);
    if (used > 20) { /* a long name has the line for itself */
        nn_buffer_char(out, '\n');
        used = 0;
    }
    put_wrapped(out, summary, 21, (size_t)(used > 0 ? used : 0));
}

/* "optimizer=NAME  how it makes it small (default adam)" */
static void put_arguments(struct nn_buffer *out, const struct nn_arg_spec *specs)
{
    for (const struct nn_arg_spec *spec = specs; spec && spec->name; spec++) {
        struct nn_buffer help;
        nn_buffer_init(&help, 4096);
        nn_buffer_text(&help, spec->help ? spec->help : "");
        if (spec->choices && spec->choices[0] != '@')
            nn_buffer_printf(&help, "; %s", spec->choices);
        if (spec->flags & NN_ARG_REQUIRED)
            nn_buffer_text(&help, " (required)");
        else if (spec->fallback)
            nn_buffer_printf(&help, " (default %s%s%s)", spec->fallback, spec->unit ? " " : "",
                             spec->unit ? spec->unit : "");
        else if (spec->unit)
            nn_buffer_printf(&help, " (in %s)", spec->unit);
        put_entry(out, spec->name, nn_buffer_string(&help));
        out->failed = out->failed || help.failed;
        nn_buffer_clear(&help);
    }
}

static void put_heading(struct nn_buffer *out, const char *text)
{
    nn_buffer_printf(out, "%s%s\n", out->length ? "\n" : "", text);
}

static void put_usage(struct nn_buffer *out, const char *name, const struct nn_arg_spec *specs)
{
    struct nn_buffer synopsis;
    nn_buffer_init(&synopsis, 4096);
    nn_arg_specs_synopsis(specs, &synopsis);
    char head[80];
    snprintf(head, sizeof head, "%s%s", name, synopsis.length ? " " : "");
    nn_buffer_text(out, head);
    put_wrapped(out, nn_buffer_string(&synopsis), 4, strlen(head));
    out->failed = out->failed || synopsis.failed;
    nn_buffer_clear(&synopsis);
}

/* ---- one text for each kind of thing ---- */

static void put_names(struct nn_buffer *out, const char *kind);
static void put_names_alone(struct nn_buffer *out, const char *many, const char *one);

static void put_command(struct nn_buffer *out, const struct nn_command *command)
{
    struct nn_arena arena;
    nn_arena_init(&arena);
    const struct nn_arg_spec *args = nn_command_args(command, &arena);
    out->failed = out->failed || (command->args && !args);
    put_usage(out, command->name, args);
    nn_buffer_char(out, '\n');
    put_wrapped(out, command->summary, 2, 0);
    if (command->details)
        put_wrapped(out, command->details, 2, 0);
    if (args && args[0].name) {
        put_heading(out, "Arguments");
        put_arguments(out, args);
    }
    for (const struct nn_arg_spec *spec = command->args; spec && spec->name; spec++)
        if (spec->choices && strcmp(spec->choices, "@methods") == 0 &&
            strcmp(command->name, "explain") != 0) { /* there they are told one by one */
            put_heading(out, "methods (`help methods` says more)");
            put_names_alone(out, "", "method");
        } else if (spec->choices && spec->choices[0] == '@')
            put_names(out, spec->choices + 1);
    if (command->lists)
        put_names(out, command->lists);
    put_heading(out, "Examples");
    for (const struct nn_example *example = command->examples; example && example->text;
         example++) {
        nn_buffer_printf(out, "  %s\n", example->text);
        if (example->help)
            put_wrapped(out, example->help, 6, 0);
    }
    nn_arena_clear(&arena);
}

/* What layers, losses, optimizers, metrics and methods have in common. */
struct entry {
    const char *kind, *name, *summary, *formula, *source, *usage;
    const struct nn_arg_spec *args;
    const char *aliases; /* "a|b", or NULL */
};

/* "Also: a, b" */
static void put_aliases(struct nn_buffer *out, const char *aliases)
{
    nn_buffer_text(out, "  Also: ");
    for (; *aliases; aliases++)
        nn_buffer_text(out, *aliases == '|' ? ", " : (char[]){*aliases, '\0'});
    nn_buffer_char(out, '\n');
}

static void put_described(struct nn_buffer *out, const struct entry *entry)
{
    put_usage(out, entry->usage, entry->args);
    nn_buffer_char(out, '\n');
    char head[400];
    snprintf(head, sizeof head, "%s: %s", entry->kind, entry->summary ? entry->summary : "");
    put_wrapped(out, head, 2, 0);
    if (entry->formula)
        put_wrapped(out, entry->formula, 2, 0);
    if (entry->aliases)
        put_aliases(out, entry->aliases);
    if (entry->source) {
        put_heading(out, "Source");
        put_wrapped(out, entry->source, 2, 0);
    }
    if (entry->args && entry->args[0].name) {
        put_heading(out, "Arguments");
        put_arguments(out, entry->args);
    }
}

/* The i-th thing that is no command; false past the last. */
static bool entry_at(size_t i, struct entry *entry, char usage[80])
{
    if (i < nn_layer_count) {
        const struct nn_layer_class *layer = nn_layers[i];
        snprintf(usage, 80, "add %s", layer->name);
        *entry = (struct entry){"layer",       layer->name, layer->summary, layer->formula,
                                layer->source, usage,       layer->args,    layer->aliases};
        return true;
    }
    i -= nn_layer_count;
    if (i < nn_shorthand_count) {
        const struct nn_shorthand *shorthand = nn_shorthands[i];
        snprintf(usage, 80, "add %s", shorthand->name);
        *entry = (struct entry){
            "shorthand",       shorthand->name, shorthand->summary, shorthand->formula,
            shorthand->source, usage,           shorthand->args,    NULL};
        return true;
    }
    i -= nn_shorthand_count;
    if (i < nn_loss_count) {
        const struct nn_loss_class *loss = nn_losses[i];
        snprintf(usage, 80, "compile loss=%s", loss->name);
        *entry = (struct entry){"loss",       loss->name, loss->summary, loss->formula,
                                loss->source, usage,      loss->args,    loss->aliases};
        return true;
    }
    i -= nn_loss_count;
    if (i < nn_optimizer_count) {
        const struct nn_optimizer_class *optimizer = nn_optimizers[i];
        snprintf(usage, 80, "compile loss=... optimizer=%s", optimizer->name);
        *entry = (struct entry){
            "optimizer",       optimizer->name, optimizer->summary, optimizer->formula,
            optimizer->source, usage,           optimizer->args,    NULL};
        return true;
    }
    i -= nn_optimizer_count;
    if (i < nn_schedule_count) {
        const struct nn_schedule_class *schedule = nn_schedules[i];
        snprintf(usage, 80, "compile loss=... schedule=%s", schedule->name);
        *entry =
            (struct entry){"schedule",       schedule->name, schedule->summary, schedule->formula,
                           schedule->source, usage,          schedule->args,    NULL};
        return true;
    }
    i -= nn_schedule_count;
    if (i < nn_metric_count) {
        const struct nn_metric_class *metric = nn_metrics[i];
        snprintf(usage, 80, "compile loss=... metrics=%s", metric->name);
        *entry = (struct entry){"metric",       metric->name, metric->summary, metric->formula,
                                metric->source, usage,        metric->args,    NULL};
        return true;
    }
    i -= nn_metric_count;
    if (i < nn_augmentation_count) {
        const struct nn_augmentation *augmentation = nn_augmentations[i];
        snprintf(usage, 80, "data augment");
        *entry = (struct entry){"augmentation",        augmentation->name,
                                augmentation->summary, augmentation->formula,
                                augmentation->source,  usage,
                                augmentation->args,    NULL};
        return true;
    }
    i -= nn_augmentation_count;
    if (i < nn_method_count) {
        const struct nn_method *method = nn_methods[i];
        snprintf(usage, 80, "explain %s", method->name);
        *entry = (struct entry){"method",       method->name, method->summary, method->formula,
                                method->source, usage,        method->args,    NULL};
        return true;
    }
    return false;
}

/* What `help` lists by their plural; those with a singular have a description each. */
static const struct {
    const char *many, *one;
} kinds[] = {{"layers", "layer"},
             {"shorthands", "shorthand"},
             {"losses", "loss"},
             {"optimizers", "optimizer"},
             {"schedules", "schedule"},
             {"metrics", "metric"},
             {"augmentations", "augmentation"},
             {"methods", "method"},
             {"settings", NULL},
             {"screens", NULL},
             {"demos", NULL},
             {"formats", NULL},
             {NULL, NULL}};

static void put_reader(struct nn_buffer *out, const struct nn_reader *reader)
{
    struct nn_buffer text;
    nn_buffer_init(&text, 4096);
    nn_reader_describe(reader, &text);
    put_entry(out, reader->name, nn_buffer_string(&text));
    out->failed = out->failed || text.failed;
    nn_buffer_clear(&text);
}

/* For help of a command whose argument names such things: "losses" lists the losses. */
static void put_names(struct nn_buffer *out, const char *kind)
{
    struct entry entry;
    char usage[80];
    const char *one = NULL;
    if (strcmp(kind, "settings") == 0) {
        put_heading(out, "settings");
        for (size_t i = 0; i < nn_setting_count; i++)
            put_entry(out, nn_settings[i].spec.name, nn_settings[i].spec.help);
        return;
    }
    if (strcmp(kind, "screens") == 0) {
        put_heading(out, "screens");
        for (size_t i = 0; i < nn_screen_count; i++)
            put_entry(out, nn_screens[i]->name, nn_screens[i]->summary);
        return;
    }
    if (strcmp(kind, "demos") == 0) {
        put_heading(out, "sets");
        for (size_t i = 0; i < nn_demo_count; i++)
            put_entry(out, nn_demos[i]->name, nn_demos[i]->summary);
        return;
    }
    if (strcmp(kind, "formats") == 0) {
        put_heading(out, "formats");
        for (size_t i = 0; i < nn_reader_count; i++)
            put_reader(out, nn_readers[i]);
        return;
    }
    for (size_t k = 0; kinds[k].many; k++)
        if (strcmp(kinds[k].many, kind) == 0)
            one = kinds[k].one;
    bool any = false;
    for (size_t i = 0; one && entry_at(i, &entry, usage); i++) {
        if (strcmp(entry.kind, one) != 0)
            continue;
        if (!any)
            put_heading(out, kind);
        any = true;
        put_entry(out, entry.name, entry.summary ? entry.summary : "");
    }
    if (strcmp(kind, "layers") == 0)
        put_names(out, "shorthands");
}

/* "methods  gradient, saliency, ..." */
static void put_names_alone(struct nn_buffer *out, const char *many, const char *one)
{
    struct nn_buffer names;
    struct entry entry;
    char usage[80];
    nn_buffer_init(&names, 1u << 16);
    for (size_t i = 0; entry_at(i, &entry, usage); i++)
        if (strcmp(entry.kind, one) == 0)
            nn_buffer_printf(&names, "%s%s", names.length ? ", " : "", entry.name);
    put_entry(out, many, nn_buffer_string(&names));
    out->failed = out->failed || names.failed;
    nn_buffer_clear(&names);
}

static void put_overview(struct nn_buffer *out)
{
    nn_buffer_text(
        out, "nnscope: a microscope for neural networks. `help NAME` explains one of these:\n");
    for (const struct nn_group *group = nn_groups; group->name; group++) {
        bool any = false;
        for (size_t i = 0; i < nn_command_count; i++) {
            if (strcmp(nn_commands[i]->group, group->name) != 0)
                continue;
            if (!any)
                put_heading(out, group->title);
            any = true;
            put_entry(out, nn_commands[i]->name, nn_commands[i]->summary);
        }
    }
    nn_buffer_char(out, '\n');
    for (size_t k = 0; kinds[k].many && kinds[k].one; k++)
        put_names_alone(out, kinds[k].many, kinds[k].one);
}

void nn_help_names(bool (*add)(void *context, const char *name, const char *summary), void *context)
{
    struct entry entry;
    char usage[80];
    for (size_t i = 0; i < nn_command_count; i++)
        if (!add(context, nn_commands[i]->name, nn_commands[i]->summary))
            return;
    for (size_t i = 0; entry_at(i, &entry, usage); i++)
        if (!add(context, entry.name, entry.summary))
            return;
    for (size_t k = 0; kinds[k].many; k++)
        if (!add(context, kinds[k].many, "Their names"))
            return;
}

struct search {
    const char *word, *nearest;
};

static bool is_nearest(void *context, const char *name, const char *summary)
{
    struct search *search = context;
    (void)summary;
    search->nearest = nn_text_nearest(search->word, &name, 1);
    return search->nearest == NULL;
}

/* All that bear the name: sigmoid is a layer, mse a loss and a metric. */
static bool put_all(struct nn_buffer *out, const char *name)
{
    struct entry entry;
    char usage[80];
    bool any = false;
    for (size_t i = 0; i < nn_command_count; i++) {
        const struct nn_command *command = nn_commands[i];
        size_t length = strlen(name);
        bool whole = strcmp(command->name, name) == 0;
        bool of_group = !nn_command_named(name) && nn_text_starts(command->name, name) &&
                        command->name[length] == ' ';
        if (!whole && !of_group)
            continue;
        if (any)
            nn_buffer_char(out, '\n');
        put_command(out, command);
        any = true;
    }
    for (size_t i = 0; entry_at(i, &entry, usage); i++) {
        const struct nn_method *method = nn_method_find(name);
        const struct nn_layer_class *layer = nn_layer_find(name);
        const struct nn_loss_class *loss = nn_loss_find(name);
        bool alias =
            (method && strcmp(entry.kind, "method") == 0 &&
             strcmp(entry.name, method->name) == 0) ||
            (loss && strcmp(entry.kind, "loss") == 0 && strcmp(entry.name, loss->name) == 0) ||
            (layer && strcmp(entry.kind, "layer") == 0 && strcmp(entry.name, layer->name) == 0);
        if (strcmp(entry.name, name) != 0 && !alias)
            continue;
        if (any)
            nn_buffer_char(out, '\n');
        put_described(out, &entry);
        any = true;
    }
    return any;
}

static bool is_kind(const char *name)
{
    for (size_t k = 0; kinds[k].many; k++)
        if (strcmp(kinds[k].many, name) == 0)
            return true;
    return false;
}

enum nn_status nn_help(const char *name, struct nn_buffer *out, struct nn_error *error)
{
    bool known = true;
    if (!*name)
        put_overview(out);
    else if (!(known = put_all(out, name)) && (known = is_kind(name)))
        put_names(out, name);
    if (known) {
        if (out->length && out->data[out->length - 1] == '\n')
            out->data[--out->length] = '\0';
        return NN_OK;
    }
    struct search search = {.word = name};
    nn_help_names(is_nearest, &search);
    enum nn_status status =
        nn_fail(error, NN_SYNTAX, "there is no help for `%s`", NN_VISIBLE(name));
    if (search.nearest)
        nn_fail_hint(error, "did you mean `%s`?", search.nearest);
    else
        nn_fail_hint(error, "`help` lists what there is");
    return status;
}
