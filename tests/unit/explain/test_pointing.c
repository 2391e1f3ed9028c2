/* Where a map points, and the blur before it is asked. */
#include "explain/blur.h"
#include "explain/pointing.h"
#include "nets.h"

#include <string.h>

Test(pointing, channels_become_one_number)
{
    struct nn_shape image = nn_shape_make(3, (size_t[]){2, 1, 3}),
                    table = nn_shape_make(1, (size_t[]){6});
    float map[6] = {1, -4, 0, 2, 3, -1}, score[6];
    cr_expect(nn_map_pixels(&image) == 3 && nn_map_pixels(&table) == 6);
    nn_map_pool(&image, map, NN_POOL_SUM, score);
    cr_expect(score[0] == 3 && score[1] == -1 && score[2] == -1);
    nn_map_pool(&image, map, NN_POOL_MAX, score);
    cr_expect(score[0] == 2 && score[1] == 4 && score[2] == 1);
    nn_map_pool(&image, map, NN_POOL_NORM, score);
    cr_expect(fabsf(score[0] - sqrtf(5)) < 1e-6f && score[1] == 5 && score[2] == 1);
    nn_map_pool(&table, map, NN_POOL_SUM, score);
    cr_expect(memcmp(map, score, sizeof map) == 0);
}

Test(pointing, hits_mass_and_area)
{
    float score[5] = {1, -7, 4, 2, 3}, nothing[5] = {-1, -1, 0, -2, 0};
    unsigned char inside[5] = {0, 1, 1, 0, 0}, outside[5] = {1, 1, 0, 0, 1};
    struct nn_pointing p;
    nn_pointing_of(score, inside, 5, &p);
    cr_expect(p.hit == 1 && fabs(p.mass - 0.4) < 1e-12 && fabs(p.area - 0.4) < 1e-12);
    nn_pointing_of(score, outside, 5, &p);
    cr_expect(p.hit == 0 && fabs(p.mass - 0.4) < 1e-12 && fabs(p.area - 0.6) < 1e-12);
    nn_pointing_of(nothing, inside, 5, &p);
    cr_expect(isnan(p.mass));
    /* of two equal maxima one lies in the mask, wherever they stand; so it is for a flat map */
    cr_expect(p.hit == 0.5, "%g", p.hit);
    nn_pointing_of(nothing, outside, 5, &p);
    cr_expect(p.hit == 0.5, "%g", p.hit);
    float flat[5] = {2, 2, 2, 2, 2};
    nn_pointing_of(flat, outside, 5, &p);
    cr_expect(fabs(p.hit - 0.6) < 1e-12, "%g", p.hit);
}

/* A constant stays, a point becomes the Gaussian, and nothing is lost within. */
Test(pointing, blur)
{
    float flat[2 * 4 * 5], point[15 * 15] = {0};
    double sum = 0, sigma = 1.5;
    for (size_t i = 0; i < 40; i++)
        flat[i] = i < 20 ? 3 : -2;
    cr_assert(nn_blur(flat, 2, 4, 5, 3, NULL) == NN_OK);
    for (size_t i = 0; i < 40; i++)
        cr_expect(fabsf(flat[i] - (i < 20 ? 3.0f : -2.0f)) < 1e-5f);
    point[7 * 15 + 7] = 1;
    cr_assert(nn_blur(point, 1, 15, 15, sigma, NULL) == NN_OK);
    for (size_t i = 0; i < 225; i++)
        sum += (double)point[i];
    cr_expect(fabs(sum - 1) < 1e-6, "%g", sum);
    double ratio = (double)point[7 * 15 + 9] / (double)point[7 * 15 + 7];
    cr_expect(fabs(ratio - exp(-0.5 * 4 / (sigma * sigma))) < 1e-5, "%g", ratio);
    cr_expect(fabsf(point[9 * 15 + 7] - point[7 * 15 + 9]) < 1e-8f);
    float kept[3] = {1, 2, 3};
    cr_assert(nn_blur(kept, 1, 1, 3, 0, NULL) == NN_OK && kept[1] == 2);
}
