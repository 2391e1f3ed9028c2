#include "explain/cam.h"
#include "explain/explain.h"

#include "base/mem.h"

#include <math.h>

/* Work for one sample. */
struct score {
    size_t channels, size, h, w;     /* of the layer */
    size_t in, image, height, width; /* of the input: all, one channel */
    float *mask, *masked;            /* [image] [chunk, in] */
    double *value;                   /* [channels] */
};

/* A feature map at the input's size, from 0 to 1. */
static void make_mask(const struct score *score, const float *map)
{
    float low = INFINITY, high = -INFINITY;
    nn_map_resize(map, score->h, score->w, score->mask, score->height, score->width);
    for (size_t i = 0; i < score->image; i++) {
        low = fminf(low, score->mask[i]);
        high = fmaxf(high, score->mask[i]);
    }
    for (size_t i = 0; i < score->image; i++)
        score->mask[i] = (score->mask[i] - low) / (high - low + 1e-8f);
}

static enum nn_status scores_of(struct score *score, const struct nn_explain_call *call,
                                const float *x, int32_t unit, const float *activation,
                                struct nn_error *error)
{
    struct nn_target target = call->target;
    int32_t units[NN_EXPLAIN_CHUNK];
    target.unit = units;
    for (size_t i = 0; i < NN_EXPLAIN_CHUNK; i++)
        units[i] = unit;
    for (size_t first = 0; first < score->channels; first += NN_EXPLAIN_CHUNK) {
        size_t n =
            score->channels - first < NN_EXPLAIN_CHUNK ? score->channels - first : NN_EXPLAIN_CHUNK;
        for (size_t k = 0; k < n; k++) {
            make_mask(score, activation + (first + k) * score->size);
            for (size_t i = 0; i < score->in; i++)
                score->masked[k * score->in + i] = x[i] * score->mask[i % score->image];
        }
        enum nn_status status = nn_explain_value(call->net, &target, score->masked, n,
                                                 score->value + first, call->progress, error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

/* relu(sum_c softmax(score)_c A_c) */
static void combine(const struct score *score, const float *activation, float *map)
{
    double top = -INFINITY, total = 0;
    for (size_t c = 0; c < score->channels; c++)
        top = fmax(top, score->value[c]);
    for (size_t c = 0; c < score->channels; c++)
        total += exp(score->value[c] - top);
    for (size_t i = 0; i < score->size; i++) {
        double sum = 0;
        for (size_t c = 0; c < score->channels; c++)
            sum += exp(score->value[c] - top) / total * (double)activation[c * score->size + i];
        map[i] = sum > 0 ? (float)sum : 0;
    }
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    const struct nn_node *layer = call->net->nodes[call->layer], *input = call->net->nodes[0];
    float *activations = NULL;
    if (input->shape.rank != 3)
        return nn_fail(error, NN_REFUSED, "scorecam masks images; the input is none");
    struct score score = {.channels = layer->shape.dim[0],
                          .h = layer->shape.dim[1],
                          .w = layer->shape.dim[2],
                          .in = input->size,
                          .height = input->shape.dim[1],
                          .width = input->shape.dim[2]};
    score.size = score.h * score.w;
    score.image = score.height * score.width;
    score.mask = nn_calloc(score.image, sizeof *score.mask);
    score.masked = nn_calloc(score.in, NN_EXPLAIN_CHUNK * sizeof *score.masked);
    score.value = nn_calloc(score.channels, sizeof *score.value);
    if (!score.mask || !score.masked || !score.value)
        NN_TRY(nn_fail_memory(error, score.in * NN_EXPLAIN_CHUNK * sizeof *score.masked));
    NN_TRY(nn_cam_activations(call, &activations, error));
    for (size_t s = 0; s < call->batch; s++) {
        const float *activation = activations + s * layer->size;
        NN_TRY(scores_of(&score, call, call->x + s * score.in, call->target.unit[s], activation,
                         error));
        combine(&score, activation, out + s * score.size);
        nn_progress_set(call->progress, (double)(s + 1) / (double)call->batch);
    }
out:
    nn_free(score.mask);
    nn_free(score.masked);
    nn_free(score.value);
    nn_free(activations);
    return status;
}

const struct nn_method nn_method_scorecam = {
    .name = "scorecam",
    .alias = NULL,
    .summary =
        "feature maps weighed by the answer to the input seen through each; needs no gradient",
    .formula =
        "relu(sum_c softmax_c(F(x * up(A_c))) A_c), up = resized to the input, scaled to 0..1",
    .source = "Wang et al. 2020, equation 5; scores without the baseline's (it cancels in the "
              "softmax); bilinear with "
              "half-pixel centres",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
