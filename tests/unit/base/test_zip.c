#include "base/mem.h"
#include "base/zip.h"
#include "zip_make.h"

#include <criterion/criterion.h>

static struct zip_make made;

/* An exact copy, so that a read beyond it is found. */
static enum nn_status open_copy(size_t length, size_t *members, struct nn_error *error)
{
    unsigned char *copy = nn_calloc(length, 1);
    struct nn_zip zip = {.members = NULL};
    memcpy(copy, made.bytes, length);
    enum nn_status status = nn_zip_open(&zip, copy, length, error);
    *members = 0;
    for (size_t i = 0; status == NN_OK && i < zip.count; i++) {
        const unsigned char *content;
        unsigned char *own = NULL;
        if (nn_zip_read(&zip.members[i], &content, &own, error) == NN_OK)
            ++*members;
        nn_free(own);
    }
    nn_zip_clear(&zip);
    nn_free(copy);
    return status;
}

static size_t make_two(void)
{
    static unsigned char zeros[2000];
    made = (struct zip_make){.count = 0};
    zip_add(&made, "b", "hello", 5, 0);
    zip_add(&made, "a", zeros, sizeof zeros, Z_DEFLATED);
    return zip_end(&made);
}

Test(zip, stored_and_deflated)
{
    const unsigned char *content;
    unsigned char *own, head[8];
    size_t length = make_two(), got;
    struct nn_error error = {0};
    struct nn_zip zip;
    cr_assert(nn_zip_open(&zip, made.bytes, length, &error) == NN_OK, "%s", error.message);
    cr_assert(zip.count == 2 && strcmp(zip.members[0].name, "a") == 0);
    cr_assert(nn_zip_find(&zip, "c") == NULL && nn_zip_find(&zip, "") == NULL);
    const struct nn_zip_member *b = nn_zip_find(&zip, "b"), *a = nn_zip_find(&zip, "a");
    cr_assert(nn_zip_read(b, &content, &own, &error) == NN_OK);
    cr_assert(own == NULL && b->size == 5 && memcmp(content, "hello", 5) == 0);
    cr_assert(nn_zip_peek(b, head, 3, &got, &error) == NN_OK && got == 3 && head[2] == 'l');
    cr_assert(nn_zip_read(a, &content, &own, &error) == NN_OK);
    cr_assert(own == content && a->size == 2000 && a->packed < 50 && content[1999] == 0);
    cr_assert(nn_zip_peek(a, head, sizeof head, &got, &error) == NN_OK && got == sizeof head);
    nn_free(own);
    nn_zip_clear(&zip);
}

