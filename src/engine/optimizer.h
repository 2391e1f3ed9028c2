/* Optimizer class: one file in optimizers/ with one `const struct nn_optimizer_class`.
 * Formulas and defaults are PyTorch's.
 */
#ifndef NN_ENGINE_OPTIMIZER_H
#define NN_ENGINE_OPTIMIZER_H

#include "base/args.h"

#include <stddef.h>
#include <stdint.h>

#define NN_MAX_SLOTS 3

/* One step for a parameter or a part of it: large parameters are split into blocks that are updated
 * in parallel, so an update works element by element. */
struct nn_update {
    size_t count;
    float *w;                  /* parameter, updated in place */
    const float *g;            /* its gradient */
    float *slot[NN_MAX_SLOTS]; /* the optimizer's state, zero before step 1 */
    uint64_t step;             /* from 1 */
    double lr;                 /* of this step (schedule applied) */
    bool decays;               /* weight decay applies to this parameter */
    const struct nn_args *args;
};

struct nn_optimizer_class {
    const char *name;
    const char *summary;
    const char *formula;
    const char *source;
    const struct nn_arg_spec *args; /* without lr, which belongs to compile */
    double default_lr;
    const char *slots[NN_MAX_SLOTS]; /* names in saved files ("exp_avg"); NULL = unused */
    void (*update)(const struct nn_update *update);
};

extern const struct nn_optimizer_class *const nn_optimizers[];
extern const size_t nn_optimizer_count;
const struct nn_optimizer_class *nn_optimizer_find(const char *name);

#endif
