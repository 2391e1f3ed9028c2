/* Dependence of the answer on one feature of a table.
 *
 * F is the target's value (method.h), or the probability behind it. With X the samples, x_j the
 * feature and X_-j the others:
 * partial dependence PD(v) = mean over X of F(v, X_-j)                  (Friedman 2001, eq. 51-53)
 * ICE of a sample    F(v, x_-j); their mean is PD                       (Goldstein et al. 2015)
 * ALE at edge k      sum over bins up to k of the mean over the samples of the bin of
 *                    F(z_k, x_-j) - F(z_k-1, x_-j), minus its mean over the samples
 *                                                          (Apley, Zhu 2020, eq. 15-16)
 * Edges of ALE are quantiles, equal ones once (as alibi's). A grid has each value of the data when
 * there are no more than asked for, else equal steps between the 5 % and the 95 % quantile (as
 * scikit-learn's). Of a net that reads indices both are values of the data, quantiles rounded down:
 * between two indices there is nothing to read.
 *
 * Errors: NN_REFUSED when an answer is not finite, NN_MEMORY, NN_CANCELLED. Threads: reentrant.
 * Cost: grid times samples evaluations.
 */
#ifndef NN_EXPLAIN_DEPENDENCE_H
#define NN_EXPLAIN_DEPENDENCE_H

#include "explain/method.h"

/* F of a class, a difference or a unit for any inputs. */
struct nn_answer {
    const struct nn_net *net;
    struct nn_target target; /* its unit is `unit` for all inputs: filled by nn_answers */
    int32_t unit;
    bool probability; /* of the class: behind softmax, logsoftmax or sigmoid */
};
/* values [n] for x [n, input]. */
enum nn_status nn_answers(const struct nn_answer *answer, const float *x, size_t n, double *values,
                          struct nn_progress *progress, struct nn_error *error);

struct nn_dependence {
    struct nn_answer answer;
    const float *x; /* [n, size] */
    size_t n, feature;
    struct nn_progress *progress;
    double done, share; /* progress: this goes from done to done + share */
};
/* At most `most` increasing values; returns how many. values [most]. NN_MEMORY. */
enum nn_status nn_dependence_grid(const struct nn_dependence *dependence, size_t most,
                                  double *values, size_t *count, struct nn_error *error);
/* out [count, n]: F with the feature at each grid value. */
enum nn_status nn_dependence_ice(const struct nn_dependence *dependence, const double *grid,
                                 size_t count, double *out, struct nn_error *error);
/* Edges and effects at them, `bins` + 1 at most; *count of them (1: the feature is constant). */
enum nn_status nn_dependence_ale(const struct nn_dependence *dependence, size_t bins, double *edges,
                                 double *effects, size_t *count, struct nn_error *error);

#endif
