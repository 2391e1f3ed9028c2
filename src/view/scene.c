/* A whole frame: title row, tabs, and one screen below. */
#include "view/scene.h"

#include "base/text.h"
#include "view/links.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NN_SCREEN(name) extern const struct nn_screen name;
#include "view/screens.def"
#undef NN_SCREEN

/* The names in screens.def begin with the screen's number, so their order is that of the tabs. */
const struct nn_screen *const nn_screens[] = {
#define NN_SCREEN(name) &name,
#include "view/screens.def"
#undef NN_SCREEN
};
const size_t nn_screen_count = sizeof nn_screens / sizeof *nn_screens;

const struct nn_screen *nn_screen_find(const char *name)
{
    for (size_t i = 0; i < nn_screen_count; i++) {
        char number[NN_NUMBER_SIZE];
        snprintf(number, sizeof number, "%d", nn_screens[i]->number);
        if (nn_text_equal_nocase(name, nn_screens[i]->name) || strcmp(name, number) == 0)
            return nn_screens[i];
    }
    return NULL;
}

/* What runs now, in a few words. */
static struct nn_style state(const struct nn_scene *scene, char *out, size_t capacity)
{
    const struct nn_train_progress *progress = &scene->progress;
    char percent[NN_NUMBER_SIZE];

    if (scene->training) {
        snprintf(out, capacity, "\u25cf %s epoch %llu/%llu", scene->paused ? "paused" : "training",
                 (unsigned long long)progress->epoch, (unsigned long long)progress->epochs);
        return scene->paused ? nn_style_warn : nn_style_good;
    }
    if (scene->job) {
        snprintf(out, capacity, "\u25cf %s %s %%", scene->job,
                 nn_number_fixed(percent, scene->job_fraction * 100, 0));
        return nn_style_good;
    }
    snprintf(out, capacity, "idle");
    return nn_style_dim;
}

/* "digits", and which sample the screens are about. */
static void subject(const struct nn_scene *scene, char *out, size_t capacity)
{
    if (!scene->dataset)
        snprintf(out, capacity, "no data");
    else
        snprintf(out, capacity, "%s \u25b8 %s sample %zu", scene->dataset->samples->name,
                 nn_split_names[scene->split], scene->sample);
}

static void draw_title(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box row)
{
    char text[256];
    struct nn_style style = state(scene, text, sizeof text);
    int used = nn_canvas_text_right(canvas, nn_box_inset(row, 1), style, text);

    row.columns -= used + 3;
    nn_box_take_left(&row, 1);
    nn_box_take_left(
        &row,
        nn_canvas_text(canvas, row.column, row.row, row.columns, nn_style_bold, "nnscope") + 1);
    subject(scene, text, sizeof text);
    nn_canvas_put(canvas, row.column, row.row, row.columns > 2 ? 0x25b8 : ' ', nn_style_dim);
    nn_canvas_text(canvas, row.column + 2, row.row, row.columns - 2, nn_plain, text);
}

static void draw_tabs(const struct nn_screen *screen, struct nn_canvas *canvas, struct nn_box row)
{
    for (size_t i = 0; i < nn_screen_count; i++) {
        bool open = nn_screens[i] == screen;
        char text[64];

        snprintf(text, sizeof text, open ? "[%d %s]" : " %d %s ", nn_screens[i]->number,
                 nn_screens[i]->title);
        struct nn_box tab = row;
        tab.columns = nn_canvas_text(canvas, row.column, row.row, row.columns,
                                     open ? nn_style_bold : nn_style_dim, text);
        nn_canvas_link(canvas, tab, "show %s", nn_screens[i]->name);
        nn_box_take_left(&row, tab.columns);
    }
}

/* All that fits into a few cells. */
static void draw_status_line(const struct nn_scene *scene, const struct nn_screen *screen,
                             struct nn_canvas *canvas)
{
    char text[128];
    struct nn_style style = state(scene, text, sizeof text);
    int used = nn_canvas_printf(canvas, 0, 0, canvas->columns, nn_style_bold, "%s ", screen->title);

    nn_canvas_text(canvas, used, 0, canvas->columns - used, style, text);
}

void nn_scene_draw(const struct nn_scene *scene, const struct nn_screen *screen,
                   struct nn_canvas *canvas, int reserved)
{
    struct nn_box box = {0, 0, canvas->columns, canvas->rows};

    nn_box_take_bottom(&box, reserved);
    if (box.columns < 20 || box.rows < 6) {
        if (box.rows > 0)
            draw_status_line(scene, screen, canvas);
        return;
    }
    draw_title(scene, canvas, nn_box_take_top(&box, 1));
    draw_tabs(screen, canvas, nn_box_take_top(&box, 1));
    screen->draw(scene, canvas, box);
}
