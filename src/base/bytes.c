/* Bytes of files and memory. A gzipped file is inflated by zlib from one buffer into the other.
 */
#include "base/bytes.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/zlib_memory.h"

#include <string.h>

enum { PIECE = 1 << 17 };

struct nn_bytes {
    char *path; /* NULL: memory */
    int fd;
    size_t size, used; /* bytes of the file, and how many have been read */
    size_t given;      /* bytes of the content since its beginning */
    const unsigned char *memory;
    unsigned char *packed;   /* what the file holds */
    unsigned char *unpacked; /* what it means, if it is gzipped */
    bool zipped, ended;
    bool member_ended; /* the gzip data read so far are complete */
    z_stream zip;
};

/* ---- the file ---- */

/* Fills `packed` as far as the file goes: a short read is no reason for a short piece. */
static enum nn_status read_packed(struct nn_bytes *input, size_t *length, struct nn_error *error)
{
    *length = 0;
    while (*length < PIECE) {
        size_t got = 0;
        enum nn_status status = nn_file_next(input->fd, input->path, input->packed + *length,
                                             PIECE - *length, &got, error);
        if (status != NN_OK)
            return status;
        if (got == 0)
            break;
        *length += got;
    }
    input->used += *length;
    return NN_OK;
}

/* ---- gzip ---- */

static enum nn_status fail_zip(struct nn_bytes *input, int rc, struct nn_error *error)
{
    if (rc == Z_MEM_ERROR)
        return nn_fail_memory(error, PIECE);
    nn_fail(error, NN_DAMAGED, "%s",
            rc == Z_BUF_ERROR ? "the gzip data ends too early" : "the gzip data is damaged");
    nn_fail_at(error, NN_VISIBLE(input->path), 0, 0);
    return NN_DAMAGED;
}

/* Makes zlib's input not empty unless the file ends. */
static enum nn_status refill(struct nn_bytes *input, struct nn_error *error)
{
    size_t length = 0;
    if (input->zip.avail_in > 0)
        return NN_OK;
    enum nn_status status = read_packed(input, &length, error);
    input->zip.next_in = input->packed;
    input->zip.avail_in = (uInt)length;
    return status;
}

/* Steps over the zeros (padding, which gzip allows) behind a member. True when another member
 * follows. */
static enum nn_status next_member(struct nn_bytes *input, bool *more, struct nn_error *error)
{
    z_stream *zip = &input->zip;
    do {
        enum nn_status status = refill(input, error);
        if (status != NN_OK)
            return status;
        *more = zip->avail_in > 0;
        for (; zip->avail_in > 0 && *zip->next_in == 0; zip->avail_in--)
            zip->next_in++;
    } while (*more && zip->avail_in == 0);
    return NN_OK;
}

static enum nn_status inflate_piece(struct nn_bytes *input, size_t *length, struct nn_error *error)
{
    z_stream *zip = &input->zip;
    enum nn_status status = NN_OK;
    zip->next_out = input->unpacked;
    zip->avail_out = PIECE;
    while (zip->avail_out > 0 && !input->ended) {
        if (input->member_ended) {
            bool more = false;
            NN_TRY(next_member(input, &more, error));
            if (!more) {
                input->ended = true;
                break;
            }
            if (inflateReset(zip) != Z_OK)
                NN_TRY(fail_zip(input, Z_DATA_ERROR, error));
            input->member_ended = false;
        }
        NN_TRY(refill(input, error));
        int rc = inflate(zip, Z_NO_FLUSH);
        if (rc == Z_STREAM_END)
            input->member_ended = true;
        else if (rc != Z_OK)
            NN_TRY(fail_zip(input, rc, error));
    }
    *length = PIECE - zip->avail_out;
out:
    return status;
}

static enum nn_status begin_zip(struct nn_bytes *input, size_t length, struct nn_error *error)
{
    input->unpacked = nn_realloc(NULL, PIECE, 1);
    if (!input->unpacked)
        return nn_fail_memory(error, PIECE);
    input->zip = (z_stream){.zalloc = nn_zlib_alloc, .zfree = nn_zlib_free};
    int rc = inflateInit2(&input->zip, 16 + MAX_WBITS);
    if (rc != Z_OK)
        return fail_zip(input, rc, error);
    input->zipped = true;
    input->zip.next_in = input->packed;
    input->zip.avail_in = (uInt)length;
    return NN_OK;
}

/* ---- both ---- */

enum nn_status nn_bytes_open(const char *path, struct nn_bytes **input, struct nn_error *error)
{
    struct nn_bytes *made = nn_calloc(1, sizeof *made);
    size_t length = 0;
    enum nn_status status;
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->fd = -1;
    made->path = nn_strdup(path);
    made->packed = nn_realloc(NULL, PIECE, 1);
    if (!made->path || !made->packed) {
        status = nn_fail_memory(error, PIECE);
        goto out;
    }
    NN_TRY(nn_file_open(path, &made->fd, &made->size, error));
    NN_TRY(read_packed(made, &length, error));
    if (length >= 2 && made->packed[0] == 0x1f && made->packed[1] == 0x8b)
        NN_TRY(begin_zip(made, length, error));
    else
        NN_TRY(nn_bytes_rewind(made, error));
    *input = made;
    made = NULL;
out:
    nn_bytes_close(made);
    return status;
}

