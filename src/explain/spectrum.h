/* Spectrum: an image as the waves that it is the sum of, so that gradient ascent moves all sizes of
 * detail alike instead of the finest ones most; and the adjoint, for gradients.
 *
 * The coefficients of a channel are [height, width / 2 + 1] complex numbers (real, imaginary), as
 * those of a real transform; image = inverse transform (orthonormal) of coefficient * weight,
 * weight = 1 / max(frequency, 1 / max(height, width)), over 4.
 *
 * Source: Olah, Mordvintsev, Schubert 2017, "Feature visualization" (preconditioning); the weights
 * and the 4 are those of lucid's `fft_image`. Summed directly, not by a fast transform: any size.
 * Ownership: nn_spectrum_init / nn_spectrum_clear. Threads: one user (it has work space).
 * Cost: height * width * (height + width) multiply-adds a channel.
 */
#ifndef NN_EXPLAIN_SPECTRUM_H
#define NN_EXPLAIN_SPECTRUM_H

#include "base/status.h"

#include <stddef.h>

struct nn_spectrum {
    size_t height, width, half; /* half = width / 2 + 1 */
    double *weight;             /* [height, half] */
    double *down, *across;      /* cosines, then sines of 2 pi i / n: [2, height], [2, width] */
    double *work;               /* [2, height, half] */
};

enum nn_status nn_spectrum_init(struct nn_spectrum *spectrum, size_t height, size_t width,
                                struct nn_error *error);
void nn_spectrum_clear(struct nn_spectrum *spectrum);
/* Floats of the coefficients of one channel. */
size_t nn_spectrum_size(const struct nn_spectrum *spectrum);
/* One channel: coefficients [height, half, 2] to image [height, width], and a gradient back. */
void nn_spectrum_image(struct nn_spectrum *spectrum, const float *coefficients, float *image);
void nn_spectrum_adjoint(struct nn_spectrum *spectrum, const float *image_gradient,
                         float *coefficient_gradient);

/* Decorrelated colour: three channels as brightness and two differences of colours, in the
 * proportions of photographs (lucid's matrix, from the colours of ImageNet, over its largest column
 * norm). image [3, size], in place: color = M independent; transposed for gradients. */
void nn_color_correlate(float *image, size_t size, int transposed);

#endif
