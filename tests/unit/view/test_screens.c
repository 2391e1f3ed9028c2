#include "unit/view/drawing.h"
#include "unit/view/fixture.h"

#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct nn_medium palette = {.depth = NN_DEPTH_256, .ascii = false};

static void draw_to_text(const struct nn_scene *scene, const char *screen, int columns, int rows,
                         struct nn_medium medium, struct nn_buffer *out)
{
    struct nn_canvas canvas = new_canvas(columns, rows, medium);

    cr_assert(nn_screen_find(screen) != NULL, "there is no screen %s", screen);
    nn_scene_draw(scene, nn_screen_find(screen), &canvas, 0);
    nn_buffer_init(out, 0);
    nn_canvas_print(&canvas, medium.depth != NN_DEPTH_MONO, false, out);
    cr_assert(!out->failed);
    nn_canvas_clear(&canvas);
}

/* Compares with tests/screen/NAME.txt; UPDATE_GOLDEN=1 writes it instead. */
static void expect_golden(const char *name, const char *text)
{
    const char *tests = getenv("NN_TESTS");
    struct nn_error error = {0};
    unsigned char *golden;
    size_t length;
    char path[512];

    cr_assert(tests != NULL, "NN_TESTS is not set");
    snprintf(path, sizeof path, "%s/screen/%s.txt", tests, name);
    if (getenv("UPDATE_GOLDEN")) {
        cr_assert(nn_save_bytes(path, text, strlen(text), &error) == NN_OK, "%s", error.message);
        return;
    }
    cr_assert(nn_file_read(path, 0, &golden, &length, &error) == NN_OK, "%s", error.message);
    cr_assert(strlen(text) == length && memcmp(text, golden, length) == 0,
              "%s differs (UPDATE_GOLDEN=1 rewrites it), now:\n%s", path, text);
    nn_free(golden);
}

static void golden(const struct nn_scene *scene, const char *scene_name, int columns, int rows,
                   struct nn_medium medium)
{
    for (size_t i = 0; i < nn_screen_count; i++) {
        struct nn_buffer text;
        char name[128];

        draw_to_text(scene, nn_screens[i]->name, columns, rows, medium, &text);
        snprintf(name, sizeof name, "%s-%s-%dx%d-%s", nn_screens[i]->name, scene_name, columns,
                 rows,
                 medium.ascii                    ? "ascii"
                 : medium.depth == NN_DEPTH_MONO ? "utf8"
                                                 : "256");
        expect_golden(name, nn_buffer_string(&text));
        nn_buffer_clear(&text);
    }
}

Test(screens, registry_is_in_the_order_of_the_numbers)
{
    cr_assert_eq(nn_screen_count, 7u);
    for (size_t i = 0; i < nn_screen_count; i++) {
        cr_assert_eq(nn_screens[i]->number, (int)i + 1);
        cr_assert(nn_screen_find(nn_screens[i]->name) == nn_screens[i]);
    }
    cr_assert(nn_screen_find("4") == nn_screens[3] && nn_screen_find("Train") == nn_screens[1]);
    cr_assert_null(nn_screen_find("nothing"));
}

Test(screens, images_look_as_they_should)
{
    struct fixture fixture;

    fixture_images(&fixture);
    golden(&fixture.scene, "images", 80, 24, utf8_mono);
    golden(&fixture.scene, "images", 80, 24, ascii_mono);
    golden(&fixture.scene, "images", 120, 36, utf8_mono);
    golden(&fixture.scene, "images", 120, 36, ascii_mono);
    golden(&fixture.scene, "images", 200, 50, utf8_mono);
    golden(&fixture.scene, "images", 80, 24, palette);
    fixture_clear(&fixture);
}

Test(screens, tables_look_as_they_should)
{
    struct fixture fixture;

    fixture_table(&fixture);
    golden(&fixture.scene, "table", 80, 24, utf8_mono);
    golden(&fixture.scene, "table", 120, 36, utf8_mono);
    golden(&fixture.scene, "table", 200, 50, utf8_mono);
    fixture_clear(&fixture);
}

