/* A layer along the straight path from baseline to input: activations and gradients at steps + 1
 * equally spaced points.
 *
 * Ownership: nn_layer_path_clear frees. Memory: (steps + 1) x (2 layer sizes + size of the line)
 * floats.
 */
#ifndef NN_EXPLAIN_LAYERPATH_H
#define NN_EXPLAIN_LAYERPATH_H

#include "explain/line.h"

enum nn_layer_path_rule { NN_LAYER_PATH_TRAPEZOID, NN_LAYER_PATH_LEFT, NN_LAYER_PATH_RIGHT };

extern const struct nn_arg_spec nn_layer_path_args[]; /* steps rule variant */

struct nn_layer_path {
    struct nn_line line;
    size_t steps;
    enum nn_layer_path_rule rule;
    bool captum; /* steps + 1 nodes of the quadrature itself; the ends of the path are left out */
    float *x, *activation, *gradient; /* [steps + 1, line], [steps + 1, layer] twice */
    double *value;                    /* [steps + 1]: F */
    int32_t *units;
};
enum nn_status nn_layer_path_init(struct nn_layer_path *path, const struct nn_explain_call *call,
                                  struct nn_error *error);
void nn_layer_path_clear(struct nn_layer_path *path);
/* Fills the arrays for sample `s`. */
enum nn_status nn_layer_path_walk(struct nn_layer_path *path, const struct nn_explain_call *call,
                                  size_t s, struct nn_error *error);
/* The layer's own shape, for methods that explain units. */
void nn_layer_shape(const struct nn_explain_call *call, struct nn_shape *shape);

#endif
