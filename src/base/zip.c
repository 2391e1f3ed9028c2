#include "base/zip.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"
#include "base/zlib_memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    STORED = 0,
    DEFLATED = 8,
    END_SIZE = 22,     /* of the record at the end, without its comment */
    LOCATOR_SIZE = 20, /* says where the record of 64 bits is, which stands before both */
    END64_SIZE = 56,
    ENTRY_SIZE = 46, /* in the directory, without name, extra fields and comment */
    LOCAL_SIZE = 30, /* before each member */
    MAX_COMMENT = 65535,
    WIDE_FIELD = 1, /* the extra field of the sizes of 64 bits */
    PIECE = 1 << 30
};
#define FREE_SIZE   ((size_t)24 << 20) /* up to here no ratio is suspicious */
#define MOST_RATIO  1032               /* that deflate can reach */
#define BOMB_RATIO  200                /* that no honest array of such a size has */
#define NARROW_FULL 0xffffffffU        /* "see the field of 64 bits" */

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

static bool is_signature(const unsigned char *at, unsigned char third, unsigned char fourth)
{
    return at[0] == 'P' && at[1] == 'K' && at[2] == third && at[3] == fourth;
}

bool nn_zip_probe(const unsigned char *bytes, size_t length)
{
    return length >= 4 && (is_signature(bytes, 3, 4) || is_signature(bytes, 5, 6));
}

/* ---- the directory ---- */

struct directory {
    const unsigned char *bytes;
    size_t begin, end, at;
    uint64_t count;
};

/* The record at the end: the last one whose comment reaches to the end of the file. */
static enum nn_status find_end(const unsigned char *bytes, size_t length, size_t *at,
                               struct nn_error *error)
{
    for (size_t comment = 0; comment <= MAX_COMMENT && END_SIZE + comment <= length; comment++) {
        size_t begin = length - END_SIZE - comment;
        if (is_signature(bytes + begin, 5, 6) && number(bytes + begin + 20, 2) == comment) {
            *at = begin;
            return NN_OK;
        }
    }
    return nn_fail(error, NN_DAMAGED,
                   "truncated: the directory of the archive, which ends it, is not there");
}

static enum nn_status find_directory(struct directory *directory, const unsigned char *bytes,
                                     size_t length, struct nn_error *error)
{
    size_t end = 0;
    enum nn_status status = find_end(bytes, length, &end, error);
    if (status != NN_OK)
        return status;
    uint64_t disks = number(bytes + end + 4, 2) | number(bytes + end + 6, 2);
    uint64_t count = number(bytes + end + 10, 2), size = number(bytes + end + 12, 4),
             begin = number(bytes + end + 16, 4);
    if (end >= LOCATOR_SIZE && is_signature(bytes + end - LOCATOR_SIZE, 6, 7)) {
        uint64_t wide = number(bytes + end - LOCATOR_SIZE + 8, 8);
        if (wide > end - LOCATOR_SIZE || end - LOCATOR_SIZE - wide < END64_SIZE ||
            !is_signature(bytes + wide, 6, 6))
            return nn_fail(error, NN_DAMAGED,
                           "the directory of the archive is not where byte offset %zu says",
                           end - LOCATOR_SIZE + 8);
        disks = number(bytes + wide + 16, 4) | number(bytes + wide + 20, 4);
        count = number(bytes + wide + 32, 8);
        size = number(bytes + wide + 40, 8);
        begin = number(bytes + wide + 48, 8);
        end = (size_t)wide;
    }
    if (disks != 0)
        return nn_fail(error, NN_DAMAGED, "archives in several parts are not supported");
    if (begin > end || size != end - begin)
        return nn_fail(error, NN_DAMAGED,
                       "the directory of the archive does not lie before byte offset %zu", end);
    if (count > size / ENTRY_SIZE)
        return nn_fail(error, NN_DAMAGED,
                       "the directory of the archive is too small for its "
                       "members");
    *directory = (struct directory){bytes, (size_t)begin, end, (size_t)begin, count};
    return NN_OK;
}

/* Takes the number of 64 bits that stands for a full one of 32. */
static bool widen(uint64_t *value, const unsigned char **at, const unsigned char *end)
{
    if (*value != NARROW_FULL)
        return true;
    if (end - *at < 8)
        return false;
    *value = number(*at, 8);
    *at += 8;
    return true;
}

struct sizes {
    uint64_t size, packed, begin;
};

/* Looks for the sizes of 64 bits among the extra fields. False if they are damaged. */
static bool widen_all(struct sizes *sizes, const unsigned char *extra, size_t length)
{
    const unsigned char *end = extra + length;
    while (end - extra >= 4) {
        uint64_t kind = number(extra, 2), size = number(extra + 2, 2);
        extra += 4;
        if (size > (uint64_t)(end - extra))
            return false;
        if (kind == WIDE_FIELD) {
            const unsigned char *stop = extra + size;
            return widen(&sizes->size, &extra, stop) && widen(&sizes->packed, &extra, stop) &&
                   widen(&sizes->begin, &extra, stop);
        }
        extra += size;
    }
    return true;
}

