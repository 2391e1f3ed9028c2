/* Every kernel but gemm, of every usable set, against the same formula in double, for all lengths
 * up to beyond any unrolling; and what happens to NaN, Inf and large values. */
#include "guarded.h"

#include "base/random.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Arrays end where a page ends; so, over all lengths, they begin at every alignment. */
enum { LONGEST = 67, GUARD = 8, LARGE = 4099 };
enum { ARRAYS = 8 };
static struct guarded memory[ARRAYS];
static float *a, *b, *y, *m, *v, *before, *m_before, *v_before;

static void make_memory(void)
{
    for (int i = 0; i < ARRAYS; i++)
        memory[i] = guarded_new(LARGE + GUARD);
}

static void fill(size_t n)
{
    float **arrays[ARRAYS] = {&a, &b, &y, &m, &v, &before, &m_before, &v_before};
    struct nn_random random;
    nn_random_init(&random, n, NN_STREAM_GENERATE, 0);
    for (int i = 0; i < ARRAYS; i++)
        *arrays[i] = guarded_last(&memory[i], n);
    for (size_t i = 0; i < n; i++) {
        a[i] = 3.0f * nn_random_normal(&random);
        b[i] = nn_random_normal(&random);
        y[i] = before[i] = nn_random_normal(&random);
        m[i] = m_before[i] = nn_random_normal(&random);
        v[i] = v_before[i] = nn_random_float(&random);
    }
    for (size_t i = 1; i <= GUARD; i++)
        y[-(ptrdiff_t)i] = before[-(ptrdiff_t)i] = (float)i;
}

static void near(const char *kernel, size_t n, size_t i, float got, double wanted)
{
    double tolerance = 3e-7 * (fabs(wanted) + 1.0);
    cr_assert(fabs((double)got - wanted) <= tolerance, "%s %s[%zu] of %zu: %.9g, not %.9g",
              nn_kernels->name, kernel, i, n, (double)got, wanted);
}

