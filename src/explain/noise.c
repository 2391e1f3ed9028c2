#include "explain/noise.h"

#include "base/mem.h"
#include "base/text.h"
#include "data/npy.h"
#include "explain/rules.h"

#include <string.h>

enum { SAMPLES, SIGMA, NOISE, METHOD };

const struct nn_arg_spec nn_noise_args[] = {
    {"samples", NN_ARG_INT, "25", 1, 100000, NULL, "copies", "noisy copies of the input", 0},
    {"sigma", NN_ARG_REAL, NULL, 0, 1e6, NULL, NULL,
     "standard deviation of the noise in the net's units; default 0.15 of the sample's range", 0},
    {"noise", NN_ARG_FILE, NULL, 0, 0, NULL, NULL,
     "the noise itself: an .npy array [samples, batch, input...]", 0},
    {"method", NN_ARG_TEXT, "gradient", 0, 0, "@methods", NULL, "the method that is averaged", 0},
    {0},
};

/* The inner method with its own defaults. */
static enum nn_status inner_method(const struct nn_explain_call *call,
                                   const struct nn_method **method, struct nn_error *error)
{
    const char *name = nn_args_text(call->args, METHOD);
    *method = nn_method_find(name);
    if (!*method)
        return nn_fail(error, NN_ARGUMENT, "method=%s: there is no such method", NN_VISIBLE(name));
    if ((*method)->args == nn_noise_args)
        return nn_fail(error, NN_REFUSED,
                       "method=%s averages over noise itself: name the method to average, such as "
                       "method=saliency",
                       (*method)->name);
    if (((*method)->flags & NN_METHOD_LAYER) || (*method)->shape)
        return nn_fail(
            error, NN_REFUSED,
            "method=%s: its map is a layer's, and noise is averaged for maps of the input's "
            "size, such as those of method=saliency",
            (*method)->name);
    enum nn_status status = nn_gradient_exists(call->net, 0, call->target.node, error);
    if (status == NN_REFUSED)
        return nn_fail(error, NN_REFUSED,
                       "the net reads indices (an embedding), which bear no noise: name the method "
                       "itself, such as integrated_gradients");
    return status;
}

static enum nn_status read_noise(const struct nn_explain_call *call, struct nn_tensor *noise,
                                 struct nn_error *error)
{
    if (!nn_args_is_set(call->args, NOISE))
        return NN_OK;
    const char *path = nn_args_text(call->args, NOISE);
    enum nn_status status = nn_npy_read(path, noise, error);
    size_t size = call->net->nodes[0]->size;
    if (status != NN_OK)
        return status;
    size_t count = nn_shape_size(&noise->shape);
    if (noise->shape.rank < 2 || count == 0 || count != noise->shape.dim[0] * call->batch * size) {
        char shape[NN_SHAPE_TEXT];
        nn_shape_text(shape, &noise->shape);
        nn_tensor_clear(noise);
        return nn_fail(
            error, NN_SHAPE,
            "%s has the shape %s; [samples, %zu, input...] with %zu values an input is wanted",
            NN_VISIBLE(path), shape, call->batch, size);
    }
    return NN_OK;
}

/* As many copies as the file has; samples= may say the same. */
static enum nn_status count_noise(const struct nn_explain_call *call, const struct nn_tensor *noise,
                                  size_t *copies, struct nn_error *error)
{
    if (nn_args_given(call->args, SAMPLES) && *copies != noise->shape.dim[0])
        return nn_fail(error, NN_ARGUMENT, "samples=%zu, but %s holds the noise of %zu copies",
                       *copies, NN_VISIBLE(nn_args_text(call->args, NOISE)), noise->shape.dim[0]);
    *copies = noise->shape.dim[0];
    enum nn_status status = nn_explain_tell_count(call, "samples", *copies, error);
    return status == NN_OK ? nn_explain_tell(call, "sigma", NULL, error) : status;
}

