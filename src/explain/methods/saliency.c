#include "explain/method.h"

#include <math.h>

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = nn_explain_input_gradient(call, NULL, out, error);
    size_t count = call->batch * call->net->nodes[0]->size;
    for (size_t i = 0; status == NN_OK && i < count; i++)
        out[i] = fabsf(out[i]);
    return status;
}

const struct nn_method nn_method_saliency = {
    .name = "saliency",
    .alias = NULL,
    .summary = "how strongly each input value moves the answer",
    .formula = "|dF/dx|",
    .source = "Simonyan, Vedaldi, Zisserman 2013, section 3; no reduction over channels",
    .args = nn_no_args,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .run = run,
};
