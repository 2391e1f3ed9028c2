#include "explain/method.h"
#include "explain/rules.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_explain_input_gradient(call, &nn_rule_deconvnet, out, error);
}

const struct nn_method nn_method_deconvnet = {
    .name = "deconvnet",
    .alias = NULL,
    .summary = "the pattern that units respond to, whatever was active",
    .formula = "dF/dx with g 1[g>0] at every relu",
    .source = "Zeiler, Fergus 2014, section 2.1; max-pooling as in the gradient",
    .args = nn_no_args,
    .flags = NN_METHOD_RECTIFIERS,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