Test(screens, training_looks_as_it_should)
{
    struct fixture fixture;
    struct nn_buffer text;

    fixture_images(&fixture);
    fixture.scene.training = true;
    fixture.scene.progress = (struct nn_train_progress){.epoch = 13,
                                                        .epochs = 20,
                                                        .batch = 3,
                                                        .batches = 8,
                                                        .loss = 0.31,
                                                        .accuracy = 0.875,
                                                        .samples_per_second = 1842,
                                                        .gradient_norm = 0.84};
    draw_to_text(&fixture.scene, "train", 80, 24, utf8_mono, &text);
    expect_golden("train-running-80x24-utf8", nn_buffer_string(&text));
    nn_buffer_clear(&text);
    fixture.scene.log_axis = true;
    fixture.scene.smoothing = 0.6;
    fixture.scene.at[NN_AT_EPOCH] = 4;
    draw_to_text(&fixture.scene, "train", 120, 36, utf8_mono, &text);
    expect_golden("train-read-off-120x36-utf8", nn_buffer_string(&text));
    nn_buffer_clear(&text);
    fixture_clear(&fixture);
}

static void golden_of(const struct nn_scene *scene, const char *screen, int columns, int rows,
                      struct nn_medium medium, const char *name)
{
    struct nn_buffer text;

    draw_to_text(scene, screen, columns, rows, medium, &text);
    expect_golden(name, nn_buffer_string(&text));
    nn_buffer_clear(&text);
}

/* One map large, with what its cursor sees marked on the input, and what drives it. */
Test(screens, a_map_is_zoomed)
{
    struct fixture fixture;

    fixture_images(&fixture);
    fixture_zoom(&fixture);
    golden_of(&fixture.scene, "layers", 80, 24, palette, "layers-zoom-80x24-256");
    golden_of(&fixture.scene, "layers", 80, 24, ascii_mono, "layers-zoom-80x24-ascii");
    golden_of(&fixture.scene, "layers", 120, 36, utf8_mono, "layers-zoom-120x36-utf8");
    fixture.scene.frozen = true;
    fixture.scene.frozen_epoch = 3;
    golden_of(&fixture.scene, "layers", 200, 50, utf8_mono, "layers-zoom-200x50-utf8");
    fixture.scene.zoom = false;
    fixture.scene.own_scale = true;
    golden_of(&fixture.scene, "layers", 80, 24, utf8_mono, "layers-own-80x24-utf8");
    fixture_clear(&fixture);
}

Test(screens, many_samples)
{
    struct fixture fixture;

    fixture_images(&fixture);
    fixture.scene.browse = true;
    golden_of(&fixture.scene, "data", 80, 24, palette, "data-browse-80x24-256");
    golden_of(&fixture.scene, "data", 120, 36, utf8_mono, "data-browse-120x36-utf8");
    fixture_clear(&fixture);
    fixture_table(&fixture);
    fixture.scene.browse = true;
    golden_of(&fixture.scene, "data", 80, 24, utf8_mono, "data-browse-table-80x24-utf8");
    fixture_clear(&fixture);
}

Test(screens, maps_over_the_input)
{
    struct fixture fixture;

    fixture_images(&fixture);
    fixture.scene.overlay = true;
    golden_of(&fixture.scene, "explain", 80, 24, palette, "explain-overlay-80x24-256");
    golden_of(&fixture.scene, "explain", 80, 24, utf8_mono, "explain-overlay-80x24-utf8");
    fixture_clear(&fixture);
}

/* Pane by pane, without lines of frames and without pictures. */
Test(screens, plain_ones_are_words)
{
    static const struct nn_medium plain = {.depth = NN_DEPTH_MONO, .plain = true};
    struct fixture fixture;

    fixture_images(&fixture);
    for (size_t i = 0; i < nn_screen_count; i++) {
        struct nn_canvas canvas = new_canvas(100, 40, plain);
        struct nn_buffer text;
        char name[64];

        nn_scene_draw(&fixture.scene, nn_screens[i], &canvas, 0);
        nn_buffer_init(&text, 0);
        nn_canvas_print_panes(&canvas, &text);
        snprintf(name, sizeof name, "%s-images-plain", nn_screens[i]->name);
        expect_golden(name, nn_buffer_string(&text));
        nn_buffer_clear(&text);
        nn_canvas_clear(&canvas);
    }
    fixture_clear(&fixture);
}

