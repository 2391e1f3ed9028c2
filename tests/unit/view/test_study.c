/* Pictures of studies: each kind at every width, and what is drawn where. */
#include "drawing.h"

#include "view/study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct nn_medium ascii = {.depth = NN_DEPTH_MONO, .ascii = true},
                              mono = {.depth = NN_DEPTH_MONO, .ascii = false};

static struct nn_result *new_study(enum nn_result_kind kind, const char *const *columns,
                                   size_t column_count, size_t rows)
{
    struct nn_result *result = NULL;
    cr_assert(nn_result_new(kind, "study", &result, NULL) == NN_OK);
    cr_assert(nn_result_table(result, columns, column_count, rows, NULL) == NN_OK);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < column_count; c++)
            nn_result_set_number(result, r, c, sin((double)(r * (c + 1))) + (double)c, -1);
    return result;
}

static char *text_of(const struct nn_result *result, int columns, struct nn_medium medium)
{
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    cr_assert(nn_result_text(result, columns, medium, medium.depth != NN_DEPTH_MONO, &out, NULL) ==
              NN_OK);
    return nn_buffer_take(&out);
}

static void check_width(const char *text, int columns, const char *what)
{
    size_t cells = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '\n')
            cells = 0;
        else if (((unsigned char)*p & 0xc0) != 0x80)
            cells++;
        cr_assert(cells <= (size_t)columns, "%s: a line is wider than %d:\n%s", what, columns,
                  text);
    }
}

Test(study, every_kind_at_every_width)
{
    static const char *const names[] = {"x", "a\033[31m", "b", "c", "d", "e", "f"};
    static const enum nn_result_kind kinds[] = {NN_RESULT_CURVES, NN_RESULT_POINTS,
                                                NN_RESULT_WATERFALL, NN_RESULT_TIMELINE};
    for (size_t k = 0; k < 4; k++)
        for (size_t rows = 0; rows < 60; rows += 1 + rows * 3) {
            struct nn_result *result =
                new_study(kinds[k], names, kinds[k] == NN_RESULT_CURVES ? 7 : 5, rows);
            for (size_t r = 0; r < rows && kinds[k] == NN_RESULT_WATERFALL; r++)
                cr_assert(nn_result_set_text(result, r, 0, r % 2 ? "a rather long name" : "b",
                                             NULL) == NN_OK);
            if (rows > 2)
                nn_result_set_number(result, 2, 3, NAN, -1);
            for (int width = 20; width < 200; width += 37)
                for (int depth = 0; depth < 8; depth++) {
                    struct nn_medium medium = {.depth = (enum nn_depth)(depth % 4),
                                               .ascii = depth > 3};
                    char *text = text_of(result, width, medium);
                    if (medium.depth == NN_DEPTH_MONO)
                        check_width(text, width, names[k]);
                    for (const char *p = text; medium.ascii && *p; p++)
                        cr_assert((unsigned char)*p < 128, "not ASCII");
                    cr_assert(!strstr(text, "\033[31ma"));
                    nn_free(text);
                }
            nn_result_free(result);
        }
}

Test(study, a_waterfall_begins_where_the_step_above_ends)
{
    static const char *const columns[] = {"step", "value", "share", "from", "to"};
    static const char *const names[] = {"baseline", "age", "dose", "F(x)"};
    static const double steps[][3] = {{0, 0, 0}, {6, 0, 6}, {-3, 6, 3}, {3, 3, 3}};
    struct nn_result *result = new_study(NN_RESULT_WATERFALL, columns, 5, 4);
    struct nn_canvas canvas = new_canvas(27, 4, ascii);
    for (size_t r = 0; r < 4; r++) {
        cr_assert(nn_result_set_text(result, r, 0, names[r], NULL) == NN_OK);
        cr_assert(nn_result_set_text(result, r, 1, r == 1 ? "41" : "", NULL) == NN_OK);
        for (size_t c = 0; c < 3; c++)
            nn_result_set_number(result, r, c + 2, steps[r][c], -1);
    }
    nn_draw_study(&canvas, whole(&canvas), result);
    expect_canvas(&canvas, "baseline      0  @\n"
                           "age      41   6  @@@@@@@@@>\n"
                           "dose         -3       <@@@@\n"
                           "F(x)          3       @\n");
    nn_canvas_clear(&canvas);
    nn_result_free(result);
}

Test(study, a_timeline_has_the_sign_below_the_share)
{
    static const char *const columns[] = {"step", "price", "share"};
    static const double values[][2] = {{0, 1}, {8, -1}, {4, 0.2}};
    struct nn_result *result = new_study(NN_RESULT_TIMELINE, columns, 3, 3);
    struct nn_canvas canvas = new_canvas(9, NN_TIMELINE_ROWS, mono);
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 2; c++)
            nn_result_set_number(result, r, c + 1, values[r][c], -1);
    nn_draw_study(&canvas, whole(&canvas), result);
    char *text = printed(&canvas, false);
    const char *line = text;
    for (int i = 0; i < 5; i++)
        line = strchr(line, '\n') + 1;
    cr_expect(strncmp(line, "\u2588\u2588\u2588\u2588\u2588\u2588\u2591\u2591\u2591\n", 28) == 0,
              "%s", text);
    line = strchr(line, '\n') + 1;
    cr_expect(strncmp(line, "+++---+++", 9) == 0, "%s", text);
    nn_free(text);
    nn_canvas_clear(&canvas);
    nn_result_free(result);
}

