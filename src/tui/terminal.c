#include "tui/terminal.h"

#include "base/text.h"
#include "view/colormap.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1000l";
static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

static SCREEN *screen;
static struct termios saved; /* as found */
static bool saved_valid;
static char restore[256]; /* ready-made bytes for the crash handler */
static size_t restore_length;
static enum nn_depth depth;
static bool direct;            /* colour numbers of terminfo are RGB */
static bool mouse;             /* asked for */
static struct nn_canvas shown; /* what the terminal shows; cells NULL: not known */

/* ---- colours ---- */

static enum nn_depth depth_of(enum nn_color_wish wish)
{
    const char *no_color = getenv("NO_COLOR");
    if (wish == NN_WISH_NEVER || (wish == NN_WISH_AUTO && no_color && *no_color))
        return NN_DEPTH_MONO;
    if (!has_colors() || COLORS < 8)
        return NN_DEPTH_MONO;
    enum nn_depth best = COLORS >= (1 << 24) ? NN_DEPTH_RGB
                         : COLORS >= 256     ? NN_DEPTH_256
                                             : NN_DEPTH_16;
    enum nn_depth wished = wish == NN_WISH_16    ? NN_DEPTH_16
                           : wish == NN_WISH_256 ? NN_DEPTH_256
                                                 : NN_DEPTH_RGB;
    return best < wished ? best : wished;
}

/* ncurses' number of a canvas colour; -1 is the terminal's default. */
static int color_number(uint32_t color)
{
    if (color == NN_COLOR_DEFAULT)
        return -1;
    if ((color & 0xff000000) == 0xfe000000) {
        int ansi = (int)(color & 15);
        if (direct && ansi >= 8) /* in direct colour only 0..7 are the palette */
            return (int)nn_color_from_256(ansi);
        return ansi < COLORS ? ansi : ansi & 7;
    }
    if (direct) {
        if (depth == NN_DEPTH_RGB)
            return color < 8 ? 0
                             : (int)color; /* 0..7 would be palette entries: black is near enough */
        uint32_t rgb = nn_color_from_256(depth == NN_DEPTH_256 ? nn_color_to_256(color)
                                                               : nn_color_to_16(color));
        return rgb < 8 ? 0 : (int)rgb;
    }
    int number = depth == NN_DEPTH_256 ? nn_color_to_256(color) : nn_color_to_16(color);
    return number < COLORS ? number : number & 7;
}

static int pair_of(const struct nn_style *style)
{
    if (depth == NN_DEPTH_MONO)
        return 0;
    int foreground = color_number(style->foreground), background = color_number(style->background);
    if (foreground == -1 && background == -1)
        return 0;
    int pair = alloc_pair(foreground, background);
    return pair < 0 ? 0 : pair;
}

static attr_t attributes_of(const struct nn_style *style)
{
    attr_t attributes = A_NORMAL;
    if (style->attributes & NN_BOLD)
        attributes |= A_BOLD;
    if (style->attributes & NN_DIM)
        attributes |= A_DIM;
    if (style->attributes & NN_REVERSE)
        attributes |= A_REVERSE;
    if (style->attributes & NN_UNDERLINE)
        attributes |= A_UNDERLINE;
    return attributes;
}

/* ---- taking and giving back ---- */

static void append_capability(const char *name)
{
    const char *text = tigetstr(name);
    if (!text || text == (char *)-1)
        return;
    for (; *text && restore_length + 1 < sizeof restore; text++) {
        if (text[0] == '$' && text[1] == '<') { /* a delay of old terminals: leave it out */
            text = strchr(text, '>');
            if (!text)
                return;
            continue;
        }
        restore[restore_length++] = *text;
    }
}

static void prepare_restore(void)
{
    restore_length = 0;
    for (const char *text = paste_off; *text; text++)
        restore[restore_length++] = *text;
    for (const char *text = mouse_off; *text && mouse; text++)
        restore[restore_length++] = *text;
    append_capability("sgr0");
    append_capability("op");
    append_capability("cnorm");
    append_capability("rmcup");
    restore[restore_length++] = '\r';
}

