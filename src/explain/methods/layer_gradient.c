#include "explain/layerpath.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .x = call->x,
                                  .n = call->batch,
                                  .seen = call->seen,
                                  .to = call->layer,
                                  .dx = out};
    return nn_explain_gradient(&job, call->progress, error);
}

const struct nn_method nn_method_layer_gradient = {
    .name = "layer_gradient",
    .alias = NULL,
    .summary = "how strongly each unit of a layer moves the answer",
    .formula = "dF/dA",
    .source = "the gradient of Simonyan et al. 2013 at a layer; times A it is Captum's "
              "LayerGradientXActivation",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .shape = nn_layer_shape,
    .run = run,
};
