/* As much of Criterion as the tests of the kernels use, for machines that it is not installed for.
 * Tests run one after the other in one process, as TAP. */
#ifndef NN_TESTS_CROSS_CRITERION_H
#define NN_TESTS_CROSS_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define cr_assert(condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("Bail out! %s:%d: %s ", __FILE__, __LINE__, #condition);                        \
            printf("" __VA_ARGS__);                                                                \
            putchar('\n');                                                                         \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

void cross_add_test(const char *name, void (*run)(void));

#define Test(suite, test)                                                                          \
    static void suite##_##test(void);                                                              \
    static __attribute__((constructor)) void add_##suite##_##test(void)                            \
    {                                                                                              \
        cross_add_test(#suite "::" #test, suite##_##test);                                         \
    }                                                                                              \
    static void suite##_##test(void)

#endif
