/* The start: what to do first, for whoever comes with nothing. Each choice is commands, shown as
 * they run. */
#include "tui/overlay.h"

#include "tui/prompt.h"
#include "tui/state.h"

#include <string.h>

#define WIDTH 52

static const struct nn_style bold = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_BOLD};
static const struct nn_style reverse = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_REVERSE};

static const struct choice {
    const char *text;
    const char *const *commands; /* NULL: typed, to be completed by a file name */
    const char *typed;
} choices[] = {
    {"train a net on handwritten digits now",
     (const char *const[]){"data demo digits", "net new", "add conv2d 8 3 padding=same relu",
                           "add maxpool2d 2", "add flatten", "add dense 10 softmax",
                           "compile loss=categorical_crossentropy lr=0.004",
                           "train 20 validation=0.1", NULL},
     NULL},
    {"open a model file (or `data load FILE`)", NULL, "open "},
    {"the tour: all seven screens in a minute", (const char *const[]){"tour", NULL}, NULL},
};
#define CHOICES ((int)(sizeof choices / sizeof *choices))

bool nn_start_shown(const struct nn_tui *tui)
{
    return !tui->start_over && tui->options->script_count == 0 && !tui->session->dataset &&
           tui->session->net->count == 0 && !tui->session->job && nn_prompt_empty() &&
           tui->session->screen->number == 1 && tui->canvas.columns >= WIDTH + 4 &&
           tui->canvas.rows >= 20;
}

void nn_start_draw(struct nn_tui *tui, int bottom)
{
    struct nn_canvas *canvas = &tui->canvas;
    struct nn_box box = {2, 9, WIDTH, CHOICES + 2};
    if (box.row + box.rows >= bottom)
        return;
    box = nn_canvas_frame(canvas, box, "or choose: \u2193 \u2191 Enter", false);
    for (int i = 0; i < CHOICES; i++) {
        struct nn_style style = i == tui->start_choice ? reverse : i == 0 ? bold : nn_plain;
        struct nn_box line = {box.column, box.row + i, box.columns, 1};
        nn_canvas_fill(canvas, line, ' ', i == tui->start_choice ? reverse : nn_plain);
        nn_canvas_text(canvas, line.column + 1, line.row, line.columns - 2, style, choices[i].text);
    }
}

static void choose(struct nn_tui *tui)
{
    const struct choice *choice = &choices[tui->start_choice];
    tui->start_over = true;
    for (const char *const *line = choice->commands; line && *line; line++)
        nn_player_enter(tui, *line, true);
    if (!choice->typed)
        return;
    nn_prompt_paste(choice->typed, strlen(choice->typed));
    tui->screen_focus = false;
}

bool nn_start_event(struct nn_tui *tui, const struct nn_event *event)
{
    if (!nn_start_shown(tui))
        return false;
    if (event->key == NN_KEY_DOWN || (event->key == NN_KEY_UP && tui->start_choice > 0)) {
        int to = tui->start_choice + (event->key == NN_KEY_UP ? -1 : 1);
        tui->start_choice = to < CHOICES ? to : CHOICES - 1;
        return true;
    }
    if (event->key == NN_KEY_CONTROL && *event->text == '\r') {
        choose(tui);
        return true;
    }
    bool help = event->key == NN_KEY_CHARACTER && strcmp(event->text, "?") == 0;
    tui->start_over = (event->key == NN_KEY_CHARACTER && !help) || event->key == NN_KEY_PASTE ||
                      event->key == NN_KEY_UP; /* from the first one it is the history's */
    return false;
}
