/* Helpers of the view's tests: canvases as text. */
#ifndef NN_TESTS_VIEW_DRAWING_H
#define NN_TESTS_VIEW_DRAWING_H

#include "base/mem.h"
#include "view/draw.h"

#include <criterion/criterion.h>
#include <locale.h>

static const struct nn_medium utf8_mono = {.depth = NN_DEPTH_MONO, .ascii = false};
static const struct nn_medium ascii_mono = {.depth = NN_DEPTH_MONO, .ascii = true};

static inline struct nn_canvas new_canvas(int columns, int rows, struct nn_medium medium)
{
    struct nn_canvas canvas;

    cr_assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "the C.UTF-8 locale is missing");
    cr_assert(nn_canvas_init(&canvas, columns, rows, medium, NULL) == NN_OK);
    return canvas;
}

static inline struct nn_box whole(const struct nn_canvas *canvas)
{
    return (struct nn_box){0, 0, canvas->columns, canvas->rows};
}

/* The canvas as plain text; free with nn_free. */
static inline char *printed(const struct nn_canvas *canvas, bool color)
{
    struct nn_buffer out;

    nn_buffer_init(&out, 0);
    nn_canvas_print(canvas, color, false, &out);
    cr_assert(!out.failed);
    return nn_buffer_take(&out);
}

static inline void expect_canvas(const struct nn_canvas *canvas, const char *expected)
{
    char *text = printed(canvas, false);

    cr_assert_str_eq(text, expected, "got:\n%s\nexpected:\n%s", text, expected);
    nn_free(text);
}

#endif
