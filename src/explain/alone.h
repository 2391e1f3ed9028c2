/* Alone: one layer run by hand, outside of a pass, on arrays of the caller.
 *
 * Ownership: nn_alone_clear frees the work space; the net is borrowed.
 */
#ifndef NN_EXPLAIN_ALONE_H
#define NN_EXPLAIN_ALONE_H

#include "engine/net.h"

struct nn_alone {
    float *saved, *scratch; /* for any layer of the net */
    float *w[NN_MAX_PARAMS];
};
/* Work space for the layers of a net and batches of up to `batch`. */
enum nn_status nn_alone_init(struct nn_alone *alone, const struct nn_net *net, size_t batch,
                             struct nn_error *error);
void nn_alone_clear(struct nn_alone *alone);
/* A call of the node's layer in inference mode with its own parameters; the caller fills in x, y,
 * dy and dx. Valid until the next one. */
struct nn_call nn_alone_call(struct nn_alone *alone, const struct nn_node *node, size_t batch);

#endif
