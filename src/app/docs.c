#include "app/docs.h"

#include "app/options.h"
#include "base/args.h"
#include "command/command.h"
#include "command/help.h"
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
#include "tui/keys.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

/* ---- --help and --version
 * -------------------------------------------------------------------------- */

void nn_docs_version(FILE *out)
{
    fprintf(out, "nnscope %s\n", PACKAGE_VERSION);
}

void nn_docs_help(FILE *out)
{
    fputs("nnscope: a microscope for neural networks in a terminal\n\n"
          "usage: nnscope [OPTION...] [FILE]\n\n"
          "FILE is a script (.nns), a model (.safetensors) or data (.csv, .idx, .npy, also .gz).\n"
          "Without a script it is interactive on a terminal, and reads commands from a pipe.\n\n",
          out);
    for (size_t i = 0; i < nn_option_count; i++) {
        const struct nn_option *option = &nn_option_table[i];
        char head[80];
        int used = 0;
        if (option->letter)
            used += snprintf(head, sizeof head, "-%c%s", option->letter, option->name ? ", " : "");
        if (option->name)
            used += snprintf(head + used, sizeof head - (size_t)used, "--%s", option->name);
        if (option->argument)
            snprintf(head + used, sizeof head - (size_t)used, "%s%s", option->name ? "=" : " ",
                     option->argument);
        if (strlen(head) > 22)
            fprintf(out, "  %s\n  %-22s  %s\n", head, "", option->help);
        else
            fprintf(out, "  %-22s  %s\n", head, option->help);
    }
    fputs("\nFirst steps: `nnscope`, then `help`; or `man nnscope`.\n", out);
}

/* ---- roff ---- */

/* Text of a line: backslashes, leading dots and hyphens as themselves. */
static void roff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '|') /* long lists of choices may break here */
            fputs("|\\:", out);
        else if (*text == '\n')
            fputs(text[1] == '.' || text[1] == '\'' ? "\n\\&" : "\n", out);
        else
            fputc(*text, out);
    }
}

static void section(FILE *out, const char *title)
{
    fprintf(out, ".SH %s\n", title);
}

static void paragraph(FILE *out, const char *text)
{
    fputs(".PP\n", out);
    roff(out, text);
    fputc('\n', out);
}

/* A tagged paragraph: bold head, then the text. */
static void entry(FILE *out, const char *head, const char *text)
{
    fputs(".TP\n\\fB", out);
    roff(out, head);
    fputs("\\fR\n", out);
    roff(out, text);
    fputc('\n', out);
}

static void argument(FILE *out, const struct nn_arg_spec *spec)
{
    fputs(".TP\n\\fB", out);
    roff(out, spec->name);
    fputs("\\fR", out);
    if (spec->choices && spec->choices[0] != '@') {
        fputs(" = ", out);
        roff(out, spec->choices);
    }
    if (spec->fallback && *spec->fallback) {
        fputs(" (default ", out);
        roff(out, spec->fallback);
        fputc(')', out);
    }
    fputc('\n', out);
    roff(out, spec->help);
    if (spec->unit) {
        fputs(" [", out);
        roff(out, spec->unit);
        fputc(']', out);
    }
    fputc('\n', out);
}

static void arguments(FILE *out, const struct nn_arg_spec *specs)
{
    if (!specs || !specs->name)
        return;
    fputs(".RS\n", out);
    for (; specs->name; specs++)
        argument(out, specs);
    fputs(".RE\n", out);
}

/* "name ARGUMENTS" in bold, the summary, more text, the arguments. */
static void described(FILE *out, const char *name, const struct nn_arg_spec *specs,
                      const char *summary, const char *formula, const char *source)
{
    struct nn_buffer synopsis;
    nn_buffer_init(&synopsis, 0);
    if (specs)
        nn_arg_specs_synopsis(specs, &synopsis);
    fputs(".TP\n\\fB", out);
    roff(out, name);
    fputs("\\fR ", out);
    roff(out, nn_buffer_string(&synopsis));
    fputc('\n', out);
    roff(out, summary);
    fputs(".\n", out);
    if (formula) {
        fputs(".br\n", out);
        roff(out, formula);
        fputc('\n', out);
    }
    if (source) {
        fputs(".br\n", out);
        roff(out, source);
        fputs(".\n", out);
    }
    arguments(out, specs);
    nn_buffer_clear(&synopsis);
}

/* ---- sections ---- */

static void write_options(FILE *out)
{
    section(out, "OPTIONS");
    for (size_t i = 0; i < nn_option_count; i++) {
        const struct nn_option *option = &nn_option_table[i];
        fputs(".TP\n", out);
        if (option->letter)
            fprintf(out, "\\fB\\-%c\\fR%s", option->letter, option->name ? ", " : "");
        if (option->name) {
            fputs("\\fB\\-\\-", out);
            roff(out, option->name);
            fputs("\\fR", out);
        }
        if (option->argument)
            fprintf(out, "%s\\fI%s\\fR", option->name ? "=" : " ", option->argument);
        fputc('\n', out);
        roff(out, option->help);
        fputs(".\n", out);
    }
}

