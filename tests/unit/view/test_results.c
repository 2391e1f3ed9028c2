/* Whole results as text, JSON, CSV and PNG. */
#include "unit/view/drawing.h"

#include "base/number.h"
#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

static struct nn_result *new_values(enum nn_result_kind kind, int rank, const size_t *dim)
{
    struct nn_shape shape = nn_shape_make(rank, dim);
    struct nn_result *result;

    cr_assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    cr_assert(nn_result_new(kind, "explain saliency", &result, NULL) == NN_OK);
    cr_assert(nn_tensor_init(&result->values, &shape, NULL) == NN_OK);
    snprintf(result->title, sizeof result->title, "saliency of sample 3 (test), class 7");
    for (size_t i = 0; i < nn_shape_size(&shape); i++)
        result->values.data[i] = (float)(i * 37 % 19) / 19 - 0.3f;
    return result;
}

/* Attribution of `count` images of 4 x 4 with their inputs. */
static struct nn_result *new_attribution(size_t count)
{
    struct nn_result *result = new_values(NN_RESULT_ATTRIBUTION, 4, (size_t[]){count, 1, 4, 4});

    cr_assert(nn_tensor_copy(&result->input, &result->values, NULL) == NN_OK);
    snprintf(result->method, sizeof result->method, "saliency");
    snprintf(result->target, sizeof result->target, "logit of class 7");
    snprintf(result->split, sizeof result->split, "test");
    snprintf(result->note, sizeof result->note,
             "A note that is long enough to need two lines when "
             "the text is as narrow as eighty columns are.");
    result->sample = 3;
    result->scale = NN_SCALE_SIGNED;
    nn_result_figure(result, "F", 1.5);
    nn_result_figure(result, "gap", 1e-6);
    return result;
}

static char *text_of(const struct nn_result *result, int columns, struct nn_medium medium)
{
    struct nn_buffer out;
    struct nn_error error = {0};

    nn_buffer_init(&out, 0);
    cr_assert(nn_result_text(result, columns, medium, medium.depth != NN_DEPTH_MONO, &out,
                             &error) == NN_OK,
              "%s", error.message);
    return nn_buffer_take(&out);
}

/* Every line fits; returns the number of lines. */
static size_t check_lines(const char *text, size_t columns)
{
    size_t lines = 0;

    while (*text) {
        char line[1024];
        size_t length = strcspn(text, "\n");
        cr_assert(length < sizeof line && text[length] == '\n');
        memcpy(line, text, length);
        line[length] = '\0';
        cr_assert(nn_text_width(line) <= columns, "%zu: %s", columns, line);
        cr_assert(length == 0 || line[length - 1] != ' ', "trailing blank: '%s'", line);
        text += length + 1;
        lines++;
    }
    return lines;
}

Test(result_text, attribution_shows_input_map_figures_and_note)
{
    struct nn_result *result = new_attribution(1);
    char *text = text_of(result, 80, ascii_mono);

    check_lines(text, 80);
    cr_assert(strstr(text, "saliency of sample 3 (test), class 7\n") == text);
    cr_assert(strstr(text, "\ntarget logit of class 7\n") != NULL, "%s", text);
    cr_assert(strstr(text, "\ninput ") != NULL);
    cr_assert(strstr(text, "F 1.5   gap 1e-06\n") != NULL);
    cr_assert(strstr(text, "-0.647 ") && strstr(text, " +0.647"), "%s", text);
    cr_assert(strstr(text, "columns are.\n") != NULL);
    nn_free(text);
    nn_result_free(result);
}

/* Figures are not torn apart at the end of a line; those that there are not have a dash. */
Test(result_text, trust_below_the_map)
{
    struct nn_result *result = new_attribution(1);
    char *text;

    result->trust[0] = (struct nn_trust_figure){
        .name = "insertion", .value = 0.93, .chance = 0.61, .spread = 0.04};
    result->trust[1] =
        (struct nn_trust_figure){.name = "gap", .value = NAN, .chance = NAN, .spread = NAN};
    result->trust[2] =
        (struct nn_trust_figure){.name = "deletion", .value = 0.12, .chance = 0.39, .spread = 0.05};
    result->trust_count = 3;
    snprintf(result->trust_note, sizeof result->trust_note, "Nothing speaks against this map.");
    text = text_of(result, 60, utf8_mono);
    check_lines(text, 60);
    cr_expect(strstr(text, "\ntrust: insertion 0.93 (random 0.61 \u00b1 0.04)   gap -\n"
                           "  deletion 0.12 (random 0.39 \u00b1 0.05)\nNothing speaks"),
              "%s", text);
    nn_free(text);
    nn_result_free(result);
}

