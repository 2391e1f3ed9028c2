#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ALIGNMENT 64
#define SMALLEST  4096 /* bytes of the first block */
#define LARGEST_STEP                                                                               \
    (1024 * 1024U) /* blocks double up to this size; larger requests get their own */

struct nn_arena_block {
    struct nn_arena_block *next;
    size_t capacity; /* bytes of data, a multiple of 64 */
    size_t used;     /* likewise */
    alignas(ALIGNMENT) unsigned char data[];
};

void nn_arena_init(struct nn_arena *arena)
{
    *arena = (struct nn_arena){0};
}

void nn_arena_clear(struct nn_arena *arena)
{
    for (struct nn_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        nn_free(block);
    }
    nn_arena_init(arena);
}

/* A new block with room for `bytes`, put in front unless it serves one large request alone. */
static struct nn_arena_block *add_block(struct nn_arena *arena, size_t bytes)
{
    struct nn_arena_block *newest = arena->blocks, *block;
    size_t capacity = newest ? newest->capacity * 2 : SMALLEST, total;
    if (capacity > LARGEST_STEP)
        capacity = LARGEST_STEP;
    bool alone = bytes > capacity;
    if (alone)
        capacity = bytes;
    if (!nn_size_add(sizeof *block, capacity, &total))
        return NULL;
    block = nn_calloc_aligned(total, 1);
    if (!block)
        return NULL;
    block->capacity = capacity;
    if (alone && newest) {
        block->next = newest->next;
        newest->next = block;
    } else {
        block->next = newest;
        arena->blocks = block;
    }
    return block;
}

void *nn_arena_alloc(struct nn_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!nn_size_mul(count, size, &bytes) || !nn_size_add(bytes, ALIGNMENT - 1, &bytes))
        return NULL;
    bytes = bytes / ALIGNMENT * ALIGNMENT;
    if (bytes == 0)
        bytes = ALIGNMENT;
    struct nn_arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < bytes)
        block = add_block(arena, bytes);
    if (!block)
        return NULL;
    void *memory = block->data + block->used;
    block->used += bytes;
    arena->total += bytes;
    return memory;
}

char *nn_arena_strdup(struct nn_arena *arena, const char *text)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = nn_arena_alloc(arena, size, 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

char *nn_arena_printf(struct nn_arena *arena, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (length < 0)
        return NULL;
    char *text = nn_arena_alloc(arena, (size_t)length + 1, 1);
    if (!text)
        return NULL;
    va_start(list, format);
    vsnprintf(text, (size_t)length + 1, format, list);
    va_end(list);
    return text;
}
