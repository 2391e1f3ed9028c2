#include "unit/view/drawing.h"

#include "view/parts.h"

#include <math.h>
#include <string.h>

static const struct nn_medium rgb_medium = {.depth = NN_DEPTH_RGB, .ascii = false};

static struct nn_heatmap heatmap_of(const float *values, size_t height, size_t width,
                                    enum nn_scale_kind scale)
{
    return (struct nn_heatmap){
        .values = values, .height = height, .width = width, .channels = 1, .scale = scale};
}

static void expect_limits(const struct nn_heatmap *heatmap, float low, float high)
{
    float got_low = -1, got_high = -1;

    nn_heatmap_limits(heatmap, &got_low, &got_high);
    cr_assert(got_low == low && got_high == high, "%g..%g, not %g..%g", (double)got_low,
              (double)got_high, (double)low, (double)high);
}

Test(heatmap, limits_leave_out_what_is_not_finite)
{
    float values[] = {NAN, -3, 2, INFINITY, 1, -INFINITY};
    struct nn_heatmap heatmap = heatmap_of(values, 2, 3, NN_SCALE_SIGNED);

    expect_limits(&heatmap, -3, 3);
    heatmap.scale = NN_SCALE_POSITIVE;
    expect_limits(&heatmap, 0, 2);
    heatmap.scale = NN_SCALE_RANGE;
    expect_limits(&heatmap, -3, 2);
    heatmap.limit = 5;
    heatmap.low = -1;
    expect_limits(&heatmap, -1, 5);
    heatmap.scale = NN_SCALE_SIGNED;
    expect_limits(&heatmap, -5, 5);
    for (int i = 0; i < 6; i++)
        values[i] = NAN;
    heatmap.limit = 0;
    expect_limits(&heatmap, 0, 0);
}

Test(heatmap, channels_are_summed_or_the_largest)
{
    float values[] = {1, -2, 3, 1}; /* two channels of 1 x 2 */
    struct nn_heatmap heatmap = heatmap_of(values, 1, 2, NN_SCALE_SIGNED);

    heatmap.channels = 2;
    expect_limits(&heatmap, -4, 4);
    heatmap.scale = NN_SCALE_POSITIVE;
    expect_limits(&heatmap, 0, 3);
    heatmap.scale = NN_SCALE_RANGE;
    expect_limits(&heatmap, -0.5f, 2);
}

/* What one channel gains and another loses does not cancel. */
Test(heatmap, changes_of_colours_are_colours_around_grey)
{
    float values[] = {2, 0, -2, 0, 0, 1}; /* red, green and blue of 1 x 2 */
    struct nn_tensor tensor = {.shape = {.rank = 3, .dim = {3, 1, 2}}, .data = values};
    struct nn_heatmap heatmap;
    float range[2];

    cr_assert(nn_heatmap_of(&tensor, false, 0, NN_SCALE_CHANGE, &heatmap));
    cr_assert(heatmap.rgb);
    expect_limits(&heatmap, -2, 2);
    nn_heatmap_limits(&heatmap, &range[0], &range[1]);
    cr_expect(nn_heatmap_color(&heatmap, range, 0, 0) == NN_COLOR_RGB(255, 0, 128));
    cr_expect(nn_heatmap_color(&heatmap, range, 0, 1) == NN_COLOR_RGB(128, 128, 191));
    tensor.shape.dim[0] = 1; /* of one channel it is signed */
    cr_assert(nn_heatmap_of(&tensor, false, 0, NN_SCALE_CHANGE, &heatmap));
    cr_expect(!heatmap.rgb && heatmap.scale == NN_SCALE_SIGNED);
}

Test(heatmap, small_maps_are_enlarged_by_whole_numbers)
{
    float values[64] = {0};
    struct nn_heatmap heatmap = heatmap_of(values, 8, 8, NN_SCALE_POSITIVE);
    int columns, rows;

    nn_heatmap_size(&heatmap, rgb_medium, 30, 30, &columns, &rows);
    cr_assert(columns == 24 && rows == 12, "%dx%d", columns, rows);
    nn_heatmap_size(&heatmap, rgb_medium, 100, 9, &columns, &rows);
    cr_assert(columns == 16 && rows == 8, "%dx%d", columns, rows);
    nn_heatmap_size(&heatmap, utf8_mono, 40, 20, &columns, &rows);
    cr_assert(columns == 32 && rows == 16, "%dx%d", columns, rows);
    nn_heatmap_size(&heatmap, utf8_mono, 15, 20, &columns, &rows);
    cr_assert(columns == 8 && rows == 4, "%dx%d", columns, rows);
    nn_heatmap_size(&heatmap, rgb_medium, 0, 20, &columns, &rows);
    cr_assert(columns == 0 && rows == 0);
    heatmap.height = 3;
    heatmap.width = 3;
    nn_heatmap_size(&heatmap, rgb_medium, 3, 5, &columns, &rows);
    cr_assert(columns == 3 && rows == 2, "three rows of pixels take two of cells");
}

