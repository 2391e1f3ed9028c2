/* Folders: listing one for completion, and the one of the user's state. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
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

bool nn_path_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

enum nn_status nn_path_join(const char *folder, const char *name, char **path,
                            struct nn_error *error)
{
    struct nn_buffer text;
    size_t length = strlen(folder);
    nn_buffer_init(&text, 0);
    nn_buffer_append(&text, folder, length);
    if (length > 0 && folder[length - 1] != '/')
        nn_buffer_char(&text, '/');
    nn_buffer_text(&text, name);
    enum nn_status status = nn_buffer_check(&text, error);
    if (status == NN_OK)
        *path = nn_buffer_take(&text);
    nn_buffer_clear(&text);
    return status;
}

enum nn_status nn_path_beside(const char *file, const char *name, char **path,
                              struct nn_error *error)
{
    char *folder = folder_of(file);
    if (!folder)
        return nn_fail_memory(error, strlen(file) + 1);
    enum nn_status status = nn_path_join(folder, name, path, error);
    nn_free(folder);
    return status;
}

/* ---- listing ---- */

void nn_folder_clear(struct nn_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        nn_free(folder->entries[i].name);
    nn_free(folder->entries);
    *folder = (struct nn_folder){.entries = NULL};
}

static enum nn_status add_entry(struct nn_folder *folder, const char *name, bool is,
                                struct nn_error *error)
{
    size_t count = folder->count;
    if ((count & (count - 1)) == 0) {
        size_t wanted = count ? 2 * count : 1;
        struct nn_folder_entry *entries = nn_realloc(folder->entries, wanted, sizeof *entries);
        if (!entries)
            return nn_fail_memory(error, wanted * sizeof *entries);
        folder->entries = entries;
    }
    folder->entries[count].folder = is;
    folder->entries[count].name = nn_strdup(name);
    if (!folder->entries[count].name)
        return nn_fail_memory(error, strlen(name) + 1);
    folder->count++;
    return NN_OK;
}

/* What an entry is; the system mostly says so without a look at the file. */
static enum nn_status classify(const char *path, const struct dirent *entry, bool *folder,
                               bool *file, struct nn_error *error)
{
    struct stat found;
    char *whole = NULL;
    *folder = entry->d_type == DT_DIR;
    *file = entry->d_type == DT_REG;
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return NN_OK;
    enum nn_status status = nn_path_join(path, entry->d_name, &whole, error);
    if (status == NN_OK && stat(whole, &found) == 0) {
        *folder = S_ISDIR(found.st_mode);
        *file = S_ISREG(found.st_mode);
    }
    nn_free(whole);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct nn_folder_entry *)a)->name,
                  ((const struct nn_folder_entry *)b)->name);
}

enum nn_status nn_folder_list(const char *path, struct nn_folder *folder, struct nn_error *error)
{
    struct nn_folder made = {.entries = NULL};
    struct dirent *entry;
    enum nn_status status = NN_OK;
    DIR *open = nn_fault_io_now() ? NULL : opendir(path);
    if (!open) {
        nn_fail(error, NN_DAMAGED, "cannot open the folder: %s", strerror(errno));
        nn_fail_at(error, path, 0, 0);
        return NN_DAMAGED;
    }
    while (status == NN_OK && (entry = readdir(open))) {
        bool is = false, file = false;
        if (entry->d_name[0] == '.')
            continue;
        status = classify(path, entry, &is, &file, error);
        if (status == NN_OK && (is || file))
            status = add_entry(&made, entry->d_name, is, error);
    }
    closedir(open);
    if (status != NN_OK) {
        nn_folder_clear(&made);
        return status;
    }
    if (made.count > 0)
        qsort(made.entries, made.count, sizeof *made.entries, by_name);
    *folder = made;
    return NN_OK;
}

/* ---- completion ---- */

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
        bool is = nn_path_is_folder(path);
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

/* Makes the folders above a path, as far as that is possible. */
static void make_above(char *path, mode_t mode)
{
    for (char *slash = strchr(path + 1, '/'); *path && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, mode);
        *slash = '/';
    }
}

enum nn_status nn_folder_make(const char *path, struct nn_error *error)
{
    char *copy = nn_strdup(path);
    int failure = 0;
    if (!copy)
        return nn_fail_memory(error, strlen(path) + 1);
    make_above(copy, 0777);
    if (nn_fault_io_now())
        failure = EIO;
    else if (mkdir(path, 0777) < 0 && !(errno == EEXIST && nn_path_is_folder(path)))
        failure = errno;
    nn_free(copy);
    if (!failure)
        return NN_OK;
    nn_fail(error, NN_IO, "cannot make the folder: %s", strerror(failure));
    nn_fail_at(error, path, 0, 0);
    return NN_IO;
}

enum nn_status nn_path_state(const char *name, char **path, struct nn_error *error)
{
    char *made = NULL;
    enum nn_status status = path_of("XDG_STATE_HOME", ".local/state", name, &made, error);
    if (status != NN_OK)
        return status;
    make_above(made, 0700); /* what fails here fails when the file is written */
    *path = made;
    return NN_OK;
}
