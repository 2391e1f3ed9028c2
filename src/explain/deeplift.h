/* DeepLIFT's rules. The batch of the pass holds the inputs in its first half and their baselines in
 * its second.
 */
#ifndef NN_EXPLAIN_DEEPLIFT_H
#define NN_EXPLAIN_DEEPLIFT_H

#include "explain/rules.h"

extern const struct nn_rule nn_rule_deeplift_rescale; /* activations */
extern const struct nn_rule nn_rule_deeplift_maximum; /* max-pooling */

#endif
