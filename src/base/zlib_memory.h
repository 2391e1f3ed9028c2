/* The memory of zlib comes from mem.h, as all other. */
#ifndef NN_BASE_ZLIB_MEMORY_H
#define NN_BASE_ZLIB_MEMORY_H

#include "base/mem.h"

#include <zlib.h>

static inline voidpf nn_zlib_alloc(voidpf unused, uInt count, uInt size)
{
    (void)unused;
    return nn_calloc(count, size);
}

static inline void nn_zlib_free(voidpf unused, voidpf block)
{
    (void)unused;
    nn_free(block);
}

#endif
