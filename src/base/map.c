#include "config.h"

#include "base/map.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL ((size_t)16 << 20)

static enum nn_status fail(enum nn_status status, const char *path, const char *what,
                           struct nn_error *error)
{
    nn_fail(error, status, "%s", what);
    return nn_fail_at(error, NN_VISIBLE(path), 0, 0), status;
}

/* A file in memory that has the content of a small one, or what is left of it by now; -1 if that
 * fails, then the file itself must do. */
static int copy_small(int fd, size_t *size, const char *path)
{
    unsigned char piece[1 << 14];
#ifdef HAVE_MEMFD_CREATE
    int copy = nn_fault_io_now() ? -1 : memfd_create("nnscope", MFD_CLOEXEC);
#else
    int copy = -1;
#endif
    size_t done = 0, got = 1;
    while (copy >= 0 && got > 0 && done < *size) {
        size_t wanted = nn_size_min(sizeof piece, *size - done);
        if (nn_file_next(fd, path, piece, wanted, &got, NULL) != NN_OK ||
            write(copy, piece, got) != (ssize_t)got) {
            close(copy);
            return -1;
        }
        done += got;
    }
    if (copy >= 0)
        *size = done;
    return copy;
}

/* Takes the descriptor. */
static enum nn_status map_descriptor(struct nn_map *map, int fd, size_t size, const char *path,
                                     struct nn_error *error)
{
    void *data = NULL;
    int copy = size > 0 && size <= SMALL ? copy_small(fd, &size, path) : -1;
    if (copy >= 0) {
        close(fd);
        fd = copy;
    }
    if (size > 0)
        data = nn_fault_io_now() ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (data == MAP_FAILED)
        return fail(NN_IO, path, "cannot map it into memory", error);
    *map = (struct nn_map){data, size};
    return NN_OK;
}

enum nn_status nn_map_open(struct nn_map *map, const char *path, struct nn_error *error)
{
    int fd;
    size_t size;
    enum nn_status status = nn_file_open(path, &fd, &size, error);
    return status == NN_OK ? map_descriptor(map, fd, size, path, error) : status;
}

/* Opens the next part of a path, following no link. */
static int open_part(int folder, const char *part, size_t length, bool last)
{
    char name[256];
    if (length == 0 || length >= sizeof name || (length <= 2 && !strncmp(part, "..", length))) {
        errno = EACCES;
        return -1;
    }
    memcpy(name, part, length);
    name[length] = '\0';
    if (nn_fault_io_now()) {
        errno = EIO;
        return -1;
    }
    return openat(folder, name,
                  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
                      (last ? 0 : O_DIRECTORY));
}

enum nn_status nn_map_open_beneath(struct nn_map *map, const char *folder, const char *path,
                                   struct nn_error *error)
{
    struct stat st;
    int at = open(*folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (const char *part = path; at >= 0; part++) {
        size_t length = strcspn(part, "/");
        bool last = part[length] == '\0';
        int next = open_part(at, part, length, last);
        int number = errno;
        close(at);
        errno = number;
        at = next;
        part += length;
        if (last)
            break;
    }
    if (at < 0)
        return fail(errno == ENOENT ? NN_DAMAGED : NN_REFUSED, path,
                    errno == ENOENT ? "no such file beside the model"
                                    : "external data must be a file beside the model: no absolute "
                                      "path, no '..', no link",
                    error);
    if (fstat(at, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink > 1) {
        close(at);
        return fail(NN_REFUSED, path, "external data must be a regular file with one name", error);
    }
    return map_descriptor(map, at, (size_t)st.st_size, path, error);
}

void nn_map_close(struct nn_map *map)
{
    if (map->data)
        munmap((void *)(uintptr_t)map->data, map->length);
    *map = (struct nn_map){0};
}

bool nn_map_holds(const struct nn_map *map, const void *data)
{
    uintptr_t at = (uintptr_t)data, begin = (uintptr_t)map->data;
    return at >= begin && at - begin < map->length;
}

void nn_map_forget(const struct nn_map *map)
{
    if (map->length > 0)
        madvise((void *)(uintptr_t)map->data, map->length, MADV_DONTNEED);
}
