#include "config.h"

#include "base/file.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINKS = 40, TEMP_TRIES = 100, TEMP_RANDOM = 6, TEMP_NAME_MAX = 200 };

/* ---- system calls: the fault counter, and again after a signal ----------------------------------
 */

static bool faulty(int simulated)
{
    if (!nn_fault_io_now())
        return false;
    errno = simulated;
    return true;
}

static int sys_open(const char *path, int flags, mode_t mode)
{
    if (faulty(flags & O_CREAT ? ENOSPC : EIO))
        return -1;
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static int sys_stat(const char *path, struct stat *st)
{
    return faulty(EIO) ? -1 : stat(path, st);
}

static int sys_fchmod(int fd, mode_t mode)
{
    return faulty(EIO) ? -1 : fchmod(fd, mode);
}

static int sys_fstat(int fd, struct stat *st)
{
    return faulty(EIO) ? -1 : fstat(fd, st);
}

static ssize_t sys_read(int fd, void *data, size_t length)
{
    if (faulty(EIO))
        return -1;
    ssize_t n;
    do
        n = read(fd, data, length);
    while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t sys_write(int fd, const void *data, size_t length)
{
    if (faulty(ENOSPC))
        return -1;
    ssize_t n;
    do
        n = write(fd, data, length);
    while (n < 0 && errno == EINTR);
    return n;
}

static int sys_fsync(int fd)
{
    if (faulty(EIO))
        return -1;
    int rc;
    do
        rc = fsync(fd);
    while (rc < 0 && errno == EINTR);
    /* Some file systems cannot; that is not a loss. */
    return rc < 0 && errno != EINVAL && errno != ENOTSUP && errno != ENOSYS ? -1 : 0;
}

/* The descriptor is gone whatever close says, so it is never called twice. */
static int sys_close(int fd)
{
    int rc = close(fd) < 0 && errno != EINTR ? -1 : 0;
    return faulty(EIO) ? -1 : rc;
}

static int sys_rename(const char *from, const char *to)
{
    return faulty(EIO) ? -1 : rename(from, to);
}

/* ---- messages -----------------------------------------------------------------------------------
 */

static enum nn_status fail_at_path(struct nn_error *error, enum nn_status status, const char *path,
                                   const char *text)
{
    nn_fail(error, status, "%s", text);
    nn_fail_at(error, NN_VISIBLE(path), 0, 0);
    return status;
}

static enum nn_status fail_errno(struct nn_error *error, enum nn_status status, const char *path,
                                 const char *what, int number)
{
    nn_fail(error, status, "%s: %s", what, strerror(number));
    nn_fail_at(error, NN_VISIBLE(path), 0, 0);
    return status;
}

static enum nn_status fail_limit(struct nn_error *error, const char *path, size_t limit)
{
    nn_fail(error, NN_LIMIT, "the file holds more than the limit of %zu bytes", limit);
    if (limit == nn_limit(NN_LIMIT_FILE))
        nn_limit_hint(error, NN_LIMIT_FILE);
    nn_fail_at(error, NN_VISIBLE(path), 0, 0);
    return NN_LIMIT;
}

/* What a path names that is not a regular file; NULL if it is one. */
static const char *not_a_file(mode_t mode)
{
    if (S_ISREG(mode))
        return NULL;
    if (S_ISDIR(mode))
        return "is a directory";
    if (S_ISFIFO(mode))
        return "is a FIFO, not a file";
    if (S_ISSOCK(mode))
        return "is a socket, not a file";
    return "is a device, not a file";
}

/* ---- reading ------------------------------------------------------------------------------------
 */

static size_t read_limit(size_t limit)
{
    size_t most = nn_limit(NN_LIMIT_FILE);
    return limit == 0 || limit > most ? most : limit;
}

/* O_NONBLOCK: a FIFO without a writer must not hang us. */
enum nn_status nn_file_open(const char *path, int *fd, size_t *size, struct nn_error *error)
{
    struct stat st;
    int opened = sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (opened < 0)
        return errno == ENOENT ? fail_at_path(error, NN_DAMAGED, path, "no such file")
                               : fail_errno(error, NN_DAMAGED, path, "cannot open it", errno);
    const char *kind = NULL;
    int failure = sys_fstat(opened, &st) < 0 ? errno : 0;
    if (!failure && !(kind = not_a_file(st.st_mode))) {
        *fd = opened;
        *size = (size_t)st.st_size;
        return NN_OK;
    }
    close(opened);
    return failure ? fail_errno(error, NN_DAMAGED, path, "cannot open it", failure)
                   : fail_at_path(error, NN_DAMAGED, path, kind);
}

enum nn_status nn_file_next(int fd, const char *path, void *out, size_t capacity, size_t *got,
                            struct nn_error *error)
{
    ssize_t n = sys_read(fd, out, capacity);
    if (n < 0)
        return fail_errno(error, NN_IO, path, "cannot read it", errno);
    *got = (size_t)n;
    return NN_OK;
}

enum nn_status nn_file_rewind(int fd, const char *path, struct nn_error *error)
{
    if (faulty(EIO) || lseek(fd, 0, SEEK_SET) < 0)
        return fail_errno(error, NN_IO, path, "cannot read it", errno);
    return NN_OK;
}

void nn_file_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* Enlarges a block that is full, up to limit + 1 bytes (one for the NUL). */
static enum nn_status grow(unsigned char **block, size_t *capacity, size_t limit, const char *path,
                           struct nn_error *error)
{
    if (*capacity > limit)
        return fail_limit(error, path, limit);
    size_t larger = *capacity < limit / 2 ? 2 * *capacity + 1 : limit + 1;
    unsigned char *moved = nn_realloc(*block, larger, 1);
    if (!moved)
        return nn_fail_memory(error, larger);
    *block = moved;
    *capacity = larger;
    return NN_OK;
}

enum nn_status nn_file_read(const char *path, size_t limit, unsigned char **data, size_t *length,
                            struct nn_error *error)
{
    enum nn_status status;
    unsigned char *block = NULL;
    size_t used = 0, size = 0, capacity;
    int fd = -1;

    limit = read_limit(limit);
    NN_TRY(nn_file_open(path, &fd, &size, error));
    if (size > limit) {
        status = fail_limit(error, path, limit);
        goto out;
    }
    capacity = size + 1;
    block = nn_realloc(NULL, capacity, 1);
    if (!block) {
        status = nn_fail_memory(error, capacity);
        goto out;
    }
    /* To the end, not to the size: it may grow or shrink meanwhile, and /proc says 0. */
    for (;;) {
        if (used == capacity)
            NN_TRY(grow(&block, &capacity, limit, path, error));
        size_t got = 0;
        NN_TRY(nn_file_next(fd, path, block + used, capacity - used, &got, error));
        if (got == 0)
            break;
        used += got;
    }
    block[used] = 0;
    *data = block;
    *length = used;
    block = NULL;
out:
    if (fd >= 0)
        close(fd);
    nn_free(block);
    return status;
}

/* ---- atomic save --------------------------------------------------------------------------------
 */

struct nn_save {
    int fd;
    char *given;  /* as the user wrote it, for messages */
    char *target; /* behind symbolic links */
    char *temp;   /* beside it */
    bool failed;
};

/* The length of the folder part, with its '/'; 0 for a bare name. */
static size_t folder_length(const char *path)
{
    return (size_t)(nn_path_name(path) - path);
}

/* `folder_of`'s folder + name, or just the name if that is absolute. NULL if memory is short. */
static char *beside(const char *folder_of, const char *name)
{
    size_t folder = *name == '/' ? 0 : folder_length(folder_of);
    size_t length = strlen(name), total;
    if (!nn_size_add(folder, length + 1, &total))
        return NULL;
    char *path = nn_calloc(total, 1);
    if (path) {
        memcpy(path, folder_of, folder);
        memcpy(path + folder, name, length);
    }
    return path;
}

/* Follows symbolic links of the last component, also to a target that does not exist yet. */
static enum nn_status resolve_links(const char *given, char **target, struct nn_error *error)
{
    char link[PATH_MAX];
    char *path = nn_strdup(given);
    for (int links = 0; path; links++) {
        ssize_t n = readlink(path, link, sizeof link - 1);
        if (n < 0) {
            *target = path;
            return NN_OK;
        }
        if (links == MAX_LINKS) {
            nn_free(path);
            return fail_errno(error, NN_IO, given, "cannot write it", ELOOP);
        }
        link[n] = 0;
        char *next = beside(path, link);
        nn_free(path);
        path = next;
    }
    return nn_fail_memory(error, strlen(given) + 1);
}

/* Creates .NAME.XXXXXX beside the target. It differs by process, time and call; O_EXCL decides. */
static enum nn_status create_temp(struct nn_save *save, mode_t mode, struct nn_error *error)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char name[TEMP_NAME_MAX + TEMP_RANDOM + 3];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed =
        (uint64_t)now.tv_sec * 1000000007u ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();

    for (int try = 0; try < TEMP_TRIES; try++) {
        char random[TEMP_RANDOM + 1] = "";
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        for (uint64_t i = 0, bits = seed >> 20; i < TEMP_RANDOM; i++, bits /= 36)
            random[i] = digits[bits % 36];
        snprintf(name, sizeof name, ".%.*s.%s", TEMP_NAME_MAX, nn_path_name(save->target), random);
        save->temp = beside(save->target, name);
        if (!save->temp)
            return nn_fail_memory(error, strlen(save->target) + sizeof name);
        save->fd = sys_open(save->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (save->fd >= 0)
            return NN_OK;
        int failure = errno;
        nn_free(save->temp);
        save->temp = NULL;
        if (failure == ENOENT)
            return fail_at_path(error, NN_IO, save->given, "no such folder");
        if (failure != EEXIST)
            return fail_errno(error, NN_IO, save->given, "cannot write it", failure);
    }
    return fail_errno(error, NN_IO, save->given, "cannot write it", EEXIST);
}

/* Checks the file that is there, if any, and creates the temporary one with the same mode. */
static enum nn_status open_beside(struct nn_save *save, struct nn_error *error)
{
    struct stat st;
    if (*nn_path_name(save->target) == 0)
        return fail_at_path(error, NN_IO, save->given,
                            *save->target ? "is a directory" : "the file name is empty");
    if (sys_stat(save->target, &st) < 0)
        return errno == ENOENT ? create_temp(save, 0666, error)
                               : fail_errno(error, NN_IO, save->given, "cannot write it", errno);
    const char *kind = not_a_file(st.st_mode);
    if (kind)
        return fail_at_path(error, NN_IO, save->given, kind);
    /* Renaming over it would work; but its owner has said that it is not to be written. */
    if (access(save->target, W_OK) < 0)
        return fail_errno(error, NN_IO, save->given, "cannot write it", errno);
    enum nn_status status = create_temp(save, 0600, error);
    if (status == NN_OK && sys_fchmod(save->fd, st.st_mode & 0777) < 0)
        status = fail_errno(error, NN_IO, save->given, "cannot write it", errno);
    return status;
}

enum nn_status nn_save_begin(const char *path, struct nn_save **save, struct nn_error *error)
{
    enum nn_status status;
    struct nn_save *s = nn_calloc(1, sizeof *s);
    if (!s)
        return nn_fail_memory(error, sizeof *s);
    s->fd = -1;
    s->given = nn_strdup(path);
    if (!s->given) {
        status = nn_fail_memory(error, strlen(path) + 1);
        goto out;
    }
    NN_TRY(resolve_links(path, &s->target, error));
    NN_TRY(open_beside(s, error));
    *save = s;
    s = NULL;
out:
    nn_save_abort(s);
    return status;
}

enum nn_status nn_save_write(struct nn_save *save, const void *bytes, size_t length,
                             struct nn_error *error)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t n = sys_write(save->fd, at, length);
        if (n <= 0) {
            save->failed = true;
            return fail_errno(error, NN_IO, save->given, "cannot write it", n < 0 ? errno : ENOSPC);
        }
        at += n;
        length -= (size_t)n;
    }
    return NN_OK;
}

