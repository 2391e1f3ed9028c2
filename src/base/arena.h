/* Arena: memory that is freed all at once. One per net, pass, result, frame or script line.
 *
 * Ownership: the arena owns everything allocated from it; nothing is freed singly.
 * Errors:    nn_arena_alloc returns NULL when there is no memory.
 * Threads:   one writer.
 * Cost:      a bump of a pointer; a new block when the current one is full.
 */
#ifndef NN_BASE_ARENA_H
#define NN_BASE_ARENA_H

#include <stddef.h>

struct nn_arena_block;
struct nn_arena {
    struct nn_arena_block *blocks; /* newest first */
    size_t total;                  /* bytes handed out */
};

void nn_arena_init(struct nn_arena *arena);
void nn_arena_clear(struct nn_arena *arena);

/* `count` zeroed objects of `size` bytes, aligned to 64 bytes. NULL on overflow or no memory. */
void *nn_arena_alloc(struct nn_arena *arena, size_t count, size_t size);
char *nn_arena_strdup(struct nn_arena *arena, const char *text);
char *nn_arena_printf(struct nn_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
