/* Layer class: what one kind of layer is. One file in layers/ with one `const struct
 * nn_layer_class` per layer; the registry is derived from the list of sources.
 *
 * Everything else is derived from the struct: the arguments of `add`, help, man page, saving and
 * loading, the gradient check over generated shapes, the fuzz dictionary.
 *
 * Shapes: those of one sample, without the batch dimension; data is [batch, shape...] row-major.
 */
#ifndef NN_ENGINE_LAYER_H
#define NN_ENGINE_LAYER_H

#include "base/args.h"
#include "base/random.h"
#include "engine/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NN_MAX_PARAMS 6
#define NN_MAX_INPUTS 16

enum nn_layer_flags {
    NN_LAYER_ACTIVATION = 1, /* may stand at the end of another `add`: add dense 16 relu */
    NN_LAYER_RANDOM = 2,     /* draws random numbers in training (dropout) */
    NN_LAYER_RECTIFIER = 4,  /* guided backprop and deconvnet change its backward step (relu) */
    NN_LAYER_LINEAR =
        8, /* affine in its input for fixed parameters in inference mode (LRP rules) */
    NN_LAYER_PIECEWISE = 16, /* piecewise linear (relu, max-pooling): exact integrated gradients */
    NN_LAYER_SPATIAL =
        32, /* output is feature maps, C x H x W or C x L, of a convolution (Grad-CAM default) */
    NN_LAYER_BATCH = 64,      /* couples the samples of a batch in training (batchnorm) */
    NN_LAYER_POINTWISE = 128, /* element by element: y_i depends on x_i alone; shape kept */
    NN_LAYER_MOVES = 256, /* in inference mode every output is one input, or 0 (flatten, concat) */
    NN_LAYER_MAXIMUM = 512,  /* every output is the largest of some inputs (max-pooling) */
    NN_LAYER_INDEX = 1024,   /* reads whole numbers as indices: no gradient to its input */
    NN_LAYER_CONSTANT = 2048 /* reads nothing of its input */
};

/* How a parameter starts; the net command `net init method=` can override the weight's. */
enum nn_init {
    NN_INIT_DEFAULT, /* PyTorch: weight and bias uniform in +-1/sqrt(fan_in) */
    NN_INIT_ZEROS,
    NN_INIT_ONES,
    NN_INIT_GLOROT_UNIFORM,
    NN_INIT_GLOROT_NORMAL,
    NN_INIT_HE_UNIFORM,
    NN_INIT_HE_NORMAL,
    NN_INIT_LECUN_UNIFORM,
    NN_INIT_LECUN_NORMAL,
    NN_INIT_ORTHOGONAL,
    NN_INIT_CONSTANT, /* with a value: itself */
    NN_INIT_NORMAL,   /* the deviation */
    NN_INIT_UNIFORM   /* the bound */
};

struct nn_param_spec {
    const char *name; /* PyTorch's: "weight", "bias", "running_mean" */
    struct nn_shape shape;
    enum nn_init init;
    double value;           /* of a constant, normal or uniform init */
    size_t fan_in, fan_out; /* for the initializers */
    bool trainable;         /* false: running statistics, updated by forward in training mode */
    bool decays;            /* weight decay applies (weights yes, biases no) */
};

struct nn_node;
struct nn_rule;
struct nn_window;

/* One call of forward or backward for one node and one batch. Nothing in it is allocated per step.
 */
struct nn_call {
    const struct nn_node *node;
    size_t batch;
    bool training; /* dropout active, batchnorm uses batch statistics */
    bool exact;    /* forward of a layer with weights sums in double: for rules that divide by it */
    const float *x[NN_MAX_INPUTS]; /* inputs, [batch, in_shape...] */
    float *y;        /* output, [batch, shape...]; written by forward, read by backward */
    float *const *w; /* parameter values, in the order of the specs; rules may leave out a
                        bias (NULL: none is added) */
    float *saved;    /* forward -> backward (argmax, mask, batch statistics); `saved` floats */
    float *scratch;  /* work space, `scratch` floats, content undefined */
    struct nn_random random; /* for this node and this step (RANDOM layers) */

    /* backward only: */
    const float *dy;          /* gradient (or relevance) at the output */
    float *dx[NN_MAX_INPUTS]; /* gradient at each input, OVERWRITTEN; NULL where not wanted */
    float **dw;               /* gradient of each parameter, OVERWRITTEN; NULL when not wanted. For
                                 parameters that are not trainable, forward in training mode writes the
                                 after-value here (running statistics) when dw is not NULL */
};

struct nn_layer_class {
    const char *name;    /* "conv2d" */
    const char *aliases; /* other names that `add` takes, "a|b", or NULL */
    const char *prefix;  /* automatic names: "conv" gives conv1, conv2 ... */
    const char *summary; /* one line for help */
    const char *formula; /* "y = x W^T + b" */
    const char *source;  /* paper or definition, and where we deviate */
    const struct nn_arg_spec *args;
    int min_inputs,
        max_inputs; /* 1, 1 for most; 2, NN_MAX_INPUTS for add and concat; 0, 0 for input */
    unsigned flags;

    /* Output shape for the given inputs; also checks the arguments against the shapes. Errors name
     * the shapes ("kernel 5x5 does not fit into 3x3"); the caller adds the layer's name. */
    enum nn_status (*infer)(const struct nn_args *args, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error);
    /* Describes the parameters (at most NN_MAX_PARAMS) and returns their number. NULL: none. */
    int (*params)(const struct nn_args *args, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS]);
    /* Floats to keep from forward to backward, and of work space, for a batch. NULL: none. */
    size_t (*saved)(const struct nn_node *node, size_t batch);
    size_t (*scratch)(const struct nn_node *node, size_t batch);
    void (*forward)(const struct nn_call *call);
    /* Writes dx (where not NULL) and dw (if not NULL; each entry may also be NULL). */
    void (*backward)(const struct nn_call *call);
    /* For layers of images whose outputs read a window of each channel of the input: which
     * (layers/window.h). NULL: others. */
    struct nn_window (*window)(const struct nn_node *node);
    /* Multiply-adds x 2 for one sample. NULL: one per output element. */
    double (*flops)(const struct nn_node *node);
};

/* The registry, sorted by name. A layer is found by its name or an alias; NULL when there is none.
 */
extern const struct nn_layer_class *const nn_layers[];
extern const size_t nn_layer_count;
const struct nn_layer_class *nn_layer_find(const char *name);

#endif
