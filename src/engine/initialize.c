#include "engine/initialize.h"

#include <math.h>

const char *const nn_init_names[] = {"default",       "zeros",      "ones",      "glorot_uniform",
                                     "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
                                     "lecun_normal",  "orthogonal", "constant",  "normal",
                                     "uniform",       NULL};

static void fill(float *out, size_t count, double value)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)value;
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

/* `count` vectors of `length` floats `step` apart; the next one begins `next` floats later. */
struct vectors {
    float *data;
    size_t count, length, step, next;
};

static double dot(const struct vectors *vectors, size_t a, size_t b)
{
    const float *x = vectors->data + a * vectors->next, *y = vectors->data + b * vectors->next;
    double sum = 0.0;
    for (size_t i = 0; i < vectors->length; i++)
        sum += (double)x[i * vectors->step] * (double)y[i * vectors->step];
    return sum;
}

/* Takes off vector a what it has of vector b (of length 1). */
static void project_out(const struct vectors *vectors, size_t a, size_t b)
{
    float *x = vectors->data + a * vectors->next;
    const float *y = vectors->data + b * vectors->next;
    double share = dot(vectors, a, b);
    for (size_t i = 0; i < vectors->length; i++)
        x[i * vectors->step] =
            (float)((double)x[i * vectors->step] - share * (double)y[i * vectors->step]);
}

static void normalise(const struct vectors *vectors, size_t a)
{
    float *x = vectors->data + a * vectors->next;
    double length = sqrt(dot(vectors, a, a));
    for (size_t i = 0; i < vectors->length && length > 0.0; i++)
        x[i * vectors->step] = (float)((double)x[i * vectors->step] / length);
}

/* The Q of normal numbers = QR with a positive diagonal of R (so Q is uniform among all orthogonal
 * matrices), by Gram-Schmidt, twice for each vector so that rounding does not build up. */
static void draw_orthogonal(struct nn_random *random, float *out, const struct nn_shape *shape)
{
    size_t count = nn_shape_size(shape), rows = shape->dim[0], columns = count / rows;
    struct vectors vectors = {out, rows, columns, 1, columns};
    if (rows > columns)
        vectors = (struct vectors){out, columns, rows, columns, 1};
    draw_normal(random, out, count, 1.0);
    for (size_t a = 0; a < vectors.count; a++)
        for (int round = 0; round < 2; round++) {
            for (size_t b = 0; b < a; b++)
                project_out(&vectors, a, b);
            normalise(&vectors, a);
        }
}

void nn_initialize(const struct nn_param_spec *spec, enum nn_init method, double value,
                   uint64_t seed, int node, int param, float *out)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_INIT, (uint32_t)node);
    random.next = (uint64_t)param << 40;

    if (spec->init != NN_INIT_DEFAULT || method == NN_INIT_DEFAULT) {
        method = spec->init;
        value = spec->value;
    } else if (!spec->decays) {
        method = NN_INIT_ZEROS;
    }
    size_t count = nn_shape_size(&spec->shape);
    double in = spec->fan_in ? (double)spec->fan_in : 1.0;
    double both = in + (double)spec->fan_out;
    switch (method) {
    case NN_INIT_DEFAULT:
        draw_uniform(&random, out, count, 1.0 / sqrt(in));
        break;
    case NN_INIT_ZEROS:
        fill(out, count, 0.0);
        break;
    case NN_INIT_ONES:
        fill(out, count, 1.0);
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
    case NN_INIT_LECUN_UNIFORM:
        draw_uniform(&random, out, count, sqrt(3.0 / in));
        break;
    case NN_INIT_LECUN_NORMAL:
        draw_normal(&random, out, count, sqrt(1.0 / in));
        break;
    case NN_INIT_ORTHOGONAL:
        draw_orthogonal(&random, out, &spec->shape);
        break;
    case NN_INIT_CONSTANT:
        fill(out, count, value);
        break;
    case NN_INIT_NORMAL:
        draw_normal(&random, out, count, value);
        break;
    case NN_INIT_UNIFORM:
        draw_uniform(&random, out, count, value);
        break;
    }
}

void nn_init_params(const struct nn_args *args, int index, struct nn_param_spec *weight,
                    struct nn_param_spec *bias)
{
    enum nn_init init = (enum nn_init)nn_args_int(args, index);
    weight->init = init;
    if (bias)
        bias->init = init == NN_INIT_DEFAULT ? NN_INIT_DEFAULT : NN_INIT_ZEROS;
}
