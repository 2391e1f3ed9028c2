// PyTorch's C++ interface on the tasks of nnbench (Debian: libtorch-dev).
//
//   libtorch [--threads=N] [--data=DIR] [--images=N] [--runs=N] [--...] TASK
#include <torch/torch.h>
#include <zlib.h>

#include <time.h>

#include <algorithm>
#include <string>
#include <vector>

namespace nn = torch::nn;
using torch::Tensor;

static int threads = 1, runs = 3, images = 5120;
static double seconds = 0.5;
static std::string folder = "/usr/share/datasets/fashion-mnist";

static clockid_t timer = CLOCK_MONOTONIC;

static double now()
{
    timespec t;
    clock_gettime(timer, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static Tensor read_idx(const std::string &name, int64_t header, std::vector<int64_t> shape)
{
    gzFile file = gzopen((folder + "/" + name + ".gz").c_str(), "rb");
    if (!file)
        file = gzopen((folder + "/" + name).c_str(), "rb");
    if (!file)
        exit(1);
    Tensor bytes = torch::empty(shape, torch::kUInt8);
    gzseek(file, header, SEEK_SET);
    if (gzread(file, bytes.data_ptr(), (unsigned)bytes.numel()) != bytes.numel())
        exit(1);
    gzclose(file);
    return bytes;
}

static Tensor train_images()
{
    return read_idx("train-images-idx3-ubyte", 16, {60000, 1, 28, 28}).to(torch::kFloat) / 255;
}

static nn::Sequential make(const std::string &name)
{
    auto conv = [](int in, int out, int size, int padding) {
        return nn::Conv2d(nn::Conv2dOptions(in, out, size).padding(padding));
    };
    if (name == "mlp")
        return nn::Sequential(nn::Flatten(), nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10));
    if (name == "cnn")
        return nn::Sequential(conv(1, 32, 3, 0), nn::ReLU(), conv(32, 64, 3, 0), nn::ReLU(),
                              nn::MaxPool2d(2), nn::Flatten(), nn::Linear(9216, 128), nn::ReLU(),
                              nn::Linear(128, 10));
    return nn::Sequential(conv(1, 6, 5, 2), nn::ReLU(), nn::MaxPool2d(2), conv(6, 16, 5, 0),
                          nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(400, 120),
                          nn::ReLU(), nn::Linear(120, 84), nn::ReLU(), nn::Linear(84, 10));
}

static void show(const std::string &task, const std::string &what, const char *figure,
                 std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    printf("libtorch %s threads=%d %s %s=%.6g min=%.6g max=%.6g\n", task.c_str(), threads,
           what.c_str(), figure, values[values.size() / 2], values.front(), values.back());
    fflush(stdout);
}

template <class Loss>
static void epoch(nn::Sequential &net, torch::optim::Optimizer &optimizer, Loss loss, Tensor x,
                  Tensor y, int64_t batch)
{
    Tensor order = torch::randperm(x.size(0));
    x = x.index_select(0, order);
    y = y.index_select(0, order);
    for (int64_t i = 0; i < x.size(0); i += batch) {
        int64_t n = std::min(batch, x.size(0) - i);
        optimizer.zero_grad();
        loss(net->forward(x.narrow(0, i, n)), y.narrow(0, i, n)).backward();
        optimizer.step();
    }
}

static void train_tiny()
{
    Tensor x = torch::randn({768, 8}), y = (x.sum(1, true) > 0).to(torch::kFloat);
    auto loss = [](Tensor z, Tensor t) { return torch::binary_cross_entropy_with_logits(z, t); };
    std::vector<double> times;
    for (int run = 0; run <= runs; run++) {
        nn::Sequential net(nn::Linear(8, 16), nn::ReLU(), nn::Linear(16, 1));
        torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-3));
        double start = now();
        for (int e = 0; e < 150; e++)
            epoch(net, optimizer, loss, x, y, 32);
        if (run > 0)
            times.push_back(now() - start);
    }
    show("train-tiny", "opt=adam", "wall_s", times);
}

template <class Optimizer>
static void train(const std::string &name, const char *kind, Optimizer optimizer,
                  nn::Sequential net, int64_t count)
{
    static const Tensor x = train_images(),
                        y = read_idx("train-labels-idx1-ubyte", 8, {60000}).to(torch::kLong);
    auto loss = [](Tensor z, Tensor t) { return torch::cross_entropy_loss(z, t); };
    std::vector<double> times;
    for (int run = 0; run <= runs; run++) {
        int64_t n = run ? std::min(count, x.size(0)) : 1280;
        double start = now();
        epoch(net, optimizer, loss, x.narrow(0, 0, n), y.narrow(0, 0, n), 64);
        if (run > 0)
            times.push_back((now() - start) * (double)x.size(0) / (double)n);
    }
    show("train-" + name, std::string("opt=") + kind, "epoch_s", times);
}

static void train_adam(const std::string &name, int64_t count)
{
    nn::Sequential net = make(name);
    train(name, "adam", torch::optim::Adam(net->parameters(), torch::optim::AdamOptions(1e-3)), net,
          count);
}

static void train_mlp()
{
    nn::Sequential net = make("mlp");
    train("mlp", "sgd", torch::optim::SGD(net->parameters(), torch::optim::SGDOptions(0.1)), net,
          60000);
    train_adam("mlp", 60000);
}

static void latency()
{
    Tensor x = train_images().narrow(0, 0, 1).clone();
    for (const char *name : {"mlp", "cnn", "lenet"}) {
        nn::Sequential net = make(name);
        net->eval();
        c10::InferenceMode guard;
        std::vector<double> times;
        for (int i = 0; i < 50; i++)
            net->forward(x);
        for (double end = now() + seconds; now() < end;) {
            double start = now();
            net->forward(x);
            times.push_back(1e6 * (now() - start));
        }
        show(std::string("latency-") + name, "batch=1", "p50_us", times);
    }
}

int main(int count, char **words)
{
    std::string task;
    for (int i = 1; i < count; i++) {
        std::string word = words[i], value = word.substr(word.find('=') + 1);
        if (word.rfind("--threads=", 0) == 0)
            threads = std::stoi(value);
        else if (word.rfind("--data=", 0) == 0)
            folder = value;
        else if (word.rfind("--images=", 0) == 0)
            images = std::stoi(value);
        else if (word.rfind("--runs=", 0) == 0)
            runs = std::stoi(value);
        else if (word.rfind("--seconds=", 0) == 0)
            seconds = std::stod(value);
        else if (word == "--cpu")
            timer = CLOCK_PROCESS_CPUTIME_ID;
        else
            task = word;
    }
    torch::set_num_threads(threads);
    torch::manual_seed(1);
    if (task == "train-tiny")
        train_tiny();
    else if (task == "train-mlp")
        train_mlp();
    else if (task == "train-cnn")
        train_adam("cnn", images);
    else if (task == "train-lenet")
        train_adam("lenet", images);
    else if (task == "latency")
        latency();
    else
        return task == "startup" ? 0 : 78;
    return 0;
}
