/* Reference numbers of tests/reference for unit tests: opens a file, gets an array, compares.
 *
 *     struct reference ref;
 *     reference_open(&ref, "layers");
 *     struct nn_shape shape;
 *     float *y = reference_floats(&ref, "dense_bias/y", &shape);
 *     cr_assert(reference_error(mine, y, nn_shape_size(&shape)) <= 1e-5);
 *     nn_free(y);
 *     reference_close(&ref);
 *
 * Whatever is missing fails the test.
 */
#ifndef NN_TESTS_REFERENCE_H
#define NN_TESTS_REFERENCE_H

#include "base/mem.h"
#include "model/safetensors.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct reference {
    struct nn_safetensors file;
};

/* Opens $NN_TESTS/reference/NAME.safetensors. */
static inline void reference_open(struct reference *ref, const char *name)
{
    const char *tests = getenv("NN_TESTS");
    cr_assert(tests != NULL, "NN_TESTS is not set: run the tests with make check");
    char path[4096];
    snprintf(path, sizeof path, "%s/reference/%s.safetensors", tests, name);
    struct nn_error error = {0};
    cr_assert(nn_safetensors_read(&ref->file, path, &error) == NN_OK, "%s: %s", path,
              error.message);
}

static inline void reference_close(struct reference *ref)
{
    nn_safetensors_clear(&ref->file);
}

static inline bool reference_has(const struct reference *ref, const char *key)
{
    return nn_safetensors_find(&ref->file, key) != NULL;
}

/* A text of the file's __metadata__; NULL if there is none. */
static inline const char *reference_text(const struct reference *ref, const char *key)
{
    return nn_safetensors_metadata(&ref->file, key);
}

/* An array as floats, whatever its dtype; its shape goes to *shape (may be NULL). Gives (nn_free).
 */
static inline float *reference_floats(const struct reference *ref, const char *key,
                                      struct nn_shape *shape)
{
    const struct nn_st_tensor *tensor = nn_safetensors_find(&ref->file, key);
    cr_assert(tensor != NULL, "the reference has no %s", key);
    const size_t count = nn_shape_size(&tensor->shape);
    float *values = nn_calloc_aligned(count, sizeof *values);
    cr_assert(values != NULL);
    struct nn_error error = {0};
    cr_assert(nn_st_tensor_floats(tensor, values, count, &error) == NN_OK, "%s", error.message);
    if (shape)
        *shape = tensor->shape;
    return values;
}

/* max |a - b| / max |b|; infinite if any value is not finite. For b = 0: max |a|. */
static inline double reference_error(const float *a, const float *b, size_t count)
{
    double difference = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return INFINITY;
        difference = fmax(difference, fabs((double)a[i] - (double)b[i]));
        largest = fmax(largest, fabs((double)b[i]));
    }
    return largest > 0 ? difference / largest : difference;
}

/* Compares `mine` with the array named by a format ("%s/dx", name). */
__attribute__((format(printf, 5, 6))) static inline void
reference_check(const struct reference *ref, const float *mine, size_t count, double tolerance,
                const char *format, ...)
{
    char key[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(key, sizeof key, format, arguments);
    va_end(arguments);
    struct nn_shape shape;
    float *wanted = reference_floats(ref, key, &shape);
    cr_assert(nn_shape_size(&shape) == count, "%s: %zu values, the reference has %zu", key, count,
              nn_shape_size(&shape));
    const double error = reference_error(mine, wanted, count);
    cr_assert(error <= tolerance, "%s: error %.3g is above %.3g", key, error, tolerance);
    nn_free(wanted);
}

#endif
