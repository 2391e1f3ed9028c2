#include "command/command.h"

#include "base/text.h"
#include "command/specs.h"
#include "explain/method.h"

#include <string.h>

#define NN_COMMAND(name) extern const struct nn_command name;
#include "command/commands.def"
#undef NN_COMMAND

const struct nn_command *const nn_commands[] = {
#define NN_COMMAND(name) &name,
#include "command/commands.def"
#undef NN_COMMAND
};
const size_t nn_command_count = sizeof nn_commands / sizeof *nn_commands;

/* How many words (1 or 2) of a command's name stand at the beginning of the words, 0 if not all. */
static size_t matches(const char *name, const struct nn_word *words, size_t count)
{
    const char *blank = strchr(name, ' ');
    size_t length = blank ? (size_t)(blank - name) : strlen(name);
    if (count == 0 || words[0].key || strlen(words[0].value) != length ||
        memcmp(words[0].value, name, length) != 0)
        return 0;
    if (!blank)
        return 1;
    return count > 1 && !words[1].key && strcmp(words[1].value, blank + 1) == 0 ? 2 : 0;
}

const struct nn_command *nn_command_find(const struct nn_word *words, size_t count, size_t *used)
{
    const struct nn_command *found = NULL;
    *used = 0;
    for (size_t i = 0; i < nn_command_count; i++) {
        size_t matched = matches(nn_commands[i]->name, words, count);
        if (matched > *used) {
            found = nn_commands[i];
            *used = matched;
        }
    }
    if (!found && count > 0 && !words[0].key && nn_method_find(words[0].value))
        return nn_command_named("explain");
    return found;
}

const struct nn_arg_spec *nn_command_args(const struct nn_command *command, struct nn_arena *arena)
{
    const struct nn_arg_spec *parts[] = {command->args, command->more};
    return command->more ? nn_specs_join(arena, parts, 2) : command->args;
}

const struct nn_command *nn_command_named(const char *name)
{
    for (size_t i = 0; i < nn_command_count; i++)
        if (strcmp(nn_commands[i]->name, name) == 0)
            return nn_commands[i];
    return NULL;
}

const char *nn_command_nearest_short(const char *word)
{
    for (size_t i = 0; i < nn_method_count; i++) {
        const char *names[] = {nn_methods[i]->name, nn_methods[i]->alias};
        const char *nearest = nn_text_nearest(word, names, names[1] ? 2 : 1);
        if (nearest)
            return nearest;
    }
    return NULL;
}

enum nn_status nn_command_parse(struct nn_args *args, const struct nn_arg_spec *specs,
                                const struct nn_word *words, size_t count, const char *what,
                                struct nn_error *error)
{
    enum nn_status status = nn_args_parse(args, specs, words, count, what, error);
    if (status != NN_ARGUMENT)
        return status;
    if (error)
        error->status = NN_SYNTAX;
    return NN_SYNTAX;
}
