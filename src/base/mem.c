#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT  64
#define LARGE_PAGE ((size_t)2 << 20)

#ifdef NN_FAULT_INJECTION

#include <pthread.h>
#include <stdatomic.h>

struct fault {
    atomic_size_t calls; /* since the last reset */
    atomic_size_t nth;   /* the call that fails, 0 = none */
    atomic_bool all;     /* and all after it */
};

static struct fault fault_alloc, fault_io;
static pthread_once_t environment_once = PTHREAD_ONCE_INIT;

static void fault_set(struct fault *fault, size_t n, bool all)
{
    atomic_store(&fault->calls, 0);
    atomic_store(&fault->all, all);
    atomic_store(&fault->nth, n);
}

/* "12" or "12+"; anything else leaves the counter off. */
static void fault_from_environment(struct fault *fault, const char *name)
{
    const char *text = getenv(name);
    size_t n = 0;
    if (!text)
        return;
    for (; *text >= '0' && *text <= '9' && n < SIZE_MAX / 10 - 1; text++)
        n = n * 10 + (size_t)(*text - '0');
    bool all = *text == '+';
    if (text[all] == '\0')
        fault_set(fault, n, all);
}

static void read_environment(void)
{
    fault_from_environment(&fault_alloc, "NNSCOPE_FAIL_ALLOC");
    fault_from_environment(&fault_io, "NNSCOPE_FAIL_IO");
}

static bool fault_now(struct fault *fault)
{
    pthread_once(&environment_once, read_environment);
    size_t call = atomic_fetch_add(&fault->calls, 1) + 1;
    size_t nth = atomic_load(&fault->nth);
    return nth != 0 && (call == nth || (call > nth && atomic_load(&fault->all)));
}

void nn_fault_alloc(size_t n, bool all)
{
    pthread_once(&environment_once, read_environment); /* lest it overwrites this setting later */
    fault_set(&fault_alloc, n, all);
}

void nn_fault_io(size_t n, bool all)
{
    pthread_once(&environment_once, read_environment);
    fault_set(&fault_io, n, all);
}

size_t nn_fault_alloc_count(void)
{
    return atomic_load(&fault_alloc.calls);
}

size_t nn_fault_io_count(void)
{
    return atomic_load(&fault_io.calls);
}

bool nn_fault_available(void)
{
    return true;
}

bool nn_fault_io_now(void)
{
    return fault_now(&fault_io);
}

static bool fault_alloc_now(void)
{
    return fault_now(&fault_alloc);
}

#else

void nn_fault_alloc(size_t n, bool all)
{
    (void)n, (void)all;
}

void nn_fault_io(size_t n, bool all)
{
    (void)n, (void)all;
}

size_t nn_fault_alloc_count(void)
{
    return 0;
}

size_t nn_fault_io_count(void)
{
    return 0;
}

bool nn_fault_available(void)
{
    return false;
}

bool nn_fault_io_now(void)
{
    return false;
}

static bool fault_alloc_now(void)
{
    return false;
}

#endif

bool nn_size_mul(size_t a, size_t b, size_t *result)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *result = product;
    return true;
}

bool nn_size_add(size_t a, size_t b, size_t *result)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *result = sum;
    return true;
}

/* The bytes of an allocation, at least 1; false when no allocation can be that large. */
static bool block_size(size_t count, size_t size, size_t *bytes)
{
    if (!nn_size_mul(count, size, bytes) || *bytes > PTRDIFF_MAX - ALIGNMENT)
        return false;
    if (*bytes == 0)
        *bytes = 1;
    return true;
}

/* Large blocks lie in large pages where the system has them, as samples and activations are read in
 * leaps: so the processor looks up fewer addresses. Advice that is not taken does no harm. */
static void *in_large_pages(void *block, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    size_t begin = ((uintptr_t)block + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    size_t end = ((uintptr_t)block + bytes) / LARGE_PAGE * LARGE_PAGE;
    if (block && bytes >= 2 * LARGE_PAGE && end > begin)
        (void)madvise((char *)block + (begin - (uintptr_t)block), end - begin, MADV_HUGEPAGE);
#else
    (void)bytes;
#endif
    return block;
}

void *nn_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (fault_alloc_now() || !block_size(count, size, &bytes))
        return NULL;
    return in_large_pages(calloc(bytes, 1), bytes);
}

void *nn_realloc(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (fault_alloc_now() || !block_size(count, size, &bytes))
        return NULL;
    return in_large_pages(realloc(block, bytes), bytes);
}

static void *allocate_aligned(size_t count, size_t size, size_t *bytes)
{
    if (fault_alloc_now() || !block_size(count, size, bytes))
        return NULL;
    *bytes = (*bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return in_large_pages(aligned_alloc(ALIGNMENT, *bytes), *bytes);
}

void *nn_alloc_aligned(size_t count, size_t size)
{
    size_t bytes;
    return allocate_aligned(count, size, &bytes);
}

void *nn_calloc_aligned(size_t count, size_t size)
{
    size_t bytes;
    void *block = allocate_aligned(count, size, &bytes);
    if (block)
        memset(block, 0, bytes);
    return block;
}

char *nn_strndup(const char *text, size_t length)
{
    if (!text)
        return NULL;
    length = strnlen(text, length);
    char *copy = nn_calloc(length + 1, 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

char *nn_strdup(const char *text)
{
    return text ? nn_strndup(text, strlen(text)) : NULL;
}

void nn_free(void *block)
{
    free(block);
}
