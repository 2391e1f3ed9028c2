/* The gzip half of file.h, by zlib from memory to memory. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdint.h>
#include <zlib.h>

enum { PIECE = 1 << 16 };

static voidpf zip_alloc(voidpf unused, uInt count, uInt size)
{
    (void)unused;
    return nn_calloc(count, size);
}

static void zip_free(voidpf unused, voidpf block)
{
    (void)unused;
    nn_free(block);
}

static enum nn_status fail_damaged(struct nn_error *error, const char *text)
{
    return nn_fail(error, NN_DAMAGED, "%s", text);
}

static enum nn_status zip_failure(int rc, struct nn_error *error)
{
    if (rc == Z_MEM_ERROR)
        return nn_fail_memory(error, PIECE);
    return fail_damaged(error, rc == Z_BUF_ERROR ? "the gzip data ends too early"
                                                 : "the gzip data is damaged");
}

/* True when nothing but zeros (padding, which gzip allows) is left. */
static bool only_zeros(const unsigned char *bytes, size_t length)
{
    while (length > 0 && *bytes == 0)
        bytes++, length--;
    return length == 0;
}

/* Inflates all members of `packed` into `out`, whose limit bounds the result. */
static enum nn_status inflate_all(const unsigned char *packed, size_t length, struct nn_buffer *out,
                                  struct nn_error *error)
{
    unsigned char piece[PIECE];
    z_stream z = {.zalloc = zip_alloc, .zfree = zip_free};
    size_t at = 0;
    int rc = inflateInit2(&z, 16 + MAX_WBITS);
    if (rc != Z_OK)
        return zip_failure(rc, error);

    enum nn_status status = NN_OK;
    while (status == NN_OK) {
        /* zlib counts in 32 bits. */
        uInt in = length - at < (1u << 30) ? (uInt)(length - at) : 1u << 30;
        z.next_in = (Bytef *)(uintptr_t)(packed + at); /* not written to */
        z.avail_in = in;
        z.next_out = piece;
        z.avail_out = PIECE;
        rc = inflate(&z, Z_NO_FLUSH);
        at += in - z.avail_in;
        size_t made = PIECE - z.avail_out;
        if (made > out->limit - out->length) {
            status = nn_fail(error, NN_LIMIT,
                             "the file unpacks to more than the limit of %zu bytes", out->limit);
            break;
        }
        nn_buffer_append(out, piece, made);
        status = nn_buffer_check(out, error);
        if (status != NN_OK)
            break;
        if (rc == Z_STREAM_END) {
            if (only_zeros(packed + at, length - at))
                break;
            rc = inflateReset(&z);
        }
        if (rc != Z_OK)
            status = zip_failure(rc, error);
    }
    inflateEnd(&z);
    return status;
}

enum nn_status nn_file_read_gzip(const char *path, size_t limit, unsigned char **data,
                                 size_t *length, struct nn_error *error)
{
    struct nn_buffer out;
    unsigned char *content;
    size_t content_length;
    enum nn_status status = nn_file_read(path, limit, &content, &content_length, error);
    if (status != NN_OK)
        return status;
    if (content_length < 2 || content[0] != 0x1f || content[1] != 0x8b) {
        *data = content;
        *length = content_length;
        return NN_OK;
    }
    if (limit == 0 || limit > SIZE_MAX / 4)
        limit = sizeof(size_t) > 4 ? (size_t)16 << 30 : SIZE_MAX / 4;
    nn_buffer_init(&out, limit);
    nn_buffer_append(&out, "", 0); /* an empty content is still a string */
    status = inflate_all(content, content_length, &out, error);
    if (status == NN_OK) {
        *length = out.length;
        *data = (unsigned char *)nn_buffer_take(&out);
    } else if (status != NN_MEMORY) {
        nn_fail_at(error, NN_VISIBLE(path), 0, 0);
    }
    nn_buffer_clear(&out);
    nn_free(content);
    return status;
}
