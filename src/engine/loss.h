/* Loss class: one file in losses/ with one `const struct nn_loss_class`.
 *
 * A loss sees the outputs z of one node and the targets. If it `fuses` with a final layer (softmax
 * or logsoftmax with categorical_crossentropy, sigmoid with binary_crossentropy) and the net ends
 * with that layer, z are the values before it (logits) and the gradient enters the net there:
 * stable for extreme logits. Without that final layer the argument from_logits says what z is
 * (default yes, as PyTorch).
 */
#ifndef NN_ENGINE_LOSS_H
#define NN_ENGINE_LOSS_H

#include "engine/net.h"

enum nn_target_kind {
    NN_TARGET_CLASS,  /* one class index per sample: t is int32 [batch] */
    NN_TARGET_VALUES, /* t is float [batch, width]; class labels become one-hot (width > 1) or 0/1
                       */
    NN_TARGET_MARKS   /* the same, but only for data with classes */
};

struct nn_loss_call {
    size_t batch, width;
    const float *z;         /* [batch, width] */
    const int32_t *classes; /* [batch], TARGET_CLASS */
    const float *values;    /* [batch, width], TARGET_VALUES and MARKS */
    bool logits;            /* z are logits (fused, or from_logits) */
    const struct nn_args *args;
    float *dz; /* gradient of the mean loss with respect to z, [batch, width]; NULL if not wanted */
    double
        *weight; /* what the mean was divided by, for means over several batches: set beforehand to
                    the number of samples, changed by losses that weigh them; NULL if not wanted */
};

struct nn_loss_class {
    const char *name;
    const char *aliases; /* names elsewhere that `loss=` takes, "a|b", or NULL */
    const char *summary;
    const char *formula;
    const char *source;
    const struct nn_arg_spec *args;
    enum nn_target_kind target;
    const char *fuses; /* name of the layer class it fuses with, or NULL */
    bool probable;     /* targets are probabilities, 0 to 1 */
    bool scores;       /* it compares scores without bounds, which metrics read like logits */
    /* Whether an output of `width` can be compared with targets of `target_width` values (or so
     * many classes). */
    enum nn_status (*check)(const struct nn_args *args, size_t width, size_t target_width,
                            struct nn_error *error);
    /* The loss averaged as its formula says, in double; fills dz if wanted. */
    double (*evaluate)(const struct nn_loss_call *call);
};

extern const struct nn_loss_class *const nn_losses[];
extern const size_t nn_loss_count;
const struct nn_loss_class *nn_loss_find(const char *name);

#endif