enum nn_status nn_bytes_memory(const void *bytes, size_t length, struct nn_bytes **input,
                               struct nn_error *error)
{
    struct nn_bytes *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->fd = -1;
    made->memory = bytes;
    made->size = length;
    *input = made;
    return NN_OK;
}

void nn_bytes_close(struct nn_bytes *input)
{
    if (!input)
        return;
    if (input->zipped)
        inflateEnd(&input->zip);
    nn_file_close(input->fd);
    nn_free(input->packed);
    nn_free(input->unpacked);
    nn_free(input->path);
    nn_free(input);
}

static enum nn_status fail_limit(const struct nn_bytes *input, size_t limit, struct nn_error *error)
{
    nn_fail(error, NN_LIMIT, "the file %s more than the limit of %zu bytes",
            input->zipped ? "unpacks to" : "holds", limit);
    if (limit == nn_limit(NN_LIMIT_FILE))
        nn_limit_hint(error, NN_LIMIT_FILE);
    if (input->path)
        nn_fail_at(error, NN_VISIBLE(input->path), 0, 0);
    return NN_LIMIT;
}

enum nn_status nn_bytes_next(struct nn_bytes *input, const unsigned char **piece, size_t *length,
                             struct nn_error *error)
{
    size_t got = 0;
    enum nn_status status = NN_OK;
    const unsigned char *from = input->packed;
    if (!input->path) {
        from = input->memory + input->used;
        got = input->size - input->used;
        input->used = input->size;
    } else if (input->zipped) {
        from = input->unpacked;
        status = inflate_piece(input, &got, error);
    } else {
        status = read_packed(input, &got, error);
    }
    if (status != NN_OK)
        return status;
    input->given += got;
    if (input->path && input->given > nn_limit(NN_LIMIT_FILE))
        return fail_limit(input, nn_limit(NN_LIMIT_FILE), error);
    *piece = from;
    *length = got;
    return NN_OK;
}

enum nn_status nn_bytes_rewind(struct nn_bytes *input, struct nn_error *error)
{
    if (input->path) {
        enum nn_status status = nn_file_rewind(input->fd, input->path, error);
        if (status != NN_OK)
            return status;
    }
    if (input->zipped) {
        input->zip.avail_in = 0;
        if (inflateReset(&input->zip) != Z_OK)
            return fail_zip(input, Z_DATA_ERROR, error);
    }
    input->used = input->given = 0;
    input->ended = input->member_ended = false;
    return NN_OK;
}

enum nn_status nn_bytes_peek(struct nn_bytes *input, const unsigned char **piece, size_t *length,
                             struct nn_error *error)
{
    enum nn_status status = nn_bytes_rewind(input, error);
    if (status == NN_OK)
        status = nn_bytes_next(input, piece, length, error);
    return status;
}

enum nn_status nn_bytes_all(struct nn_bytes *input, size_t limit, unsigned char **bytes,
                            size_t *length, struct nn_error *error)
{
    struct nn_buffer out;
    enum nn_status status;
    if (input->path && !input->zipped)
        return nn_file_read(input->path, limit, bytes, length, error);
    if (limit == 0 || limit > nn_limit(NN_LIMIT_FILE))
        limit = nn_limit(NN_LIMIT_FILE);
    nn_buffer_init(&out, limit);
    nn_buffer_append(&out, "", 0); /* an empty content is still a string */
    NN_TRY(nn_bytes_rewind(input, error));
    for (;;) {
        const unsigned char *piece;
        size_t got;
        NN_TRY(nn_bytes_next(input, &piece, &got, error));
        if (got == 0)
            break;
        if (got > limit - out.length) {
            status = fail_limit(input, limit, error);
            goto out;
        }
        nn_buffer_append(&out, piece, got);
        NN_TRY(nn_buffer_check(&out, error));
    }
    *length = out.length;
    *bytes = (unsigned char *)nn_buffer_take(&out);
out:
    nn_buffer_clear(&out);
    return status;
}

double nn_bytes_fraction(const struct nn_bytes *input)
{
    return input->used < input->size ? (double)input->used / (double)input->size : 1.0;
}

enum nn_status nn_file_read_gzip(const char *path, size_t limit, unsigned char **data,
                                 size_t *length, struct nn_error *error)
{
    struct nn_bytes *input;
    enum nn_status status = nn_bytes_open(path, &input, error);
    if (status != NN_OK)
        return status;
    status = nn_bytes_all(input, limit, data, length, error);
    nn_bytes_close(input);
    return status;
}
