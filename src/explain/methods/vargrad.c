#include "explain/noise.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_noise_run(call, NN_NOISE_VARIANCE, out, error);
}

const struct nn_method nn_method_vargrad = {
    .name = "vargrad",
    .alias = NULL,
    .summary = "the variance over noisy copies: where the map is not to be trusted",
    .formula = "variance over noise n of A(x + n) (population)",
    .source = "Adebayo et al. 2018; Hooker et al. 2019; computed by Welford",
    .args = nn_noise_args,
    .axioms = 0,
    .scale = NN_SCALE_POSITIVE,
    .run = run,
};
