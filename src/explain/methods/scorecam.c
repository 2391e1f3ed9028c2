#include "explain/cam.h"
#include "explain/explain.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Work for one sample. */
enum { VARIANT };
enum { CENTRES, CORNERS };

struct score {
    size_t channels, size, h, w;     /* of the layer */
    size_t in, image, height, width; /* of the input: all, one channel */
    bool corners;                    /* how maps are enlarged */
    float *mask;                     /* [image] */
    double *value;                   /* [channels] */
    const float *x, *activation;     /* of the sample */
};

/* A feature map at the input's size, from 0 to 1. */
static void make_mask(const struct score *score, const float *map)
{
    float low = INFINITY, high = -INFINITY;
    nn_map_resize_by(map, score->h, score->w, score->mask, score->height, score->width,
                     score->corners);
    for (size_t i = 0; i < score->image; i++) {
        low = fminf(low, score->mask[i]);
        high = fmaxf(high, score->mask[i]);
    }
    for (size_t i = 0; i < score->image; i++)
        score->mask[i] = (score->mask[i] - low) / (high - low + 1e-8f);
}

static void make(void *context, size_t first, size_t n, float *x)
{
    const struct score *score = context;
    for (size_t c = first; c < first + n; c++) {
        make_mask(score, score->activation + c * score->size);
        for (size_t i = 0; i < score->in; i++)
            *x++ = score->x[i] * score->mask[i % score->image];
    }
}

static void take(void *context, size_t first, size_t n, const double *value)
{
    const struct score *score = context;
    memcpy(score->value + first, value, n * sizeof *value);
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
    struct nn_plane map = nn_plane_of(&layer->shape), image = nn_plane_of(&input->shape);
    struct score score = {.channels = map.channels,
                          .h = map.height,
                          .w = map.width,
                          .in = input->size,
                          .height = image.height,
                          .width = image.width};
    score.corners = nn_args_int(call->args, VARIANT) == CORNERS;
    score.size = score.h * score.w;
    score.image = score.height * score.width;
    score.mask = nn_calloc(score.image, sizeof *score.mask);
    score.value = nn_calloc(score.channels, sizeof *score.value);
    if (!score.mask || !score.value)
        NN_TRY(nn_fail_memory(error, score.image * sizeof *score.mask));
    struct nn_progress_part all =
        nn_progress_enter(call->progress, 0, 1e6); /* next to nothing of the work */
    NN_TRY(nn_cam_activations(call, &activations, error));
    nn_progress_back(call->progress, all);
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        struct nn_trials trials = {.call = call,
                                   .sample = s,
                                   .n = score.channels,
                                   .make = make,
                                   .take = take,
                                   .context = &score};
        score.x = call->x + s * score.in;
        score.activation = activations + s * layer->size;
        NN_TRY(nn_explain_trials(&trials, error));
        combine(&score, score.activation, out + s * score.size);
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(score.mask);
    nn_free(score.value);
    nn_free(activations);
    return status;
}

static const struct nn_arg_spec args[] = {
    {"variant", NN_ARG_CHOICE, "centres", 0, 0, "centres|corners", NULL,
     "how maps are enlarged: corners lays corner on corner, as pytorch-grad-cam does", 0},
    {0},
};

const struct nn_method nn_method_scorecam = {
    .name = "scorecam",
    .alias = NULL,
    .summary =
        "feature maps weighed by the answer to the input seen through each; needs no gradient",
    .formula =
        "relu(sum_c softmax_c(F(x * up(A_c))) A_c), up = resized to the input, scaled to 0..1",
    .source = "Wang et al. 2020, equation 5; scores without the baseline's (it cancels in the "
              "softmax); bilinear, with "
              "half-pixel centres (the paper does not say), or corner on corner as "
              "pytorch-grad-cam: variant=corners",
    .args = args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