static void untouched(const char *kernel, size_t n)
{
    cr_assert(memcmp(y - GUARD, before - GUARD, GUARD * sizeof *y) == 0,
              "%s %s writes before the beginning of %zu", nn_kernels->name, kernel, n);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* CHECK(kernel, the call, what y[i] must be): for one length. */
#define CHECK(kernel, call, wanted)                                                                \
    do {                                                                                           \
        fill(n);                                                                                   \
        nn_kernels->kernel call;                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            near(#kernel, n, i, y[i], wanted);                                                     \
        untouched(#kernel, n);                                                                     \
    } while (0)

static void check_maps(size_t n)
{
    CHECK(add, (n, a, b, y), (double)a[i] + (double)b[i]);
    CHECK(accumulate, (n, a, y), (double)before[i] + (double)a[i]);
    CHECK(multiply, (n, a, b, y), (double)a[i] * (double)b[i]);
    CHECK(axpy, (n, 0.7f, a, y), (double)before[i] + (double)0.7f * (double)a[i]);
    CHECK(scale, (n, -1.3f, y), (double)-1.3f * (double)before[i]);
    CHECK(relu, (n, a, y), fmax((double)a[i], 0));
    CHECK(relu_backward, (n, a, b, y), a[i] > 0 ? (double)b[i] : 0);
    CHECK(sigmoid, (n, a, y), sigmoid((double)a[i]));
    CHECK(tanh, (n, a, y), tanh((double)a[i]));
}

static void check_reductions(size_t n)
{
    double sum = 0, dot = 0;
    fill(n);
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i];
        dot += (double)a[i] * (double)b[i];
    }
    cr_assert(fabs(nn_kernels->sum(n, a) - sum) <= 1e-13 * (double)(n + 1), "sum of %zu", n);
    cr_assert(fabs(nn_kernels->dot(n, a, b) - dot) <= 1e-13 * (double)(n + 1), "dot of %zu", n);
}

static void check_softmax(size_t n)
{
    double sum = 0;
    fill(n);
    for (size_t i = 0; i < n; i++)
        sum += exp((double)a[i]);
    nn_kernels->softmax(n, a, y);
    for (size_t i = 0; i < n; i++)
        near("softmax", n, i, y[i], exp((double)a[i]) / sum);
    untouched("softmax", n);
}

static void check_from_bytes(size_t n)
{
    fill(n);
    unsigned char *bytes = (unsigned char *)b; /* which ends where a page ends */
    bytes += n * (sizeof *b - 1);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(i * 37);
    nn_kernels->from_bytes(n, bytes, 3.5f, 0.3f, y);
    for (size_t i = 0; i < n; i++) {
        float wanted = ((float)bytes[i] - 3.5f) * 0.3f; /* to the bit: the same in every set */
        cr_assert(memcmp(&y[i], &wanted, sizeof wanted) == 0, "from_bytes[%zu] of %zu", i, n);
    }
    untouched("from_bytes", n);
}

static void check_rescale(size_t n)
{
    static double offset[LARGE], factor[LARGE];
    fill(n);
    for (size_t i = 0; i < n; i++) {
        offset[i] = 1e3 * (double)b[i];
        factor[i] = 1.0 / (3.0 + (double)i);
    }
    nn_kernels->rescale(n, a, offset, factor, y);
    for (size_t i = 0; i < n; i++) {
        float wanted = (float)(((double)a[i] - offset[i]) * factor[i]); /* to the bit */
        cr_assert(memcmp(&y[i], &wanted, sizeof wanted) == 0, "rescale[%zu] of %zu", i, n);
    }
    untouched("rescale", n);
    nn_kernels->rescale(n, a, offset, factor, a);
    cr_assert(memcmp(a, y, n * sizeof *a) == 0, "rescale of %zu in place", n);
}

static void check_binary_crossentropy(size_t n)
{
    const float factor = 0.7f;
    double sum = 0;
    fill(n);
    for (size_t i = 0; i < n; i++) {
        double z = (double)(a[i] *= 4.0f), t = (double)(b[i] = i % 3 ? (float)(i % 2) : v[i]);
        sum += fmax(z, 0) - z * t + log1p(exp(-fabs(z)));
    }
    double got = nn_kernels->binary_crossentropy(n, a, b, factor, y);
    cr_assert(fabs(got - sum) <= 1e-7 * (sum + 1), "binary_crossentropy of %zu: %.17g, not %.17g",
              n, got, sum);
    cr_assert(got == nn_kernels->binary_crossentropy(n, a, b, factor, NULL));
    for (size_t i = 0; i < n; i++)
        near("binary_crossentropy", n, i, y[i],
             (double)factor * (sigmoid((double)a[i]) - (double)b[i]));
    untouched("binary_crossentropy", n);
}

/* Sure and right: hardly any loss, and the slope keeps its size; sure and wrong: no overflow. */
static void check_sure(float z)
{
    const float logit[] = {z, -z, z}, target[] = {1, 0, 0};
    float slope[3];
    double far = exp(-(double)z),
           loss = nn_kernels->binary_crossentropy(3, logit, target, 1, slope);
    cr_assert(fabs(loss - (double)z) <= 1e-6, "%s: loss of %g is %g", nn_kernels->name, (double)z,
              loss);
    cr_assert(fabs((double)slope[0] + far) <= 1e-6 * far && slope[1] == -slope[0], "%s: slope %g",
              nn_kernels->name, (double)slope[0]);
    cr_assert(slope[2] == 1.0f);
}

static void check_norms(size_t n)
{
    const double mean = 0.3, scale = 1.7, offset = -0.2, shift = 0.1, slope = 0.4;
    double squares = 0, product = 0;
    CHECK(norm, (n, a, mean, scale, offset, y), ((double)a[i] - mean) * scale + offset);
    CHECK(norm_backward, (n, a, mean, b, shift, slope, scale, y),
          scale * ((double)b[i] - shift - ((double)a[i] - mean) * slope));
    for (size_t i = 0; i < n; i++) {
        squares += ((double)a[i] - mean) * ((double)a[i] - mean);
        product += (double)b[i] * ((double)a[i] - mean);
    }
    double tolerance = 1e-13 * (squares + 1.0);
    cr_assert(fabs(nn_kernels->norm_squares(n, a, mean) - squares) <= tolerance, "squares");
    cr_assert(fabs(nn_kernels->norm_product(n, a, mean, b) - product) <= tolerance, "product");
}

/* The kernels that allow y = x, as layers use them. */
static void check_in_place(size_t n)
{
    fill(n);
    nn_kernels->add(n, y, a, y);
    nn_kernels->multiply(n, b, y, y);
    nn_kernels->relu(n, y, y);
    nn_kernels->tanh(n, y, y);
    nn_kernels->sigmoid(n, y, y);
    for (size_t i = 0; i < n; i++) {
        double x = ((double)before[i] + (double)a[i]) * (double)b[i];
        near("in place", n, i, y[i], sigmoid(tanh(fmax(x, 0))));
    }
}

/* torch.optim.SGD, one step. */
static void check_sgd(size_t n, float momentum, float decay, bool nesterov, bool first)
{
    fill(n);
    if (first)
        for (size_t i = 0; i < n; i++)
            v[i] = NAN; /* must not matter */
    nn_kernels->sgd(n, y, a, momentum == 0.0f ? NULL : v, 0.1f, momentum, decay, nesterov, first);
    for (size_t i = 0; i < n; i++) {
        double g = (double)a[i] + (double)decay * (double)before[i];
        double velocity = first ? g : (double)momentum * (double)v_before[i] + g;
        double step = nesterov ? g + (double)momentum * velocity : velocity;
        if (momentum == 0.0f)
            step = g;
        else
            near("sgd velocity", n, i, v[i], velocity);
        near("sgd", n, i, y[i], (double)before[i] - (double)0.1f * step);
    }
    untouched("sgd", n);
}

/* torch.optim.Adam, step `t`. */
static void check_adam(size_t n, float decay, int t)
{
    const float lr = 0.01f, beta1 = 0.9f, beta2 = 0.999f, eps = 1e-8f;
    double correction1 = 1 - pow((double)beta1, t), correction2 = 1 - pow((double)beta2, t);
    fill(n);
    nn_kernels->adam(n, y, a, m, v, lr, beta1, beta2, eps, decay, (float)correction1,
                     (float)correction2);
    for (size_t i = 0; i < n; i++) {
        double g = (double)a[i] + (double)decay * (double)before[i];
        double mean = (double)beta1 * (double)m_before[i] + (1 - (double)beta1) * g;
        double square = (double)beta2 * (double)v_before[i] + (1 - (double)beta2) * g * g;
        double step = mean / correction1 / (sqrt(square / correction2) + (double)eps);
        near("adam m", n, i, m[i], mean);
        near("adam v", n, i, v[i], square);
        near("adam", n, i, y[i], (double)before[i] - (double)lr * step);
    }
    untouched("adam", n);
}

static void check_length(size_t n)
{
    check_maps(n);
    check_reductions(n);
    if (n > 0)
        check_softmax(n);
    check_from_bytes(n);
    check_rescale(n);
    check_binary_crossentropy(n);
    check_norms(n);
    check_in_place(n);
    for (int bits = 0; bits < 8; bits++)
        check_sgd(n, bits & 1 ? 0.9f : 0.0f, bits & 2 ? 0.01f : 0.0f, bits & 1 && bits & 4,
                  bits & 2);
    check_sgd(n, 0.9f, 0.0f, true, true);
    check_adam(n, 0.0f, 1);
    check_adam(n, 0.1f, 1000);
}

Test(elementwise, every_set_and_length)
{
    const char *set;
    make_memory();
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        for (size_t n = 0; n <= LONGEST; n++)
            check_length(n);
        check_length(LARGE);
        check_sure(20.0f);
        check_sure(80.0f);
    }
}