/* Classes are told apart by digits where there is no colour, and stand where they belong. */
Test(study, points_stand_at_their_place)
{
    static const char *const columns[] = {"component 1", "component 2", "class"};
    static const char *const names[] = {"cat", "dog"};
    static const double points[][3] = {{-1, -1, 0}, {1, 1, 1}};
    struct nn_result *result = new_study(NN_RESULT_POINTS, columns, 3, 2);
    cr_assert(nn_result_names(result, names, 2, NULL) == NN_OK);
    for (size_t r = 0; r < 2; r++)
        for (size_t c = 0; c < 3; c++)
            nn_result_set_number(result, r, c, points[r][c], -1);
    char *text = text_of(result, 60, mono);
    const char *dog = strstr(text, " 1\n"), *cat = strstr(text, "\u25240");
    cr_expect(dog && cat && dog < cat,
              "the dog is at the upper right, the cat at the lower left:\n%s", text);
    nn_free(text);
    nn_result_free(result);
}

/* Without classes there is nothing to number. */
Test(study, points_of_no_class_are_no_digits)
{
    static const char *const columns[] = {"component 1", "component 2", "class"};
    struct nn_result *result = new_study(NN_RESULT_POINTS, columns, 3, 2);
    for (size_t r = 0; r < 2; r++)
        for (size_t c = 0; c < 3; c++)
            nn_result_set_number(result, r, c, c < 2 ? (r ? 1 : -1) : 0, -1);
    char *text = text_of(result, 60, mono);
    cr_expect(strstr(text, " o\n") && strstr(text, "\u2524o"), "%s", text);
    nn_free(text);
    nn_result_free(result);
}

/* Curves over values: the axis has the values, not the numbers of the rows. */
Test(study, curves_over_values)
{
    static const char *const columns[] = {"age", "risk"};
    struct nn_result *result = new_study(NN_RESULT_CURVES, columns, 2, 3);
    for (size_t r = 0; r < 3; r++) {
        nn_result_set_number(result, r, 0, 20 + 20 * (double)r, -1);
        nn_result_set_number(result, r, 1, (double)r, -1);
    }
    char *text = text_of(result, 70, mono);
    cr_expect(strstr(text, "40") && strstr(text, "age") && strstr(text, "risk"), "%s", text);
    nn_free(text);
    nn_result_free(result);
}

Test(study, a_matrix_of_similarities_has_no_recall)
{
    struct nn_result *result = NULL;
    struct nn_shape shape = nn_shape_make(2, (size_t[]){2, 2});
    static const char *const names[] = {"conv1", "dense1"};
    cr_assert(nn_result_new(NN_RESULT_MATRIX, "cka", &result, NULL) == NN_OK);
    cr_assert(nn_tensor_init(&result->values, &shape, NULL) == NN_OK);
    cr_assert(nn_result_names(result, names, 2, NULL) == NN_OK);
    memcpy(result->values.data, (float[]){1, 0.4375f, 0.4375f, 1}, 4 * sizeof(float));
    result->scale = NN_SCALE_RANGE;
    char *text = text_of(result, 60, ascii);
    cr_expect(strstr(text, "0.44") && !strstr(text, "recall") && !strstr(text, "0.4375"), "%s",
              text);
    nn_free(text);
    nn_result_free(result);
}

/* A gallery names its pictures, and three channels are colours. */
Test(study, galleries)
{
    struct nn_result *result = NULL;
    struct nn_shape shape = nn_shape_make(4, (size_t[]){2, 3, 8, 8});
    static const char *const names[] = {"stop", "yield\033[5m"};
    cr_assert(nn_result_new(NN_RESULT_GALLERY, "actmax", &result, NULL) == NN_OK);
    cr_assert(nn_tensor_init(&result->values, &shape, NULL) == NN_OK);
    cr_assert(nn_result_names(result, names, 2, NULL) == NN_OK);
    result->scale = NN_SCALE_RANGE;
    for (size_t i = 0; i < 64; i++)
        result->values.data[i] = 1; /* the first one is red */
    struct nn_medium rgb = {.depth = NN_DEPTH_RGB, .ascii = false};
    char *text = text_of(result, 80, rgb);
    cr_expect(strstr(text, "stop") && strstr(text, "yield"), "%s", text);
    cr_expect(strstr(text, "255;0;0"), "red is red");
    nn_free(text);
    struct nn_buffer png;
    nn_buffer_init(&png, 0);
    cr_expect(nn_result_png(result, 1, &png, NULL) == NN_OK);
    nn_buffer_clear(&png);
    nn_result_free(result);
}