/* Makes the rename itself durable. */
static int sync_folder(const char *path)
{
    char *folder = beside(path, ".");
    if (!folder) {
        errno = ENOMEM;
        return -1;
    }
    int fd = sys_open(folder, O_RDONLY | O_DIRECTORY, 0);
    int failure = fd < 0 ? errno : 0;
    nn_free(folder);
    if (fd < 0) {
        errno = failure;
        return failure == EACCES ? 0 : -1; /* a folder that one may write but not read */
    }
    failure = sys_fsync(fd) < 0 ? errno : 0;
    close(fd);
    errno = failure;
    return failure ? -1 : 0;
}

enum nn_status nn_save_commit(struct nn_save *save, struct nn_error *error)
{
    int failure = save->failed ? EIO : 0;
    if (!failure && sys_fsync(save->fd) < 0)
        failure = errno;
    if (sys_close(save->fd) < 0 && !failure)
        failure = errno;
    save->fd = -1;
    if (!failure && sys_rename(save->temp, save->target) < 0)
        failure = errno;
    if (!failure) {
        nn_free(save->temp);
        save->temp = NULL;
        if (sync_folder(save->target) < 0)
            failure = errno;
    }
    enum nn_status status = NN_OK;
    if (failure)
        status = fail_errno(error, NN_IO, save->given, "cannot write it", failure);
    nn_save_abort(save);
    return status;
}