/* Distance from the true value in units of the last place of a float. */
static double ulps(float got, double wanted)
{
    double unit =
        fabs((double)nextafterf((float)fabs(wanted), INFINITY) - fabs((double)(float)wanted));
    return fabs((double)got - wanted) / unit;
}

/* Floats of all sizes and both signs, without NaN and Inf. */
static float any_float(uint32_t number)
{
    float x;
    uint32_t bits = number * 2654435761u;
    memcpy(&x, &bits, sizeof x);
    return isfinite(x) ? x : 0.0f;
}

Test(elementwise, functions_are_within_four_units_of_the_last_place)
{
    enum { BLOCK = 64, BLOCKS = 20000 };
    const char *set;
    float x[BLOCK], s_out[BLOCK], t_out[BLOCK];
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        for (uint32_t block = 0; block < BLOCKS; block++) {
            for (uint32_t i = 0; i < BLOCK; i++) /* half of them where the functions are curved */
                x[i] = i % 2 ? any_float(block * BLOCK + i)
                             : 100.0f * (float)(block * BLOCK + i) / (BLOCK * BLOCKS) - 60.0f;
            nn_kernels->sigmoid(BLOCK, x, s_out);
            nn_kernels->tanh(BLOCK, x, t_out);
            for (size_t i = 0; i < BLOCK; i++) {
                double e = exp(-fabs((double)x[i])), true_sigmoid = (x[i] < 0.0f ? e : 1) / (1 + e);
                cr_assert(true_sigmoid < 1e-37 || ulps(s_out[i], true_sigmoid) <= 4,
                          "%s sigmoid(%.9g) = %.9g", set, (double)x[i], (double)s_out[i]);
                cr_assert(ulps(t_out[i], tanh((double)x[i])) <= 4, "%s tanh(%.9g) = %.9g", set,
                          (double)x[i], (double)t_out[i]);
            }
        }
    }
}

