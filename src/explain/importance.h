/* Permutation importance: how much worse the net answers when one feature no longer belongs to its
 * sample.
 *
 * Source: Breiman 2001 ("Random forests", section 10); Fisher, Rudin, Dominici 2019, as in
 * scikit-learn's permutation_importance: the mean over several permutations.
 * Cost: (groups x repeats + 1) evaluations of the samples. Threads: reentrant.
 */
#ifndef NN_EXPLAIN_IMPORTANCE_H
#define NN_EXPLAIN_IMPORTANCE_H

#include "engine/cancel.h"
#include "engine/trainer.h"
#include "explain/groups.h"

struct nn_importance_request {
    const struct nn_net *net;
    const struct nn_source *source;
    const struct nn_recipe *recipe;
    int metric; /* of the recipe; -1 = the loss */
    const struct nn_groups *groups;
    size_t repeats;
    uint64_t seed;
    struct nn_progress *progress; /* may be NULL */
};
struct nn_importance {
    double base; /* the metric as it is */
    double *mean,
        *deviation; /* [groups]: how much worse it becomes, over the repeats (population) */
};
/* The arrays are the caller's. */
enum nn_status nn_importance_measure(const struct nn_importance_request *request,
                                     struct nn_importance *importance, struct nn_error *error);

#endif
