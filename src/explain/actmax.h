/* Activation maximization: inputs that drive a unit, a layer or a direction as high as they can, by
 * gradient ascent within the range of the data; DeepDream is the same from a sample.
 *
 * What moves is the values themselves, the spectrum of an image behind a sigmoid (spectrum.h), or
 * coordinates along the principal components of the data (pca.h), each as long as the data spread
 * along it: the same idea as the spectrum, in which photographs are nearly white, for whatever the
 * data are; then the last quarter of the steps refines the values, the more freely the longer the
 * net is not sure of a class. Each step sees an image through
 * a small random warp (warp.h); penalties keep it smooth (priors.h). Its gradient is brought to a
 * mean square of one (values counted in units of their range), so that the weights of the penalties
 * mean the same for every net. Adam moves it.
 *
 * Source: Haufe et al. 2014 eq. 6 (covariance times filter is the pattern); Erhan et al. 2009;
 * Simonyan et al. 2013 eq. 1; Yosinski et al. 2015 (blur); Mahendran and Vedaldi 2015 (total
 * variation, jitter); Olah et al. 2017 (spectrum, warps, diversity); Mordvintsev et al. 2015
 * (DeepDream, here without octaves: a net takes one size of input). Errors: NN_REFUSED for the
 * input itself, nets whose gradient does not exist, keys of images for other inputs; NN_ARGUMENT
 * for a unit that does not exist; NN_CANCELLED.
 */
#ifndef NN_EXPLAIN_ACTMAX_H
#define NN_EXPLAIN_ACTMAX_H

#include "base/args.h"
#include "engine/cancel.h"
#include "engine/net.h"
#include "engine/result.h"

#include <stdint.h>

#define NN_ACTMAX_MOST 256 /* images of one request */

extern const struct nn_arg_spec nn_actmax_args[];
extern const struct nn_arg_spec nn_dream_args[]; /* fewer, with other defaults */

enum nn_actmax_what {
    NN_ACTMAX_UNIT,     /* a unit, the mean of a feature map, or a class */
    NN_ACTMAX_LAYER,    /* the mean square of all its outputs */
    NN_ACTMAX_DIRECTION /* the scalar product with a vector; of feature maps the mean over places */
};

struct nn_actmax_request {
    const struct nn_net *net;
    int node;
    enum nn_actmax_what what;
    const size_t *units;    /* UNIT: [count]; of one output for two classes: the class */
    size_t count;           /* images */
    const float *direction; /* DIRECTION: [units, or maps, of the node] */
    const float *samples;   /* [sample_count, input]: of the data that the net knows, or NULL */
    size_t sample_count;
    const float *start;         /* [input]: the first image and what it is held to; NULL = noise */
    const struct nn_args *args; /* of nn_actmax_args or nn_dream_args */
    float low, high;            /* bounds of a scaled input value */
    const float *lows, *highs;  /* or per feature (tables); NULL = low, high for all */
    char **classes;             /* names, or NULL */
    size_t class_count;
    uint64_t seed;
    struct nn_progress *progress;
};
/* Units, or feature maps, that the node has for `units`. */
size_t nn_actmax_units(const struct nn_net *net, int node, size_t class_count);
/* Gives a result of kind IMAGE (one input) or GALLERY with F(x) and p of the first, and the names
 * of the images. */
enum nn_status nn_actmax(const struct nn_actmax_request *request, struct nn_result **result,
                         struct nn_error *error);

#endif