/* NaN, Inf, zeros of both signs, the smallest and the largest: the same as from ref. */
static void check_specials(const char *set)
{
    static const float special[] = {NAN,     INFINITY, -INFINITY, 0.0f, -0.0f,    1e-45f,
                                    -1e-45f, 3e38f,    -3e38f,    1.0f, -1.0f,    88.8f,
                                    -88.8f,  -103.5f,  -200.0f,   0.5f, 1.1e-38f, 0.625f};
    enum { COUNT = sizeof special / sizeof *special, PAIRS = COUNT * COUNT };
    float x[PAIRS], z[PAIRS], out[2][PAIRS];
    for (size_t i = 0; i < PAIRS; i++)
        x[i] = special[i % COUNT], z[i] = special[i / COUNT];
#define SAME(kernel, ...)                                                                          \
    do {                                                                                           \
        for (int r = 0; r < 2; r++) {                                                              \
            cr_assert(nn_kernels_select(r ? set : "ref", NULL) == NN_OK, "%s", set);               \
            y = out[r];                                                                            \
            memcpy(y, z, sizeof z);                                                                \
            nn_kernels->kernel(PAIRS, __VA_ARGS__);                                                \
        }                                                                                          \
        for (size_t i = 0; i < PAIRS; i++) {                                                       \
            double wanted = (double)out[0][i], got = (double)out[1][i];                            \
            cr_assert(isnan(wanted) ? isnan(got)                                                   \
                                    : wanted == got || fabs(got - wanted) < 3e-7 * fabs(wanted) || \
                                          (fabs(wanted) < 1e-37 && fabs(got) < 2e-37),             \
                      "%s %s(%g, %g) = %g, not %g", set, #kernel, (double)x[i], (double)z[i], got, \
                      wanted);                                                                     \
        }                                                                                          \
    } while (0)
    SAME(add, x, z, y);
    SAME(accumulate, x, y);
    SAME(multiply, x, z, y);
    SAME(axpy, 0.5f, x, y);
    SAME(scale, 0.5f, y);
    SAME(relu, x, y);
    SAME(relu_backward, x, z, y);
    SAME(sigmoid, x, y);
    SAME(tanh, x, y);
    SAME(softmax, x, y);
#undef SAME
}

