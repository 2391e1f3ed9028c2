/* The registry of demo sets, derived from the sources in demos/ and generators/, and what holds for
 * all of them. */
#include "data/demo.h"

#include "base/buffer.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define NN_DEMO(name) extern const struct nn_demo name;
#include "data/demos.def"
#undef NN_DEMO

#define NN_DEMO(name) &name,
const struct nn_demo *const nn_demos[] = {
#include "data/demos.def"
};
#undef NN_DEMO

const size_t nn_demo_count = sizeof nn_demos / sizeof nn_demos[0];

#define TEST_FRACTION 0.2
#define LEAST_SAMPLES 50
#define MOST_SAMPLES  1000000

static enum nn_status refuse_name(const char *name, struct nn_error *error)
{
    const char *names[sizeof nn_demos / sizeof nn_demos[0]];
    struct nn_buffer list;
    nn_buffer_init(&list, 0);
    for (size_t i = 0; i < nn_demo_count; i++) {
        names[i] = nn_demos[i]->name;
        nn_buffer_printf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    nn_fail(error, NN_ARGUMENT, "there is no demo set \"%s\" (%s)", NN_VISIBLE(name),
            nn_buffer_string(&list));
    nn_buffer_clear(&list);
    const char *near = nn_text_nearest(name, names, nn_demo_count);
    if (near)
        nn_fail_hint(error, "did you mean %s?", near);
    return NN_ARGUMENT;
}

static enum nn_status check_count(const struct nn_demo *demo, size_t *count, struct nn_error *error)
{
    if (*count == 0)
        *count = demo->count;
    else if (demo->count == 0)
        return nn_fail(error, NN_ARGUMENT,
                       "%s is not generated: it has the samples that it has, samples= cannot "
                       "change that",
                       demo->name);
    else if (*count < LEAST_SAMPLES || *count > MOST_SAMPLES)
        return nn_fail(error, NN_ARGUMENT, "samples=%zu: from %d to %d samples can be made", *count,
                       LEAST_SAMPLES, MOST_SAMPLES);
    return NN_OK;
}

static enum nn_status name_samples(struct nn_samples *samples, const char *name,
                                   struct nn_error *error)
{
    char *copy = nn_strdup(name);
    if (!copy)
        return nn_fail_memory(error, strlen(name) + 1);
    nn_free(samples->name);
    samples->name = copy;
    return NN_OK;
}

/* A seeded test split, unless the samples are divided already. */
static enum nn_status divide(struct nn_dataset **dataset, uint64_t seed, struct nn_error *error)
{
    struct nn_dataset *divided;
    if ((*dataset)->samples->train_count > 0)
        return NN_OK;
    enum nn_status status =
        nn_dataset_split(*dataset, TEST_FRACTION, 0, true, seed, &divided, error);
    if (status != NN_OK)
        return status;
    nn_dataset_free(*dataset);
    *dataset = divided;
    return NN_OK;
}

enum nn_status nn_data_demo(const char *name, size_t count, uint64_t seed,
                            struct nn_dataset **dataset, struct nn_error *error)
{
    const struct nn_demo *demo = NULL;
    struct nn_samples *samples = NULL;
    struct nn_dataset *made = NULL;
    enum nn_status status;
    for (size_t i = 0; i < nn_demo_count; i++) {
        if (strcmp(nn_demos[i]->name, name) == 0)
            demo = nn_demos[i];
    }
    if (!demo)
        return refuse_name(name, error);
    NN_TRY(check_count(demo, &count, error));
    NN_TRY(demo->make(demo, count, seed, &samples, error));
    NN_TRY(name_samples(samples, demo->name, error));
    status = nn_dataset_new(samples, &made, error);
    samples = NULL;
    if (status != NN_OK)
        goto out;
    NN_TRY(divide(&made, seed, error));
    NN_TRY(nn_dataset_scale(made, nn_dataset_is_image(made) ? NN_SCALING_UNIT : NN_SCALING_STANDARD,
                            dataset, error));
out:
    nn_samples_free(samples);
    nn_dataset_free(made);
    return status;
}