Test(zip, nothing_damaged_gets_through)
{
    size_t length = make_two(), members;
    struct nn_error error;
    for (size_t cut = 0; cut < length; cut++)
        cr_assert(open_copy(cut, &members, &error) == NN_DAMAGED, "cut at %zu", cut);
    /* Every bit: an error, or the members that are still whole. */
    for (size_t bit = 0; bit < 8 * length; bit++) {
        make_two();
        made.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        open_copy(length, &members, &error);
    }
    /* What every number of 32 bits may be at its worst. */
    static const uint64_t worst[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    for (size_t at = 0; at + 4 <= length; at++)
        for (size_t k = 0; k < sizeof worst / sizeof *worst; k++) {
            make_two();
            zip_put(made.bytes + at, worst[k], 4);
            open_copy(length, &members, &error);
        }
}

/* Changes the field at an offset of the first entry of the directory. */
static void expect_refused(size_t at, uint64_t value, int bytes, enum nn_status wanted,
                           const char *part)
{
    size_t length = make_two();
    struct nn_error error = {0};
    struct nn_zip zip = {.members = NULL};
    const unsigned char *content;
    unsigned char *own = NULL;
    zip_put(made.bytes + made.length + at, value, bytes);
    enum nn_status status = nn_zip_open(&zip, made.bytes, length, &error);
    if (status == NN_OK)
        status = nn_zip_read(nn_zip_find(&zip, "b"), &content, &own, &error);
    cr_assert(status == wanted && strstr(error.message, part), "%zu: %d %s", at, (int)status,
              error.message);
    nn_zip_clear(&zip);
    nn_free(own);
}

Test(zip, refused_by_reason)
{
    expect_refused(8, 1, 2, NN_DAMAGED, "encrypted");
    expect_refused(10, 12, 2, NN_DAMAGED, "method");
    expect_refused(16, 77, 4, NN_DAMAGED, "checksum");
    expect_refused(20, 6, 4, NN_DAMAGED, "wrong size");
    expect_refused(20, 1 << 30, 4, NN_DAMAGED, "truncated");
    expect_refused(42, 1 << 30, 4, NN_DAMAGED, "outside");
    expect_refused(42, 1, 4, NN_DAMAGED, "does not begin");
    expect_refused(46, 'a', 1, NN_DAMAGED, "does not begin");
    /* A bomb: deflate could do it, but no honest file does. */
    size_t length;
    struct nn_error error = {0};
    struct nn_zip zip;
    const unsigned char *content;
    unsigned char *own = NULL;
    static unsigned char noise[65200];
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)((state = state * 1664525 + 1013904223) >> 24);
    static const struct {
        uint32_t size;
        enum nn_status status;
    } bombs[] = {{67200000, NN_LIMIT}, {0xf0000000, NN_DAMAGED}, {65201, NN_DAMAGED}};
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        made = (struct zip_make){.count = 0};
        zip_add(&made, "x", noise, sizeof noise, Z_DEFLATED);
        zip_put(made.directory + 20, made.length - 31, 4);
        zip_put(made.directory + 24, bombs[i].size, 4);
        length = zip_end(&made);
        cr_assert(nn_zip_open(&zip, made.bytes, length, &error) == NN_OK);
        enum nn_status status = nn_zip_read(zip.members, &content, &own, &error);
        cr_assert(status == bombs[i].status && !own, "%u: %d %s", bombs[i].size, (int)status,
                  error.message);
        nn_zip_clear(&zip);
    }
    made = (struct zip_make){.count = 0};
    zip_add(&made, "x", "1", 1, 0);
    zip_add(&made, "x", "2", 1, 0);
    length = zip_end(&made);
    cr_assert(nn_zip_open(&zip, made.bytes, length, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "two members x"), "%s", error.message);
}

/* Sizes of 64 bits, as NumPy's savez and archives of many members have them. */
Test(zip, wide_sizes)
{
    struct nn_error error = {0};
    struct nn_zip zip;
    unsigned char wide[28];
    made = (struct zip_make){.count = 0};
    zip_add(&made, "x", "hello", 5, 0);
    zip_put(wide, 1, 2);
    zip_put(wide + 2, 24, 2);
    zip_put(wide + 4, 5, 8);
    zip_put(wide + 12, 5, 8);
    zip_put(wide + 20, 0, 8);
    for (size_t have = 0; have <= sizeof wide; have++) {
        struct zip_make one = made;
        zip_put(one.directory + 20, 0xffffffff, 4);
        zip_put(one.directory + 24, 0xffffffff, 4);
        zip_put(one.directory + 42, 0xffffffff, 4);
        zip_put(one.directory + 30, have, 2);
        memcpy(one.directory + one.directory_length, wide, have);
        one.directory_length += have;
        size_t length = zip_end(&one);
        enum nn_status status = nn_zip_open(&zip, one.bytes, length, &error);
        cr_assert((status == NN_OK) == (have == sizeof wide), "%zu bytes of 28", have);
        if (status == NN_OK)
            cr_assert(zip.members[0].size == 5 && memcmp(zip.members[0].data, "hello", 5) == 0);
        if (status == NN_OK)
            nn_zip_clear(&zip);
    }
}
