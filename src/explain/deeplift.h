/* DeepLIFT: its rules, and the method for whoever has several baselines. The batch of the pass
 * holds the inputs in its first half and their baselines in its second.
 */
#ifndef NN_EXPLAIN_DEEPLIFT_H
#define NN_EXPLAIN_DEEPLIFT_H

#include "explain/rules.h"

extern const struct nn_rule nn_rule_deeplift_rescale; /* activations */
extern const struct nn_rule nn_rule_deeplift_maximum; /* max-pooling */

enum nn_deeplift_kind { NN_DEEPLIFT_RESCALE, NN_DEEPLIFT_REVEALCANCEL };
#define NN_DEEPLIFT_NAMES "rescale|revealcancel"

/* The method for the samples and baselines of a call: out [batch, input], gap [batch]. NN_REFUSED
 * for layers without a rule. */
enum nn_status nn_deeplift_run(const struct nn_explain_call *call, enum nn_deeplift_kind kind,
                               float *out, double *gap, struct nn_error *error);

#endif