/* 0.15 of the range of one sample, unless sigma= says. */
static float sigma_of(const struct nn_explain_call *call, const float *x, size_t size)
{
    if (nn_args_is_set(call->args, SIGMA))
        return (float)nn_args_real(call->args, SIGMA);
    float low = x[0], high = x[0];
    for (size_t i = 1; i < size; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    return 0.15f * (high - low);
}

/* The noisy inputs [batch, input] of one copy. */
static void add_noise(const struct nn_explain_call *call, const struct nn_tensor *noise,
                      size_t copy, float *x)
{
    size_t size = call->net->nodes[0]->size, count = call->batch * size;
    for (size_t s = 0; s < call->batch && !noise->data; s++) {
        struct nn_random
            random; /* of the copy alone: a sample's noise does not depend on its batch */
        nn_random_init(&random, call->seed, NN_STREAM_EXPLAIN, (uint32_t)copy);
        float sigma = sigma_of(call, call->x + s * size, size);
        nn_random_normals(&random, x + s * size, size);
        for (size_t i = 0; i < size; i++)
            x[s * size + i] = call->x[s * size + i] + sigma * x[s * size + i];
    }
    for (size_t i = 0; i < count && noise->data; i++)
        x[i] = call->x[i] + noise->data[copy * count + i];
}

/* Welford's running mean and sum of squared deviations, and the plain sum of squares. */
struct moments {
    double *mean, *deviation, *square;
};

static void add_map(struct moments *moments, const float *map, size_t count, size_t copy)
{
    for (size_t i = 0; i < count; i++) {
        double value = (double)map[i], before = moments->mean[i];
        moments->mean[i] += (value - before) / (double)(copy + 1);
        moments->deviation[i] += (value - before) * (value - moments->mean[i]);
        moments->square[i] += value * value;
    }
}

static float statistic_of(const struct moments *moments, enum nn_noise_statistic statistic,
                          size_t i, size_t copies)
{
    return (float)(statistic == NN_NOISE_MEAN     ? moments->mean[i]
                   : statistic == NN_NOISE_SQUARE ? moments->square[i] / (double)copies
                                                  : moments->deviation[i] / (double)copies);
}

/* Several copies that the inner method gets as one batch. */
struct group {
    size_t copies;
    float *x, *map; /* [copies, batch, input] */
    int32_t *units; /* [copies, batch] */
    double *gap;
};

static void group_clear(struct group *group)
{
    nn_free(group->x);
    nn_free(group->map);
    nn_free(group->units);
    nn_free(group->gap);
}

static enum nn_status group_init(struct group *group, const struct nn_explain_call *call,
                                 size_t copies, struct nn_error *error)
{
    size_t size = call->net->nodes[0]->size, samples, count;
    group->copies = NN_EXPLAIN_CHUNK / call->batch;
    if (group->copies > copies)
        group->copies = copies;
    if (group->copies == 0)
        group->copies = 1;
    if (!nn_size_mul(group->copies, call->batch, &samples) || !nn_size_mul(samples, size, &count))
        return nn_fail(error, NN_LIMIT, "too many samples");
    group->x = nn_calloc(count, sizeof *group->x);
    group->map = nn_calloc(count, sizeof *group->map);
    group->units = nn_calloc(samples, sizeof *group->units);
    group->gap = nn_calloc(samples, sizeof *group->gap);
    if (!group->x || !group->map || !group->units || !group->gap)
        return nn_fail_memory(error, 2 * count * sizeof *group->x);
    for (size_t i = 0; i < samples; i++)
        group->units[i] = call->target.unit[i % call->batch];
    return NN_OK;
}

/* Copies `first` and the n - 1 after it. */
static enum nn_status run_group(struct group *group, const struct nn_explain_call *call,
                                const struct nn_method *method, const struct nn_args *inner,
                                const struct nn_tensor *noise, size_t first, size_t n,
                                size_t copies, struct moments *moments, struct nn_error *error)
{
    size_t count = call->batch * call->net->nodes[0]->size;
    struct nn_explain_call noisy = *call;
    noisy.batch = n * call->batch;
    noisy.x = group->x;
    noisy.target.unit = group->units;
    noisy.args = inner;
    noisy.told = NULL;
    for (size_t k = 0; k < n; k++)
        add_noise(call, noise, first + k, group->x + k * count);
    struct nn_progress_part whole =
        nn_progress_enter(call->progress, (double)first / (double)n, (double)copies / (double)n);
    enum nn_status status = method->run(&noisy, group->map, group->gap, error);
    nn_progress_back(call->progress, whole);
    for (size_t k = 0; status == NN_OK && k < n; k++)
        add_map(moments, group->map + k * count, count, first + k);
    return status;
}

enum nn_status nn_noise_run(const struct nn_explain_call *call, enum nn_noise_statistic statistic,
                            float *out, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_method *method = NULL;
    struct nn_tensor noise = {0};
    struct nn_args inner = {0};
    struct group group = {0};
    size_t count = call->batch * call->net->nodes[0]->size;
    size_t copies = (size_t)nn_args_int(call->args, SAMPLES);
    struct moments moments = {nn_calloc(count, sizeof(double)), nn_calloc(count, sizeof(double)),
                              nn_calloc(count, sizeof(double))};
    if (!moments.mean || !moments.deviation || !moments.square)
        NN_TRY(nn_fail_memory(error, 3 * count * sizeof(double)));
    NN_TRY(inner_method(call, &method, error));
    NN_TRY(nn_args_default(&inner, method->args, error));
    NN_TRY(read_noise(call, &noise, error));
    if (noise.data)
        NN_TRY(count_noise(call, &noise, &copies, error));
    if (statistic == NN_NOISE_VARIANCE && copies < 2)
        NN_TRY(
            nn_fail(error, NN_ARGUMENT, "one copy has no variance: samples= must be at least 2"));
    NN_TRY(group_init(&group, call, copies, error));
    for (size_t first = 0; first < copies; first += group.copies) {
        size_t n = copies - first < group.copies ? copies - first : group.copies;
        NN_TRY(run_group(&group, call, method, &inner, &noise, first, n, copies, &moments, error));
    }
    for (size_t i = 0; i < count; i++)
        out[i] = statistic_of(&moments, statistic, i, copies);
out:
    group_clear(&group);
    nn_free(moments.mean);
    nn_free(moments.deviation);
    nn_free(moments.square);
    nn_args_clear(&inner);
    nn_tensor_clear(&noise);
    return status;
}
