/* Concepts: TCAV, whether a direction that people name speaks for a class.
 *
 * The concept's activation vector (CAV) at a layer is the weight difference of a linear classifier
 * between the layer's answers to samples of the concept and to as many random others; the score is
 * the share of the samples of a class for which the class's logit rises along it. Over several
 * draws of random others, the scores are compared with those of vectors between random and random
 * samples by a two-sided test of their means.
 *
 * Source: Kim et al. 2018, eq. 1 and section 3.3-3.4. The classifier is softmax regression with
 *         alpha = 0.01 (features.h) where theirs is trained by SGD; the test is Welch's.
 * Errors: NN_ARGUMENT with too few samples, NN_REFUSED where there is no gradient, NN_CANCELLED.
 */
#ifndef NN_EXPLAIN_CONCEPTS_H
#define NN_EXPLAIN_CONCEPTS_H

#include "explain/method.h"

struct nn_tcav_request {
    const struct nn_net *net;
    int layer;
    struct nn_target target; /* class; unit [class_count] all the same */
    const float *concept;    /* [concept_count, input] */
    size_t concept_count;
    const float *others; /* [other_count, input]: random counterparts are drawn from these */
    size_t other_count;
    const float *members; /* [member_count, input]: samples of the class */
    size_t member_count;
    size_t draws; /* at least 2 */
    uint64_t seed;
    struct nn_progress *progress;
};
struct nn_tcav {
    double score, deviation;               /* of the concept's vectors, over the draws */
    double random_score, random_deviation; /* of random vectors */
    double magnitude;                      /* mean derivative along the unit vector */
    double accuracy;                       /* of the classifiers, on their samples */
    double p;                              /* of one mean */
};
enum nn_status nn_tcav_measure(const struct nn_tcav_request *request, struct nn_tcav *tcav,
                               struct nn_error *error);

#endif