static void write_all(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

static void enter(void)
{
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    typeahead(-1); /* else ncurses peeks at the input and abandons frames */
    leaveok(stdscr, FALSE);
    write_all(paste_on, sizeof paste_on - 1);
    if (mouse)
        write_all(mouse_on, sizeof mouse_on - 1);
}

/* What ncurses does not know of. */
static void leave(void)
{
    write_all(paste_off, sizeof paste_off - 1);
    if (mouse)
        write_all(mouse_off, sizeof mouse_off - 1);
}

void nn_terminal_mouse(bool on)
{
    if (on == mouse)
        return;
    mouse = on;
    prepare_restore();
    write_all(on ? mouse_on : mouse_off, (on ? sizeof mouse_on : sizeof mouse_off) - 1);
}

/* TERM=xterm-256color is what nearly every terminal calls itself; those that can do 24-bit colour
 * say so in COLORTERM, and ncurses needs the description of such a terminal. */
static bool wants_direct(enum nn_color_wish wish, const char *term)
{
    const char *says = getenv("COLORTERM"), *no_color = getenv("NO_COLOR");
    bool able = says && (strcmp(says, "truecolor") == 0 || strcmp(says, "24bit") == 0);
    if (wish == NN_WISH_AUTO && no_color && *no_color)
        return false;
    return strncmp(term, "xterm", 5) == 0 &&
           (wish == NN_WISH_RGB || (wish == NN_WISH_AUTO && able)) &&
           nn_terminal_type_known("xterm-direct");
}

enum nn_status nn_terminal_open(enum nn_color_wish wish, bool ascii, struct nn_medium *medium,
                                struct nn_error *error)
{
    const char *term = getenv("TERM");
    enum nn_status status = nn_terminal_type_check(term, error);
    if (status != NN_OK)
        return status;
    saved_valid = tcgetattr(STDIN_FILENO, &saved) == 0;
    screen = newterm(wants_direct(wish, term) ? "xterm-direct" : NULL, stdout, stdin);
    if (!screen)
        return nn_fail(error, NN_STATE, "this terminal cannot be drawn on (%s)", NN_VISIBLE(term));
    set_term(screen);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    direct = tigetflag("RGB") == 1 && COLORS >= (1 << 24);
    depth = depth_of(wish);
    prepare_restore();
    enter();
    medium->depth = depth;
    medium->ascii = ascii || !nn_text_locale_utf8();
    return NN_OK;
}

void nn_terminal_close(void)
{
    if (!screen)
        return;
    leave();
    mouse = false;
    endwin();
    nn_canvas_clear(&shown);
    delscreen(screen);
    screen = NULL;
    if (saved_valid)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

void nn_terminal_suspend(void)
{
    leave();
    endwin();
    if (saved_valid)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

void nn_terminal_resume(void)
{
    refresh();
    enter();
    clearok(curscr, TRUE);
}

/* ---- showing ---- */

void nn_terminal_size(int *columns, int *rows)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *columns = size.ws_col;
        *rows = size.ws_row;
    } else {
        *columns = COLS;
        *rows = LINES;
    }
    if (*columns != COLS || *rows != LINES)
        resizeterm(*rows, *columns);
}

static void show_cell(const struct nn_canvas_cell *cell, int column, int row)
{
    wchar_t text[4] = {(wchar_t)(cell->point ? cell->point : ' ')};
    for (int i = 0; i < 2 && cell->combining[i]; i++)
        text[1 + i] = (wchar_t)cell->combining[i];
    int pair = pair_of(&cell->style);
    cchar_t character;
    if (setcchar(&character, text, attributes_of(&cell->style), 0, &pair) == OK)
        mvadd_wch(row, column, &character);
}

/* What ncurses sends for a cell: its characters, and before them where it stands or how it looks if
 * the cell before does not say that. */
static size_t cost_of(const struct nn_canvas_cell *cell, const struct nn_canvas_cell *before)
{
    size_t bytes = cell->point < 0x80 ? 1 : cell->point < 0x800 ? 2 : 3;
    if (!before)
        return bytes + 8;
    if (cell->style.foreground != before->style.foreground)
        bytes += depth == NN_DEPTH_RGB ? 17 : 10;
    if (cell->style.background != before->style.background)
        bytes += depth == NN_DEPTH_RGB ? 17 : 10;
    return bytes + (cell->style.attributes != before->style.attributes ? 6 : 0);
}

/* Hands a row's changed cells to ncurses; a cell that only looks changed costs nothing there. */
static size_t show_row(const struct nn_canvas *canvas, const struct nn_canvas_cell *old, int row)
{
    const struct nn_canvas_cell *cells = canvas->cells + (size_t)row * (size_t)canvas->columns;
    const struct nn_canvas_cell *before = NULL;
    size_t bytes = 0;
    for (int column = 0; column < canvas->columns; column++) {
        const struct nn_canvas_cell *cell = &cells[column];
        if (old && memcmp(cell, &old[column], sizeof *cell) == 0) {
            before = NULL;
            continue;
        }
        /* 0: the right half of the wide character before */
        if (cell->point != 0 || column == 0) {
            show_cell(cell, column, row);
            bytes += cost_of(cell, before);
            before = cell;
        }
    }
    return bytes;
}

/* Remembers what is shown; without memory the next frame is drawn as a whole. */
static void remember(const struct nn_canvas *canvas)
{
    if (shown.cells && (shown.columns != canvas->columns || shown.rows != canvas->rows))
        nn_canvas_clear(&shown);
    if (!shown.cells &&
        nn_canvas_init(&shown, canvas->columns, canvas->rows, canvas->medium, NULL) != NN_OK)
        return;
    memcpy(shown.cells, canvas->cells,
           (size_t)canvas->columns * (size_t)canvas->rows * sizeof *canvas->cells);
}

size_t nn_terminal_show(const struct nn_canvas *canvas, bool full)
{
    size_t bytes = 0;
    bool known =
        shown.cells && !full && shown.columns == canvas->columns && shown.rows == canvas->rows;
    if (full)
        clearok(curscr, TRUE);
    for (int row = 0; row < canvas->rows; row++)
        bytes += show_row(canvas,
                          known ? shown.cells + (size_t)row * (size_t)canvas->columns : NULL, row);
    remember(canvas);
    bool visible = canvas->cursor_column >= 0 && canvas->cursor_row >= 0;
    curs_set(visible ? 1 : 0);
    if (visible)
        move(canvas->cursor_row, canvas->cursor_column);
    refresh();
    return bytes;
}

void nn_terminal_bell(void)
{
    beep();
}

const char *nn_terminal_restore_text(size_t *length)
{
    *length = restore_length;
    return restore;
}

const struct termios *nn_terminal_saved(void)
{
    return saved_valid ? &saved : NULL;
}
