/* DeepLIFT's RevealCancel: every change from the baseline is kept as a positive and a negative
 * part, and an activation shares the change of its output between them, so that parts that cancel
 * each other are both seen.
 *
 * The pass holds the inputs in the first half of its batch and their baselines in the second. In
 * the walk the first half carries the multipliers of the positive parts, the second those of the
 * negative ones.
 *
 * Source: Shrikumar, Greenside, Kundaje 2017, sections 3.5.1 (linear) and 3.5.3. Not in the paper:
 * of a maximum the whole change is one part, shared out as in deeplift.h; of a normalization the
 * parts change places where its scale is negative. Ownership: nn_reveal_clear frees.
 */
#ifndef NN_EXPLAIN_REVEAL_H
#define NN_EXPLAIN_REVEAL_H

#include "explain/alone.h"
#include "explain/rules.h"

/* The parts of a node's output and of what it reads, as the rules need them. */
struct nn_reveal_parts {
    const float *in, *out; /* [2, half, size]: positive, negative */
};

struct nn_reveal {
    const struct nn_net *net;
    size_t half; /* samples */
    bool *reached;
    float **parts;                    /* [nodes]: [2, half, size] */
    struct nn_reveal_parts *settings; /* [nodes] */
    struct nn_alone alone;
    float *work, *weights; /* [4, half, largest layer]; the largest layer's parameters */
};
/* For at most `half` samples and the nodes that `target` depends on. */
enum nn_status nn_reveal_init(struct nn_reveal *reveal, const struct nn_net *net, int target,
                              size_t half, struct nn_error *error);
void nn_reveal_clear(struct nn_reveal *reveal);
/* The parts of every node, after the forward of a pass with n samples and n baselines. */
void nn_reveal_forward(struct nn_reveal *reveal, const struct nn_pass *pass, size_t n);
/* The rules of the walk; `context` is the nn_reveal. */
struct nn_rule_choice nn_reveal_choose(void *context, const struct nn_node *node);

#endif
