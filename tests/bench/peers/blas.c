/* Products of the sizes that nets have, by a BLAS or by oneDNN, loaded when it runs.
 *
 *   blas [--threads=N] [--seconds=S] [--...] NAME gemm|squares|shapes...      NAME: openblas,
 * onednn
 *
 * Exit status 77: the library is not there; 78: no such task. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void cblas_sgemm_function(int order, int ta, int tb, int m, int n, int k, float alpha,
                                  const float *a, int lda, const float *b, int ldb, float beta,
                                  float *c, int ldc);
typedef int dnnl_sgemm_function(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha,
                                const float *a, int64_t lda, const float *b, int64_t ldb,
                                float beta, float *c, int64_t ldc);
static cblas_sgemm_function *cblas;
static dnnl_sgemm_function *dnnl;

static void multiply(const char *op, int m, int n, int k, const float *a, const float *b, float *c)
{
    int lda = op[0] == 'T' ? m : k, ldb = op[1] == 'T' ? k : n;
    if (dnnl)
        dnnl(op[0], op[1], m, n, k, 1.0f, a, lda, b, ldb, 0.0f, c, n);
    else
        cblas(101, op[0] == 'T' ? 112 : 111, op[1] == 'T' ? 112 : 111, m, n, k, 1.0f, a, lda, b,
              ldb, 0.0f, c, n);
}

static clockid_t timer = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec t;
    clock_gettime(timer, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static float *numbers(size_t count)
{
    float *x = aligned_alloc(64, (count * sizeof *x + 63) / 64 * 64);
    if (!x)
        exit(1);
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(i * 7919 % 1000) * 1e-3f - 0.5f;
    return x;
}

static void measure(const char *peer, int threads, double seconds, const char *op, int m, int n,
                    int k)
{
    enum { RUNS = 5 };
    float *a = numbers((size_t)m * (size_t)k), *b = numbers((size_t)k * (size_t)n),
          *c = numbers((size_t)m * (size_t)n);
    double rate[RUNS], work = 2e-9 * m * n * k, start = now();
    long calls = 0;
    do
        multiply(op, m, n, k, a, b, c);
    while (calls++, now() - start < seconds / (RUNS + 1));
    for (int r = 0; r < RUNS; r++) {
        start = now();
        for (long i = 0; i < calls; i++)
            multiply(op, m, n, k, a, b, c);
        rate[r] = work * (double)calls / (now() - start);
    }
    qsort(rate, RUNS, sizeof *rate, compare);
    printf("%s gemm threads=%d op=%s m=%d n=%d k=%d gflops=%.1f min=%.1f max=%.1f\n", peer, threads,
           op, m, n, k, rate[RUNS / 2], rate[0], rate[RUNS - 1]);
    free(a);
    free(b);
    free(c);
}

static int load(const char *peer)
{
    int onednn = strcmp(peer, "onednn") == 0;
    void *library = dlopen(onednn ? "libdnnl.so.2" : "libopenblas.so.0", RTLD_NOW);
    void *symbol = library ? dlsym(library, onednn ? "dnnl_sgemm" : "cblas_sgemm") : NULL;
    if (onednn)
        dnnl = (dnnl_sgemm_function *)symbol;
    else
        cblas = (cblas_sgemm_function *)symbol;
    return symbol != NULL;
}

int main(int count, char **words)
{
    static const struct {
        const char *op;
        int m, n, k;
    } shapes[] = {
        {"NT", 64, 128, 784},  {"TN", 128, 784, 64},  {"NN", 64, 784, 128}, {"NT", 64, 128, 9216},
        {"TN", 128, 9216, 64}, {"NN", 64, 9216, 128}, {"NT", 64, 10, 128},  {"NN", 64, 576, 288},
        {"NT", 1, 128, 784},   {"NT", 32, 16, 8},
    };
    static const int sides[] = {16, 32, 64, 128, 256, 512, 1024, 2048};
    static const char *const ops[] = {"NN", "NT", "TN"};
    double seconds = 0.5;
    int threads = 1, i = 1;
    for (; i < count && strncmp(words[i], "--", 2) == 0; i++) {
        sscanf(words[i], "--threads=%d", &threads);
        sscanf(words[i], "--seconds=%lf", &seconds);
        if (strcmp(words[i], "--cpu") == 0)
            timer = CLOCK_PROCESS_CPUTIME_ID;
    }
    if (count - i != 2)
        return 2;
    const char *peer = words[i], *task = words[i + 1];
    if (!load(peer))
        return 77;
    if (strcmp(task, "squares") == 0)
        for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
            for (size_t o = 0; o < 3; o++)
                measure(peer, threads, seconds / 5, ops[o], sides[s], sides[s], sides[s]);
    else if (strcmp(task, "gemm") == 0)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            measure(peer, threads, seconds / 5, shapes[s].op, shapes[s].m, shapes[s].n,
                    shapes[s].k);
    else
        return 78;
    return 0;
}
