#include "explain/blur.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* The weights of one line of pixels, whose neighbours stand `step` apart. */
static void blur_line(float *line, size_t count, size_t step, const double *kernel, long radius,
                      float *work)
{
    for (size_t i = 0; i < count; i++)
        work[i] = line[i * step];
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (long k = -radius; k <= radius; k++) {
            long at = (long)i + k;
            at = at < 0 ? 0 : at >= (long)count ? (long)count - 1 : at;
            sum += kernel[k + radius] * (double)work[at];
        }
        line[i * step] = (float)sum;
    }
}

enum nn_status nn_blur(float *image, size_t channels, size_t height, size_t width, double sigma,
                       struct nn_error *error)
{
    enum nn_status status = NN_OK;
    double total = 0, *kernel = NULL;
    float *work = NULL;
    if (sigma <= 0)
        return NN_OK;
    long longest = (long)(height > width ? height : width), radius = (long)ceil(3 * sigma);
    radius = radius > longest ? longest : radius;
    kernel = nn_calloc((size_t)(2 * radius + 1), sizeof *kernel);
    work = nn_calloc((size_t)longest, sizeof *work);
    if (!kernel || !work)
        NN_TRY(nn_fail_memory(error, (size_t)longest * sizeof *work));
    for (long k = -radius; k <= radius; k++)
        total += kernel[k + radius] = exp(-0.5 * (double)(k * k) / (sigma * sigma));
    for (long k = 0; k <= 2 * radius; k++)
        kernel[k] /= total;
    for (size_t c = 0; c < channels; c++) {
        float *plane = image + c * height * width;
        for (size_t row = 0; row < height; row++)
            blur_line(plane + row * width, width, 1, kernel, radius, work);
        for (size_t column = 0; column < width; column++)
            blur_line(plane + column, height, width, kernel, radius, work);
    }
out:
    nn_free(kernel);
    nn_free(work);
    return status;
}
