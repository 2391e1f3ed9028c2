#include "explain/priors.h"

#include <math.h>

void nn_subtract_variation(const float *image, size_t channels, size_t height, size_t width,
                           double weight, float *gradient)
{
    for (size_t c = 0; c < channels; c++) {
        const float *x = image + c * height * width;
        float *g = gradient + c * height * width;
        for (size_t row = 0; row < height; row++)
            for (size_t column = 0; column < width; column++) {
                size_t at = row * width + column, right = column + 1 < width ? at + 1 : at,
                       down = row + 1 < height ? at + width : at;
                double dx = (double)x[right] - (double)x[at], dy = (double)x[down] - (double)x[at];
                double norm = sqrt(dx * dx + dy * dy + 1e-4);
                g[at] += (float)(weight * (dx + dy) / norm);
                g[right] -= (float)(weight * dx / norm);
                g[down] -= (float)(weight * dy / norm);
            }
    }
}

void nn_subtract_power(const float *x, const float *rest, size_t count, double power, double weight,
                       float *gradient)
{
    for (size_t i = 0; i < count; i++) {
        double d = (double)x[i] - (double)rest[i];
        double slope = power == 2 ? 2 * fabs(d) : power * pow(fabs(d), power - 1);
        gradient[i] -= (float)(weight * (d < 0 ? -slope : d > 0 ? slope : 0));
    }
}
