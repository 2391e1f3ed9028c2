/* Deep nets: a training step of ResNet-20 on images of CIFAR's size, and inference of ResNet-18 and
 * MobileNetV2 on one of ImageNet's. The pixels are random: they cost the same. */
#include "nets.h"

#include "base/mem.h"
#include "base/random.h"
#include "engine/pass.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CONVOLUTION "bias=no;batchnorm;"

/* He et al. 2016, figure 3, and section 4.2 with option B; as PyTorch's. */
static const struct bench_net resnet20 = {
    "resnet20", "3x32x32",
    "conv2d 16 3 padding=1 " CONVOLUTION "relu;residual 16;residual 16;residual 16;"
    "residual 32 stride=2;residual 32;residual 32;residual 64 stride=2;residual 64;residual 64;"
    "globalavgpool2d;flatten;dense 10 softmax"};
static const struct bench_net resnet18 = {
    "resnet18", "3x224x224",
    "conv2d 64 7 stride=2 padding=3 " CONVOLUTION "relu;maxpool2d 3 stride=2 padding=1;"
    "residual 64;residual 64;residual 128 stride=2;residual 128;residual 256 stride=2;"
    "residual 256;residual 512 stride=2;residual 512;globalavgpool2d;flatten;dense 1000"};

/* Layers as text, one behind the other. */
struct text {
    char layers[16384];
    size_t used;
};

static void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length =
        vsnprintf(text->layers + text->used, sizeof text->layers - text->used, format, list);
    va_end(list);
    text->used += (size_t)length;
}

/* An inverted residual; `before` channels come in, the last layer is named b<number>. */
static void add_bottleneck(struct text *text, int number, int before, int expansion, int channels,
                           int stride)
{
    int wide = before * expansion;
    bool shortcut = stride == 1 && before == channels;
    if (expansion > 1)
        say(text, "conv2d %d 1 " CONVOLUTION "relu6;", wide);
    say(text, "conv2d %d 3 groups=%d stride=%d padding=1 " CONVOLUTION "relu6;", wide, wide,
        stride);
    say(text, "conv2d %d 1 bias=no;batchnorm name=%s%d;", channels, shortcut ? "p" : "b", number);
    if (shortcut)
        say(text, "add name=b%d from=p%d,b%d;", number, number, number - 1);
}

/* Sandler et al. 2018, MobileNetV2, table 2. */
static struct bench_net mobilenet(struct text *text)
{
    static const struct {
        int expansion, channels, repeats, stride;
    } stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                  {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    int before = 32, number = 0;
    say(text, "conv2d 32 3 stride=2 padding=1 " CONVOLUTION "relu6;");
    for (size_t s = 0; s < sizeof stages / sizeof *stages; s++)
        for (int i = 0; i < stages[s].repeats; i++, before = stages[s].channels)
            add_bottleneck(text, number++, before, stages[s].expansion, stages[s].channels,
                           i == 0 ? stages[s].stride : 1);
    say(text, "conv2d 1280 1 " CONVOLUTION "relu6;globalavgpool2d;flatten;dense 1000");
    return (struct bench_net){"mobilenetv2", "3x224x224", text->layers};
}

/* A batch of random images; there is no other. */
static struct {
    float x[64][3 * 32 * 32];
} images;

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    (void)source, (void)values;
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * sizeof images.x[0] / sizeof(float), images.x[index[i]], sizeof images.x[0]);
        classes[i] = (int32_t)(index[i] % 10);
    }
}

struct stepping {
    struct nn_trainer *trainer;
    enum nn_status status;
    struct nn_error *error;
};

static void step(void *context)
{
    struct stepping *stepping = context;
    bool finished;
    if (stepping->status == NN_OK)
        stepping->status = nn_trainer_step(stepping->trainer, &finished, stepping->error);
}

static enum nn_status run_resnet20(const struct bench *bench, struct nn_error *error)
{
    struct nn_source source = {.count = 64,
                               .shape = nn_shape_make(3, (size_t[]){3, 32, 32}),
                               .classes = 10,
                               .labelled = true,
                               .fetch = fetch};
    struct bench_training training = {0};
    enum nn_status status;
    bench_fill(images.x[0], sizeof images / sizeof(float));
    NN_TRY(bench_training_init(&training, &resnet20, &source, "categorical_crossentropy", "sgd",
                               "0.9", 0.01, 64, 1000000, error));
    struct stepping stepping = {.trainer = training.trainer, .error = error};
    struct figure f = bench_time(bench, step, &stepping);
    NN_TRY(stepping.status);
    bench_print(bench, "train-resnet20", "opt=sgd batch=64 ms=%.2f min=%.2f max=%.2f",
                1e3 * f.median, 1e3 * f.least, 1e3 * f.most);
out:
    bench_training_clear(&training);
    return status;
}

static void run_forward(void *pass)
{
    nn_pass_forward(pass, 1, NULL);
}

static enum nn_status latency(const struct bench *bench, const struct bench_net *what,
                              struct nn_error *error)
{
    struct nn_net *net = NULL;
    struct nn_pass *pass = NULL;
    enum nn_status status;
    char task[32];
    NN_TRY(bench_build(what, &net, error));
    NN_TRY(nn_pass_new(net, 1, NN_PASS_FORWARD, 0, &pass, error));
    bench_fill(nn_pass_input(pass), net->nodes[0]->size);
    struct figure f = bench_time(bench, run_forward, pass);
    snprintf(task, sizeof task, "latency-%s", what->name);
    bench_print(bench, task, "batch=1 ms=%.2f min=%.2f max=%.2f", 1e3 * f.median, 1e3 * f.least,
                1e3 * f.most);
out:
    nn_pass_free(pass);
    nn_net_free(net);
    return status;
}

static enum nn_status run_vision(const struct bench *bench, struct nn_error *error)
{
    struct text text = {.used = 0};
    struct bench_net small = mobilenet(&text);
    enum nn_status status;
    NN_TRY(latency(bench, &resnet18, error));
    NN_TRY(latency(bench, &small, error));
out:
    return status;
}

const struct bench_task bench_resnet20 = {"train-resnet20", "ResNet-20, a step with SGD",
                                          run_resnet20};
const struct bench_task bench_vision = {"vision", "ResNet-18 and MobileNetV2, one image at a time",
                                        run_vision};
