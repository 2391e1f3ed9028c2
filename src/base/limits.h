/* Limits: the sizes above which input is refused, one table (limits.def) for code, settings, help
 * and man page.
 *
 * Threads: any number; a change holds for what is read afterwards.
 */
#ifndef NN_BASE_LIMITS_H
#define NN_BASE_LIMITS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum nn_limit_name {
#define NN_LIMIT_ENTRY(NAME, name, fallback, most, text) NN_LIMIT_##NAME,
#include "base/limits.def"
#undef NN_LIMIT_ENTRY
    NN_LIMIT_COUNT
};

struct nn_limit_entry {
    const char *name, *text;
    uint64_t fallback, most; /* its least is 1 */
};
extern const struct nn_limit_entry nn_limits[NN_LIMIT_COUNT];

/* What holds now, at most SIZE_MAX / 4. */
size_t nn_limit(enum nn_limit_name name);
/* Hints at the setting; for errors that a limit causes. */
void nn_limit_hint(struct nn_error *error, enum nn_limit_name name);
/* Brought into 1 to `most`. */
void nn_limit_set(enum nn_limit_name name, uint64_t value);

#endif
