#include "engine/losses/probability.h"

#include <math.h>

double nn_loss_sigmoid(double z)
{
    double e = exp(-fabs(z));
    return z >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

double nn_loss_binary_logit(double z, double t)
{
    return fmax(z, 0.0) - z * t + log1p(exp(-fabs(z)));
}

double nn_loss_bounded_log(double p)
{
    double value = log(p);
    return value < -100.0 ? -100.0 : value;
}

double nn_loss_bounded_inverse(double p)
{
    return 1.0 / (p < 1e-12 ? 1e-12 : p);
}

double nn_loss_log_sum(const float *z, size_t width, double *top)
{
    double largest = (double)z[0], sum = 0.0;
    for (size_t k = 1; k < width; k++)
        largest = fmax(largest, (double)z[k]);
    for (size_t k = 0; k < width; k++)
        sum += exp((double)z[k] - largest);
    *top = largest;
    return log(sum);
}
