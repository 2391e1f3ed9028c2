/* Folders: listing one for completion, and the one of the user's state. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NN_MAX_ENTRIES 2000

/* The part of a path up to and with its last slash, as a string of its own; "" without a slash. */
static char *folder_of(const char *path)
{
    return nn_strndup(path, (size_t)(nn_path_name(path) - path));
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void nn_path_complete(const char *prefix, void (*add)(void *context, const char *path, bool folder),
                      void *context)
{
    char *folder = folder_of(prefix);
    const char *name = nn_path_name(prefix);
    DIR *open = folder && !nn_fault_io_now() ? opendir(*folder ? folder : ".") : NULL;
    struct dirent *entry;
    for (int i = 0; open && i < NN_MAX_ENTRIES && (entry = readdir(open)); i++) {
        const char *found = entry->d_name;
        char path[1024];
        bool hidden = found[0] == '.' && name[0] != '.';
        bool self = strcmp(found, ".") == 0 || strcmp(found, "..") == 0;
        if (hidden || self || !nn_text_starts(found, name))
            continue;
        int length = snprintf(path, sizeof path - 1, "%s%s", folder, found);
        if (length < 0 || (size_t)length >= sizeof path - 1)
            continue;
        bool is = is_folder(path);
        if (is)
            memcpy(path + length, "/", 2);
        add(context, path, is);
    }
    if (open)
        closedir(open);
    nn_free(folder);
}

/* "$VARIABLE/nnscope/NAME", or below the home folder. */
static enum nn_status path_of(const char *variable, const char *below_home, const char *name,
                              char **path, struct nn_error *error)
{
    const char *folder = getenv(variable), *home = getenv("HOME");
    struct nn_buffer text;
    nn_buffer_init(&text, 4096);
    if (folder && *folder == '/')
        nn_buffer_text(&text, folder);
    else if (home && *home == '/')
        nn_buffer_printf(&text, "%s/%s", home, below_home);
    else
        return nn_fail(error, NN_STATE, "there is no home folder (HOME is not set)");
    nn_buffer_printf(&text, "/nnscope/%s", name);
    char *made = nn_buffer_take(&text);
    if (!made)
        return nn_fail_memory(error, 4096);
    *path = made;
    return NN_OK;
}

enum nn_status nn_path_config(const char *name, char **path, struct nn_error *error)
{
    return path_of("XDG_CONFIG_HOME", ".config", name, path, error);
}

enum nn_status nn_path_state(const char *name, char **path, struct nn_error *error)
{
    char *made = NULL;
    enum nn_status status = path_of("XDG_STATE_HOME", ".local/state", name, &made, error);
    if (status != NN_OK)
        return status;
    for (char *slash = strchr(made + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(made, 0700); /* one that is there is fine; others fail when the file is written */
        *slash = '/';
    }
    *path = made;
    return NN_OK;
}
