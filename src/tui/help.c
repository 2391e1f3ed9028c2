/* The help: all keys and commands above the screen, searched by typing. */
#include "tui/overlay.h"

#include "base/text.h"
#include "command/command.h"
#include "tui/prompt.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS 18
#define MOST_COLUMNS 84

static const struct nn_style bold = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_BOLD};
static const struct nn_style dim = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_DIM};
static const struct nn_style reverse = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_REVERSE};

/* A key or a command. */
struct entry {
    const char *name, *text;
    const struct nn_binding *binding; /* NULL: a command */
};

/* What the filter looks for stands in its name or its text. */
static bool matches(const char *filter, const struct entry *entry)
{
    size_t length = strlen(filter);
    const char *parts[] = {entry->name, entry->text};
    if (length == 0)
        return true;
    for (int i = 0; i < 2; i++)
        for (const char *at = parts[i]; strlen(at) >= length; at++) {
            char piece[sizeof((struct nn_help_panel *)0)->filter];
            snprintf(piece, sizeof piece, "%.*s", (int)length, at);
            if (nn_text_equal_nocase(piece, filter))
                return true;
        }
    return false;
}

/* Entry number `index` of those that the filter leaves; false behind the last. The keys of the
 * screen that is shown come before those of others. */
static bool find(const struct nn_tui *tui, size_t index, struct entry *entry)
{
    unsigned here = 1u << nn_tui_place(tui);
    for (int others = 0; others < 2; others++)
        for (size_t i = 0; i < nn_binding_count; i++) {
            const struct nn_binding *binding = &nn_bindings[i];
            bool elsewhere = binding->only && !(binding->screens & here);
            *entry = (struct entry){binding->shown, binding->help, binding};
            if (binding->shown && elsewhere == (others == 1) && matches(tui->help.filter, entry) &&
                index-- == 0)
                return true;
        }
    for (size_t i = 0; i < nn_command_count; i++) {
        *entry = (struct entry){nn_commands[i]->name, nn_commands[i]->summary, NULL};
        if (matches(tui->help.filter, entry) && index-- == 0)
            return true;
    }
    return false;
}

static size_t count(const struct nn_tui *tui)
{
    struct entry entry;
    size_t found = 0;
    while (find(tui, found, &entry))
        found++;
    return found;
}

void nn_help_open(struct nn_tui *tui)
{
    tui->help = (struct nn_help_panel){.open = true};
}

/* ---- drawing ---- */

static void draw_entry(struct nn_tui *tui, struct nn_box line, const struct entry *entry,
                       bool chosen)
{
    struct nn_canvas *canvas = &tui->canvas;
    struct nn_style plain = chosen ? reverse : nn_plain;
    if (chosen) {
        nn_canvas_fill(canvas, line, ' ', reverse);
        canvas->cursor_column = line.column;
        canvas->cursor_row = line.row;
    }
    nn_canvas_text(canvas, line.column + 1, line.row, NAME_COLUMNS - 2, chosen ? reverse : bold,
                   entry->name);
    nn_canvas_text(canvas, line.column + NAME_COLUMNS, line.row, line.columns - NAME_COLUMNS - 1,
                   plain, entry->text);
}

static void draw_search(struct nn_tui *tui, struct nn_box line, size_t found)
{
    struct nn_canvas *canvas = &tui->canvas;
    if (*tui->help.filter)
        nn_canvas_printf(canvas, line.column + 1, line.row, line.columns - 2, bold,
                         "search: %s  (%zu)", tui->help.filter, found);
    else
        nn_canvas_text(canvas, line.column + 1, line.row, line.columns - 2, dim,
                       "type to search, Enter does it, Esc closes; `help` lists the commands");
}

void nn_help_draw(struct nn_tui *tui, int bottom)
{
    struct nn_canvas *canvas = &tui->canvas;
    int width = canvas->columns - 2 < MOST_COLUMNS ? canvas->columns - 2 : MOST_COLUMNS;
    struct nn_box box = {1, 1, width, bottom - 1};
    size_t found = count(tui), rows, first = 0;
    struct entry entry;
    if (box.rows < 4 || width < 24)
        return;
    nn_canvas_fill(canvas, box, ' ', nn_plain);
    box = nn_canvas_frame(canvas, box, "keys \u00b7 commands", true);
    draw_search(tui, (struct nn_box){box.column, box.row, box.columns, 1}, found);
    rows = (size_t)box.rows - 1;
    if (tui->help.chosen >= rows)
        first = tui->help.chosen - rows + 1;
    for (size_t i = 0; i < rows && find(tui, first + i, &entry); i++)
        draw_entry(tui, (struct nn_box){box.column, box.row + 1 + (int)i, box.columns, 1}, &entry,
                   first + i == tui->help.chosen);
}

/* ---- keys ---- */

static void move(struct nn_tui *tui, long by)
{
    size_t found = count(tui);
    long to = (long)tui->help.chosen + by;
    tui->help.chosen = to < 0 || found == 0 ? 0 : to >= (long)found ? found - 1 : (size_t)to;
}

static void type(struct nn_help_panel *help, const char *text)
{
    size_t length = strlen(help->filter);
    if (length + strlen(text) < sizeof help->filter)
        snprintf(help->filter + length, sizeof help->filter - length, "%s", text);
    help->chosen = 0;
}

/* The last character, which may have several bytes. */
static void erase(struct nn_help_panel *help)
{
    size_t length = strlen(help->filter);
    while (length > 0 && ((unsigned char)help->filter[length - 1] & 0xc0) == 0x80)
        length--;
    help->filter[length > 0 ? length - 1 : 0] = '\0';
    help->chosen = 0;
}

/* A key is done; a command is typed, for its arguments. */
static void run(struct nn_tui *tui)
{
    struct entry entry;
    char line[80];
    if (!find(tui, tui->help.chosen, &entry))
        return;
    tui->help.open = false;
    if (entry.binding) {
        nn_tui_act(tui, entry.binding);
        return;
    }
    int length = snprintf(line, sizeof line, "%s ", entry.name);
    nn_prompt_cancel();
    nn_prompt_paste(line, (size_t)length);
    tui->screen_focus = false;
}

static bool closes(const struct nn_tui *tui, const struct nn_event *event)
{
    return event->key == NN_KEY_ESCAPE || (event->key == NN_KEY_FUNCTION && event->number == 1) ||
           (event->key == NN_KEY_CHARACTER && strcmp(event->text, "?") == 0 &&
            !*tui->help.filter) ||
           (event->key == NN_KEY_CONTROL && (*event->text == 3 || *event->text == 4));
}

void nn_help_event(struct nn_tui *tui, const struct nn_event *event)
{
    long page = tui->canvas.rows > 8 ? tui->canvas.rows - 7 : 1;
    if (closes(tui, event))
        tui->help.open = false;
    else if (event->key == NN_KEY_CHARACTER)
        type(&tui->help, event->text);
    else if (event->key == NN_KEY_CONTROL && (*event->text == 127 || *event->text == 8))
        erase(&tui->help);
    else if (event->key == NN_KEY_CONTROL && *event->text == '\r')
        run(tui);
    else if (event->key == NN_KEY_UP || event->key == NN_KEY_DOWN)
        move(tui, event->key == NN_KEY_UP ? -1 : 1);
    else if (event->key == NN_KEY_PAGE_UP || event->key == NN_KEY_PAGE_DOWN)
        move(tui, event->key == NN_KEY_PAGE_UP ? -page : page);
}
