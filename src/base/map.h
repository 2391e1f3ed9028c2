/* Map: a file in memory without reading it, for models whose weights are much larger than what is
 * read of them. A file of up to 16 MiB is copied first, so that nothing that happens to it later
 * matters; a larger one that is cut while it is mapped ends the program by SIGBUS, as everywhere.
 *
 * Errors:  as nn_file_open; NN_REFUSED for a path that leaves its folder.
 * Threads: reentrant.
 */
#ifndef NN_BASE_MAP_H
#define NN_BASE_MAP_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct nn_map {
    const unsigned char *data; /* NULL for an empty file */
    size_t length;
};

enum nn_status nn_map_open(struct nn_map *map, const char *path, struct nn_error *error);
/* A file that another one names: below `folder` ("" is the current one), where no part of the path
 * may be "..", a link, or absolute, and the file has no second name (hard link). */
enum nn_status nn_map_open_beneath(struct nn_map *map, const char *folder, const char *path,
                                   struct nn_error *error);
void nn_map_close(struct nn_map *map);

bool nn_map_holds(const struct nn_map *map, const void *data);
/* Lets all pages of a map go, which one touch can bring by the megabyte: they are read again when
 * they are needed. */
void nn_map_forget(const struct nn_map *map);

#endif
