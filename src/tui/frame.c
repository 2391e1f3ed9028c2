/* What is seen: the screen above, the pane of what commands said, the prompt, and the keys of the
 * moment. */
#include "tui/state.h"

#include "base/file.h"
#include "base/text.h"
#include "command/job.h"
#include "tui/prompt.h"
#include "tui/terminal.h"
#include "view/links.h"

#include <stdio.h>
#include <string.h>

#define LEAST_ROWS   6 /* fewer: the screen and the prompt alone */
#define CHOICE_ROWS  8
#define MOST_CHOICES ((size_t)CHOICE_ROWS)

static const struct nn_style dim = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_DIM};
static const struct nn_style bold = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_BOLD};
static const struct nn_style reverse = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_REVERSE};

static int at_most(int value, int most)
{
    return value < most ? value : most;
}

/* ---- footer ---- */

/* "n p sample": the key bold. Returns the cells used, 0 if it does not fit. */
static int draw_key(struct nn_canvas *canvas, int column, int row, int end, const char *key,
                    const char *label)
{
    int width = (int)(strlen(key) + 1 + strlen(label));
    if (column + width > end)
        return 0;
    column += nn_canvas_text(canvas, column, row, width, bold, key) + 1;
    nn_canvas_text(canvas, column, row, width, dim, label);
    return width + 2;
}

/* What a key does now: Space goes on when the training is paused. */
static const char *label_of(const struct nn_tui *tui, const struct nn_binding *binding)
{
    if (binding->command && strcmp(binding->command, "pause") == 0 && nn_job_paused(tui->session))
        return "go on";
    if (binding->action == NN_ACTION_INTERRUPT && !tui->session->job)
        return NULL;
    return binding->label;
}

/* The way back to the prompt and the help have room kept for them. */
static bool is_needed(const struct nn_binding *binding)
{
    return binding->action == NN_ACTION_FOCUS || binding->action == NN_ACTION_HELP;
}

static void draw_keys(struct nn_tui *tui, int row)
{
    int kept = tui->screen_focus ? 18 : 0;
    unsigned context = tui->screen_focus ? NN_KEYS_SCREEN : NN_KEYS_EMPTY;
    unsigned place = 1u << nn_tui_place(tui);
    int column = 1;
    for (size_t i = 0; i < nn_binding_count; i++) {
        const struct nn_binding *binding = &nn_bindings[i];
        const char *label = binding->label ? label_of(tui, binding) : NULL;
        if (!label || !(binding->contexts & context) || !(binding->screens & place))
            continue;
        int end = tui->canvas.columns - 1 - (is_needed(binding) ? 0 : kept);
        int used = draw_key(&tui->canvas, column, row, end, binding->shown, label);
        kept = is_needed(binding) ? kept - used : kept;
        nn_canvas_link(&tui->canvas, (struct nn_box){column, row, used, 1}, "#%zu", i);
        column += used;
    }
}

static void draw_typing_keys(struct nn_canvas *canvas, int row)
{
    static const char *const keys[][2] = {{"Enter", "run"},
                                          {"Tab", "complete"},
                                          {"Ctrl-R", "search"},
                                          {"Ctrl-C", "clear"},
                                          {"F1", "help"}};
    int column = 1;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        column += draw_key(canvas, column, row, canvas->columns - 1, keys[i][0], keys[i][1]);
}

static void draw_footer(struct nn_tui *tui, int row)
{
    struct nn_canvas *canvas = &tui->canvas;
    const char *script = nn_player_name(tui), *hint = nn_prompt_hint();
    if (!tui->screen_focus && *hint)
        nn_canvas_text(canvas, 1, row, canvas->columns - 2, dim, hint);
    else if (!tui->screen_focus && !nn_prompt_empty())
        draw_typing_keys(canvas, row);
    else if (script)
        nn_canvas_printf(canvas, 1, row, canvas->columns - 2, dim,
                         "playing %s \u00b7 Enter goes on at once, Ctrl-C ends it", script);
    else
        draw_keys(tui, row);
}

/* ---- over the screen ---- */

/* The open completions, above the word that they complete. */
static void draw_choices(struct nn_tui *tui, int bottom)
{
    size_t page;
    const struct nn_completions *choices = nn_prompt_choices(&page);
    if (!choices)
        return;
    size_t pages = (choices->count + MOST_CHOICES - 1) / MOST_CHOICES;
    size_t first = page % pages * MOST_CHOICES, last = first + MOST_CHOICES;
    last = last < choices->count ? last : choices->count;
    int names = 0, helps = 0, rows = at_most((int)(last - first), bottom);
    for (size_t i = first; i < last; i++) {
        int name = (int)nn_text_width(choices->items[i].text);
        int help = choices->items[i].help ? (int)nn_text_width(choices->items[i].help) : 0;
        names = name > names ? name : names;
        helps = help > helps ? help : helps;
    }
    int most = tui->canvas.columns - 2;
    names = at_most(names, most - 2);
    int width = at_most(names + 2 + (helps ? helps + 2 : 0), most);
    int column = at_most(3 + (int)choices->start, 1 + most - width);
    struct nn_box box = {column, bottom - rows, width, rows};
    nn_canvas_fill(&tui->canvas, box, ' ', reverse);
    for (int i = 0; i < rows; i++) {
        const struct nn_completion *item = &choices->items[first + (size_t)i];
        nn_canvas_text(&tui->canvas, column + 1, box.row + i, names, reverse, item->text);
        if (item->help)
            nn_canvas_text(&tui->canvas, column + names + 3, box.row + i, width - names - 4,
                           reverse, item->help);
    }
    if (pages > 1)
        nn_canvas_printf(&tui->canvas, column + 1, box.row - 1, width - 2, reverse,
                         " %zu to %zu of %zu, Tab for more ", first + 1, last, choices->count);
}

