#include "explain/method.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_explain_input_gradient(call, NULL, out, error);
}

const struct nn_method nn_method_gradient = {
    .name = "gradient",
    .alias = NULL,
    .summary = "the gradient with its sign",
    .formula = "dF/dx",
    .source = "Simonyan, Vedaldi, Zisserman 2013, equation 3",
    .args = nn_no_args,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
