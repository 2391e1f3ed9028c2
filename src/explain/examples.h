/* Examples: the samples that drive each unit of a layer highest, in one pass over the data.
 *
 * A feature map answers with its largest value, at its place (as the deep visualization toolbox,
 * Yosinski et al. 2015). Equal answers rank by the number of the sample.
 * Ownership: nn_examples_clear. Errors: NN_LIMIT, NN_MEMORY, NN_CANCELLED. Cost: one forward.
 */
#ifndef NN_EXPLAIN_EXAMPLES_H
#define NN_EXPLAIN_EXAMPLES_H

#include "engine/cancel.h"
#include "engine/net.h"
#include "engine/source.h"

struct nn_example_of {
    size_t sample; /* number in the source */
    size_t place;  /* in the map, row by row; 0 of a unit */
    float value;
};
struct nn_examples {
    size_t units, k;            /* k: as asked for, at most the samples there are */
    struct nn_example_of *best; /* [units, k], highest first */
};
enum nn_status nn_examples_find(const struct nn_net *net, int node, const struct nn_source *source,
                                size_t k, struct nn_examples *examples,
                                struct nn_progress *progress, struct nn_error *error);
void nn_examples_clear(struct nn_examples *examples);

#endif
