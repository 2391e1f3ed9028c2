#include "unit/view/drawing.h"

#include <string.h>

Test(canvas, size_is_checked)
{
    struct nn_canvas canvas = {.columns = 7};
    struct nn_error error = {0};

    cr_assert(nn_canvas_init(&canvas, 0, 5, utf8_mono, &error) == NN_LIMIT);
    cr_assert(nn_canvas_init(&canvas, 5, 1001, utf8_mono, &error) == NN_LIMIT);
    cr_assert(canvas.columns == 7, "a failed init must leave the canvas alone");
}

Test(canvas, drawing_outside_is_clipped)
{
    struct nn_canvas canvas = new_canvas(5, 2, utf8_mono);

    for (int row = -3; row < 6; row++)
        for (int column = -3; column < 9; column++)
            nn_canvas_put(&canvas, column, row, 'x', nn_plain);
    expect_canvas(&canvas, "xxxxx\nxxxxx\n");
    nn_canvas_erase(&canvas);
    nn_canvas_text(&canvas, 3, 1, 100, nn_plain, "abcdef");
    nn_canvas_text(&canvas, 0, -1, 5, nn_plain, "above");
    nn_canvas_text(&canvas, 0, 2, 5, nn_plain, "below");
    nn_canvas_text(&canvas, 9, 0, 5, nn_plain, "right");
    expect_canvas(&canvas, "\n   a\u2026\n");
    nn_canvas_clear(&canvas);
}

Test(canvas, text_is_cut_with_an_ellipsis)
{
    struct nn_canvas canvas = new_canvas(10, 1, utf8_mono);

    cr_assert(nn_canvas_text(&canvas, 1, 0, 5, nn_plain, "abcdefgh") == 5);
    expect_canvas(&canvas, " abcd\u2026\n");
    nn_canvas_erase(&canvas);
    cr_assert(nn_canvas_text(&canvas, 1, 0, 5, nn_plain, "abcde") == 5);
    expect_canvas(&canvas, " abcde\n");
    cr_assert(nn_canvas_text(&canvas, 0, 0, 0, nn_plain, "abc") == 0);
    cr_assert(nn_canvas_text(&canvas, 0, 0, -4, nn_plain, "abc") == 0);
    nn_canvas_clear(&canvas);
}

Test(canvas, wide_characters_keep_two_cells)
{
    struct nn_canvas canvas = new_canvas(6, 1, utf8_mono);

    cr_assert(nn_canvas_text(&canvas, 0, 0, 6, nn_plain, "a\u6f22b") == 4);
    cr_assert(canvas.cells[1].point == 0x6f22 && canvas.cells[2].point == 0);
    expect_canvas(&canvas, "a\u6f22b\n");
    nn_canvas_put(&canvas, 2, 0, 'x', nn_plain); /* over the right half */
    expect_canvas(&canvas, "a xb\n");
    nn_canvas_put(&canvas, 1, 0, 0x6f22, nn_plain);
    nn_canvas_put(&canvas, 1, 0, 'y', nn_plain); /* over the left half */
    expect_canvas(&canvas, "ay b\n");
    nn_canvas_put(&canvas, 5, 0, 0x6f22, nn_plain); /* no room for the right half */
    expect_canvas(&canvas, "ay b ?\n");
    nn_canvas_put(&canvas, 1, 0, 0x6f22, nn_plain); /* one wide character over parts of another */
    nn_canvas_put(&canvas, 2, 0, 0x6f22, nn_plain);
    expect_canvas(&canvas, "a \u6f22 ?\n");
    cr_assert(nn_canvas_text(&canvas, 0, 0, 2, nn_plain, "a\u6f22") == 2);
    expect_canvas(&canvas, "a\u2026\u6f22 ?\n");
    nn_canvas_clear(&canvas);
}

Test(canvas, combining_marks_join_their_character)
{
    struct nn_canvas canvas = new_canvas(6, 1, utf8_mono);

    cr_assert(nn_canvas_text(&canvas, 0, 0, 6, nn_plain, "e\u0301x") == 2);
    cr_assert(canvas.cells[0].point == 'e' && canvas.cells[0].combining[0] == 0x301);
    expect_canvas(&canvas, "e\u0301x\n");
    nn_canvas_text(&canvas, 0, 0, 6, nn_plain, "a\u0301\u0302\u0303\u0304b");
    cr_assert(canvas.cells[0].combining[1] == 0x302 && canvas.cells[1].point == 'b');
    nn_canvas_put(&canvas, 0, 0, 'z', nn_plain);
    cr_assert(canvas.cells[0].combining[0] == 0, "marks go with their character");
    nn_canvas_clear(&canvas);
}

