/* Pass: the activations and gradients of one net for one batch, planned once; no allocation per
 * step. Any number of passes may read one net at once.
 *
 * There is one backward walk. A rule per node says how a node sends the gradient, or any relevance,
 * from its output to its inputs; without a rule it is the gradient (the layer's backward).
 *
 * Ownership: the pass owns its buffers and borrows the net, which must not change shape meanwhile.
 * Threads:   one user per pass.
 * Cost:      memory = activations + gradients (if asked for) + largest scratch, for max_batch.
 */
#ifndef NN_ENGINE_PASS_H
#define NN_ENGINE_PASS_H

#include "engine/cancel.h"
#include "engine/net.h"

enum nn_pass_flags {
    NN_PASS_FORWARD = 0,   /* activations only */
    NN_PASS_GRADIENTS = 1, /* and gradients of activations */
    NN_PASS_PARAMETERS = 2 /* and gradients of parameters (implies GRADIENTS) */
};

/* How a node sends relevance backwards: gradient, guided, deconvnet, LRP ..., DeepLIFT. */
struct nn_rule {
    const char *name;
    const char *summary;
    const char *source; /* paper and equation */
    /* Extra work space in floats (at nn_rule_scratch). NULL: none. */
    size_t (*scratch)(const struct nn_node *node, size_t batch);
    /* Fills call->dx from call->dy (see nn_call), may use the layer's own forward and backward with
     * other arrays. `settings` is what the chooser gave (rule parameters). */
    enum nn_status (*apply)(const struct nn_call *call, const void *settings,
                            struct nn_error *error);
};

/* A rule with its settings, for one node; rule NULL = the gradient. */
struct nn_rule_choice {
    const struct nn_rule *rule;
    const void *settings;
};

struct nn_walk {
    int from;          /* the node at whose output the walk starts */
    const float *seed; /* gradient there, [batch, shape...] */
    int to; /* the walk ends when the gradient at this node's output is known (0: the input;
               -1: nowhere, only the gradients of parameters are wanted: cheaper in training) */
    bool parameters; /* also gradients of parameters */
    /* Rule of each node; NULL = gradient everywhere. */
    struct nn_rule_choice (*choose)(void *context, const struct nn_node *node);
    void *context;
};

struct nn_pass;

/* Where the extra work space of a rule begins: behind what the layer's own functions use. */
float *nn_rule_scratch(const struct nn_call *call);

/* `walk_scratch` is the most extra scratch any rule to be used may need (0 without rules). */
enum nn_status nn_pass_new(const struct nn_net *net, size_t max_batch, unsigned flags,
                           size_t walk_scratch, struct nn_pass **pass, struct nn_error *error);
void nn_pass_free(struct nn_pass *pass);
/* Bytes that nn_pass_new would allocate. */
enum nn_status nn_pass_bytes(const struct nn_net *net, size_t max_batch, unsigned flags,
                             size_t *bytes, struct nn_error *error);

const struct nn_net *nn_pass_net(const struct nn_pass *pass);
unsigned nn_pass_flags(const struct nn_pass *pass); /* those it was made with */
size_t nn_pass_max_batch(const struct nn_pass *pass);
size_t nn_pass_batch(const struct nn_pass *pass); /* of the last forward */

/* Forward and backward end between two layers, with what they have, once `progress` is cancelled:
 * whoever ran one asks nn_cancelled before anything of it is used. NULL: never. */
void nn_pass_watch(struct nn_pass *pass, const struct nn_progress *progress);
/* Where to write the next batch: [max_batch, input shape...]. Filling it and then calling forward
 * saves a copy. */
float *nn_pass_input(struct nn_pass *pass);
/* Runs all nodes on what stands in nn_pass_input. `random` NULL: inference mode (dropout off,
 * running statistics); else training mode with that stream. */
void nn_pass_forward(struct nn_pass *pass, size_t batch, const struct nn_random *random);
/* Runs only nodes after `node`, whose output (nn_pass_output_mutable) the caller has changed, for
 * as many samples as the last forward or nn_pass_set_batch said; inference mode. */
void nn_pass_forward_after(struct nn_pass *pass, int node);
void nn_pass_set_batch(struct nn_pass *pass, size_t batch);
/* One backward walk after a forward. Needs NN_PASS_GRADIENTS. */
enum nn_status nn_pass_backward(struct nn_pass *pass, const struct nn_walk *walk,
                                struct nn_error *error);

const float *nn_pass_output(const struct nn_pass *pass, int node);
float *nn_pass_output_mutable(struct nn_pass *pass, int node);
/* Valid after backward for nodes on the way between `from` and `to`; zero off the way. */
const float *nn_pass_gradient(const struct nn_pass *pass, int node);
/* Gradient of parameter `param` of `node`; for running statistics, their after-value of the last
 * training forward. NULL without NN_PASS_PARAMETERS. */
float *nn_pass_param_gradient(const struct nn_pass *pass, int node, int param);

#endif
