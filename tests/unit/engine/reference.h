/* Reference numbers of tests/reference, for tests. Failing to read them fails the test. */
#ifndef NN_TESTS_REFERENCE_H
#define NN_TESTS_REFERENCE_H

#include "model/safetensors.h"

#include <jansson.h>

/* tests/reference/NAME.safetensors; nn_safetensors_clear. */
struct nn_safetensors reference_open(const char *name);
/* The JSON text under `key` of its metadata; json_decref. */
json_t *reference_json(const struct nn_safetensors *file, const char *key);
/* The array FROM/NAME (or FROM, with an empty name) as floats (nn_free) and its number of elements.
 */
float *reference_floats(const struct nn_safetensors *file, const char *from, const char *name,
                        size_t *count);
/* Largest |a - b| as a share of the largest |b|; NaN if any difference is. */
double reference_distance(const float *a, const float *b, size_t count);

#endif
