/* Bars, sparklines, plots, tables, matrices and grids of maps. */
#include "unit/view/drawing.h"
#include "view/parts.h"

#include <math.h>
#include <string.h>

Test(bars, eighths_and_signs)
{
    struct nn_canvas canvas = new_canvas(9, 6, utf8_mono);

    nn_draw_bar(&canvas, 0, 0, 8, 0.5, nn_plain);
    nn_draw_bar(&canvas, 0, 1, 8, 1.0 / 64, nn_plain);
    nn_draw_bar(&canvas, 0, 2, 8, 7, nn_plain);
    nn_draw_bar(&canvas, 0, 3, 8, NAN, nn_plain);
    nn_draw_signed_bar(&canvas, 0, 4, 9, -0.625);
    nn_draw_signed_bar(&canvas, 0, 5, 9, 0.5);
    expect_canvas(&canvas, "\u2588\u2588\u2588\u2588\n"
                           "\u258f\n"
                           "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\n"
                           "\n"
                           " \u2590\u2588\u2588\u2502\n"
                           "    \u2502\u2588\u2588\n");
    nn_canvas_clear(&canvas);
}

Test(bars, ascii_is_whole_cells)
{
    struct nn_canvas canvas = new_canvas(9, 2, ascii_mono);

    nn_draw_bar(&canvas, 0, 0, 8, 0.45, nn_plain);
    nn_draw_signed_bar(&canvas, 0, 1, 9, -0.5);
    expect_canvas(&canvas, "####\n  ==|\n");
    nn_canvas_clear(&canvas);
}