Test(elementwise, special_values_as_in_ref)
{
    const char *set;
    for (size_t s = 1; (set = nn_kernels_available(s)); s++)
        check_specials(set);
}

Test(elementwise, extremes)
{
    static const float x[8] = {-1e30f, -200.0f, -0.0f, 0.0f, 200.0f, 1e30f, INFINITY, -INFINITY};
    static const float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    float out[8];
    const char *set;
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        nn_kernels->sigmoid(8, x, out);
        for (size_t i = 0; i < 8; i++)
            near("sigmoid", 8, i, out[i], x[i] == 0.0f ? 0.5 : x[i] > 0.0f);
        nn_kernels->tanh(8, x, out);
        for (size_t i = 0; i < 8; i++)
            near("tanh", 8, i, out[i], x[i] == 0.0f ? 0.0 : x[i] > 0.0f ? 1.0 : -1.0);
        nn_kernels->relu_backward(8, x, ones, out);
        for (size_t i = 0; i < 8; i++)
            cr_assert(out[i] == (x[i] > 0.0f ? 1.0f : 0.0f), "relu_backward at %g", (double)x[i]);
        nn_kernels->softmax(6, x, out); /* the largest is 1e30 */
        for (size_t i = 0; i < 6; i++)
            cr_assert(out[i] == (i == 5 ? 1.0f : 0.0f), "softmax[%zu] = %g", i, (double)out[i]);
        float row[3] = {-INFINITY, 1.0f, 1.0f};
        nn_kernels->softmax(3, row, out);
        cr_assert(out[0] == 0.0f && out[1] == 0.5f && out[2] == 0.5f, "a masked entry");
        row[0] = row[1] = row[2] = 3e38f;
        nn_kernels->softmax(3, row, out);
        near("softmax", 3, 0, out[0], 1.0 / 3);
    }
}

#define ALL_NAN(call)                                                                              \
    do {                                                                                           \
        memset(y, 0, LONGEST * sizeof *y);                                                         \
        nn_kernels->call;                                                                          \
        for (size_t at = 0; at < LONGEST; at++)                                                    \
            cr_assert(isnan(y[at]), "%s %s: y[%zu] = %g", set, #call, at, (double)y[at]);          \
    } while (0)

Test(elementwise, nan_propagates)
{
    const char *set;
    make_memory();
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        fill(LONGEST);
        for (size_t i = 0; i < LONGEST; i++)
            a[i] = NAN, b[i] = 1.0f;
        ALL_NAN(add(LONGEST, a, b, y));
        ALL_NAN(accumulate(LONGEST, a, y));
        ALL_NAN(multiply(LONGEST, b, a, y));
        ALL_NAN(axpy(LONGEST, 0.0f, a, y));
        ALL_NAN(relu(LONGEST, a, y));
        ALL_NAN(relu_backward(LONGEST, b, a, y));
        ALL_NAN(sigmoid(LONGEST, a, y));
        ALL_NAN(tanh(LONGEST, a, y));
        ALL_NAN(sgd(LONGEST, y, a, NULL, 0.1f, 0.0f, 0.0f, false, false));
        ALL_NAN(adam(LONGEST, y, a, m, v, 0.1f, 0.9f, 0.999f, 1e-8f, 0.0f, 1.0f, 1.0f));
        for (size_t i = 0; i < LONGEST; i++) {
            memset(b, 0, LONGEST * sizeof *b);
            b[i] = NAN;
            ALL_NAN(softmax(LONGEST, b, y));
            cr_assert(isnan(nn_kernels->sum(LONGEST, b)), "sum with a NaN at %zu", i);
            cr_assert(isnan(nn_kernels->dot(LONGEST, b, v)), "dot with a NaN at %zu", i);
            cr_assert(isnan(nn_kernels->binary_crossentropy(LONGEST, b, v, 1.0f, y)) && isnan(y[i]),
                      "binary_crossentropy with a NaN at %zu", i);
        }
    }
}