Test(result_text, many_samples_end_with_a_count)
{
    struct nn_result *result = new_attribution(100);
    char *text = text_of(result, 80, utf8_mono);

    check_lines(text, 80);
    cr_assert(strstr(text, "sample 3:\n") && strstr(text, "sample 7:\n"));
    cr_assert(strstr(text, "sample 8:\n") == NULL);
    cr_assert(strstr(text, "\u2026 95 more samples, out=FILE writes all\n") != NULL);
    nn_free(text);
    nn_result_free(result);
}

Test(result_text, a_small_map_is_enlarged_to_its_input)
{
    struct nn_result *result = new_attribution(1);
    struct nn_result *cam = new_values(NN_RESULT_ATTRIBUTION, 3, (size_t[]){1, 2, 2});
    char *whole_text, *cam_text;

    cr_assert(nn_tensor_copy(&cam->input, &result->input, NULL) == NN_OK);
    whole_text = text_of(result, 80, ascii_mono);
    cam_text = text_of(cam, 80, ascii_mono);
    cr_assert(check_lines(cam_text, 80) + 5 >= check_lines(whole_text, 80), "%s", cam_text);
    nn_free(whole_text);
    nn_free(cam_text);
    nn_result_free(cam);
    nn_result_free(result);
}

Test(result_text, every_kind_at_every_width)
{
    static const char *const columns[] = {"epoch", "loss", "val_loss", "name \033[31m"};
    struct nn_result *results[] = {
        new_attribution(2),
        new_values(NN_RESULT_ATTRIBUTION, 2, (size_t[]){1, 30}),
        new_values(NN_RESULT_ATTRIBUTION, 4, (size_t[]){1, 3, 50, 40}),
        new_values(NN_RESULT_IMAGE, 3, (size_t[]){3, 9, 9}),
        new_values(NN_RESULT_IMAGE, 1, (size_t[]){1200}),
        new_values(NN_RESULT_MAPS, 3, (size_t[]){40, 9, 5}),
        new_values(NN_RESULT_MAPS, 1, (size_t[]){33}),
        new_values(NN_RESULT_MAPS, 4, (size_t[]){2, 2, 3, 3}),
        new_values(NN_RESULT_MATRIX, 2, (size_t[]){12, 12}),
        new_values(NN_RESULT_MATRIX, 2, (size_t[]){100, 100}),
        new_values(NN_RESULT_SERIES, 1, (size_t[]){1}),
        new_values(NN_RESULT_TABLE, 1, (size_t[]){1}),
        new_values(NN_RESULT_TABLE, 1, (size_t[]){1}),
    };
    size_t count = sizeof results / sizeof *results;

    results[3]->scale = NN_SCALE_RANGE;
    for (size_t i = 10; i < 12; i++) {
        cr_assert(nn_result_table(results[i], columns, 4, i == 10 ? 15 : 2001, NULL) == NN_OK);
        for (size_t r = 0; r < results[i]->rows; r++)
            for (size_t c = 0; c < 4; c++)
                nn_result_set_number(results[i], r, c, (double)r / (double)(c + 1), 4);
    }
    for (size_t i = 0; i < count; i++)
        for (int width = 1; width < 200; width += 19)
            for (int mode = 0; mode < 6; mode++) {
                struct nn_medium medium = {.depth = (enum nn_depth)(mode % 4), .ascii = mode > 3};
                char *text = text_of(results[i], width, medium);
                if (medium.depth == NN_DEPTH_MONO)
                    check_lines(text, (size_t)(width < 20 ? 20 : width));
                nn_free(text);
            }
    for (size_t i = 0; i < count; i++)
        nn_result_free(results[i]);
}

