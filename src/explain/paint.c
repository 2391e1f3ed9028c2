/* From what an ascent moves to the image, and back for the gradient. */
#include "explain/ascent.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

void nn_ascent_compose(const struct nn_ascent *ascent, const float *base, const float *p, float *y)
{
    memcpy(y, base, ascent->size * sizeof *y);
    for (size_t c = 0; c < ascent->data.count; c++)
        nn_kernels->axpy(ascent->size, p[c], ascent->data.components + c * ascent->size, y);
    for (size_t i = 0; i < ascent->size; i++)
        y[i] = fminf(fmaxf(y[i], 0), 1);
}

void nn_ascent_paint(struct nn_ascent *ascent, size_t image)
{
    size_t map = ascent->height * ascent->width, size;
    float *y = ascent->y + image * ascent->size;
    const float *p = ascent->p + image * ascent->stride;
    if (ascent->settings.patterns) {
        nn_ascent_compose(ascent, ascent->base + image * ascent->size, p, y);
        return;
    }
    size = nn_spectrum_size(&ascent->spectrum);
    for (size_t c = 0; c < ascent->channels; c++)
        nn_spectrum_image(&ascent->spectrum, p + c * size, y + c * map);
    if (ascent->settings.decorrelated)
        nn_color_correlate(y, map, false);
    for (size_t i = 0; i < ascent->size; i++)
        y[i] = 1 / (1 + expf(-y[i] - ascent->bias[i]));
}

/* In the coordinates in which the data are white. */
static void unpaint_along(struct nn_ascent *ascent, size_t image)
{
    const struct nn_pca *data = &ascent->data;
    const float *gradient = ascent->gradient + image * ascent->size;
    float *slope = ascent->slope + image * ascent->stride;
    for (size_t c = 0; c < data->count; c++)
        slope[c] = (float)nn_kernels->dot(data->size, gradient, data->components + c * data->size);
}

void nn_ascent_unpaint(struct nn_ascent *ascent, size_t image)
{
    size_t map = ascent->height * ascent->width;
    const float *y = ascent->y + image * ascent->size;
    float *gradient = ascent->gradient + image * ascent->size;
    float *slope = ascent->slope + image * ascent->stride;
    for (size_t i = 0; i < ascent->size && ascent->settings.fourier; i++)
        gradient[i] *= y[i] * (1 - y[i]);
    if (ascent->along) {
        unpaint_along(ascent, image);
        return;
    }
    if (ascent->settings.decorrelated)
        nn_color_correlate(gradient, map, true);
    if (!ascent->settings.fourier) {
        memcpy(slope, gradient, ascent->size * sizeof *slope);
        return;
    }
    size_t size = nn_spectrum_size(&ascent->spectrum);
    for (size_t c = 0; c < ascent->channels; c++)
        nn_spectrum_adjoint(&ascent->spectrum, gradient + c * map, slope + c * size);
}
