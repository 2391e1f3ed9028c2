/* Counterfactual: the nearest input found that the net takes for another class.
 *
 * Nearest is the least sum of |change| / scale over the features, which makes it sparse (Wachter,
 * Mittelstadt, Russell 2018, eq. 1-4; scale is the median absolute deviation of the feature). Only
 * values between the bounds are tried. Wachter descends on a relaxed problem; here candidates are
 * evaluated, so that any net will do and the change of class is certain. A search is greedy: in
 * each round, of all features and 64 values of each, the one whose best value gains the most margin
 * for its cost; or eager: the cheapest value that flips the class, as soon as there is one. Then
 * every change is taken back as far as the class allows, by bisection, dearest first, until nothing
 * moves, and part of one change is exchanged for more or less of another as long as that comes
 * nearer, which also leads along the boundary and off the bounds. Searches begin with nothing, with
 * each feature by itself, and with the nearest 8 of 4096 random inputs (always the same ones) that
 * flip the class; the nearest of all counts. For a linear net that is the optimum (a fractional
 * knapsack); for others nothing is proved: of 150 bent nets of 3 features, a grid of 31^3 points
 * held a nearer one for 2.
 *
 * Errors: NN_REFUSED when nothing tried within the bounds flips the class, NN_CANCELLED, NN_MEMORY.
 * Cost:   4096, and rounds times size times 64 evaluations a search; none is begun after 200000.
 * Threads: reentrant.
 */
#ifndef NN_EXPLAIN_COUNTERFACTUAL_H
#define NN_EXPLAIN_COUNTERFACTUAL_H

#include "explain/method.h"

struct nn_counterfactual {
    const struct nn_net *net;
    const float *x;            /* [size] */
    int32_t wanted;            /* class; -1: any other than the predicted one */
    bool binary;               /* one output stands for two classes */
    const float *lows, *highs; /* [size] */
    const float *scales;       /* [size], > 0 */
    const bool *fixed;         /* [size]: must stay; NULL = none */
    size_t most;               /* features that may change; 0 = any number */
    struct nn_progress *progress;
};
/* out [size]; *distance as above; *reached the class it is now. */
enum nn_status nn_counterfactual_find(const struct nn_counterfactual *request, float *out,
                                      double *distance, int32_t *reached, struct nn_error *error);

#endif
