/* Trust: how far to believe a map. Every figure is computed for the map at hand; there is no canned
 * verdict.
 *
 * Cost: some 400 evaluations and 20 runs of the method.
 */
#ifndef NN_EXPLAIN_TRUST_H
#define NN_EXPLAIN_TRUST_H

#include "explain/explain.h"

struct nn_trust {
    double gap;       /* |gap| over |change of F| (or |F|); NaN for methods that promise no sum */
    double deletion;  /* area under p (or relative F) as the highest ranked values go to the
                         baseline: low is good */
    double insertion; /* as they come in: high is good. Samek et al. 2017; Petsiuk et al. 2018 */
    double random_deletion, random_insertion; /* the same for random rankings, mean of 5 */
    double sensitivity;   /* largest relative change of the map under noise of 2 % of the range (Yeh
                             et al. 2019) */
    double infidelity;    /* share of the answer's change under noise that the map does not predict,
                             0..1 (Yeh et    al. 2019, with the optimal scale; NaN for maps that are no
                             attribution of values) */
    double gini;          /* sparseness, 0..1 (Chalasani et al. 2020) */
    double randomization; /* mean rank correlation with the maps of the net as its weights are made
                             random from the top down (Adebayo et al. 2018): near 0 is good */
    double pointing, mass, area; /* with a mask: 1 if the map's maximum lies in it, else 0; the
                                    share of its positive values there; the mask's own share of the
                                    pixels. NaN without a mask */
};

/* Measures the map of the first sample of a request; `map` is what nn_explain gave for it. `mask`
 * [pixels or features] is where the class is known to be decided, or NULL. */
enum nn_status nn_trust_measure(const struct nn_explain_request *request,
                                const struct nn_result *map, const unsigned char *mask,
                                struct nn_trust *trust, struct nn_error *error);
/* One sample's map at the size of the input: a layer's map is enlarged. out [input size].
 * NN_REFUSED for maps of units that are no pixels. */
enum nn_status nn_map_fit(const struct nn_net *net, const struct nn_result *result, size_t sample,
                          float *out, struct nn_error *error);
/* One or two sentences for people. */
void nn_trust_verdict(const struct nn_trust *trust, char *out, size_t capacity);

#endif