/* No fault is injected here: what cleans up after a fault must not meet the next. */
void nn_save_abort(struct nn_save *save)
{
    if (!save)
        return;
    if (save->fd >= 0)
        close(save->fd);
    if (save->temp)
        unlink(save->temp);
    nn_free(save->temp);
    nn_free(save->target);
    nn_free(save->given);
    nn_free(save);
}

enum nn_status nn_save_bytes(const char *path, const void *bytes, size_t length,
                             struct nn_error *error)
{
    struct nn_save *save;
    enum nn_status status = nn_save_begin(path, &save, error);
    if (status != NN_OK)
        return status;
    status = nn_save_write(save, bytes, length, error);
    if (status == NN_OK)
        return nn_save_commit(save, error);
    nn_save_abort(save);
    return status;
}

/* ---- logs
 * -----------------------------------------------------------------------------------------------
 */

struct nn_log {
    int fd;
    char *given;
    bool begun;
};

enum nn_status nn_log_open(const char *path, struct nn_log **result, struct nn_error *error)
{
    struct nn_log *log = nn_calloc(1, sizeof *log);
    char *given = nn_strdup(path);
    enum nn_status status = NN_OK;
    if (!log || !given) {
        status = nn_fail_memory(error, sizeof *log + strlen(path) + 1);
        goto out;
    }
    /* Without O_NONBLOCK a FIFO that nobody reads would wait here. */
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK;
    log->fd = sys_open(path, flags, 0666);
    if (log->fd < 0) {
        status = fail_errno(error, NN_IO, path, "cannot write it", errno);
        goto out;
    }
    log->given = given;
    *result = log;
    return NN_OK;
out:
    nn_free(given);
    nn_free(log);
    return status;
}

