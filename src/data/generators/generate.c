#include "data/generators/generate.h"

#include "base/mem.h"

#include <string.h>

enum nn_status nn_generation_begin(const struct nn_generation *generation,
                                   struct nn_samples **samples, struct nn_error *error)
{
    size_t width = nn_shape_size(&generation->shape), cells, size;
    struct nn_samples *made = NULL;
    enum nn_status status;
    NN_TRY(nn_samples_new(&made, error));
    made->count = generation->count;
    made->shape = generation->shape;
    made->storage = generation->storage;
    made->task = NN_TASK_CLASSIFICATION;
    made->feature_count = width;
    size = made->storage == NN_STORAGE_BYTE ? 1 : sizeof(float);
    if (!nn_size_mul(made->count, width, &cells)) {
        status = nn_fail(error, NN_LIMIT, "too many samples");
        goto out;
    }
    made->values = nn_calloc_aligned(cells, size);
    made->labels = nn_calloc(made->count, sizeof *made->labels);
    made->classes = nn_names_copy(generation->classes, generation->class_count);
    made->class_count = made->classes ? generation->class_count : 0;
    if (generation->features)
        made->features = nn_names_copy(generation->features, width);
    if (generation->mask_size > 0)
        made->mask = nn_calloc(made->count, generation->mask_size);
    made->mask_size = generation->mask_size;
    if (!made->values || !made->labels || !made->classes ||
        (generation->features && !made->features) || (generation->mask_size > 0 && !made->mask)) {
        status = nn_fail_memory(error, cells * size);
        goto out;
    }
    *samples = made;
    made = NULL;
out:
    nn_samples_free(made);
    return status;
}
