#include "unit/engine/reference.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct nn_safetensors reference_open(const char *name)
{
    char path[4096];
    struct nn_safetensors file;
    struct nn_error error = {0};
    const char *tests = getenv("NN_TESTS");
    cr_assert(tests, "NN_TESTS must name the folder tests/");
    snprintf(path, sizeof path, "%s/reference/%s.safetensors", tests, name);
    cr_assert(nn_safetensors_read(&file, path, &error) == NN_OK, "%s", error.message);
    return file;
}

json_t *reference_json(const struct nn_safetensors *file, const char *key)
{
    const char *text = nn_safetensors_metadata(file, key);
    cr_assert(text, "no %s in the metadata", key);
    json_t *json = json_loads(text, 0, NULL);
    cr_assert(json, "%s is not JSON", key);
    return json;
}

float *reference_floats(const struct nn_safetensors *file, const char *from, const char *name,
                        size_t *count)
{
    char key[200];
    struct nn_error error = {0};
    snprintf(key, sizeof key, "%s%s%s", from, *name ? "/" : "", name);
    const struct nn_st_tensor *tensor = nn_safetensors_find(file, key);
    cr_assert(tensor, "no %s", key);
    cr_assert(nn_shape_count(&tensor->shape, count, &error) == NN_OK, "%s", error.message);
    float *values = nn_calloc_aligned(*count, sizeof *values);
    cr_assert(values);
    cr_assert(nn_st_tensor_floats(tensor, values, *count, &error) == NN_OK, "%s", error.message);
    return values;
}

double reference_distance(const float *a, const float *b, size_t count)
{
    double largest = 0.0, distance = 0.0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        if (isnan(difference))
            return difference;
        distance = fmax(distance, difference);
        largest = fmax(largest, fabs((double)b[i]));
    }
    return largest > 0.0 ? distance / largest : distance;
}
