/* replay: runs a fuzz target on its corpus and on mutations of it, the same ones in every run.
 * Prints TAP. NN_FUZZ_INPUTS sets the number of mutations. */
#include "fuzz/fuzz.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES  256
#define MAX_LENGTH 65536

struct input {
    unsigned char *bytes;
    size_t length;
};

static struct input corpus[MAX_FILES];
static size_t count;

static _Noreturn void bail_out(const char *reason)
{
    printf("Bail out! %s\n", reason);
    exit(99);
}

static void read_corpus(void)
{
    struct dirent **entries;
    char folder[4096], path[8192];
    const char *tests = getenv("NN_TESTS");
    snprintf(folder, sizeof folder, "%s/fuzz/corpus/%s", tests ? tests : "tests", fuzz_name);
    const int found = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && count < MAX_FILES) {
            struct input *input = &corpus[count];
            if (nn_file_read(path, MAX_LENGTH, &input->bytes, &input->length, NULL) != NN_OK)
                bail_out(path);
            count++;
        }
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
    if (count == 0)
        bail_out("no corpus");
}

/* ---- mutations ---- */

static struct nn_random generator;

static size_t below(size_t bound)
{
    return bound > 0 ? nn_random_below(&generator, (uint32_t)bound) : 0;
}

/* Makes a hole of `size` bytes at a place, within the capacity. */
static unsigned char *insert(struct input *input, size_t size)
{
    const size_t at = below(input->length + 1);
    if (input->length + size > MAX_LENGTH)
        return NULL;
    memmove(input->bytes + at + size, input->bytes + at, input->length - at);
    input->length += size;
    return input->bytes + at;
}

static void insert_token(struct input *input)
{
    static const char *const tokens[] = {
        "\"",   ",",     "\n",         "\r\n", "{",   "}",    "[",  "]",  ":",    "-",
        ".",    "0",     "1",          "9",    "e99", "nan",  "\t", ";",  "null", "\xef\xbb\xbf",
        "\xff", "1e999", "4294967296", "-1",   "\\",  "\"\"", "x",  "()", "'f8'"};
    const char *token = tokens[below(sizeof tokens / sizeof *tokens)];
    unsigned char *at = insert(input, strlen(token));
    if (at)
        memcpy(at, token, strlen(token));
}

static void repeat(struct input *input)
{
    const size_t begin = below(input->length), size = below(input->length - begin) + 1;
    unsigned char copy[256];
    const size_t length = size < sizeof copy ? size : sizeof copy;
    memcpy(copy, input->bytes + begin, length);
    unsigned char *at = insert(input, length);
    if (at)
        memcpy(at, copy, length);
}

static void erase(struct input *input)
{
    const size_t begin = below(input->length), most = input->length - begin;
    const size_t size = below(most < 64 ? most : 64) + 1;
    memmove(input->bytes + begin, input->bytes + begin + size, input->length - begin - size);
    input->length -= size;
}

/* A number at the edge of its range, in either byte order. */
static void set_number(struct input *input)
{
    static const uint64_t edges[] = {0,         1,          0x7f,       0x80,       0xff,
                                     0x7fff,    0xffff,     0x7fffffff, 0x80000000, 0xffffffff,
                                     INT64_MAX, UINT64_MAX, 16 << 20};
    const size_t width = (size_t)1 << below(4);
    const bool big = below(2) == 1;
    if (input->length < width)
        return;
    const size_t at = below(input->length - width + 1);
    const uint64_t value = edges[below(sizeof edges / sizeof *edges)];
    for (size_t i = 0; i < width; i++)
        input->bytes[at + i] = (unsigned char)(value >> 8 * (big ? width - 1 - i : i));
}

static void splice(struct input *input)
{
    const struct input *other = &corpus[below(count)];
    const size_t begin = below(other->length), size = other->length - begin;
    unsigned char *at = insert(input, size);
    if (at)
        memcpy(at, other->bytes + begin, size);
}

static void mutate(struct input *input)
{
    if (input->length == 0) {
        insert_token(input);
        return;
    }
    switch (below(9)) {
    case 0:
    case 1:
        input->bytes[below(input->length)] ^= (unsigned char)(1U << below(8));
        break;
    case 2:
        input->bytes[below(input->length)] = (unsigned char)below(256);
        break;
    case 3:
        input->length = below(input->length);
        break;
    case 4:
        erase(input);
        break;
    case 5:
        repeat(input);
        break;
    case 6:
        set_number(input);
        break;
    case 7:
        insert_token(input);
        break;
    default:
        splice(input);
    }
}

/* An exact-size copy, so that a read beyond it is found by ASan and valgrind. */
static void run(const struct input *input)
{
    unsigned char *copy = nn_realloc(NULL, input->length > 0 ? input->length : 1, 1);
    if (!copy)
        bail_out("no memory");
    memcpy(copy, input->bytes, input->length);
    LLVMFuzzerTestOneInput(copy, input->length);
    nn_free(copy);
}

static size_t mutations(void)
{
    const char *text = getenv("NN_FUZZ_INPUTS");
    return text ? strtoul(text, NULL, 10) : 20000;
}

int main(void)
{
    static unsigned char room[MAX_LENGTH];
    const size_t wanted = mutations();
    read_corpus();
    printf("1..1\n");
    for (size_t i = 0; i < count; i++)
        run(&corpus[i]);
    for (size_t i = 0; i < wanted; i++) {
        const struct input *origin = &corpus[i % count];
        struct input input = {room, origin->length};
        memcpy(room, origin->bytes, origin->length);
        nn_random_init(&generator, i, NN_STREAM_GENERATE, 0);
        for (size_t k = 1 + below(4); k > 0; k--)
            mutate(&input);
        run(&input);
    }
    for (size_t i = 0; i < count; i++)
        nn_free(corpus[i].bytes);
    printf("ok 1 - %s: %zu files, %zu mutations\n", fuzz_name, count, wanted);
    return 0;
}