static void write_language(FILE *out)
{
    section(out, "COMMAND LANGUAGE");
    paragraph(out, "One command a line; ; separates commands, # begins a comment, a \\ at the end "
                   "of a line continues it. "
                   "Words are quoted as in sh: '...' as it is, \"...\" with $name, and \\ before a "
                   "character.");
    paragraph(out, "Positional arguments come first, then key=value. let name=value defines a "
                   "variable, $name or ${name} "
                   "stands for it. An unknown command, key or value is an error with its place, "
                   "and a suggestion "
                   "where one is near.");
    paragraph(out, "Samples count from 0 within their split (train, validation or test). layer= "
                   "takes a name or the "
                   "number that net show prints. out=FILE writes the whole array or table: .npy, "
                   ".csv, .json or .png.");
    paragraph(out, "At the prompt Tab completes commands, keys, values, layers and files.");
}

static void write_command(FILE *out, const struct nn_command *command)
{
    struct nn_buffer synopsis;
    nn_buffer_init(&synopsis, 0);
    struct nn_arena arena;
    nn_arena_init(&arena);
    const struct nn_arg_spec *args = nn_command_args(command, &arena);
    if (args)
        nn_arg_specs_synopsis(args, &synopsis);
    fputs(".SS ", out);
    roff(out, command->name);
    fputs("\n.PP\n\\fB", out);
    roff(out, command->name);
    fputs("\\fR ", out);
    roff(out, nn_buffer_string(&synopsis));
    fputc('\n', out);
    nn_buffer_clear(&synopsis);
    fputs(".PP\n", out);
    roff(out, command->summary);
    fputs(".\n", out);
    if (command->details)
        paragraph(out, command->details);
    for (const struct nn_arg_spec *spec = args; spec && spec->name; spec++)
        argument(out, spec);
    nn_arena_clear(&arena);
    for (const struct nn_example *example = command->examples; example && example->text;
         example++) {
        fputs(".PP\nExample", out);
        if (example->help) {
            fputs(": ", out);
            roff(out, example->help);
        }
        fputs("\n.RS\n.nf\n", out);
        roff(out, example->text);
        fputs("\n.fi\n.RE\n", out);
    }
}

static void write_commands(FILE *out)
{
    for (const struct nn_group *group = nn_groups; group->name; group++) {
        fprintf(out, ".SH COMMANDS: ");
        for (const char *c = group->title; *c; c++)
            fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
        fputc('\n', out);
        for (size_t i = 0; i < nn_command_count; i++)
            if (strcmp(nn_commands[i]->group, group->name) == 0)
                write_command(out, nn_commands[i]);
    }
}

static void write_engine(FILE *out)
{
    section(out, "LAYERS");
    for (size_t i = 0; i < nn_layer_count; i++) {
        const struct nn_layer_class *layer = nn_layers[i];
        if (layer->max_inputs == 0)
            continue; /* the input comes from `net new` */
        char name[160];
        snprintf(name, sizeof name, "%s%s%s", layer->name, layer->aliases ? "|" : "",
                 layer->aliases ? layer->aliases : "");
        described(out, name, layer->args, layer->summary, layer->formula, layer->source);
    }
    section(out, "SHORTHANDS");
    paragraph(out, "An add of one of these adds several layers, named after it: NAME.conv1, "
                   "NAME.bn1 and so on; the last one is NAME. name= and from= are as for layers.");
    for (size_t i = 0; i < nn_shorthand_count; i++)
        described(out, nn_shorthands[i]->name, nn_shorthands[i]->args, nn_shorthands[i]->summary,
                  nn_shorthands[i]->formula, nn_shorthands[i]->source);
    section(out, "LOSSES");
    for (size_t i = 0; i < nn_loss_count; i++)
        described(out, nn_losses[i]->name, nn_losses[i]->args, nn_losses[i]->summary,
                  nn_losses[i]->formula, nn_losses[i]->source);
    section(out, "OPTIMIZERS");
    for (size_t i = 0; i < nn_optimizer_count; i++)
        described(out, nn_optimizers[i]->name, nn_optimizers[i]->args, nn_optimizers[i]->summary,
                  nn_optimizers[i]->formula, nn_optimizers[i]->source);
    section(out, "SCHEDULES");
    for (size_t i = 0; i < nn_schedule_count; i++)
        described(out, nn_schedules[i]->name, nn_schedules[i]->args, nn_schedules[i]->summary,
                  nn_schedules[i]->formula, nn_schedules[i]->source);
    section(out, "AUGMENTATIONS");
    for (size_t i = 0; i < nn_augmentation_count; i++)
        described(out, nn_augmentations[i]->name, nn_augmentations[i]->args,
                  nn_augmentations[i]->summary, nn_augmentations[i]->formula,
                  nn_augmentations[i]->source);
    section(out, "METRICS");
    for (size_t i = 0; i < nn_metric_count; i++)
        described(out, nn_metrics[i]->name, nn_metrics[i]->args, nn_metrics[i]->summary,
                  nn_metrics[i]->formula, nn_metrics[i]->source);
}

