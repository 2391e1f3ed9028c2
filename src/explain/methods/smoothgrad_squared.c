#include "explain/noise.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_noise_run(call, NN_NOISE_SQUARE, out, error);
}

const struct nn_method nn_method_smoothgrad_squared = {
    .name = "smoothgrad_squared",
    .alias = NULL,
    .summary = "the mean of the squares over noisy copies: strong places, whatever their sign",
    .formula = "mean over noise n of A(x + n)^2",
    .source = "Hooker et al. 2019",
    .args = nn_noise_args,
    .axioms = 0,
    .scale = NN_SCALE_POSITIVE,
    .run = run,
};
