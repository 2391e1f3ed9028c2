/* What terminfo knows of a type of terminal. A file of its own because term.h defines words like
 * `columns` as macros. */
#include "base/text.h"
#include "tui/terminal.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

/* Its description, to be freed by del_curterm; false if there is none. Sends nothing. */
static bool describe(const char *name)
{
    int found;
    return setupterm(name, STDOUT_FILENO, &found) == OK;
}

bool nn_terminal_type_known(const char *name)
{
    if (!describe(name))
        return false;
    del_curterm(cur_term);
    return true;
}

enum nn_status nn_terminal_type_check(const char *name, struct nn_error *error)
{
    if (!name || !*name)
        return nn_fail(error, NN_STATE,
                       "TERM is not set: nnscope cannot draw on this terminal; use a script "
                       "(nnscope FILE) or set TERM");
    if (!describe(name))
        return nn_fail(error, NN_STATE,
                       "the terminal type %s is unknown: set TERM (for example "
                       "TERM=xterm), or use a script (nnscope FILE)",
                       NN_VISIBLE(name));
    const char *move = tigetstr("cup");
    bool movable = move && move != (char *)-1;
    del_curterm(cur_term);
    if (!movable)
        return nn_fail(error, NN_STATE,
                       "a terminal of type %s cannot move the cursor: use a script "
                       "(nnscope FILE)",
                       NN_VISIBLE(name));
    return NN_OK;
}
