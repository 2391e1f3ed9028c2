/* Products of the sizes that nets have. */
#include "bench.h"

#include "base/mem.h"
#include "kernels/kernels.h"

struct product {
    bool ta, tb;
    size_t m, n, k;
    float *a, *b, *c;
};

static void multiply(void *context)
{
    const struct product *p = context;
    nn_gemm(p->ta, p->tb, p->m, p->n, p->k, p->a, p->ta ? p->m : p->k, p->b, p->tb ? p->k : p->n,
            p->c, p->n, false);
}

static enum nn_status measure(const struct bench *bench, const char *op, size_t m, size_t n,
                              size_t k, const char *tag, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct product p = {.ta = op[0] == 'T', .tb = op[1] == 'T', .m = m, .n = n, .k = k};
    p.a = nn_calloc_aligned(m * k, sizeof *p.a);
    p.b = nn_calloc_aligned(k * n, sizeof *p.b);
    p.c = nn_calloc_aligned(m * n, sizeof *p.c);
    if (!p.a || !p.b || !p.c)
        NN_TRY(nn_fail_memory(error, m * n * sizeof *p.c));
    bench_fill(p.a, m * k);
    bench_fill(p.b, k * n);
    struct bench brief = *bench;
    brief.seconds /= 5;
    struct figure s = bench_time(&brief, multiply, &p);
    double work = 2e-9 * (double)m * (double)n * (double)k;
    bench_print(bench, "gemm", "op=%s m=%zu n=%zu k=%zu gflops=%.1f min=%.1f max=%.1f tag=%s", op,
                m, n, k, work / s.median, work / s.most, work / s.least, tag);
out:
    nn_free(p.a);
    nn_free(p.b);
    nn_free(p.c);
    return status;
}

static enum nn_status run_squares(const struct bench *bench, struct nn_error *error)
{
    static const size_t sizes[] = {16, 32, 64, 128, 256, 512, 1024, 2048};
    static const char *const ops[] = {"NN", "NT", "TN"};
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t o = 0; o < 3; o++)
            NN_TRY(measure(bench, ops[o], sizes[i], sizes[i], sizes[i], "square", error));
out:
    return status;
}

static enum nn_status run_shapes(const struct bench *bench, struct nn_error *error)
{
    static const struct {
        const char *op;
        size_t m, n, k;
        const char *tag;
    } shapes[] = {
        {"NT", 32, 128, 784, "dense-fwd"},
        {"NN", 32, 128, 784, "dense-fwd"},
        {"NT", 64, 128, 784, "dense-fwd"},
        {"NN", 64, 128, 784, "dense-fwd"},
        {"NT", 128, 512, 1152, "dense-fwd"},
        {"NN", 64, 512, 1152, "dense-fwd"},
        {"NN", 128, 256, 576, "dense-fwd"},
        {"TN", 128, 784, 64, "dense-dW"},
        {"NN", 64, 784, 128, "dense-dX"},
        {"NT", 64, 128, 9216, "cnn-dense-fwd"},
        {"TN", 128, 9216, 64, "cnn-dense-dW"},
        {"NN", 64, 9216, 128, "cnn-dense-dX"},
        {"NT", 64, 10, 128, "out-fwd"},
        {"TN", 10, 128, 64, "out-dW"},
        {"NN", 64, 128, 10, "out-dX"},
        {"NN", 64, 576, 288, "conv2-im2col-fwd"},
        {"NT", 64, 288, 576, "conv2-im2col-dW"},
        {"TN", 288, 576, 64, "conv2-im2col-dX"},
        {"NN", 32, 676, 9, "conv1-im2col-fwd"},
        {"NT", 1, 128, 784, "batch1"},
        {"NN", 1, 784, 128, "batch1-dX"},
        {"NT", 1, 128, 9216, "cnn-batch1"},
        {"NT", 32, 16, 8, "tiny"},
        {"NT", 32, 1, 16, "tiny"},
        {"TN", 16, 8, 32, "tiny"},
        {"NN", 32, 16, 1, "tiny"},
    };
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        NN_TRY(measure(bench, shapes[i].op, shapes[i].m, shapes[i].n, shapes[i].k, shapes[i].tag,
                       error));
out:
    return status;
}

const struct bench_task bench_squares = {"squares", "square products", run_squares};
const struct bench_task bench_gemm = {"gemm", "products as nets have them", run_shapes};
