/* One net for each layer: the layer, then a dense one. */
#ifndef NN_TESTS_EXPLAIN_CASES_H
#define NN_TESTS_EXPLAIN_CASES_H

#include "engine/net.h"

struct layer_case {
    const char *layer, *words,
        *input; /* words NULL: of several inputs, or of none that has a gradient */
};
extern const struct layer_case layer_cases[]; /* ends with layer NULL */

/* The layer, then a dense one of three units behind what makes it flat. */
struct nn_net *case_net(const struct layer_case *c, bool bias);

#endif
