/* Groups: values of an input that go together, for ablation and permutation.
 *
 * Ownership: nn_groups_clear frees.
 */
#ifndef NN_EXPLAIN_GROUPS_H
#define NN_EXPLAIN_GROUPS_H

#include "engine/tensor.h"

/* What groups= says in the help of whoever takes it. */
#define NN_GROUPS_HELP                                                                             \
    "what goes together: blocks of N or HxW values over all channels, or an .npy array of group "  \
    "numbers; else every value alone"

/* The group of every value, from 0. */
struct nn_groups {
    size_t count;
    size_t *of; /* [input size] */
};
/* For inputs of a shape: "4", "4x8" or a file; NULL: every value is its own group. NN_SHAPE,
 * NN_DAMAGED for files that do not fit. */
enum nn_status nn_groups_make(struct nn_groups *groups, const struct nn_shape *shape,
                              const char *text, struct nn_error *error);
void nn_groups_clear(struct nn_groups *groups);

#endif