Test(result_text, tables_of_any_length_are_whole)
{
    struct nn_result *table = new_values(NN_RESULT_TABLE, 1, (size_t[]){1});
    char *text;

    cr_assert(nn_result_table(table, (const char *const[]){"n"}, 1, 2500, NULL) == NN_OK);
    for (size_t r = 0; r < 2500; r++)
        nn_result_set_number(table, r, 0, (double)r, -2);
    text = text_of(table, 80, ascii_mono);
    cr_assert_eq(check_lines(text, 80), 2500u + 2, "title and header once");
    cr_assert(strstr(text, "\n 899\n 900\n") && strstr(text, "\n2499\n"));
    nn_free(text);
    nn_result_free(table);
}

static json_t *parse(const struct nn_result *result)
{
    struct nn_buffer out;
    struct nn_error error = {0};
    json_error_t fault;
    json_t *json;

    nn_buffer_init(&out, 0);
    cr_assert(nn_result_json(result, &out, &error) == NN_OK, "%s", error.message);
    cr_assert(strchr(nn_buffer_string(&out), '\n') == out.data + out.length - 1, "one line");
    json = json_loads(nn_buffer_string(&out), JSON_REJECT_DUPLICATES, &fault);
    cr_assert(json != NULL, "%s: %s", fault.text, nn_buffer_string(&out));
    nn_buffer_clear(&out);
    return json;
}

Test(result_json, numbers_come_back_exactly)
{
    struct nn_result *result = new_values(NN_RESULT_ATTRIBUTION, 2, (size_t[]){1, 12});
    const float special[] = {0.1f, 1e-45f,   3.4028235e38f, -0.0f, 16777217.0f, 1.0f / 3,
                             NAN,  INFINITY, -INFINITY,     5,     1e10f,       -7.5e-8f};
    json_t *json, *values;

    memcpy(result->values.data, special, sizeof special);
    nn_result_figure(result, "gap", 0.1);
    nn_result_figure(result, "p", NAN);
    result->trust[0] = (struct nn_trust_figure){
        .name = "insertion", .value = 0.93, .chance = 0.61, .spread = 0.04};
    result->trust[1] =
        (struct nn_trust_figure){.name = "gap", .value = NAN, .chance = NAN, .spread = NAN};
    result->trust_count = 2;
    snprintf(result->trust_note, sizeof result->trust_note, "Fine.");
    json = parse(result);
    const json_t *trust = json_object_get(json, "trust");
    cr_assert(json_number_value(json_object_get(trust, "insertion")) == 0.93);
    cr_assert(json_number_value(json_object_get(trust, "insertion at random")) == 0.61);
    cr_assert(json_number_value(json_object_get(trust, "insertion spread")) == 0.04);
    cr_assert(json_is_null(json_object_get(trust, "gap")));
    cr_assert_str_eq(json_string_value(json_object_get(trust, "verdict")), "Fine.");
    values = json_object_get(json, "values");
    cr_assert_eq(json_array_size(values), 12u);
    for (size_t i = 0; i < 12; i++) {
        json_t *value = json_array_get(values, i);
        if (isfinite(special[i]))
            cr_assert((float)json_number_value(value) == special[i], "%zu", i);
        else
            cr_assert(json_is_null(value), "%zu", i);
    }
    cr_assert(json_number_value(json_object_get(json_object_get(json, "figures"), "gap")) == 0.1);
    cr_assert(json_is_null(json_object_get(json_object_get(json, "figures"), "p")));
    cr_assert_eq(json_integer_value(json_array_get(json_object_get(json, "shape"), 1)), 12);
    cr_assert_null(json_object_get(json, "sample"), "no sample, no key");
    json_decref(json);
    nn_result_free(result);
}

Test(result_json, texts_and_tables)
{
    struct nn_result *table = new_values(NN_RESULT_TABLE, 1, (size_t[]){1});
    json_t *json, *row;

    nn_tensor_clear(&table->values);
    table->values.data = NULL;
    table->sample = 0;
    snprintf(table->title, sizeof table->title, "\"quoted\" \\ and \u00e9");
    cr_assert(nn_result_table(table, (const char *const[]){"a", "b"}, 2, 1, NULL) == NN_OK);
    nn_result_set_text(table, 0, 0, "x,\"y\"", NULL);
    nn_result_set_number(table, 0, 1, 1.0 / 3, 2);
    json = parse(table);
    cr_assert_str_eq(json_string_value(json_object_get(json, "title")), table->title);
    cr_assert_str_eq(json_string_value(json_object_get(json, "kind")), "table");
    cr_assert_eq(json_integer_value(json_object_get(json, "sample")), 0);
    cr_assert_str_eq(json_string_value(json_array_get(json_object_get(json, "columns"), 1)), "b");
    row = json_array_get(json_object_get(json, "rows"), 0);
    cr_assert_str_eq(json_string_value(json_array_get(row, 0)), "x,\"y\"");
    cr_assert(json_number_value(json_array_get(row, 1)) == 1.0 / 3);
    cr_assert_null(json_object_get(json, "values"));
    json_decref(json);
    nn_result_free(table);
}

