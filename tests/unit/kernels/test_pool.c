/* Max-pooling of every usable set against the definition, in planes that end a page. */
#include "guarded.h"

#include "base/random.h"
#include "kernels/kernels.h"

#include <math.h>

enum { MAX_WIDTH = 40, MAX_FLOATS = 8192 };
enum { X, Y, PLACE, ARRAYS };
static struct guarded memory[ARRAYS];

static void fill(float *x, size_t count)
{
    struct nn_random random;
    nn_random_init(&random, count, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < count; i++) { /* with ties, NaN and Inf */
        uint32_t draw = nn_random_below(&random, 20);
        x[i] = draw == 0 ? NAN : draw == 1 ? INFINITY : draw == 2 ? -INFINITY : (float)(draw / 4);
    }
}

static void check(size_t height, size_t width, size_t beside)
{
    size_t pitch = 2 * width + beside, floats = (2 * height - 1) * pitch + 2 * width;
    float *x = guarded_last(&memory[X], floats), *y = guarded_last(&memory[Y], height * width);
    uint32_t *place = (uint32_t *)(void *)guarded_last(&memory[PLACE], height * width);
    fill(x, floats);
    nn_kernels->maxpool_2x2(height, width, x, pitch, y, place);
    for (size_t i = 0; i < height * width; i++) {
        size_t best = i / width * 2 * pitch + i % width * 2;
        const size_t others[] = {best + 1, best + pitch, best + pitch + 1};
        for (size_t k = 0; k < 3; k++)
            if (x[others[k]] > x[best] || (isnan(x[others[k]]) && !isnan(x[best])))
                best = others[k];
        cr_assert(place[i] == best && (y[i] == x[best] || (isnan(y[i]) && isnan(x[best]))),
                  "%s %zux%zu: %g at %u, not %g at %zu", nn_kernels->name, height, width,
                  (double)y[i], place[i], (double)x[best], best);
    }
}

Test(pool, every_set_and_size)
{
    const char *set;
    for (int i = 0; i < ARRAYS; i++)
        memory[i] = guarded_new(MAX_FLOATS);
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        for (size_t height = 1; height <= 3; height++)
            for (size_t width = 1; width <= MAX_WIDTH; width++)
                for (size_t beside = 0; beside < 2; beside++)
                    check(height, width, beside);
    }
}
