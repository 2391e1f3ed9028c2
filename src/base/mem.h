/* Memory: the only place that calls malloc, and checked arithmetic for sizes.
 *
 * With --enable-fault-injection the environment variable NNSCOPE_FAIL_ALLOC=n makes the n-th
 * allocation of the process fail (NNSCOPE_FAIL_ALLOC=n+ this and all later ones), NNSCOPE_FAIL_IO
 * likewise for the calls of file.h; tests can also set the counters directly.
 *
 * Ownership: the caller owns what is returned and gives it back with nn_free.
 * Errors:    NULL when there is no memory; the caller turns it into nn_fail_memory.
 * Threads:   reentrant.
 */
#ifndef NN_BASE_MEM_H
#define NN_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* `count` objects of `size` bytes, zeroed. NULL if the product overflows or memory is short.
 * A count of 0 gives a valid pointer that must be freed. */
void *nn_calloc(size_t count, size_t size) __attribute__((warn_unused_result));

/* Resizes to `count` objects of `size` bytes; the old block stays valid on failure. New bytes are
 * undefined. */
void *nn_realloc(void *block, size_t count, size_t size) __attribute__((warn_unused_result));

/* A block aligned to 64 bytes whose content is undefined, for what is written before it is read:
 * only what is used of it is ever touched. */
void *nn_alloc_aligned(size_t count, size_t size) __attribute__((warn_unused_result));
/* A zeroed block aligned to 64 bytes, for tensors; its size is rounded up to 64 bytes. */
void *nn_calloc_aligned(size_t count, size_t size) __attribute__((warn_unused_result));

/* A copy of a string; NULL stays NULL. */
char *nn_strdup(const char *text) __attribute__((warn_unused_result));
char *nn_strndup(const char *text, size_t length) __attribute__((warn_unused_result));

void nn_free(void *block);

/* Checked size arithmetic: true and *result when it fits, false (result untouched) when not. */
bool nn_size_mul(size_t a, size_t b, size_t *result);
bool nn_size_add(size_t a, size_t b, size_t *result);

/* Fault injection (no effect unless built with it): the n-th call from now fails, n from 1;
 * 0 turns it off. `all` makes every later call fail as well. The counters tell how many calls
 * were made since the last reset, which is how tests find the range of n. */
void nn_fault_alloc(size_t n, bool all);
void nn_fault_io(size_t n, bool all);
size_t nn_fault_alloc_count(void);
size_t nn_fault_io_count(void);
bool nn_fault_available(void);
/* Asked by file.h before each system call: true when this call is to fail. */
bool nn_fault_io_now(void);

#endif