static void write_methods(FILE *out)
{
    section(out, "EXPLANATION METHODS");
    paragraph(
        out, "F is the logit of the target class before a final softmax or sigmoid, unless target= "
             "names something "
             "else; x is the input, b the baseline. What a method is not defined for, it refuses.");
    for (size_t i = 0; i < nn_method_count; i++) {
        const struct nn_method *method = nn_methods[i];
        char name[80];
        snprintf(name, sizeof name, "%s%s%s", method->name, method->alias ? ", " : "",
                 method->alias ? method->alias : "");
        described(out, name, method->args, method->summary, method->formula, method->source);
    }
}

static void write_rest(FILE *out)
{
    section(out, "DATA FILES");
    paragraph(out,
              "What `data load` reads, and which of its keys each format obeys; shape=, split=, "
              "task= and labels= hold for all.");
    for (size_t i = 0; i < nn_reader_count; i++) {
        struct nn_buffer text;
        nn_buffer_init(&text, 4096);
        nn_reader_describe(nn_readers[i], &text);
        entry(out, nn_readers[i]->name, nn_buffer_string(&text));
        nn_buffer_clear(&text);
    }
    section(out, "DATA SETS");
    for (size_t i = 0; i < nn_demo_count; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s (%s)", nn_demos[i]->summary, nn_demos[i]->licence);
        entry(out, nn_demos[i]->name, text);
    }
    section(out, "SETTINGS");
    for (size_t i = 0; i < nn_setting_count; i++)
        argument(out, &nn_settings[i].spec);
    section(out, "KEYS");
    for (size_t i = 0; i < nn_binding_count; i++)
        if (nn_bindings[i].shown)
            entry(out, nn_bindings[i].shown, nn_bindings[i].help);
    paragraph(out, "At the prompt readline's own keys hold (see readline(3)), also those of the "
                   "user's inputrc.");
    section(out, "EXIT STATUS");
    entry(out, "0", "everything went well");
    entry(out, "1", "a command failed");
    entry(out, "2", "wrong use of the command line");
    entry(out, "3",
          "a syntax error in a script: an unknown command or key, a value of the wrong type");
    entry(out, "4", "an assertion does not hold");
    entry(out, "5", "a data or model file is unreadable or damaged");
    entry(out, "6", "training diverged: the loss is not finite");
    entry(out, "128+n", "ended by signal n");
}

static void write_end(FILE *out)
{
    section(out, "REPRODUCIBILITY");
    paragraph(out, "The same build, seed and kernel set give bit-identical results for any number "
                   "of threads. Random "
                   "numbers are counter-based (Philox4x32-10); the stream is fixed per version of "
                   "the model format.");
    section(out, "ENVIRONMENT");
    entry(out, "NO_COLOR", "not empty: no colours");
    entry(out, "NNSCOPE_DATA", "folder of the bundled data sets");
    entry(out, "NNSCOPE_KERNELS", "the kernel set, as --kernels gives it");
    entry(out, "XDG_CONFIG_HOME",
          "the commands in nnscope/init.nns below it (default ~/.config) run before the prompt");
    entry(out, "XDG_STATE_HOME",
          "the history of the prompt is kept in nnscope/history below it (default ~/.local/state)");
    section(out, "SEE ALSO");
    fputs(".BR nnscope\\-model (5)\n", out);
}

void nn_docs_man(FILE *out)
{
    fputs(".\\\" Made by `nnscope --dump-man` from the tables of the program; do not edit.\n", out);
    fprintf(out, ".TH NNSCOPE 1 \"\" \"nnscope %s\" \"User Commands\"\n", PACKAGE_VERSION);
    fputs(".ad l\n", out); /* long words: no justified lines */
    section(out, "NAME");
    fputs("nnscope \\- a microscope for neural networks in a terminal\n", out);
    section(out, "SYNOPSIS");
    fputs(".B nnscope\n[\\fIOPTION\\fR...] [\\fIFILE\\fR]\n", out);
    section(out, "DESCRIPTION");
    paragraph(out, "nnscope builds, trains and explains neural networks. On a terminal it is a "
                   "screen with a prompt; in a "
                   "pipe, or with a script, it reads commands and prints results.");
    paragraph(
        out,
        "FILE is a script (.nns), a model (.safetensors) or data (.csv, .idx, .npy, also gzipped). "
        "It is "
        "interactive when standard input and output are terminals and no script is given. Results "
        "go to "
        "standard output, progress and errors to standard error. The first error ends a script.");
    write_options(out);
    write_language(out);
    write_commands(out);
    write_engine(out);
    write_methods(out);
    write_rest(out);
    write_end(out);
}
