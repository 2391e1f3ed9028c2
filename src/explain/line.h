/* The straight path from the baseline to a sample. Of a net that reads indices, between which there
 * is nothing to read, it leads through the embedding's values, from those of the baseline's indices
 * to those of the sample's (as in Captum's LayerIntegratedGradients).
 *
 * Ownership: nn_line_clear frees.
 */
#ifndef NN_EXPLAIN_LINE_H
#define NN_EXPLAIN_LINE_H

#include "explain/method.h"

struct nn_line {
    int at;             /* the node through whose output it leads: 0 = the input */
    size_t size, width; /* of that output; how many of its values stand for one of the input */
    float *from, *to;   /* [size]: the ends, of the sample that was laid last */
    struct nn_pass *pass;
};

/* Where the path to `node` leads. NN_REFUSED when a layer before `node` reads indices, unless that
 * is an embedding which alone reads the input. */
enum nn_status nn_line_place(const struct nn_net *net, int node, int *at, struct nn_error *error);
enum nn_status nn_line_init(struct nn_line *line, const struct nn_explain_call *call,
                            struct nn_error *error);
void nn_line_clear(struct nn_line *line);
/* The ends for sample `s`. NN_REFUSED when one of them is no index of the embedding. */
enum nn_status nn_line_lay(struct nn_line *line, const struct nn_explain_call *call, size_t s,
                           struct nn_error *error);
/* Its point at t in [0, 1], to x[size]. */
void nn_line_point(const struct nn_line *line, double t, float *x);
/* The shares (to - from) integral[size] to out[size / width], summed over the values that stand for
 * one of the input; returns their sum. */
double nn_line_shares(const struct nn_line *line, const double *integral, float *out);

#endif
