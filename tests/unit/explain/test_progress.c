/* Long explanations say how far they are and stop soon when asked: every method, on a net of two
 * convolutions of 32 and 64 maps, 28x28 pixels.
 *
 * Time is that of the worker's processor: the machine may be busy with other things. */
#include "nets.h"

#include "base/pool.h"
#include "explain/trust.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SOON 1.0
#else
#define SOON 0.1
#endif

enum { SAMPLES = 400, SIZE = 784 };

struct work {
    struct nn_explain_request request;
    struct nn_progress progress;
    enum nn_status status;
    bool trust; /* measure the map, too */
    atomic_bool ended;
    double seconds; /* at the end */
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *explain(void *context)
{
    struct work *work = context;
    struct nn_result *result = NULL;
    work->status = nn_explain(&work->request, &result, NULL);
    struct nn_trust trust;
    if (work->status == NN_OK && work->trust)
        work->status = nn_trust_measure(&work->request, result, NULL, true, &trust, NULL);
    nn_result_free(result);
    work->seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    atomic_store(&work->ended, true);
    return NULL;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Long work of a method, or of trust in its map for one sample: *late is how long it went on after
 * it was asked to stop; NaN when it had ended before. */
static void stop_method(const struct nn_net *net, const struct nn_method *method, const char *words,
                        const float *x, bool trust, double patience, double *late, double *fraction)
{
    struct nn_args args = args_of(method->args, words);
    struct work work = {.request = {.net = net,
                                    .method = method,
                                    .args = &args,
                                    .x = x,
                                    .batch = trust ? 1 : SAMPLES,
                                    .target = "1"},
                        .trust = trust};
    pthread_t thread;
    clockid_t clock;
    double asked = 0;
    work.request.progress = &work.progress;
    cr_assert(pthread_create(&thread, NULL, explain, &work) == 0);
    cr_assert(pthread_getcpuclockid(thread, &clock) == 0);
    while (!atomic_load(&work.ended) && (asked = seconds_of(clock)) < patience)
        nap();
    *fraction = atomic_load(&work.progress.fraction);
    bool ended = atomic_load(&work.ended);
    atomic_store(&work.progress.cancel, true);
    pthread_join(thread, NULL);
    *late = ended ? NAN : work.seconds - asked;
    cr_expect(ended || work.status == NN_CANCELLED || work.status == NN_OK, "%s: %d", method->name,
              work.status);
    cr_expect(ended || *late < 0.01 || work.status == NN_CANCELLED, "%s went on", method->name);
    nn_args_clear(&args);
}

static const char *long_words(const struct nn_method *method)
{
    if (strcmp(method->name, "shapley") == 0)
        return "kind=permutation samples=1000";
    if (nn_args_find(method->args, "samples") >= 0)
        return "samples=2000";
    return nn_args_find(method->args, "steps") >= 0 ? "steps=400" : "";
}

Test(progress, every_method_stops_within_a_tenth_of_a_second, .timeout = 120)
{
    const char *lines[] = {"conv2d 32 3 relu", "conv2d 64 3 relu", "maxpool2d 2", "flatten",
                           "dense 128 relu",   "dense 10 softmax", NULL};
    static float x[SAMPLES * SIZE];
    struct nn_net *net = net_of("1x28x28", lines, 1);
    struct nn_random random;
    nn_random_init(&random, 1, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < SAMPLES * SIZE; i++)
        x[i] = nn_random_float(&random);
    cr_assert(nn_pool_set_threads(1, NULL) == NN_OK);
    for (size_t m = 0; m < nn_method_count; m++) {
        double late, fraction;
        stop_method(net, nn_methods[m], long_words(nn_methods[m]), x, false, 0.06, &late,
                    &fraction);
        cr_expect(!(late > SOON), "%s went on for %.3f s", nn_methods[m]->name, late);
    }
    /* in the orders, under noise, among random nets */
    for (int k = 1; k <= 3; k++) {
        double late, fraction;
        stop_method(net, nn_method_find("smoothgrad"), "samples=20", x, true, 0.2 * k, &late,
                    &fraction);
        cr_expect(!(late > SOON), "trust went on for %.3f s", late);
    }
    nn_net_free(net);
}

/* The fraction grows as the work goes on, and never beyond 1. */
Test(progress, every_method_says_how_far_it_is, .timeout = 120)
{
    const char *lines[] = {"conv2d 4 3 relu name=c", "flatten", "dense 3 softmax", NULL};
    static float x[SAMPLES * 64];
    struct nn_net *net = net_of("1x8x8", lines, 1);
    struct nn_random random;
    nn_random_init(&random, 1, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < SAMPLES * 64; i++)
        x[i] = nn_random_float(&random);
    for (size_t m = 0; m < nn_method_count; m++) {
        const struct nn_method *method = nn_methods[m];
        struct nn_error error = {0};
        struct nn_result *result = NULL;
        struct nn_progress progress = {.begin = 0.5, .span = 0.25};
        struct nn_args args =
            args_of(method->args, nn_args_find(method->args, "samples") >= 0 ? "samples=4" : "");
        if (strcmp(method->name, "kernel_shap") == 0 || strcmp(method->name, "lime") == 0)
            args = (nn_args_clear(&args), args_of(method->args, "samples=200"));
        struct nn_explain_request request = {.net = net,
                                             .method = method,
                                             .args = &args,
                                             .x = x,
                                             .batch = 70,
                                             .target = "1",
                                             .progress = &progress};
        if (strcmp(method->name, "shapley") == 0)
            cr_assert(nn_args_set(&args, "kind", "permutation", "", NULL) == NN_OK);
        cr_assert(nn_explain(&request, &result, &error) == NN_OK, "%s: %s", method->name,
                  error.message);
        double end = atomic_load(&progress.fraction);
        cr_expect(fabs(end - 0.75) < 1e-9, "%s ends at %g of 0.75", method->name, end);
        cr_expect(progress.begin == 0.5 && progress.span == 0.25, "%s", method->name);
        nn_result_free(result);
        nn_args_clear(&args);
    }
    nn_net_free(net);
}
