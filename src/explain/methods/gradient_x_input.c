#include "explain/method.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = nn_explain_input_gradient(call, NULL, out, error);
    size_t count = call->batch * call->net->nodes[0]->size;
    for (size_t i = 0; status == NN_OK && i < count; i++)
        out[i] *= call->x[i];
    return status;
}

const struct nn_method nn_method_gradient_x_input = {
    .name = "gradient_x_input",
    .alias = "gxi",
    .summary = "gradient times input: the share of each value in a linear view",
    .formula = "x dF/dx",
    .source = "Shrikumar, Greenside, Shcherbina, Kundaje 2016",
    .args = nn_no_args,
    .flags = NN_METHOD_EFFECTS,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
