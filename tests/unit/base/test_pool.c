#include "base/pool.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

enum { COUNT = 10007 };

struct counters {
    unsigned char visits[COUNT];
    size_t grain;
};

static void visit(void *context, size_t begin, size_t end)
{
    struct counters *counters = context;
    cr_assert(begin < end && end <= COUNT, "range %zu to %zu", begin, end);
    cr_assert(end - begin >= counters->grain || end == COUNT, "range %zu to %zu", begin, end);
    for (size_t i = begin; i < end; i++)
        counters->visits[i]++;
}

Test(pool, every_item_once_for_any_number_of_threads_and_grain)
{
    static struct counters counters;
    static const int threads[] = {1, 2, 3, 7, 16};
    static const size_t grains[] = {1, 2, 64, 5000, COUNT - 1, COUNT, 2 * COUNT};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        cr_assert(nn_pool_set_threads(threads[t], NULL) == NN_OK, "%d threads", threads[t]);
        cr_assert(nn_pool_threads() == threads[t], "%d threads", threads[t]);
        for (size_t g = 0; g < sizeof grains / sizeof *grains; g++) {
            memset(&counters, 0, sizeof counters);
            counters.grain = grains[g];
            nn_pool_run(COUNT, grains[g], visit, &counters);
            for (size_t i = 0; i < COUNT; i++)
                cr_assert(counters.visits[i] == 1, "item %zu: %d visits with %d threads, grain %zu",
                          i, counters.visits[i], threads[t], grains[g]);
        }
    }
    nn_pool_shutdown();
}

static void never(void *context, size_t begin, size_t end)
{
    (void)begin;
    (void)end;
    *(bool *)context = true;
}

Test(pool, nothing_to_do)
{
    bool called = false;
    nn_pool_run(0, 1, never, &called);
    cr_assert(!called, "no call for no items");
}

static void inner(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        ((unsigned char *)context)[i]++;
}

static void outer(void *context, size_t begin, size_t end)
{
    unsigned char(*rows)[100] = context;
    for (size_t i = begin; i < end; i++)
        nn_pool_run(100, 1, inner, rows[i]);
}

Test(pool, loop_inside_a_loop)
{
    static unsigned char rows[50][100];
    nn_pool_set_threads(4, NULL);
    nn_pool_run(50, 1, outer, rows);
    for (size_t i = 0; i < sizeof rows; i++)
        cr_assert(((unsigned char *)rows)[i] == 1, "item %zu", i);
    nn_pool_shutdown();
}

Test(pool, number_of_threads_is_checked)
{
    struct nn_error error;
    cr_assert(nn_pool_processors() >= 1, "processors");
    cr_assert(nn_pool_threads() == nn_pool_processors(), "the default");
    nn_pool_set_threads(3, NULL);
    cr_assert(nn_pool_set_threads(0, &error) == NN_ARGUMENT, "0 threads");
    cr_assert(nn_pool_set_threads(257, &error) == NN_ARGUMENT, "257 threads");
    cr_assert(strstr(error.message, "257"), "%s", error.message);
    cr_assert(nn_pool_threads() == 3, "a refused number changes nothing");
}
