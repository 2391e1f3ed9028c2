/* The choice of a kernel set. */
#include "kernels/kernels.h"

#include "base/cpu.h"
#include "base/text.h"
#include "kernels/sets.h"

#include <string.h>

static bool always(void)
{
    return true;
}

/* The build says which sets it has (local.mk). */
#ifdef NN_HAVE_NEON
#define NEON &nn_kernels_neon
#else
#define NEON NULL
#endif
#ifdef NN_HAVE_AVX2
#define AVX2 &nn_kernels_avx2
#else
#define AVX2 NULL
#endif
#ifdef NN_HAVE_AVX512
#define AVX512 &nn_kernels_avx512
#else
#define AVX512 NULL
#endif

/* Every known set, the best last; a set without a table is not in this build. */
static const struct set {
    const char *name;
    const struct nn_kernels *table;
    bool (*cpu_has)(void);
} sets[] = {
    {"ref", &nn_kernels_ref, always},
    {"neon", NEON, nn_cpu_has_neon},
    {"avx2", AVX2, nn_cpu_has_avx2},
    {"avx512", AVX512, nn_cpu_has_avx512},
};
enum { SET_COUNT = sizeof sets / sizeof *sets };

const struct nn_kernels *nn_kernels = &nn_kernels_ref;
static struct nn_kernels chosen;

static bool usable(const struct set *set)
{
    return set->table && set->cpu_has();
}

const char *nn_kernels_available(size_t index)
{
    for (size_t i = 0; i < SET_COUNT; i++)
        if (usable(&sets[i]) && index-- == 0)
            return sets[i].name;
    return NULL;
}

static void choose(const struct set *set)
{
    chosen = *set->table;
#define NN_KERNEL(kernel, type, arguments)                                                         \
    if (!chosen.kernel)                                                                            \
        chosen.kernel = nn_kernels_ref.kernel;
#include "kernels/kernels.def"
#undef NN_KERNEL
    nn_kernels = &chosen;
}

static enum nn_status refuse(const char *name, const struct set *known, struct nn_error *error)
{
    const char *names[SET_COUNT + 1] = {"auto"};
    char list[64] = "auto";
    size_t count = 1;
    for (; nn_kernels_available(count - 1); count++) {
        names[count] = nn_kernels_available(count - 1);
        strncat(list, ", ", sizeof list - strlen(list) - 1);
        strncat(list, names[count], sizeof list - strlen(list) - 1);
    }
    if (known)
        return nn_fail(error, NN_ARGUMENT, "this %s has no %s kernels; available: %s",
                       known->table ? "CPU" : "build", known->name, list);
    nn_fail(error, NN_ARGUMENT, "unknown kernels '%s'; available: %s", NN_VISIBLE(name), list);
    const char *near = nn_text_nearest(name, names, count);
    if (near)
        nn_fail_hint(error, "did you mean %s?", near);
    return NN_ARGUMENT;
}

enum nn_status nn_kernels_select(const char *name, struct nn_error *error)
{
    bool best = strcmp(name, "auto") == 0;
    for (size_t i = SET_COUNT; i-- > 0;) {
        if (!best && strcmp(name, sets[i].name) != 0)
            continue;
        if (usable(&sets[i])) {
            choose(&sets[i]);
            return NN_OK;
        }
        if (!best)
            return refuse(name, &sets[i], error);
    }
    return refuse(name, NULL, error);
}
