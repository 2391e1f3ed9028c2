/* Layer-wise relevance propagation: the forms of its rules for layers with weights, which node gets
 * which rule, and batch normalization merged into the layer before it.
 *
 * Source: Bach et al. 2015; Montavon et al. 2019 ("Layer-wise relevance propagation: an overview");
 * the forms as in Zennit 0.5 (variant=zennit) or Captum 0.6 (variant=captum).
 */
#ifndef NN_EXPLAIN_LRP_H
#define NN_EXPLAIN_LRP_H

#include "explain/rules.h"

/* What of an input, of the weights or of the bias enters a term of a rule. */
enum nn_lrp_part {
    NN_LRP_ALL,
    NN_LRP_POSITIVE,
    NN_LRP_NEGATIVE,
    NN_LRP_NONE, /* 0; for the bias */
    NN_LRP_ONE,  /* 1 everywhere; as an input it is not multiplied back */
    NN_LRP_SQUARE,
    NN_LRP_LOW,           /* the lowest input value of the box rule */
    NN_LRP_HIGH,          /* the highest */
    NN_LRP_MORE_POSITIVE, /* v + gamma v+ */
    NN_LRP_MORE_NEGATIVE  /* v + gamma v- */
};

struct nn_lrp_term {
    enum nn_lrp_part input, weight, bias;
    float sign; /* +1, or -1 for terms that the box rule takes away */
};

/* Terms that share one denominator. */
struct nn_lrp_group {
    struct nn_lrp_term terms[3];
    int term_count;
    enum {
        NN_LRP_PLAIN,
        NN_LRP_ALPHA,
        NN_LRP_MINUS_BETA,
        NN_LRP_WHERE_POSITIVE,
        NN_LRP_WHERE_NEGATIVE
    } factor;
};

struct nn_lrp_form {
    const char *name;    /* "epsilon", as in rule= */
    const char *variant; /* "zennit", "captum"; NULL = both */
    double epsilon;      /* default stabilizer */
    struct nn_lrp_group groups[2];
    int group_count;
};
extern const struct nn_lrp_form nn_lrp_forms[];
extern const size_t nn_lrp_form_count;
/* NULL when the variant has no such rule. */
const struct nn_lrp_form *nn_lrp_form_find(const char *name, const char *variant);

struct nn_lrp_settings {
    const struct nn_lrp_form *form;
    double epsilon, gamma, alpha, beta;
    float low, high;           /* of the box rule */
    const float *lows, *highs; /* [bound_count], the layer's input, where they differ from value to
                                  value; NULL: they do not */
    size_t bound_count;
};
/* For layers with weights; settings are struct nn_lrp_settings. */
extern const struct nn_rule nn_rule_lrp;
/* For sums and means (add, average pooling): relevance in proportion, x R / y. Same settings
 * (epsilon). */
extern const struct nn_rule nn_rule_lrp_proportion;
/* For activations and merged batch normalization: relevance passes through. */
extern const struct nn_rule nn_rule_pass;

/* A copy of the net in which every batch normalization that directly follows a convolution or dense
 * layer (with no other reader) is merged into it and has become the identity. */
enum nn_status nn_net_merge_batchnorm(const struct nn_net *net, struct nn_net **merged,
                                      struct nn_error *error);

#endif