static void expect_csv(const struct nn_result *result, const char *expected)
{
    struct nn_buffer out;

    nn_buffer_init(&out, 0);
    cr_assert(nn_result_csv(result, &out, NULL) == NN_OK);
    cr_assert_str_eq(nn_buffer_string(&out), expected, "%s", nn_buffer_string(&out));
    nn_buffer_clear(&out);
}

Test(result_csv, arrays_tables_and_matrices)
{
    struct nn_result *result = new_values(NN_RESULT_ATTRIBUTION, 2, (size_t[]){2, 2});
    const float values[] = {0.1f, -2, NAN, 3};

    memcpy(result->values.data, values, sizeof values);
    result->sample = 4;
    expect_csv(result, "sample,0,1\n4,0.1,-2\n5,nan,3\n");
    nn_result_names(result, (const char *const[]){"a,b", "c \"d\""}, 2, NULL);
    expect_csv(result, "sample,\"a,b\",\"c \"\"d\"\"\"\n4,0.1,-2\n5,nan,3\n");
    result->kind = NN_RESULT_MATRIX;
    expect_csv(result, "true,\"a,b\",\"c \"\"d\"\"\"\n\"a,b\",0.1,-2\n\"c \"\"d\"\"\",nan,3\n");
    nn_result_free(result);
    result = new_values(NN_RESULT_MAPS, 3, (size_t[]){2, 1, 2});
    memcpy(result->values.data, values, sizeof values);
    expect_csv(result, "map,row,0,1\n0,0,0.1,-2\n1,0,nan,3\n");
    cr_assert(nn_result_table(result, (const char *const[]){"x"}, 1, 1, NULL) == NN_OK);
    nn_result_set_number(result, 0, 0, 1e6, -2);
    expect_csv(result, "x\n1000000\n");
    nn_result_free(result);
}

/* Decodes a PNG to 24-bit pixels; free with nn_free. */
static unsigned char *decode(const struct nn_result *result, size_t scale, unsigned *width,
                             unsigned *height)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    struct nn_buffer out;
    struct nn_error error = {0};
    unsigned char *pixels;

    nn_buffer_init(&out, 0);
    cr_assert(nn_result_png(result, scale, &out, &error) == NN_OK, "%s", error.message);
    cr_assert(png_image_begin_read_from_memory(&image, out.data, out.length), "%s", image.message);
    image.format = PNG_FORMAT_RGB;
    pixels = nn_calloc(PNG_IMAGE_SIZE(image), 1);
    cr_assert(pixels && png_image_finish_read(&image, NULL, pixels, 0, NULL));
    *width = image.width;
    *height = image.height;
    nn_buffer_clear(&out);
    return pixels;
}

Test(result_png, input_and_map_side_by_side)
{
    struct nn_result *result = new_attribution(2);
    unsigned width, height;
    unsigned char *pixels = decode(result, 3, &width, &height), *pixel;

    cr_assert(width == 2 * 12 + 8 && height == 12, "%ux%u", width, height);
    pixel = pixels + 3 * (5 * 32 + 12 + 4); /* between them */
    cr_assert(pixel[0] == 255 && pixel[1] == 255 && pixel[2] == 255);
    pixel = pixels + 3 * (0 * 32 + 20); /* the first value, -0.3: blue side */
    cr_assert(pixel[2] > pixel[0]);
    nn_free(pixels);
    pixels = decode(result, 0, &width, &height);
    cr_assert_eq(height, 256u);
    nn_free(pixels);
    nn_result_free(result);
}

Test(result_png, maps_are_a_grid)
{
    struct nn_result *result = new_values(NN_RESULT_MAPS, 3, (size_t[]){5, 4, 6});
    unsigned width, height;
    unsigned char *pixels = decode(result, 2, &width, &height);

    cr_assert(width == 3 * 12 + 2 * 8 && height == 2 * 8 + 8, "%ux%u", width, height);
    nn_free(pixels);
    nn_result_free(result);
}

