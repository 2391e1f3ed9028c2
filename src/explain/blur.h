/* Blur: the separable Gaussian, edges repeated. */
#ifndef NN_EXPLAIN_BLUR_H
#define NN_EXPLAIN_BLUR_H

#include "base/status.h"

#include <stddef.h>

/* image [channels, height, width] in place, each channel for itself; sigma in pixels (0 = as it
 * is), cut off at 3 sigma. */
enum nn_status nn_blur(float *image, size_t channels, size_t height, size_t width, double sigma,
                       struct nn_error *error);

#endif
