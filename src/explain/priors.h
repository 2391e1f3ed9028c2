/* Priors: what keeps an image that is optimized smooth and simple. Each subtracts the gradient of
 * its penalty from `gradient`; weights count against a gradient of mean square 1.
 *
 * Source: Mahendran, Vedaldi 2015 (Lp norm, total variation); Yosinski et al. 2015 (blur).
 */
#ifndef NN_EXPLAIN_PRIORS_H
#define NN_EXPLAIN_PRIORS_H

#include <stdbool.h>
#include <stddef.h>

/* Smoothed total variation, sum of sqrt(dx^2 + dy^2 + 1e-4), of [channels, height, width]. */
void nn_subtract_variation(const float *image, size_t channels, size_t height, size_t width,
                           double weight, float *gradient);
/* weight * |x - rest|^power. */
void nn_subtract_power(const float *x, const float *rest, size_t count, double power, double weight,
                       float *gradient);

#endif
