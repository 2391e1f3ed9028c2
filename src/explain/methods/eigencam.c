#include "explain/cam.h"

#include "base/mem.h"

#include <math.h>

/* The largest eigenvector of the channels' covariance (rows are places), by power iteration, and
 * the projection of every place on it. work [2 channels]. */
static void project(const float *a, size_t channels, size_t size, double *mean, double *vector,
                    double *next, float *map)
{
    for (size_t c = 0; c < channels; c++) {
        mean[c] = 0;
        for (size_t i = 0; i < size; i++)
            mean[c] += (double)a[c * size + i] / (double)size;
        vector[c] = 1 + 1e-3 * (double)c; /* not orthogonal to anything by chance */
    }
    for (int round = 0; round < 500; round++) {
        double norm = 0, change = 0;
        for (size_t c = 0; c < channels; c++)
            next[c] = 0;
        for (size_t i = 0; i < size; i++) {
            double along = 0;
            for (size_t c = 0; c < channels; c++)
                along += ((double)a[c * size + i] - mean[c]) * vector[c];
            for (size_t c = 0; c < channels; c++)
                next[c] += along * ((double)a[c * size + i] - mean[c]);
        }
        for (size_t c = 0; c < channels; c++)
            norm += next[c] * next[c];
        norm = sqrt(norm);
        if (norm <= 0) /* all maps are constant */
            break;
        for (size_t c = 0; c < channels; c++) {
            change = fmax(change, fabs(next[c] / norm - vector[c]));
            vector[c] = next[c] / norm;
        }
        if (change < 1e-12)
            break;
    }
    double low = 0, high = 0;
    for (size_t i = 0; i < size; i++) {
        double along = 0;
        for (size_t c = 0; c < channels; c++)
            along += ((double)a[c * size + i] - mean[c]) * vector[c];
        map[i] = (float)along;
        low = fmin(low, along);
        high = fmax(high, along);
    }
    float sign =
        -low > high ? -1 : 1; /* the sign of an eigenvector is free: the larger side is positive */
    for (size_t i = 0; i < size; i++)
        map[i] = sign * map[i] > 0 ? sign * map[i] : 0;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    const struct nn_node *layer = call->net->nodes[call->layer];
    size_t channels = layer->shape.dim[0], size = layer->size / channels;
    float *activations = NULL;
    double *work = nn_calloc(3 * channels, sizeof *work);
    if (!work)
        return nn_fail_memory(error, 3 * channels * sizeof *work);
    struct nn_progress_part whole = nn_progress_enter(call->progress, 0, 2);
    NN_TRY(nn_cam_activations(call, &activations, error));
    nn_progress_back(call->progress, whole);
    whole = nn_progress_enter(call->progress, 1, 2);
    for (size_t s = 0; s < call->batch; s++) {
        if (nn_cancelled(call->progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        project(activations + s * layer->size, channels, size, work, work + channels,
                work + 2 * channels, out + s * size);
        nn_progress_set(call->progress, (double)(s + 1) / (double)call->batch);
    }
    nn_progress_back(call->progress, whole);
out:
    nn_free(activations);
    nn_free(work);
    return status;
}

const struct nn_method nn_method_eigencam = {
    .name = "eigencam",
    .alias = NULL,
    .summary = "what the feature maps have most in common; the same for every class",
    .formula = "relu of the projection of A (channels centred) on its first principal direction",
    .source = "Muhammad, Yeasin 2020; the sign, which is free, makes the larger side positive",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
