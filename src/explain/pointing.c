#include "explain/pointing.h"

#include <math.h>

size_t nn_map_pixels(const struct nn_shape *input)
{
    return input->rank == 3 ? input->dim[1] * input->dim[2] : nn_shape_size(input);
}

void nn_map_pool(const struct nn_shape *input, const float *map, enum nn_pool pool, float *score)
{
    size_t pixels = nn_map_pixels(input), channels = nn_shape_size(input) / pixels;
    for (size_t i = 0; i < pixels; i++) {
        double pooled = 0;
        for (size_t c = 0; c < channels; c++) {
            double value = (double)map[c * pixels + i];
            if (pool == NN_POOL_SUM)
                pooled += value;
            else if (pool == NN_POOL_MAX)
                pooled = fmax(pooled, fabs(value));
            else
                pooled += value * value;
        }
        score[i] = (float)(pool == NN_POOL_NORM ? sqrt(pooled) : pooled);
    }
}

void nn_pointing_of(const float *score, const unsigned char *mask, size_t pixels,
                    struct nn_pointing *pointing)
{
    size_t best = 0, inside_best = 0, area = 0;
    float largest = -INFINITY;
    double inside = 0, total = 0;
    for (size_t i = 0; i < pixels; i++) {
        double positive = score[i] > 0 ? (double)score[i] : 0;
        if (score[i] > largest) {
            largest = score[i];
            best = inside_best = 0;
        }
        best += score[i] == largest;
        inside_best += score[i] == largest && mask[i];
        area += mask[i] != 0;
        inside += mask[i] ? positive : 0;
        total += positive;
    }
    pointing->hit = best > 0 ? (double)inside_best / (double)best : 0;
    pointing->mass = total > 0 ? inside / total : NAN;
    pointing->area = (double)area / (double)pixels;
}