/* Finds what belongs to an entry, behind a header of its own. */
static enum nn_status find_data(struct nn_zip_member *member, const struct directory *directory,
                                const struct sizes *sizes, const unsigned char *name, size_t length,
                                struct nn_error *error)
{
    const unsigned char *bytes = directory->bytes;
    struct nn_visible visible = nn_visible_of(member->name);
    if (sizes->begin > directory->begin || directory->begin - sizes->begin < LOCAL_SIZE + length)
        return nn_fail(error, NN_DAMAGED, "member %s of the archive lies outside of it",
                       visible.text);
    size_t begin = (size_t)sizes->begin;
    size_t data = begin + LOCAL_SIZE + length + (size_t)number(bytes + begin + 28, 2);
    if (!is_signature(bytes + begin, 3, 4) || number(bytes + begin + 26, 2) != length ||
        memcmp(bytes + begin + LOCAL_SIZE, name, length) != 0)
        return nn_fail(error, NN_DAMAGED,
                       "member %s of the archive does not begin at byte offset "
                       "%zu",
                       visible.text, begin);
    if (data > directory->begin || sizes->packed > directory->begin - data)
        return nn_fail(error, NN_DAMAGED, "member %s of the archive is truncated", visible.text);
    if (sizes->size > SIZE_MAX || (member->method == STORED && sizes->size != sizes->packed))
        return nn_fail(error, NN_DAMAGED, "member %s of the archive has the wrong size",
                       visible.text);
    member->data = bytes + data;
    member->offset = data;
    member->packed = (size_t)sizes->packed;
    member->size = (size_t)sizes->size;
    return NN_OK;
}

static enum nn_status read_entry(struct directory *directory, struct nn_zip_member *member,
                                 struct nn_error *error)
{
    const unsigned char *at = directory->bytes + directory->at;
    size_t left = directory->end - directory->at, name, extra, whole;
    if (left < ENTRY_SIZE || !is_signature(at, 1, 2))
        return nn_fail(error, NN_DAMAGED,
                       "the directory of the archive is damaged at byte offset "
                       "%zu",
                       directory->at);
    name = (size_t)number(at + 28, 2);
    extra = (size_t)number(at + 30, 2);
    whole = ENTRY_SIZE + name + extra + (size_t)number(at + 32, 2);
    struct sizes sizes = {number(at + 24, 4), number(at + 20, 4), number(at + 42, 4)};
    if (whole > left || !widen_all(&sizes, at + ENTRY_SIZE + name, extra) ||
        memchr(at + ENTRY_SIZE, 0, name))
        return nn_fail(error, NN_DAMAGED,
                       "the directory of the archive is damaged at byte offset "
                       "%zu",
                       directory->at);
    member->name = nn_strndup((const char *)at + ENTRY_SIZE, name);
    if (!member->name)
        return nn_fail_memory(error, name + 1);
    member->method = (unsigned)number(at + 10, 2);
    member->crc = (uint32_t)number(at + 16, 4);
    if (number(at + 8, 2) & 1)
        return nn_fail(error, NN_DAMAGED, "member %s of the archive is encrypted",
                       NN_VISIBLE(member->name));
    directory->at += whole;
    return find_data(member, directory, &sizes, at + ENTRY_SIZE, name, error);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct nn_zip_member *)a)->name, ((const struct nn_zip_member *)b)->name);
}

enum nn_status nn_zip_open(struct nn_zip *zip, const unsigned char *bytes, size_t length,
                           struct nn_error *error)
{
    struct directory directory = {.bytes = NULL};
    struct nn_zip made = {.members = NULL};
    enum nn_status status;
    NN_TRY(find_directory(&directory, bytes, length, error));
    made.members = nn_calloc((size_t)directory.count, sizeof *made.members);
    if (!made.members) {
        status = nn_fail_memory(error, (size_t)directory.count * sizeof *made.members);
        goto out;
    }
    while (made.count < directory.count)
        NN_TRY(read_entry(&directory, &made.members[made.count++], error));
    qsort(made.members, made.count, sizeof *made.members, by_name);
    for (size_t i = 1; i < made.count; i++)
        if (by_name(&made.members[i - 1], &made.members[i]) == 0) {
            status = nn_fail(error, NN_DAMAGED, "the archive has two members %s",
                             NN_VISIBLE(made.members[i].name));
            goto out;
        }
    *zip = made;
    made = (struct nn_zip){.members = NULL};
out:
    nn_zip_clear(&made);
    return status;
}

void nn_zip_clear(struct nn_zip *zip)
{
    for (size_t i = 0; i < zip->count; i++)
        nn_free(zip->members[i].name);
    nn_free(zip->members);
    *zip = (struct nn_zip){.members = NULL};
}