enum nn_status nn_log_write(struct nn_log *log, const void *bytes, size_t length,
                            struct nn_error *error)
{
    const unsigned char *at = bytes;
    /* A FIFO cannot be cut, and needs not. */
    if (!log->begun && (faulty(EIO) || (ftruncate(log->fd, 0) < 0 && errno != EINVAL)))
        return fail_errno(error, NN_IO, log->given, "cannot write it", errno);
    log->begun = true;
    while (length > 0) {
        ssize_t n = sys_write(log->fd, at, length);
        if (n <= 0)
            return fail_errno(error, NN_IO, log->given, "cannot write it", n < 0 ? errno : EIO);
        at += n;
        length -= (size_t)n;
    }
    return NN_OK;
}

void nn_log_close(struct nn_log *log)
{
    if (!log)
        return;
    close(log->fd);
    nn_free(log->given);
    nn_free(log);
}

/* ---- paths and time -----------------------------------------------------------------------------
 */

bool nn_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

const char *nn_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *nn_path_extension(const char *path)
{
    const char *name = nn_path_name(path);
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : "";
}

/* "folder/name" if that exists, else NULL with *memory telling whether memory was short. */
static char *existing_in(const char *folder, const char *name, bool *memory)
{
    size_t folder_size = strlen(folder), size;
    if (!nn_size_add(folder_size, strlen(name) + 2, &size))
        return NULL;
    char *path = nn_calloc(size, 1);
    if (!path) {
        *memory = true;
        return NULL;
    }
    snprintf(path, size, "%s/%s", folder, name);
    if (nn_file_exists(path))
        return path;
    nn_free(path);
    return NULL;
}

enum nn_status nn_path_bundled(const char *name, char **path, struct nn_error *error)
{
    const char *folders[] = {getenv("NNSCOPE_DATA"), NN_INSTALLED_DATA, NN_SOURCE_DATA};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        bool memory = false;
        if (!folders[i] || !*folders[i])
            continue;
        char *found = existing_in(folders[i], name, &memory);
        if (memory)
            return nn_fail_memory(error, strlen(folders[i]) + strlen(name) + 2);
        if (found) {
            *path = found;
            return NN_OK;
        }
    }
    nn_fail(error, NN_DAMAGED, "the bundled file %s is missing; NNSCOPE_DATA may name its folder",
            NN_VISIBLE(name));
    return NN_DAMAGED;
}

double nn_clock_wall(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double nn_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
