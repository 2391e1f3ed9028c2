/* The classes of a model applied to data: the same numbers for the same names. */
#include "base/mem.h"
#include "data/dataset.h"

#include <string.h>

static int32_t find(const char *name, char *const *classes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, classes[i]) == 0)
            return (int32_t)i;
    return -1;
}

/* The model's classes, then those of the data that it does not know. */
static enum nn_status join_classes(char *const *classes, size_t count,
                                   const struct nn_samples *samples, const int32_t *map,
                                   size_t total, char ***joined, struct nn_error *error)
{
    char **made = nn_calloc(total, sizeof *made);
    bool whole = made != NULL;
    for (size_t i = 0; whole && i < count; i++)
        whole = (made[i] = nn_strdup(classes[i])) != NULL;
    for (size_t i = 0; whole && i < samples->class_count; i++)
        if (map[i] >= (int32_t)count)
            whole = (made[map[i]] = nn_strdup(samples->classes[i])) != NULL;
    if (!whole) {
        nn_names_free(made, total);
        return nn_fail_memory(error, total * sizeof *made);
    }
    *joined = made;
    return NN_OK;
}

enum nn_status nn_dataset_match_classes(struct nn_dataset *dataset, char *const *classes,
                                        size_t count, size_t *unknown, struct nn_error *error)
{
    struct nn_samples *samples = dataset->samples;
    enum nn_status status = NN_OK;
    char **joined = NULL;
    int32_t *map = NULL;
    size_t total = count;
    if (!samples->labels)
        return NN_OK;
    if (samples->owner || samples->references > 1)
        return nn_fail(error, NN_STATE, "these samples are shared: their classes stay as they are");
    map = nn_calloc(samples->class_count, sizeof *map);
    if (!map)
        return nn_fail_memory(error, samples->class_count * sizeof *map);
    for (size_t i = 0; i < samples->class_count; i++) {
        map[i] = find(samples->classes[i], classes, count);
        if (map[i] < 0)
            map[i] = (int32_t)total++;
    }
    if (total - count == samples->class_count)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "the model knows none of the classes of the data"));
    NN_TRY(join_classes(classes, count, samples, map, total, &joined, error));
    for (size_t i = 0; i < samples->count; i++)
        samples->labels[i] = map[samples->labels[i]];
    nn_names_free(samples->classes, samples->class_count);
    samples->classes = joined;
    samples->class_count = total;
    *unknown = total - count;
out:
    nn_free(map);
    return status;
}
