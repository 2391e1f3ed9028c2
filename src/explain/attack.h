/* Attacks: small changes of inputs that make a net err, by the gradient of its loss.
 *
 * fgsm: x + e sign(dL/dx), L the cross-entropy of the true class, of logits (Goodfellow, Shlens,
 *       Szegedy 2015, eq. 1); sign(0) = 0. With norm l2: e dL/dx / |dL/dx|.
 * pgd:  steps of that kind, each brought back to the ball of radius e around x and to the bounds,
 *       from a random place in the ball (Madry et al. 2018, eq. 3). l2 steps are projected to the
 *       sphere's inside; the random start is uniform per value (linf) or at a uniform share of e in
 *       a random direction (l2).
 * With a target class both descend on its cross-entropy. Nets without classes have the
 * loss of their values in its place. Results are within the bounds; the ball is
 * kept then as well, since both are convex and the clipping moves towards x.
 *
 * Shapes: x and out [batch, input...]. Owns nothing. Errors: NN_REFUSED where there is no gradient,
 * NN_CANCELLED. Threads: reentrant.
 */
#ifndef NN_EXPLAIN_ATTACK_H
#define NN_EXPLAIN_ATTACK_H

#include "explain/method.h"

enum nn_attack_norm { NN_ATTACK_LINF, NN_ATTACK_L2 };

struct nn_attack {
    const struct nn_net *net;
    const float *x;
    size_t batch;
    struct nn_target target; /* LOSS: of the true classes or values, or of those aimed at */
    bool targeted;           /* lowers it */
    enum nn_attack_norm norm;
    double epsilon;
    double step;  /* of pgd; 0: 2.5 epsilon / steps */
    size_t steps; /* 1 from x itself is fgsm */
    bool random_start;
    float low, high;
    const float *lows, *highs; /* bounds; per value, or NULL */
    uint64_t seed;
    struct nn_progress *progress;
};
enum nn_status nn_attack_run(const struct nn_attack *attack, float *out, struct nn_error *error);
/* Predicted classes of inputs [n, input...] as the net's output says. */
enum nn_status nn_attack_classes(const struct nn_net *net, bool binary, const float *x, size_t n,
                                 int32_t *classes, struct nn_progress *progress,
                                 struct nn_error *error);

#endif