Test(sparkline, scales_and_averages)
{
    const double values[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const double gap[] = {1, NAN, 0, INFINITY};
    const double flat[] = {2, 2};
    struct nn_canvas canvas = new_canvas(8, 5, utf8_mono);

    nn_draw_sparkline(&canvas, 0, 0, 8, values, 8, nn_plain);
    nn_draw_sparkline(&canvas, 0, 1, 4, values, 8, nn_plain);
    nn_draw_sparkline(&canvas, 0, 2, 8, gap, 4, nn_plain);
    nn_draw_sparkline(&canvas, 0, 3, 8, flat, 2, nn_plain);
    nn_draw_sparkline(&canvas, 0, 4, 8, values, 0, nn_plain);
    nn_draw_sparkline(&canvas, 0, 4, -3, values, 8, nn_plain);
    expect_canvas(&canvas, "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588\n"
                           "\u2581\u2583\u2586\u2588\n"
                           "\u2588 \u2581\n"
                           "\u2585\u2585\n"
                           "\n");
    nn_canvas_clear(&canvas);
}

Test(histogram, counts_what_is_in_range)
{
    const float values[] = {0, 0, 0, 0, 0.6f, 1, 1, NAN, INFINITY, -5};
    struct nn_canvas canvas = new_canvas(4, 1, utf8_mono);

    nn_draw_histogram(&canvas, 0, 0, 4, values, 10, 0, 1, nn_plain);
    expect_canvas(&canvas, "\u2588 \u2583\u2585\n");
    nn_canvas_clear(&canvas);
}

static struct nn_curve curve_of(const char *name, const double *values, size_t count)
{
    return (struct nn_curve){.name = name, .values = values, .count = count, .style = nn_plain};
}

Test(plot, ticks_and_line)
{
    const double values[] = {0, 10, 20, 30, 40, 50};
    struct nn_curve curve = curve_of("up", values, 6);
    struct nn_canvas canvas = new_canvas(30, 9, ascii_mono);

    nn_draw_plot(&canvas, whole(&canvas), &curve, 1, false, "epoch");
    expect_canvas(&canvas, "                        *** up\n"
                           "  |                          *\n"
                           "40+                     ******\n"
                           "  |                ******\n"
                           "20+          *******\n"
                           "  |     ******\n"
                           " 0+******\n"
                           "  ++----+----------+----------\n"
                           "   1    2          4     epoch\n");
    nn_canvas_clear(&canvas);
}

Test(plot, log_axis_skips_what_is_not_positive)
{
    const double values[] = {1000, 0, 100, -4, 10, 1};
    struct nn_curve curve = curve_of("down", values, 6);
    struct nn_canvas canvas = new_canvas(30, 10, ascii_mono);
    char *text;

    nn_draw_plot(&canvas, whole(&canvas), &curve, 1, true, "x");
    text = printed(&canvas, false);
    cr_assert(strstr(text, "1000+") && strstr(text, " 100+") && strstr(text, "   1+"), "%s", text);
    nn_free(text);
    nn_canvas_clear(&canvas);
}

Test(plot, the_second_curve_is_told_apart)
{
    const double a[] = {0, 0, 0}, b[] = {1, 1, 1};
    struct nn_curve curves[] = {curve_of("a", a, 3), curve_of("b", b, 3)};
    struct nn_canvas canvas = new_canvas(20, 7, ascii_mono);
    char *text;

    nn_draw_plot(&canvas, whole(&canvas), curves, 2, false, "");
    text = printed(&canvas, false);
    cr_assert(strstr(text, "*** a  +++ b") != NULL, "%s", text);
    cr_assert(strstr(text, "1++++++") && strstr(text, "0+*****"), "%s", text);
    nn_free(text);
    nn_canvas_clear(&canvas);
}

/* Whatever the numbers and the size, drawing ends and stays inside. */
Test(plot, nothing_breaks_it)
{
    static const double series[][6] = {{5, 5, 5, 5, 5, 5},
                                       {0, 0, 0, 0, 0, 0},
                                       {NAN, NAN, NAN, NAN, NAN, NAN},
                                       {1, NAN, 3, NAN, INFINITY, 2},
                                       {-1e308, 1e308, -1e308, 1e308, 0, 0},
                                       {1e-320, 2e-320, 0, 1e-320, 3e-320, 0},
                                       {1e15, 1e15 + 1, 1e15 + 2, 1e15, 1e15, 1e15},
                                       {-3, -2, -1, 0, 1, 2},
                                       {1e-9, 1e9, 1e-9, 1e9, 1, 1}};

    for (size_t s = 0; s < sizeof series / sizeof *series; s++)
        for (size_t count = 0; count <= 6; count++)
            for (int size = 1; size < 40; size += 3)
                for (int mode = 0; mode < 4; mode++) {
                    struct nn_canvas canvas =
                        new_canvas(size * 2, size, mode & 1 ? ascii_mono : utf8_mono);
                    struct nn_curve curves[] = {curve_of("one", series[s], count),
                                                curve_of("other", series[8 - s], 6 - count)};
                    nn_draw_plot(&canvas, whole(&canvas), curves, 2, mode & 2, "epoch");
                    nn_draw_plot(&canvas, (struct nn_box){3, 2, size, size}, curves, 1, mode & 2,
                                 NULL);
                    nn_canvas_clear(&canvas);
                }
}

static struct nn_result *new_table(void)
{
    static const char *const columns[] = {"layer", "output", "params"};
    struct nn_result *table;

    cr_assert(nn_result_new(NN_RESULT_TABLE, "net show", &table, NULL) == NN_OK);
    cr_assert(nn_result_table(table, columns, 3, 3, NULL) == NN_OK);
    for (size_t r = 0; r < 3; r++) {
        static const char *const names[] = {"input", "a layer with a long name", "dense"};
        nn_result_set_text(table, r, 0, names[r], NULL);
        nn_result_set_number(table, r, 1, (double)r * 1.5, 2);
        nn_result_set_number(table, r, 2, (double)(r * 1000), -2);
    }
    return table;
}

Test(table, columns_align_and_cut)
{
    struct nn_result *table = new_table();
    struct nn_canvas canvas = new_canvas(46, 4, utf8_mono);

    cr_assert_eq(nn_draw_table(&canvas, whole(&canvas), table, 0, -1), 3u);
    expect_canvas(&canvas, "layer                     output  params\n"
                           "input                       0.00       0\n"
                           "a layer with a long name    1.50    1000\n"
                           "dense                       3.00    2000\n");
    nn_canvas_erase(&canvas);
    cr_assert_eq(nn_draw_table(&canvas, (struct nn_box){0, 0, 30, 3}, table, 1, 1), 2u);
    expect_canvas(&canvas, "layer           output  params\n"
                           "a layer with \u2026    1.50    1000\n"
                           "dense             3.00    2000\n"
                           "\n");
    cr_assert_eq(nn_draw_table(&canvas, (struct nn_box){0, 0, 0, 3}, table, 0, -1), 0u);
    cr_assert_eq(nn_draw_table(&canvas, (struct nn_box){0, 0, 5, 3}, table, 9, -1), 0u);
    nn_canvas_clear(&canvas);
    nn_result_free(table);
}

static struct nn_result *new_values(enum nn_result_kind kind, int rank, const size_t *dim)
{
    struct nn_shape shape = nn_shape_make(rank, dim);
    struct nn_result *result;

    cr_assert(nn_result_new(kind, "test", &result, NULL) == NN_OK);
    cr_assert(nn_tensor_init(&result->values, &shape, NULL) == NN_OK);
    return result;
}

Test(matrix, counts_recall_and_names)
{
    struct nn_result *matrix = new_values(NN_RESULT_MATRIX, 2, (size_t[]){3, 3});
    struct nn_canvas canvas = new_canvas(40, 4, ascii_mono);

    nn_result_names(matrix, (const char *const[]){"cat", "dog", "emu"}, 3, NULL);
    matrix->values.data[0] = 9;
    matrix->values.data[1] = 1;
    matrix->values.data[4] = 12;
    nn_draw_matrix(&canvas, whole(&canvas), matrix);
    expect_canvas(&canvas, "     cat  dog  emu    recall\n"
                           "cat    9    1    .    90.0 %\n"
                           "dog    .   12    .   100.0 %\n"
                           "emu    .    .    .         -\n");
    nn_canvas_clear(&canvas);
    canvas = new_canvas(6, 3, ascii_mono); /* too small for numbers: a picture */
    nn_draw_matrix(&canvas, whole(&canvas), matrix);
    nn_canvas_clear(&canvas);
    nn_result_free(matrix);
}

Test(maps, one_scale_numbers_and_pages)
{
    struct nn_result *maps = new_values(NN_RESULT_MAPS, 3, (size_t[]){5, 2, 2});
    struct nn_canvas canvas = new_canvas(17, 4, ascii_mono);

    maps->scale = NN_SCALE_POSITIVE;
    for (size_t i = 0; i < 5; i++)
        maps->values.data[i * 4] = (float)(i + 1) / 5;
    nn_draw_maps(&canvas, whole(&canvas), maps, 0, -1, false);
    expect_canvas(&canvas, ":   =   +   #\n0   1   2   3\n\n0  +@ 1  0-3 of 5\n");
    nn_canvas_erase(&canvas);
    nn_draw_maps(&canvas, whole(&canvas), maps, 0, 4, false);
    expect_canvas(&canvas, "@\n>4\n\n0  :+#@ 1  4 of 5\n");
    nn_canvas_clear(&canvas);
    nn_result_free(maps);
}

Test(maps, units_are_bars_in_columns)
{
    struct nn_result *units = new_values(NN_RESULT_MAPS, 1, (size_t[]){4});
    struct nn_canvas canvas = new_canvas(60, 2, ascii_mono);

    for (size_t i = 0; i < 4; i++)
        units->values.data[i] = (float)i;
    nn_draw_maps(&canvas, whole(&canvas), units, 0, 3, false);
    expect_canvas(&canvas, "   0 0                           2 2 ###############\n"
                           "   1 1 #######                 > 3 3 ######################\n");
    nn_canvas_clear(&canvas);
    nn_result_free(units);
}

Test(feature_bars, largest_first_and_faults_before)
{
    const float values[] = {0.5f, -2, NAN, 1};
    char *names[] = {"half", "minus two", "fault", "one"};
    struct nn_canvas canvas = new_canvas(40, 4, ascii_mono);

    nn_draw_feature_bars(&canvas, whole(&canvas), values, names, 4);
    expect_canvas(&canvas, "fault       nan\n"
                           "minus two -2.00 ===========|\n"
                           "one        1.00            |######\n"
                           "half       0.50            |###\n");
    nn_canvas_erase(&canvas);
    nn_draw_feature_bars(&canvas, (struct nn_box){0, 0, 30, 2}, values, NULL, 4);
    nn_draw_feature_bars(&canvas, (struct nn_box){0, 0, 3, 2}, values, NULL, 4);
    nn_draw_feature_bars(&canvas, (struct nn_box){0, 0, 0, 0}, values, NULL, 0);
    nn_canvas_clear(&canvas);
}
