#include "explain/cam.h"
#include "explain/explain.h"
#include "explain/rules.h"

#include "base/mem.h"

enum { UPSAMPLING };

static const struct nn_arg_spec args[] = {
    {"upsampling", NN_ARG_CHOICE, "nearest", 0, 0, "nearest|bilinear", NULL,
     "how the map grows to the input's size: nearest as Captum, bilinear as the paper", 0},
    {0},
};

static void grow(const struct nn_args *values, const float *map, size_t h, size_t w, float *out,
                 size_t H, size_t W)
{
    if (nn_args_int(values, UPSAMPLING) == 1) {
        nn_map_resize(map, h, w, out, H, W);
        return;
    }
    for (size_t row = 0; row < H; row++)
        for (size_t column = 0; column < W; column++)
            out[row * W + column] = map[row * h / H * w + column * w / W];
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status;
    const struct nn_node *layer = call->net->nodes[call->layer], *input = call->net->nodes[0];
    struct nn_plane map = nn_plane_of(&layer->shape), image = nn_plane_of(&input->shape);
    size_t h = map.height, w = map.width, H = image.height, W = image.width;
    float *maps = NULL, *grown = NULL;
    maps = nn_calloc(call->batch, h * w * sizeof *maps);
    grown = nn_calloc(H * W, sizeof *grown);
    if (!maps || !grown)
        NN_TRY(nn_fail_memory(error, call->batch * h * w * sizeof *maps));
    struct nn_progress_part whole = nn_progress_enter(call->progress, 0, 2);
    NN_TRY(nn_method_find("gradcam")->run(call, maps, gap, error));
    nn_progress_back(call->progress, whole);
    whole = nn_progress_enter(call->progress, 1, 2);
    NN_TRY(nn_explain_input_gradient(call, &nn_rule_guided, out, error));
    nn_progress_back(call->progress, whole);
    for (size_t s = 0; s < call->batch; s++) {
        grow(call->args, maps + s * h * w, h, w, grown, H, W);
        for (size_t i = 0; i < input->size; i++)
            out[s * input->size + i] *= grown[i % (H * W)];
    }
out:
    nn_free(maps);
    nn_free(grown);
    return status;
}

const struct nn_method nn_method_guided_gradcam = {
    .name = "guided_gradcam",
    .alias = NULL,
    .summary = "guided backprop where Grad-CAM says that it matters",
    .formula = "guided_backprop * up(gradcam)",
    .source = "Selvaraju et al. 2017, section 3.2; nearest neighbour as in Captum, or bilinear as "
              "in the paper",
    .args = args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL | NN_METHOD_RECTIFIERS,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
