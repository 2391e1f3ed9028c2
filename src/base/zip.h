/* Zip: an archive of files in memory, as NumPy's savez writes them: stored or deflated.
 *
 * Only the directory at the end of the archive is believed, with its sizes of 64 bits where it has
 * them; what stands before a member must agree with it. Encrypted and split archives and other
 * methods are refused. The names are sorted by bytes and differ.
 *
 * A member that unpacks to more than 24 MiB and to more than 200 times its packed size is refused
 * (NN_LIMIT) before anything is allocated for it.
 *
 * Ownership: a zip borrows the bytes; nn_zip_clear frees the list alone.
 * Errors:    NN_DAMAGED with the byte offset; NN_LIMIT; NN_MEMORY.
 * Threads:   any number of readers.
 * Source:    PKWARE, APPNOTE.TXT 6.3.10; RFC 1951.
 */
#ifndef NN_BASE_ZIP_H
#define NN_BASE_ZIP_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nn_zip_member {
    char *name; /* as it stands there, without NUL bytes; not visible */
    unsigned method;
    size_t packed, size; /* bytes in the archive, and unpacked */
    uint32_t crc;
    const unsigned char *data;
    size_t offset; /* of data */
};

struct nn_zip {
    struct nn_zip_member *members; /* by name */
    size_t count;
};

bool nn_zip_probe(const unsigned char *bytes, size_t length);
enum nn_status nn_zip_open(struct nn_zip *zip, const unsigned char *bytes, size_t length,
                           struct nn_error *error);
void nn_zip_clear(struct nn_zip *zip);

/* By name; NULL if there is none. */
const struct nn_zip_member *nn_zip_find(const struct nn_zip *zip, const char *name);
/* The first `capacity` bytes of a member, or all it has. */
enum nn_status nn_zip_peek(const struct nn_zip_member *member, unsigned char *out, size_t capacity,
                           size_t *got, struct nn_error *error);
/* All of it, checked by its CRC. *content is borrowed from the archive if the member is stored,
 * and then *own is NULL; else it is *own (nn_free). */
enum nn_status nn_zip_read(const struct nn_zip_member *member, const unsigned char **content,
                           unsigned char **own, struct nn_error *error);

#endif
