/* Trust: how far to believe a map. Every figure is computed for the map at hand; there is no canned
 * verdict.
 *
 * The cheap figures (gap, sparseness, pointing, mass) need the map alone; the costly ones some
 * 1000 evaluations of the net and a dozen runs of the method: nn_trust_cost says what they take, in
 * operations, so that whoever decides by it decides alike on every machine.
 */
#ifndef NN_EXPLAIN_TRUST_H
#define NN_EXPLAIN_TRUST_H

#include "explain/explain.h"

enum nn_trust_kind {
    NN_TRUST_GAP,       /* |gap| over |change of F|; of methods that share out F(x) itself over |F|,
                           and called biases: they leave to the biases what is theirs */
    NN_TRUST_INSERTION, /* area under p (or F relative to its change) as the highest ranked values
                           come in: high is good. Where F, no probability, falls from the
                           baseline to x, what speaks most against it ranks highest. Samek et al.
                           2017; Petsiuk et al. 2018. Chance: random orders */
    NN_TRUST_DELETION,  /* as they go to the baseline: low is good */
    NN_TRUST_SENSITIVITY, /* largest relative change of the map under noise of 2 % of the range (Yeh
                             et al. 2019) */
    NN_TRUST_INFIDELITY,  /* share of the answer's change under noise that the map does not predict,
                             0..1 (Yeh et al. 2019, with the optimal scale) */
    NN_TRUST_SPARSENESS,  /* Gini index, 0..1 (Chalasani et al. 2020) */
    NN_TRUST_RANDOMIZATION, /* mean magnitude of the rank correlation with the maps of the net as
                               its weights are made random from the top down (Adebayo et al. 2018),
                               of nets of few layers over several draws: low is good. Chance:
                               unrelated ranks, of which few agree by themselves */
    NN_TRUST_POINTING,      /* share of the map's largest places that lie in the mask */
    NN_TRUST_MASS,          /* share of its positive values there; chance: the
                               mask's share of the pixels */
    NN_TRUST_COUNT
};

struct nn_trust {
    /* the names of those that were not measured are NULL */
    struct nn_trust_figure figure[NN_TRUST_COUNT];
    double missed;                         /* the gap of shares that promise to add up, else NaN */
    double gain, random_gain, gain_spread; /* insertion - deletion; of random orders: mean and
                                              standard deviation. NaN: not measured */
    size_t ranked;   /* values that the maps of random nets were compared by */
    double likeness; /* mean correlation with them, with its sign: a sign by chance cancels out */
};

/* Floating-point operations of the costly figures of a map that took `work` of them. */
double nn_trust_cost(const struct nn_explain_request *request, double work);
/* What costs no more is measured unasked: a blink of an eye. */
#define NN_TRUST_UNASKED 2e9

/* Measures the map of the first sample of a request; `map` is what nn_explain gave for it. `mask`
 * [pixels or features] is where the class is known to be decided, or NULL. A figure that cannot be
 * had says why; only running out of memory and being stopped are errors. */
enum nn_status nn_trust_measure(const struct nn_explain_request *request,
                                const struct nn_result *map, const unsigned char *mask, bool costly,
                                struct nn_trust *trust, struct nn_error *error);
/* Whether a map can be laid over the input: a layer's map is enlarged; that of its units is none of
 * inputs. */
bool nn_map_fits(const struct nn_result *result);
/* One sample's map at the size of the input: a layer's map is enlarged. out [input size].
 * NN_REFUSED for maps of units that are no pixels. */
enum nn_status nn_map_fit(const struct nn_net *net, const struct nn_result *result, size_t sample,
                          float *out, struct nn_error *error);
/* A figure with its name and meaning, which say that it was measured. */
struct nn_trust_figure *nn_trust_name(struct nn_trust *trust, enum nn_trust_kind kind);
/* The gap is no error but what biases hold. */
void nn_trust_biases(struct nn_trust *trust);
/* The figures and the verdict beside the map. */
void nn_trust_put(const struct nn_trust *trust, struct nn_result *map);
/* One or two sentences for people. */
void nn_trust_verdict(const struct nn_trust *trust, char *out, size_t capacity);

#endif
