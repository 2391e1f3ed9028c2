#include "explain/noise.h"

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_noise_run(call, NN_NOISE_MEAN, out, error);
}

const struct nn_method nn_method_smoothgrad = {
    .name = "smoothgrad",
    .alias = NULL,
    .summary = "a gradient method averaged over noisy copies of the input",
    .formula = "mean over noise n of A(x + n)",
    .source = "Smilkov et al. 2017, section 2",
    .args = nn_noise_args,
    .axioms = 0,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
