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
    double product;            /* of `factor` over the steps so far, this one included */
    double correction[2];      /* of this step, from `correct` */
    bool decays;               /* a weight, not a bias */
    const struct nn_args *args;
};

/* Two arguments of most optimizers. */
#define NN_OPTIMIZER_WEIGHT_DECAY                                                                  \
    {                                                                                              \
        .name = "weight_decay", .type = NN_ARG_REAL, .fallback = "0", .max = 1e6,                  \
        .help = "L2 penalty, added to the gradient"                                                \
    }
#define NN_OPTIMIZER_DECAY_BIAS                                                                    \
    {                                                                                              \
        .name = "decay_bias", .type = NN_ARG_BOOL, .fallback = "yes",                              \
        .help = "weight_decay applies to biases too, as in PyTorch"                                \
    }
/* The memory of a running mean. */
#define NN_OPTIMIZER_BETA(key, value, text)                                                        \
    {                                                                                              \
        .name = key, .type = NN_ARG_REAL, .fallback = value, .max = 0.999999, .help = text         \
    }
#define NN_OPTIMIZER_EPS(value)                                                                    \
    {                                                                                              \
        .name = "eps", .type = NN_ARG_REAL, .fallback = value, .max = 1.0,                         \
        .help = "added to the root, against division by zero"                                      \
    }

/* The weight decay of this parameter: PyTorch's applies to biases as well, and so does ours unless
 * the user says decay_bias=no. Takes the places of the two arguments. */
static inline double nn_update_decay(const struct nn_update *update, int weight_decay,
                                     int decay_bias)
{
    bool applies = update->decays || nn_args_bool(update->args, decay_bias);
    return applies ? nn_args_real(update->args, weight_decay) : 0.0;
}

struct nn_optimizer_class {
    const char *name;
    const char *summary;
    const char *formula;
    const char *source;
    const struct nn_arg_spec *args; /* without lr, which belongs to compile */
    double default_lr;
    const char *slots[NN_MAX_SLOTS]; /* names in saved files ("exp_avg"); NULL = unused */
    void (*update)(const struct nn_update *update);
    /* Of step `step`, from 1: multiplied up in update->product. NULL: not needed. */
    double (*factor)(const struct nn_args *args, uint64_t step);
    /* Figures of a step that all parameters share, computed once. NULL: none. */
    void (*correct)(const struct nn_args *args, uint64_t step, double correction[2]);
};

extern const struct nn_optimizer_class *const nn_optimizers[];
extern const size_t nn_optimizer_count;
const struct nn_optimizer_class *nn_optimizer_find(const char *name);

#endif