Test(canvas, hostile_text_is_made_visible)
{
    static const char *const hostile[] = {"\033[31mred", "a\r\nb", "\23331m",  "x\u202eevil",
                                          "\xff\xfe",    "\x07",   "\xc2\x85", "a\tb"};
    struct nn_canvas canvas = new_canvas(40, 1, utf8_mono);

    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char *text;
        nn_canvas_erase(&canvas);
        nn_canvas_text(&canvas, 0, 0, 40, nn_plain, hostile[i]);
        text = printed(&canvas, false);
        for (const char *at = text; *at; at++)
            cr_assert((unsigned char)*at >= 0x20 || *at == '\n', "control byte of text %zu", i);
        cr_assert(!strstr(text, "\u202e") && !strstr(text, "\xc2\x85"));
        nn_free(text);
    }
    nn_canvas_put(&canvas, 0, 0, 0x1b, nn_plain);
    nn_canvas_put(&canvas, 1, 0, 0x202e, nn_plain);
    cr_assert(canvas.cells[0].point == '?');
    cr_assert(canvas.cells[1].combining[0] == 0, "format characters must not ride on a cell");
    nn_canvas_clear(&canvas);
}

Test(canvas, ascii_replaces_every_glyph)
{
    struct nn_canvas canvas = new_canvas(24, 3, ascii_mono);

    nn_canvas_frame(&canvas, (struct nn_box){0, 0, 10, 3}, "a", false);
    nn_canvas_frame(&canvas, (struct nn_box){10, 0, 10, 3}, "b", true);
    expect_canvas(&canvas, "+- a ----++= b ====+\n|        ||        |\n+--------++========+\n");
    for (uint32_t point = 0x80; point < 0x3000; point++) {
        nn_canvas_put(&canvas, 0, 0, point, nn_plain);
        cr_assert(canvas.cells[0].point < 0x7f && canvas.cells[0].point >= 0x20, "U+%04X",
                  (unsigned)point);
    }
    nn_canvas_clear(&canvas);
}

Test(canvas, frames_survive_tiny_boxes)
{
    struct nn_canvas canvas = new_canvas(8, 4, utf8_mono);

    for (int rows = -1; rows < 6; rows++)
        for (int columns = -1; columns < 10; columns++) {
            struct nn_box inside =
                nn_canvas_frame(&canvas, (struct nn_box){1, 1, columns, rows}, "title", true);
            cr_assert(inside.columns >= 0 && inside.rows >= 0);
        }
    nn_canvas_clear(&canvas);
}

Test(canvas, print_emits_only_changes)
{
    struct nn_medium medium = {.depth = NN_DEPTH_256, .ascii = false};
    struct nn_canvas canvas = new_canvas(8, 1, medium);
    struct nn_style red = {NN_COLOR_ANSI(1), NN_COLOR_DEFAULT, 0};
    struct nn_style bold = {NN_COLOR_ANSI(1), NN_COLOR_DEFAULT, NN_BOLD};
    struct nn_style rgb = {NN_COLOR_RGB(255, 0, 0), NN_COLOR_RGB(8, 8, 8), 0};
    char *text;

    nn_canvas_put(&canvas, 0, 0, 'a', red);
    nn_canvas_put(&canvas, 1, 0, 'b', red);
    nn_canvas_put(&canvas, 2, 0, 'c', bold);
    nn_canvas_put(&canvas, 3, 0, 'd', red);
    nn_canvas_put(&canvas, 4, 0, 'e', nn_plain);
    nn_canvas_put(&canvas, 5, 0, 'f', rgb);
    text = printed(&canvas, true);
    cr_assert_str_eq(text, "\033[31mab\033[1mc\033[0;31md\033[me\033[38;5;196;48;5;232mf\033[m\n");
    nn_free(text);
    canvas.medium.depth = NN_DEPTH_RGB;
    text = printed(&canvas, true);
    cr_assert(strstr(text, "\033[38;2;255;0;0;48;2;8;8;8mf") != NULL, "%s", text + 1);
    nn_free(text);
    canvas.medium.depth = NN_DEPTH_16;
    text = printed(&canvas, true);
    cr_assert(strstr(text, "\033[91;40mf\033[m") != NULL, "%s", text + 1);
    nn_free(text);
    canvas.medium.depth = NN_DEPTH_MONO;
    text = printed(&canvas, true);
    cr_assert_str_eq(text, "ab\033[1mc\033[mdef\n", "attributes only");
    nn_free(text);
    nn_canvas_clear(&canvas);
}

Test(canvas, print_trims_blanks_but_not_coloured_ones)
{
    struct nn_medium medium = {.depth = NN_DEPTH_16, .ascii = false};
    struct nn_canvas canvas = new_canvas(6, 3, medium);
    struct nn_style blue = {NN_COLOR_DEFAULT, NN_COLOR_ANSI(4), 0};
    struct nn_buffer out;
    char *text;

    nn_canvas_put(&canvas, 0, 0, 'a', nn_plain);
    nn_canvas_put(&canvas, 2, 0, ' ', blue);
    text = printed(&canvas, true);
    cr_assert_str_eq(text, "a \033[44m \033[m\n\n\n");
    nn_free(text);
    nn_buffer_init(&out, 0);
    nn_canvas_print(&canvas, false, true, &out);
    cr_assert_str_eq(nn_buffer_string(&out), "a\n");
    nn_buffer_clear(&out);
    nn_canvas_clear(&canvas);
}
