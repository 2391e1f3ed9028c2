#include "base/mem.h"
#include "data/dataset.h"

enum nn_status nn_samples_new(struct nn_samples **samples, struct nn_error *error)
{
    struct nn_samples *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->references = 1;
    made->given_split = -1;
    *samples = made;
    return NN_OK;
}

char **nn_names_copy(const char *const *names, size_t count)
{
    char **copy = nn_calloc(count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = nn_strdup(names[i]);
        if (!copy[i]) {
            nn_names_free(copy, i);
            return NULL;
        }
    }
    return copy;
}

void nn_names_free(char **names, size_t count)
{
    for (size_t i = 0; names && i < count; i++)
        nn_free(names[i]);
    nn_free(names);
}

void nn_samples_free(struct nn_samples *samples)
{
    if (!samples || atomic_fetch_sub(&samples->references, 1) > 1)
        return;
    if (samples->owner) {
        nn_samples_free(samples->owner);
    } else {
        nn_free(samples->name);
        nn_free(samples->values);
        nn_free(samples->labels);
        nn_names_free(samples->classes, samples->class_count);
        nn_free(samples->targets);
        nn_free(samples->target_name);
        nn_free(samples->mask);
        nn_free(samples->missing);
        nn_free(samples->span);
        nn_free(samples->cut);
        nn_names_free(samples->features, samples->feature_count);
    }
    nn_free(samples);
}