Test(heatmap, large_ones_shrink_within_the_box_and_keep_their_shape)
{
    static float values[300 * 200];
    struct nn_heatmap heatmap = heatmap_of(values, 200, 300, NN_SCALE_RANGE);

    for (int columns = 1; columns < 120; columns += 7)
        for (int rows = 1; rows < 60; rows += 5)
            for (int flat = 0; flat < 2; flat++) {
                int width, height;
                nn_heatmap_size(&heatmap, flat ? ascii_mono : rgb_medium, columns, rows, &width,
                                &height);
                cr_assert(width >= 1 && height >= 1 && width <= columns && height <= rows);
                if (width > 15 && height > 5)
                    cr_assert(fabs((double)width / (2 * height) - 1.5) < 0.25, "%dx%d", width,
                              height);
            }
}

Test(heatmap, halves_carry_two_pixels)
{
    const float values[] = {0, 1, 1, 1};
    struct nn_heatmap heatmap = heatmap_of(values, 2, 2, NN_SCALE_RANGE);
    struct nn_canvas canvas = new_canvas(2, 1, rgb_medium);

    nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
    cr_assert(canvas.cells[0].point == 0x2580);
    cr_assert(canvas.cells[0].style.foreground == NN_COLOR_RGB(0, 0, 0));
    cr_assert(canvas.cells[0].style.background == NN_COLOR_RGB(255, 255, 255));
    cr_assert(canvas.cells[1].point == ' ', "equal pixels are a blank");
    cr_assert(canvas.cells[1].style.background == NN_COLOR_RGB(255, 255, 255));
    nn_canvas_clear(&canvas);
}

Test(heatmap, signs_are_told_apart_without_colour)
{
    const float values[] = {-1, -0.5f, 0, 0.5f, 1};
    struct nn_heatmap heatmap = heatmap_of(values, 1, 5, NN_SCALE_SIGNED);
    struct nn_canvas canvas = new_canvas(10, 1, utf8_mono);

    nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
    expect_canvas(&canvas, "##::  \u2592\u2592\u2588\u2588\n");
    nn_canvas_erase(&canvas);
    canvas.medium = ascii_mono;
    nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
    expect_canvas(&canvas, "XX==  **@@\n");
    nn_canvas_clear(&canvas);
}

Test(heatmap, faults_show)
{
    const float values[] = {0, NAN, 1, INFINITY};
    struct nn_heatmap heatmap = heatmap_of(values, 2, 2, NN_SCALE_POSITIVE);
    struct nn_canvas canvas = new_canvas(40, 3, ascii_mono);

    nn_draw_heatmap(&canvas, (struct nn_box){0, 0, 4, 2}, &heatmap);
    nn_draw_legend(&canvas, (struct nn_box){0, 2, 40, 1}, &heatmap);
    expect_canvas(&canvas, "  !!\n@@!!\n0   ..::--==+++**##%%@@ 1  ! not finite\n");
    canvas.medium = rgb_medium;
    nn_canvas_erase(&canvas);
    nn_draw_heatmap(&canvas, (struct nn_box){0, 0, 2, 1}, &heatmap);
    cr_assert(canvas.cells[1].style.background == NN_COLOR_RGB(255, 0, 255));
    nn_canvas_clear(&canvas);
}

/* A thin peak must survive shrinking: 100 pixels to 10 cells. */
Test(heatmap, shrinking_keeps_peaks_of_maps_and_means_of_images)
{
    float values[100] = {0};
    struct nn_heatmap heatmap = heatmap_of(values, 1, 100, NN_SCALE_SIGNED);
    struct nn_canvas canvas = new_canvas(10, 1, utf8_mono);

    values[25] = -1;
    values[71] = 1;
    nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
    expect_canvas(&canvas, "  #    \u2588\n");
    nn_canvas_erase(&canvas);
    for (int i = 0; i < 100; i++)
        values[i] = (float)(i % 2);
    heatmap.scale = NN_SCALE_RANGE;
    nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
    expect_canvas(&canvas, "\u2592\u2592\u2592\u2592\u2592\u2592\u2592\u2592\u2592\u2592\n");
    nn_canvas_clear(&canvas);
}

Test(heatmap, three_channels_are_colours)
{
    const float values[] = {1, 0, 0.5f}; /* red, green, blue of one pixel */
    struct nn_heatmap heatmap = heatmap_of(values, 1, 1, NN_SCALE_RANGE);
    struct nn_canvas canvas = new_canvas(1, 1, rgb_medium);

    heatmap.channels = 3;
    heatmap.rgb = true;
    nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
    cr_assert_eq(canvas.cells[0].style.foreground, NN_COLOR_RGB(255, 0, 128));
    nn_canvas_clear(&canvas);
}

Test(heatmap, extreme_values_do_no_harm)
{
    const float values[] = {-3.4e38f, 3.4e38f, 1e-45f, 0};

    for (int scale = NN_SCALE_SIGNED; scale <= NN_SCALE_RANGE; scale++)
        for (int depth = NN_DEPTH_MONO; depth <= NN_DEPTH_RGB; depth++) {
            struct nn_medium medium = {.depth = (enum nn_depth)depth, .ascii = false};
            struct nn_canvas canvas = new_canvas(30, 3, medium);
            for (size_t first = 0; first < 4; first++) {
                struct nn_heatmap heatmap =
                    heatmap_of(values + first, 1, 4 - first, (enum nn_scale_kind)scale);
                nn_draw_heatmap(&canvas, whole(&canvas), &heatmap);
                nn_draw_legend(&canvas, (struct nn_box){0, 2, 30, 1}, &heatmap);
            }
            nn_canvas_clear(&canvas);
        }
}
