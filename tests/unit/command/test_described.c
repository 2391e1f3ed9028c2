/* Whatever is one struct (layer, shorthand, loss, optimizer, schedule, metric, method) has a help
 * text with its arguments, and refuses wrong ones, all from that struct. */
#include "base/args.h"
#include "command/command.h"
#include "command/help.h"
#include "engine/loss.h"
#include "engine/metric.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/shorthand.h"
#include "explain/method.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void check_help(const char *name, const char *about, const struct nn_arg_spec *specs)
{
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    cr_assert(nn_help(name, &text, NULL) == NN_OK, "%s", name);
    const char *help = nn_buffer_string(&text);
    char start[24];
    snprintf(start, sizeof start, "%.20s", about); /* longer texts are wrapped */
    cr_assert(strstr(help, name) && strstr(help, start), "%s", name);
    for (const struct nn_arg_spec *spec = specs; spec && spec->name; spec++)
        cr_assert(strstr(help, spec->name), "%s %s", name, spec->name);
    nn_buffer_clear(&text);
}

static bool is_typed(const struct nn_arg_spec *spec)
{
    return spec->type == NN_ARG_INT || spec->type == NN_ARG_REAL || spec->type == NN_ARG_BOOL ||
           spec->type == NN_ARG_CHOICE || spec->type == NN_ARG_DIMS;
}

static void check_arguments(const char *name, const struct nn_arg_spec *specs)
{
    const struct nn_word unknown = {.key = "no_such_key", .value = "1", .column = 7};
    struct nn_error error = {0};
    struct nn_args args = {0};
    cr_assert(nn_args_parse(&args, specs, &unknown, 1, name, &error) != NN_OK, "%s", name);
    cr_assert(strstr(error.message, name) && strstr(error.message, "no_such_key"), "%s",
              error.message);
    cr_assert(nn_args_default(&args, specs, &error) == NN_OK);
    for (const struct nn_arg_spec *spec = specs; spec->name; spec++) {
        if (!is_typed(spec))
            continue;
        cr_assert(nn_args_set(&args, spec->name, "!", name, &error) == NN_ARGUMENT, "%s %s", name,
                  spec->name);
        cr_assert(strstr(error.message, name) && strstr(error.message, spec->name), "%s",
                  error.message);
    }
    nn_args_clear(&args);
}

static void check(const char *name, const char *summary, const struct nn_arg_spec *specs)
{
    check_help(name, summary, specs);
    if (specs)
        check_arguments(name, specs);
}

Test(described, everything_has_help_and_refuses_wrong_arguments)
{
    for (size_t i = 0; i < nn_layer_count; i++)
        check(nn_layers[i]->name, nn_layers[i]->summary, nn_layers[i]->args);
    for (size_t i = 0; i < nn_shorthand_count; i++)
        check(nn_shorthands[i]->name, nn_shorthands[i]->summary, nn_shorthands[i]->args);
    for (size_t i = 0; i < nn_loss_count; i++)
        check(nn_losses[i]->name, nn_losses[i]->summary, nn_losses[i]->args);
    for (size_t i = 0; i < nn_optimizer_count; i++)
        check(nn_optimizers[i]->name, nn_optimizers[i]->summary, nn_optimizers[i]->args);
    for (size_t i = 0; i < nn_schedule_count; i++)
        check(nn_schedules[i]->name, nn_schedules[i]->summary, nn_schedules[i]->args);
    for (size_t i = 0; i < nn_metric_count; i++)
        check(nn_metrics[i]->name, nn_metrics[i]->summary, NULL);
    for (size_t i = 0; i < nn_method_count; i++)
        check(nn_methods[i]->name, nn_methods[i]->summary, nn_methods[i]->args);
    for (size_t i = 0; i < nn_command_count; i++) /* the keys of the ascent, too */
        if (nn_commands[i]->more)
            check(nn_commands[i]->name, nn_commands[i]->summary, nn_commands[i]->more);
}

Test(described, aliases_of_layers_have_the_help_of_the_layer)
{
    for (size_t i = 0; i < nn_layer_count; i++) {
        char alias[64] = "";
        const char *aliases = nn_layers[i]->aliases;
        for (; aliases && *aliases; aliases += strlen(alias) + (aliases[strlen(alias)] == '|')) {
            snprintf(alias, sizeof alias, "%.*s", (int)strcspn(aliases, "|"), aliases);
            check_help(alias, nn_layers[i]->summary, nn_layers[i]->args);
        }
    }
}

Test(described, plurals_list_what_there_is)
{
    static const char *const cases[][2] = {
        {"losses", "huber"},    {"layers", "residual"}, {"schedules", "cosine"},
        {"methods", "gradcam"}, {"demos", "iris"},      {"settings", "limits.field"},
    };
    struct nn_error error = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_buffer text;
        nn_buffer_init(&text, 0);
        cr_assert(nn_help(cases[i][0], &text, NULL) == NN_OK, "%s", cases[i][0]);
        cr_assert(strstr(nn_buffer_string(&text), cases[i][1]), "%s", cases[i][0]);
        cr_assert(*nn_buffer_string(&text) != '\n');
        nn_buffer_clear(&text);
    }
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    cr_assert(nn_help("metriks", &text, &error) == NN_SYNTAX && strstr(error.hint, "metrics"));
    nn_buffer_clear(&text);
}
