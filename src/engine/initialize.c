#include "engine/initialize.h"

#include <math.h>

const char *const nn_init_names[] = {"default",       "zeros",      "ones",      "glorot_uniform",
                                     "glorot_normal", "he_uniform", "he_normal", NULL};

static void fill(float *out, size_t count, float value)
{
    for (size_t i = 0; i < count; i++)
        out[i] = value;
}

/* In [-bound, bound). */
static void draw_uniform(struct nn_random *random, float *out, size_t count, double bound)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)((2.0 * (double)nn_random_float(random) - 1.0) * bound);
}

static void draw_normal(struct nn_random *random, float *out, size_t count, double deviation)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)((double)nn_random_normal(random) * deviation);
}

static enum nn_init choose(const struct nn_param_spec *spec, enum nn_init method)
{
    if (spec->init != NN_INIT_DEFAULT || method == NN_INIT_DEFAULT)
        return spec->init;
    return spec->decays ? method : NN_INIT_ZEROS;
}

void nn_initialize(const struct nn_param_spec *spec, enum nn_init method, uint64_t seed, int node,
                   int param, float *out)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_INIT, (uint32_t)node);
    random.next = (uint64_t)param << 40;

    size_t count = nn_shape_size(&spec->shape);
    double in = spec->fan_in ? (double)spec->fan_in : 1.0;
    double both = in + (double)spec->fan_out;
    switch (choose(spec, method)) {
    case NN_INIT_DEFAULT:
        draw_uniform(&random, out, count, 1.0 / sqrt(in));
        break;
    case NN_INIT_ZEROS:
        fill(out, count, 0.0f);
        break;
    case NN_INIT_ONES:
        fill(out, count, 1.0f);
        break;
    case NN_INIT_GLOROT_UNIFORM:
        draw_uniform(&random, out, count, sqrt(6.0 / both));
        break;
    case NN_INIT_GLOROT_NORMAL:
        draw_normal(&random, out, count, sqrt(2.0 / both));
        break;
    case NN_INIT_HE_UNIFORM:
        draw_uniform(&random, out, count, sqrt(6.0 / in));
        break;
    case NN_INIT_HE_NORMAL:
        draw_normal(&random, out, count, sqrt(2.0 / in));
        break;
    }
}
