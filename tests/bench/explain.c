/* Explanations of one image on the CNN. */
#include "nets.h"

#include "base/mem.h"
#include "explain/explain.h"

#include <string.h>

struct question {
    struct nn_explain_request request;
    enum nn_status status;
    struct nn_error error;
};

static void ask(void *context)
{
    struct question *question = context;
    struct nn_result *result = NULL;
    if (question->status == NN_OK)
        question->status = nn_explain(&question->request, &result, &question->error);
    nn_result_free(result);
}

static enum nn_status measure(const struct bench *bench, const struct nn_net *net, const float *x,
                              const char *method, const struct nn_word *words, size_t count,
                              const char *label, struct nn_error *error)
{
    struct nn_args args = {0};
    struct question question = {.request = {.net = net,
                                            .method = nn_method_find(method),
                                            .args = &args,
                                            .x = x,
                                            .batch = 1,
                                            .target = "9"}};
    enum nn_status status;
    NN_TRY(nn_args_parse(&args, question.request.method->args, words, count, method, error));
    struct figure f = bench_time(bench, ask, &question);
    if (question.status != NN_OK)
        *error = question.error;
    status = question.status;
    if (status == NN_OK)
        bench_print(bench, "explain", "net=cnn method=%s ms=%.3f min=%.3f max=%.3f n=%d", label,
                    1e3 * f.median, 1e3 * f.least, 1e3 * f.most, f.count);
out:
    nn_args_clear(&args);
    return status;
}

static enum nn_status run(const struct bench *bench, struct nn_error *error)
{
    static const struct nn_word steps[] = {{"steps", "50", 1}}, samples[] = {{"samples", "50", 1}},
                                windows[] = {{"window", "4", 1}, {"stride", "2", 10}};
    struct nn_dataset *dataset = NULL;
    struct nn_net *net = NULL;
    float x[784];
    enum nn_status status;
    NN_TRY(bench_fashion(bench, &bench_nets[NET_CNN], &dataset, error));
    NN_TRY(bench_build(&bench_nets[NET_CNN], &net, error));
    nn_dataset_sample(dataset, NN_SPLIT_TRAIN, 0, x);
    NN_TRY(measure(bench, net, x, "saliency", NULL, 0, "saliency", error));
    NN_TRY(measure(bench, net, x, "gradcam", NULL, 0, "gradcam", error));
    NN_TRY(measure(bench, net, x, "integrated_gradients", steps, 1, "ig50", error));
    NN_TRY(measure(bench, net, x, "smoothgrad", samples, 1, "smoothgrad50", error));
    NN_TRY(measure(bench, net, x, "occlusion", windows, 2, "occlusion4s2", error));
out:
    nn_net_free(net);
    nn_dataset_free(dataset);
    return status;
}

/* Every method as `explain METHOD` runs it. */
static enum nn_status run_methods(const struct bench *bench, struct nn_error *error)
{
    const struct nn_word all[] = {{"kind", "permutation", 1}};
    struct nn_dataset *dataset = NULL;
    struct nn_net *net = NULL;
    float x[784];
    enum nn_status status;
    NN_TRY(bench_fashion(bench, &bench_nets[NET_CNN], &dataset, error));
    NN_TRY(bench_build(&bench_nets[NET_CNN], &net, error));
    nn_dataset_sample(dataset, NN_SPLIT_TRAIN, 0, x);
    for (size_t m = 0; m < nn_method_count; m++) {
        bool orders = strcmp(nn_methods[m]->name, "shapley") == 0; /* exact is for few features */
        struct bench brief = *bench;
        brief.runs = 1; /* the slow ones take seconds */
        NN_TRY(measure(&brief, net, x, nn_methods[m]->name, all, orders ? 1 : 0,
                       nn_methods[m]->name, error));
    }
out:
    nn_net_free(net);
    nn_dataset_free(dataset);
    return status;
}

const struct bench_task bench_methods = {
    "explain-all", "every method with its defaults, one image on the CNN", run_methods};
const struct bench_task bench_explain = {"explain", "one image on the CNN", run};
