#include "command/specs.h"

#include <string.h>

static size_t count_specs(const struct nn_arg_spec *specs)
{
    size_t count = 0;
    while (specs && specs[count].name)
        count++;
    return count;
}

struct nn_arg_spec *nn_specs_join(struct nn_arena *arena, const struct nn_arg_spec *const *parts,
                                  size_t count)
{
    size_t most = 1, used = 0;
    for (size_t part = 0; part < count; part++)
        most += count_specs(parts[part]);
    struct nn_arg_spec *joined = nn_arena_alloc(arena, most, sizeof *joined);
    if (!joined)
        return NULL;
    for (size_t part = 0; part < count; part++)
        for (size_t i = 0; i < count_specs(parts[part]); i++)
            if (nn_args_find(joined, parts[part][i].name) < 0)
                joined[used++] = parts[part][i];
    return joined;
}

enum nn_status nn_specs_extract(struct nn_args *args, const struct nn_arg_spec *part,
                                const struct nn_args *joined, const char *what,
                                struct nn_error *error)
{
    struct nn_args own = {0};
    enum nn_status status = NN_OK;
    NN_TRY(nn_args_default(&own, part, error));
    for (int i = 0; i < own.count; i++) {
        int from = nn_args_find(joined->specs, part[i].name);
        if (from >= 0 && nn_args_given(joined, from))
            NN_TRY(nn_args_set(&own, part[i].name, nn_args_text(joined, from), what, error));
    }
    *args = own;
    own = (struct nn_args){0};
out:
    nn_args_clear(&own);
    return status;
}

const char *nn_words_key(const struct nn_word *words, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].key && strcmp(words[i].key, key) == 0)
            return words[i].value;
    return NULL;
}