/* ---- the pane ---- */

int nn_tui_pane_rows(const struct nn_tui *tui)
{
    int most = tui->canvas.rows / 2 - 2;
    int least = nn_player_name(tui) ? 4 : tui->canvas.rows >= 20 ? 2 : 1;
    int wanted = tui->log.block > 1000 ? 1000 : (int)tui->log.block;
    if (tui->log.scroll > 0)
        wanted = most;
    wanted = wanted < least ? least : wanted;
    wanted = wanted > most ? most : wanted;
    return wanted < 1 ? 1 : wanted;
}

/* The rule says when there is more than is seen. */
static void draw_rule(struct nn_tui *tui, int row, int pane)
{
    struct nn_canvas *canvas = &tui->canvas;
    const struct nn_log *log = &tui->log;
    size_t hidden = log->scroll > 0             ? log->scroll
                    : log->block > (size_t)pane ? log->block - (size_t)pane
                                                : 0;
    char text[64];
    nn_canvas_fill(canvas, (struct nn_box){0, row, canvas->columns, 1},
                   canvas->medium.ascii ? '-' : 0x2500, dim);
    if (hidden == 0 || canvas->columns < 40)
        return;
    snprintf(text, sizeof text, " %zu more line%s %s: %s ", hidden, hidden == 1 ? "" : "s",
             log->scroll > 0 ? "below" : "above", log->scroll > 0 ? "PgDn" : "PgUp");
    nn_canvas_text(canvas, canvas->columns - 2 - (int)strlen(text), row, (int)strlen(text), dim,
                   text);
}

static void draw_all(struct nn_tui *tui)
{
    struct nn_canvas *canvas = &tui->canvas;
    struct nn_scene scene;
    int rows = canvas->rows, pane = nn_tui_pane_rows(tui);
    bool small = rows < LEAST_ROWS;
    int reserved = small ? rows > 1 : pane + 3; /* rule, pane, prompt, footer */
    nn_session_scene(tui->session, &scene);
    scene.focus = !tui->screen_focus                                   ? -1
                  : strcmp(tui->session->screen->name, "explain") == 0 ? tui->pane
                                                                       : 0;
    nn_scene_draw(&scene, tui->session->screen, canvas, reserved);
    if (small && reserved == 0)
        return;
    if (small) {
        nn_prompt_draw(canvas, 0, rows - 1, canvas->columns, !tui->screen_focus);
        return;
    }
    draw_rule(tui, rows - reserved, pane);
    nn_log_draw(&tui->log, canvas, (struct nn_box){1, rows - 2 - pane, canvas->columns - 2, pane});
    nn_prompt_draw(canvas, 1, rows - 2, canvas->columns - 2, !tui->screen_focus);
    if (nn_start_shown(tui))
        nn_start_draw(tui, rows - reserved);
    if (tui->help.open)
        nn_help_draw(tui, rows - 2);
    draw_choices(tui, rows - 2);
    draw_footer(tui, rows - 1);
}

void nn_tui_draw(struct nn_tui *tui)
{
    struct nn_canvas *canvas = &tui->canvas;
    nn_terminal_mouse(tui->session->mouse);
    nn_canvas_erase(canvas);
    canvas->cursor_column = canvas->cursor_row = -1;
    draw_all(tui);
    tui->credit -= (double)nn_terminal_show(canvas, tui->full);
    tui->full = tui->dirty = tui->urgent = tui->line = false;
    tui->drawn = nn_clock();
}

void nn_tui_draw_line(struct nn_tui *tui)
{
    struct nn_canvas *canvas = &tui->canvas;
    int rows = canvas->rows, columns = canvas->columns;
    if (rows < LEAST_ROWS) {
        nn_tui_draw(tui);
        return;
    }
    nn_canvas_fill(canvas, (struct nn_box){0, rows - 2, columns, 1}, ' ', nn_plain);
    nn_prompt_draw(canvas, 1, rows - 2, columns - 2, !tui->screen_focus);
    tui->credit -= (double)nn_terminal_show(canvas, false); /* what is typed does not wait */
    nn_canvas_fill(canvas, (struct nn_box){0, rows - 1, columns, 1}, ' ', nn_plain);
    draw_footer(tui, rows - 1);
    tui->credit -= (double)nn_terminal_show(canvas, false);
    tui->line = false;
}

enum nn_status nn_tui_resize(struct nn_tui *tui, struct nn_error *error)
{
    int columns, rows;
    nn_terminal_size(&columns, &rows);
    struct nn_canvas canvas;
    enum nn_status status = nn_canvas_init(&canvas, columns, rows, tui->medium, error);
    if (status != NN_OK)
        return status;
    nn_canvas_clear(&tui->canvas);
    tui->canvas = canvas;
    tui->session->columns = columns;
    tui->full = tui->dirty = true;
    return NN_OK;
}
