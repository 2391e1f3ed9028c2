/* Small arithmetic of sizes that cannot overflow. */
#ifndef NN_BASE_SIZE_H
#define NN_BASE_SIZE_H

#include <stddef.h>

static inline size_t nn_size_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t nn_size_max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* a / b, rounded up; b > 0 and a + b fits. */
static inline size_t nn_size_ratio_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

#endif
