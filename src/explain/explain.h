/* Explain: runs a method on samples and makes the result that is shown. */
#ifndef NN_EXPLAIN_EXPLAIN_H
#define NN_EXPLAIN_EXPLAIN_H

#include "explain/method.h"

struct nn_explain_request {
    const struct nn_net *net;
    const struct nn_method *method;
    const struct nn_args *args; /* of method->args */
    const float *x;             /* [batch, input...] */
    size_t batch;
    const int32_t *labels; /* [batch] true classes, or NULL */
    const char *target; /* "", "3", "cat", "3-5", "loss", "conv2:7"; NULL = the predicted class */
    struct nn_values_loss loss; /* of target=loss where there are no classes: a row per sample */
    const int32_t *targets;     /* one class per sample (target=FILE), or NULL */
    const char *layer;          /* name or number; NULL = the default */
    const float *baseline;      /* [input...] or NULL = zeros */
    const float *background; /* [backgrounds, input...]: baselines of methods that take several */
    size_t backgrounds;
    bool own_baselines; /* baseline is [batch, input...]: each sample has its own */
    char **classes;     /* names, or NULL */
    size_t class_count;
    uint64_t seed;
    struct nn_progress *progress;
    struct nn_seen seen; /* nn_explain's own */
};
/* The same for samples [first, first + n) alone. */
struct nn_explain_request nn_explain_part(const struct nn_explain_request *request, size_t first,
                                          size_t n);
/* Gives a result of kind ATTRIBUTION with values [batch, map...], input, method, parameters,
 * target, layer and the figures F, p (probability of the class) and gap of the first sample; the
 * caller adds sample, split and names. */
enum nn_status nn_explain(const struct nn_explain_request *request, struct nn_result **result,
                          struct nn_error *error);

/* NN_REFUSED, with its name, where a parameter holds values that are not finite. */
enum nn_status nn_explain_check_net(const struct nn_net *net, struct nn_error *error);

/* Bilinear upsampling of one map [h, w] to [H, W], half-pixel centres, edges clamped. */
void nn_map_resize(const float *in, size_t h, size_t w, float *out, size_t H, size_t W);
/* The same, or with the corner values on the corners (align_corners of PyTorch). */
void nn_map_resize_by(const float *in, size_t h, size_t w, float *out, size_t H, size_t W,
                      bool corners);

#endif
