/* Makes zip archives for tests: an entry at a time, then the directory. */
#ifndef NN_TESTS_ZIP_MAKE_H
#define NN_TESTS_ZIP_MAKE_H

#include <stdint.h>
#include <string.h>
#include <zlib.h>

struct zip_make {
    unsigned char bytes[65536], directory[8192];
    size_t length, directory_length;
    unsigned count;
};

static inline void zip_put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static inline void zip_add(struct zip_make *zip, const char *name, const void *content, size_t size,
                           int method)
{
    static unsigned char packed[65536];
    uLong crc = crc32(crc32(0, NULL, 0), content, (uInt)size);
    size_t length = size, name_length = strlen(name), begin = zip->length;
    memcpy(packed, content, size);
    if (method == Z_DEFLATED) {
        z_stream stream = {.next_in = (unsigned char *)(uintptr_t)content,
                           .avail_in = (uInt)size,
                           .next_out = packed,
                           .avail_out = sizeof packed};
        deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
        deflate(&stream, Z_FINISH);
        length = sizeof packed - stream.avail_out;
        deflateEnd(&stream);
    }
    unsigned char *local = zip->bytes + begin, *entry = zip->directory + zip->directory_length;
    memset(local, 0, 30);
    memset(entry, 0, 46);
    memcpy(local, "PK\3\4", 4);
    memcpy(entry, "PK\1\2", 4);
    zip_put(local + 8, (unsigned)method, 2);
    zip_put(local + 26, name_length, 2);
    zip_put(entry + 10, (unsigned)method, 2);
    zip_put(entry + 16, crc, 4);
    zip_put(entry + 20, length, 4);
    zip_put(entry + 24, size, 4);
    zip_put(entry + 28, name_length, 2);
    zip_put(entry + 42, begin, 4);
    memcpy(local + 30, name, name_length);
    memcpy(entry + 46, name, name_length);
    memcpy(local + 30 + name_length, packed, length);
    zip->length += 30 + name_length + length;
    zip->directory_length += 46 + name_length;
    zip->count++;
}

/* Gives the length of the archive. */
static inline size_t zip_end(struct zip_make *zip)
{
    unsigned char *end = zip->bytes + zip->length + zip->directory_length;
    memcpy(zip->bytes + zip->length, zip->directory, zip->directory_length);
    memset(end, 0, 22);
    memcpy(end, "PK\5\6", 4);
    zip_put(end + 8, zip->count, 2);
    zip_put(end + 10, zip->count, 2);
    zip_put(end + 12, zip->directory_length, 4);
    zip_put(end + 16, zip->length, 4);
    return zip->length + zip->directory_length + 22;
}

#endif
