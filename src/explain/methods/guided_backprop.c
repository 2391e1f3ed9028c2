#include "explain/method.h"
#include "explain/rules.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_explain_input_gradient(call, &nn_rule_guided, out, error);
}

const struct nn_method nn_method_guided_backprop = {
    .name = "guided_backprop",
    .alias = "guided",
    .summary = "what excites the active units on the way to the answer",
    .formula = "dF/dx with g 1[x>0] 1[g>0] at every relu",
    .source =
        "Springenberg, Dosovitskiy, Brox, Riedmiller 2015, section 3.4; relu alone is changed",
    .args = nn_no_args,
    .flags = NN_METHOD_RECTIFIERS,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