const struct nn_zip_member *nn_zip_find(const struct nn_zip *zip, const char *name)
{
    size_t low = 0, high = zip->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, zip->members[middle].name);
        if (order == 0)
            return &zip->members[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ---- the content ---- */

static enum nn_status damaged(const struct nn_zip_member *member, const char *what,
                              struct nn_error *error)
{
    return nn_fail(error, NN_DAMAGED, "member %s of the archive (byte offset %zu) %s",
                   NN_VISIBLE(member->name), member->offset, what);
}

/* What is promised must be possible and wanted. */
static enum nn_status check_size(const struct nn_zip_member *member, struct nn_error *error)
{
    size_t most;
    if (member->method != STORED && member->method != DEFLATED)
        return damaged(member, "is packed by a method other than deflate", error);
    if (member->size > nn_limit(NN_LIMIT_FILE)) {
        nn_fail(error, NN_LIMIT, "member %s of the archive unpacks to %zu bytes, above the limit",
                NN_VISIBLE(member->name), member->size);
        nn_limit_hint(error, NN_LIMIT_FILE);
        return NN_LIMIT;
    }
    if (member->method == STORED)
        return NN_OK;
    if (nn_size_mul(member->packed, MOST_RATIO, &most) && member->size > most)
        return damaged(member, "cannot unpack to its size", error);
    if (member->size > FREE_SIZE && nn_size_mul(member->packed, BOMB_RATIO, &most) &&
        member->size > most) {
        nn_fail(error, NN_LIMIT,
                "member %s of the archive unpacks to %zu bytes, more than %d times its %zu",
                NN_VISIBLE(member->name), member->size, BOMB_RATIO, member->packed);
        nn_fail_hint(error, "an archive that is not compressed (numpy.savez) is read");
        return NN_LIMIT;
    }
    return NN_OK;
}

/* Inflates until `size` bytes are there or the data end. */
static enum nn_status inflate_some(const struct nn_zip_member *member, unsigned char *out,
                                   size_t size, size_t *got, bool *ended, struct nn_error *error)
{
    z_stream zip = {.zalloc = nn_zlib_alloc, .zfree = nn_zlib_free};
    size_t used = 0, made = 0;
    int rc = inflateInit2(&zip, -MAX_WBITS);
    if (rc != Z_OK)
        return nn_fail_memory(error, 0);
    do {
        size_t in = nn_size_min(member->packed - used, PIECE),
               room = nn_size_min(size - made, PIECE);
        zip.next_in = (unsigned char *)(uintptr_t)(member->data + used);
        zip.avail_in = (uInt)in;
        zip.next_out = out + made;
        zip.avail_out = (uInt)room;
        rc = inflate(&zip, Z_NO_FLUSH);
        used += in - zip.avail_in;
        made += room - zip.avail_out;
    } while (rc == Z_OK && (made < size || used < member->packed));
    inflateEnd(&zip);
    *got = made;
    *ended = rc == Z_STREAM_END && used == member->packed;
    if (rc == Z_MEM_ERROR)
        return nn_fail_memory(error, 0);
    /* Z_BUF_ERROR: the room was used up, or the data ended too early; the caller sees which. */
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR
               ? NN_OK
               : damaged(member, "is damaged", error);
}

enum nn_status nn_zip_peek(const struct nn_zip_member *member, unsigned char *out, size_t capacity,
                           size_t *got, struct nn_error *error)
{
    bool ended;
    size_t wanted = nn_size_min(capacity, member->size);
    enum nn_status status = check_size(member, error);
    if (status != NN_OK)
        return status;
    if (member->method == DEFLATED)
        return inflate_some(member, out, wanted, got, &ended, error);
    memcpy(out, member->data, wanted);
    *got = wanted;
    return NN_OK;
}

/* A fuzzer would never guess a checksum: clang's libFuzzer asks for a build without. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
static const bool checked = false;
#else
static const bool checked = true;
#endif

static uint32_t checksum(const unsigned char *bytes, size_t length)
{
    uLong crc = crc32(0, NULL, 0);
    for (size_t at = 0; at < length;) {
        size_t piece = nn_size_min(length - at, PIECE);
        crc = crc32(crc, bytes + at, (uInt)piece);
        at += piece;
    }
    return (uint32_t)crc;
}

enum nn_status nn_zip_read(const struct nn_zip_member *member, const unsigned char **content,
                           unsigned char **own, struct nn_error *error)
{
    const unsigned char *bytes = member->data;
    unsigned char *unpacked = NULL;
    size_t got = 0;
    bool ended = false;
    enum nn_status status;
    NN_TRY(check_size(member, error));
    if (member->method == DEFLATED) {
        bytes = unpacked = nn_alloc_aligned(member->size, 1);
        if (!unpacked) {
            status = nn_fail_memory(error, member->size);
            goto out;
        }
        NN_TRY(inflate_some(member, unpacked, member->size, &got, &ended, error));
        if (got != member->size || !ended) {
            status = damaged(member, "has the wrong size", error);
            goto out;
        }
    }
    if (checked && checksum(bytes, member->size) != member->crc) {
        status = damaged(member, "is damaged: its checksum is wrong", error);
        goto out;
    }
    *content = bytes;
    *own = unpacked;
    unpacked = NULL;
out:
    nn_free(unpacked);
    return status;
}
