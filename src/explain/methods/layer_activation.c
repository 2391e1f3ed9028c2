#include "explain/cam.h"
#include "explain/layerpath.h"

#include "base/mem.h"

#include <string.h>

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    float *activations = NULL;
    enum nn_status status = nn_cam_activations(call, &activations, error);
    if (status == NN_OK)
        memcpy(out, activations,
               call->batch * call->net->nodes[call->layer]->size * sizeof *activations);
    nn_free(activations);
    return status;
}

const struct nn_method nn_method_layer_activation = {
    .name = "layer_activation",
    .alias = NULL,
    .summary = "what the units of a layer answer to the input",
    .formula = "A(x)",
    .source = "Captum, LayerActivation",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .shape = nn_layer_shape,
    .run = run,
};
