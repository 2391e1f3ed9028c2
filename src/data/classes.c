/* The classes of a model applied to data: the same numbers for the same names. */
#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"

#include <string.h>

static int32_t find(const char *name, char *const *classes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, classes[i]) == 0)
            return (int32_t)i;
    return -1;
}

static void free_classes(char **classes, size_t count)
{
    for (size_t i = 0; classes && i < count; i++)
        nn_free(classes[i]);
    nn_free(classes);
}

static enum nn_status copy_classes(char *const *classes, size_t count, char ***copy,
                                   struct nn_error *error)
{
    char **made = nn_calloc(count, sizeof *made);
    for (size_t i = 0; made && i < count; i++) {
        made[i] = nn_strdup(classes[i]);
        if (!made[i]) {
            free_classes(made, count);
            made = NULL;
        }
    }
    if (!made)
        return nn_fail_memory(error, count * sizeof *made);
    *copy = made;
    return NN_OK;
}

enum nn_status nn_dataset_match_classes(struct nn_dataset *dataset, char *const *classes,
                                        size_t count, struct nn_error *error)
{
    struct nn_samples *samples = dataset->samples;
    enum nn_status status = NN_OK;
    char **copy = NULL;
    int32_t *map = NULL;
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
            NN_TRY(nn_fail(error, NN_ARGUMENT, "the model knows no class %s",
                           NN_VISIBLE(samples->classes[i])));
    }
    NN_TRY(copy_classes(classes, count, &copy, error));
    for (size_t i = 0; i < samples->count; i++)
        samples->labels[i] = map[samples->labels[i]];
    free_classes(samples->classes, samples->class_count);
    samples->classes = copy;
    samples->class_count = count;
out:
    nn_free(map);
    return status;
}
