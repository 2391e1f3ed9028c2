/* Files: read whole, written atomically, and logs. Every system call passes the fault counter of
 * mem.h.
 *
 * Errors: NN_IO with the file name and strerror; NN_DAMAGED when it cannot be read at all (missing,
 *         a directory, a device, no permission), so that scripts end with exit status 5; NN_LIMIT
 * above the limit; NN_MEMORY. Threads: reentrant.
 */
#ifndef NN_BASE_FILE_H
#define NN_BASE_FILE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a regular file into memory (one extra NUL byte after it). Gives *data to the caller
 * (nn_free). limit 0 = 16 GiB. A directory, device or FIFO is refused. */
enum nn_status nn_file_read(const char *path, size_t limit, unsigned char **data, size_t *length,
                            struct nn_error *error);

/* The same, and if the content is gzip (magic 1f 8b) the inflated content; the limit also bounds
 * the inflated size. A truncated or damaged gzip stream is NN_DAMAGED. */
enum nn_status nn_file_read_gzip(const char *path, size_t limit, unsigned char **data,
                                 size_t *length, struct nn_error *error);

/* The same piece by piece (bytes.h does it in comfort). `path` is for messages. At the end *got is
 * 0; rewind goes back to the beginning. */
enum nn_status nn_file_open(const char *path, int *fd, size_t *size, struct nn_error *error);
enum nn_status nn_file_next(int fd, const char *path, void *out, size_t capacity, size_t *got,
                            struct nn_error *error);
enum nn_status nn_file_rewind(int fd, const char *path, struct nn_error *error);
void nn_file_close(int fd);

/* Atomic save: a temporary file beside the target (O_EXCL), written, fsynced, renamed over the
 * target, folder fsynced. Until commit the old file is untouched; abort (also after a failed write)
 * removes the temporary file. If the target is a symbolic link, the file it points to is replaced.
 */
struct nn_save;
enum nn_status nn_save_begin(const char *path, struct nn_save **save, struct nn_error *error);
enum nn_status nn_save_write(struct nn_save *save, const void *bytes, size_t length,
                             struct nn_error *error);
/* Both free *save. */
enum nn_status nn_save_commit(struct nn_save *save, struct nn_error *error);
void nn_save_abort(struct nn_save *save);
/* All at once. */
enum nn_status nn_save_bytes(const char *path, const void *bytes, size_t length,
                             struct nn_error *error);

/* A log: a file that grows line by line and can be read meanwhile. What stood in it is gone with
 * the first write. A FIFO or a terminal will do as well. */
struct nn_log;
enum nn_status nn_log_open(const char *path, struct nn_log **log, struct nn_error *error);
enum nn_status nn_log_write(struct nn_log *log, const void *bytes, size_t length,
                            struct nn_error *error);
void nn_log_close(struct nn_log *log); /* NULL is fine */

/* True when the path names something that exists. */
bool nn_file_exists(const char *path);
/* The part after the last '/', and the extension with its dot ("" if none; ".csv"). Borrowed. */
const char *nn_path_name(const char *path);
const char *nn_path_extension(const char *path);
/* A bundled file: NNSCOPE_DATA (environment) if set, the installed folder, then `data/` of the
 * source tree that it was built from. Gives the path (nn_free); NN_DAMAGED if it is nowhere. */
enum nn_status nn_path_bundled(const char *name, char **path, struct nn_error *error);

/* A file of the user's state, in $XDG_STATE_HOME/nnscope or ~/.local/state/nnscope; the folders are
 * made (mode 0700) when they are not there. Gives the path (nn_free); NN_STATE when there is no
 * home. */
enum nn_status nn_path_state(const char *name, char **path, struct nn_error *error);

/* A file of the user's settings, in $XDG_CONFIG_HOME/nnscope or ~/.config/nnscope; nothing is made.
 */
enum nn_status nn_path_config(const char *name, char **path, struct nn_error *error);

/* What a folder holds, sorted by the bytes of the names: files and folders (links are followed),
 * hidden ones and devices not. */
struct nn_folder_entry {
    char *name;
    bool folder;
};
struct nn_folder {
    struct nn_folder_entry *entries;
    size_t count;
};
enum nn_status nn_folder_list(const char *path, struct nn_folder *folder, struct nn_error *error);
void nn_folder_clear(struct nn_folder *folder);
bool nn_path_is_folder(const char *path);
/* Makes a folder and those above it; one that is there is fine. */
enum nn_status nn_folder_make(const char *path, struct nn_error *error);
/* "FOLDER/NAME", and NAME in the folder of the file (nn_free). */
enum nn_status nn_path_join(const char *folder, const char *name, char **path,
                            struct nn_error *error);
enum nn_status nn_path_beside(const char *file, const char *name, char **path,
                              struct nn_error *error);

/* Calls add for what a folder holds that begins like `prefix` (a path being typed): its path, for
 * folders with a slash at the end. Hidden files only when the name begins with a dot. */
void nn_path_complete(const char *prefix, void (*add)(void *context, const char *path, bool folder),
                      void *context);

/* Monotonic time in seconds, and that of the calendar, since 1970. */
double nn_clock(void);
double nn_clock_wall(void);

#endif
