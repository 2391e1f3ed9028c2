/* Source of batches: what a trainer or an evaluation reads from. Datasets implement it; so may
 * generators and windows over a series. */
#ifndef NN_ENGINE_SOURCE_H
#define NN_ENGINE_SOURCE_H

#include "engine/tensor.h"

#include <stdint.h>

struct nn_augment;

struct nn_source {
    size_t count;          /* samples */
    struct nn_shape shape; /* of one sample */
    size_t classes;        /* number of classes; 0: regression or no labels */
    size_t target_width;   /* values per sample; 0: none */
    bool labelled;
    const struct nn_augment *augment; /* what training changes in its samples; NULL: nothing */
    const void *context;
    /* Writes samples index[0..n) as scaled floats to x [n, shape...], and their labels (if the
     * pointers are not NULL) to classes [n] or values [n, target_width]. Threads: reentrant. */
    void (*fetch)(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values);
};

#endif
