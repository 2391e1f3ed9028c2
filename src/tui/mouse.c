/* The mouse: a click runs the command that the place stands for, the wheel does what the arrows do.
 */
#include "tui/state.h"

#include "base/number.h"
#include "tui/terminal.h"
#include "view/links.h"

#include <string.h>

enum { LEFT_BUTTON = 0, WHEEL_UP = 64, WHEEL_DOWN = 65 };

/* The rule above the pane belongs to the pane. */
static bool on_pane(const struct nn_tui *tui, int row)
{
    return row >= tui->canvas.rows - 3 - nn_tui_pane_rows(tui);
}

static void press(struct nn_tui *tui, enum nn_key key)
{
    struct nn_event event = {.key = key, .text = ""};
    const struct nn_binding *binding = nn_key_find(&event, NN_KEYS_SCREEN, nn_tui_place(tui));
    if (binding)
        nn_tui_act(tui, binding);
}

static void turn_wheel(struct nn_tui *tui, const struct nn_event *event)
{
    bool up = event->number == WHEEL_UP, aside = tui->session->screen->number == 4;
    size_t page = (size_t)nn_tui_pane_rows(tui);
    if (tui->help.open)
        nn_help_event(tui, &(struct nn_event){.key = up ? NN_KEY_UP : NN_KEY_DOWN, .text = ""});
    else if (on_pane(tui, event->row))
        nn_log_scroll(&tui->log, up ? -1 : 1, page);
    else if (aside) /* explanations stand side by side */
        press(tui, up ? NN_KEY_LEFT : NN_KEY_RIGHT);
    else
        press(tui, up ? NN_KEY_UP : NN_KEY_DOWN);
}

static void click(struct nn_tui *tui, const struct nn_event *event)
{
    const struct nn_link *link = nn_canvas_link_at(&tui->canvas, event->column, event->row);
    char command[NN_LINK_TEXT];
    tui->help.open = false;
    if (!link) {
        tui->screen_focus = !on_pane(tui, event->row);
        return;
    }
    nn_link_command(link, event->column, event->row, command);
    if (*command == '#') { /* a key of the footer */
        int64_t index;
        if (nn_number_parse_int(command + 1, strlen(command + 1), &index))
            nn_tui_act(tui, &nn_bindings[index]);
        return;
    }
    tui->screen_focus = true;
    nn_player_press(tui, command);
}

void nn_tui_mouse(struct nn_tui *tui, const struct nn_event *event)
{
    if (event->number == WHEEL_UP || event->number == WHEEL_DOWN)
        turn_wheel(tui, event);
    else if (event->number == LEFT_BUTTON && !event->released)
        click(tui, event);
}
