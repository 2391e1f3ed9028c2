#include "base/limits.h"

#include <stdatomic.h>

const struct nn_limit_entry nn_limits[NN_LIMIT_COUNT] = {
#define NN_LIMIT_ENTRY(NAME, name, fallback, most, text) {#name, text, fallback##u, most##u},
#include "base/limits.def"
#undef NN_LIMIT_ENTRY
};

static _Atomic uint64_t current[NN_LIMIT_COUNT]; /* 0: the default */

size_t nn_limit(enum nn_limit_name name)
{
    uint64_t value = atomic_load_explicit(&current[name], memory_order_relaxed);
    if (value == 0)
        value = nn_limits[name].fallback;
    return value < SIZE_MAX / 4 ? (size_t)value : SIZE_MAX / 4;
}

void nn_limit_set(enum nn_limit_name name, uint64_t value)
{
    uint64_t most = nn_limits[name].most;
    value = value < 1 ? 1 : value > most ? most : value;
    atomic_store_explicit(&current[name], value, memory_order_relaxed);
}

void nn_limit_hint(struct nn_error *error, enum nn_limit_name name)
{
    nn_fail_hint(error, "`set limits.%s N` raises this limit", nn_limits[name].name);
}