Test(screens, branches_of_a_net_are_lines)
{
    struct fixture fixture;
    struct nn_buffer text;

    fixture_branches(&fixture);
    draw_to_text(&fixture.scene, "net", 80, 24, utf8_mono, &text);
    expect_golden("net-branches-80x24-utf8", nn_buffer_string(&text));
    nn_buffer_clear(&text);
    draw_to_text(&fixture.scene, "net", 80, 24, ascii_mono, &text);
    expect_golden("net-branches-80x24-ascii", nn_buffer_string(&text));
    nn_buffer_clear(&text);
    fixture_clear(&fixture);
}

Test(screens, nothing_says_what_to_type)
{
    struct nn_scene empty = {.label = -1};

    golden(&empty, "empty", 80, 24, utf8_mono);
    for (size_t i = 0; i < nn_screen_count; i++) {
        struct nn_buffer text;
        draw_to_text(&empty, nn_screens[i]->name, 80, 24, utf8_mono, &text);
        cr_assert(strstr(nn_buffer_string(&text), "data demo digits") != NULL, "%s",
                  nn_screens[i]->name);
        nn_buffer_clear(&text);
    }
}

static bool only_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80 ||
            ((unsigned char)*text < 0x20 && *text != '\n' && *text != 033))
            return false;
    return true;
}

/* No line is wider than the screen, whatever is drawn. */
static void check_width(const char *text, int columns)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char line[4096];

        cr_assert(length < sizeof line);
        memcpy(line, text, length);
        line[length] = '\0';
        cr_assert(nn_text_width(line) <= (size_t)columns, "%d: %s", columns, line);
        text += length + (text[length] == '\n');
    }
}

static void sweep(const struct nn_scene *scene)
{
    int turn = 0;

    for (int rows = 1; rows <= 60; rows += rows < 16 ? 1 : 11)
        for (int columns = 1; columns <= 130; columns += columns < 30 ? 3 : 17)
            for (size_t i = 0; i < nn_screen_count; i++, turn++) {
                struct nn_medium medium = {.depth = (enum nn_depth)(turn % 4),
                                           .ascii = turn / 4 % 2 == 0};
                struct nn_buffer text;
                draw_to_text(scene, nn_screens[i]->name, columns, rows, medium, &text);
                if (medium.ascii)
                    cr_assert(only_ascii(nn_buffer_string(&text)), "%s %dx%d: %s",
                              nn_screens[i]->name, columns, rows, nn_buffer_string(&text));
                if (medium.depth == NN_DEPTH_MONO)
                    check_width(nn_buffer_string(&text), columns);
                nn_buffer_clear(&text);
            }
}

Test(screens, every_size_and_medium)
{
    struct nn_scene empty = {.label = -1};
    struct fixture fixture;

    sweep(&empty);
    fixture_images(&fixture);
    for (int focus = 0; focus < 3; focus++) {
        fixture.scene.focus = focus;
        sweep(&fixture.scene);
    }
    fixture_zoom(&fixture);
    sweep(&fixture.scene);
    fixture_break(&fixture);
    sweep(&fixture.scene);
    fixture_clear(&fixture);
    fixture_table(&fixture);
    sweep(&fixture.scene);
    fixture.scene.browse = true;
    sweep(&fixture.scene);
    fixture_break(&fixture);
    sweep(&fixture.scene);
    fixture_clear(&fixture);
}

Test(screens, every_layer_of_a_net)
{
    struct fixture fixture;

    fixture_images(&fixture);
    for (int layer = 0; layer < fixture.net->count; layer++) {
        fixture.scene.layer = layer;
        sweep(&fixture.scene);
    }
    fixture_clear(&fixture);
}

/* A frame is drawn whatever allocation fails; the part that needed it stays empty. */
Test(screens, frames_survive_failing_allocations)
{
    struct fixture fixture;

    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    fixture_images(&fixture);
    fixture.history.epochs = 1; /* so that the losses of the batches are drawn */
    for (size_t i = 0; i < nn_screen_count; i++) {
        struct nn_canvas canvas = new_canvas(120, 36, utf8_mono);
        nn_fault_alloc(1, true);
        nn_scene_draw(&fixture.scene, nn_screens[i], &canvas, 3);
        nn_fault_alloc(0, false);
        nn_canvas_clear(&canvas);
    }
    fixture_clear(&fixture);
}