Test(result_png, refuses_what_is_no_picture)
{
    struct nn_result *vector = new_values(NN_RESULT_ATTRIBUTION, 2, (size_t[]){1, 5});
    struct nn_result *table = new_values(NN_RESULT_TABLE, 2, (size_t[]){2, 2});
    struct nn_result *image = new_values(NN_RESULT_IMAGE, 3, (size_t[]){1, 2, 2});
    struct nn_buffer out;
    struct nn_error error = {0};

    nn_buffer_init(&out, 0);
    cr_assert(nn_result_png(vector, 0, &out, &error) == NN_ARGUMENT && *error.message);
    cr_assert(nn_result_png(table, 0, &out, &error) == NN_ARGUMENT);
    cr_assert(nn_result_png(image, 1 << 20, &out, &error) == NN_LIMIT);
    cr_assert(nn_result_png(image, (size_t)-1, &out, &error) == NN_LIMIT);
    cr_assert_eq(out.length, 0u);
    nn_buffer_clear(&out);
    nn_result_free(vector);
    nn_result_free(table);
    nn_result_free(image);
}

/* Every failing allocation is an error that is reported, and leaks nothing. */
static bool fails(const struct nn_result *result, int form, size_t n)
{
    struct nn_buffer out;
    struct nn_error error = {0};
    enum nn_status status;

    nn_buffer_init(&out, 0);
    nn_fault_alloc(n, false);
    status = form == 0   ? nn_result_text(result, 80, utf8_mono, false, &out, &error)
             : form == 1 ? nn_result_json(result, &out, &error)
             : form == 2 ? nn_result_csv(result, &out, &error)
                         : nn_result_png(result, 1, &out, &error);
    nn_fault_alloc(0, false);
    cr_assert(status == NN_OK || (status == NN_MEMORY && *error.message), "form %d: %d", form,
              (int)status);
    nn_buffer_clear(&out);
    return status != NN_OK;
}

Test(result_faults, no_allocation_failure_is_lost)
{
    struct nn_result *results[2];

    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    results[0] = new_attribution(2);
    results[1] = new_values(NN_RESULT_SERIES, 1, (size_t[]){1});
    cr_assert(nn_result_table(results[1], (const char *const[]){"epoch", "loss"}, 2, 5, NULL) ==
              NN_OK);
    for (int form = 0; form < 4; form++)
        for (int i = 0; i < (form == 3 ? 1 : 2); i++) {
            size_t n = 1;
            while (fails(results[i], form, n))
                n++;
            cr_assert(n > 1 && n < 1000, "form %d: %zu", form, n);
        }
    nn_result_free(results[0]);
    nn_result_free(results[1]);
}

/* No number is not the same as one that is not finite. */
Test(results, a_cell_without_a_number)
{
    static const char *const columns[] = {"layer", "update"};
    struct nn_medium plain = {.depth = NN_DEPTH_MONO, .ascii = true};
    struct nn_result *result;
    struct nn_buffer csv, json;

    cr_assert(nn_result_new(NN_RESULT_TABLE, "diagnose layers", &result, NULL) == NN_OK);
    cr_assert(nn_result_table(result, columns, 2, 2, NULL) == NN_OK);
    nn_result_set_number(result, 0, 0, 1, -2);
    nn_result_set_number(result, 0, 1, NAN, -1);
    nn_result_set_number(result, 1, 0, 2, -2);
    nn_result_set_nothing(result, 1, 1);
    char *text = text_of(result, 80, plain);
    cr_expect(strstr(text, "1     nan\n") && strstr(text, "2       -\n"), "%s", text);
    nn_free(text);
    nn_buffer_init(&csv, 0);
    nn_buffer_init(&json, 0);
    cr_assert(nn_result_csv(result, &csv, NULL) == NN_OK);
    cr_expect(strstr(nn_buffer_string(&csv), "1,nan\n2,\n"), "%s", nn_buffer_string(&csv));
    cr_assert(nn_result_json(result, &json, NULL) == NN_OK);
    cr_expect(strstr(nn_buffer_string(&json), "[2,null]"), "%s", nn_buffer_string(&json));
    nn_buffer_clear(&csv);
    nn_buffer_clear(&json);
    nn_result_free(result);
}
