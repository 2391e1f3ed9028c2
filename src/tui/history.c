#include "tui/history.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <readline/history.h>

#define HISTORY_LINES 1000

static char *path;

void nn_history_open(void)
{
    using_history();
    stifle_history(HISTORY_LINES);
    if (nn_path_state("history", &path, NULL) != NN_OK || read_history(path) != ENOENT)
        return;
    mode_t mask = umask(077);
    write_history(path);
    umask(mask);
}

void nn_history_add(const char *line)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (last && strcmp(last->line, line) == 0)
        return;
    add_history(line);
    if (path)
        append_history(1, path);
}

void nn_history_close(void)
{
    if (path)
        history_truncate_file(path, HISTORY_LINES);
    nn_free(path);
    path = NULL;
    clear_history();
}
