/* Nets and data of the benchmarks. */
#ifndef NN_TESTS_BENCH_NETS_H
#define NN_TESTS_BENCH_NETS_H

#include "bench.h"

#include "data/dataset.h"
#include "engine/net.h"
#include "engine/trainer.h"

struct bench_net {
    const char *name, *input, *layers; /* divided by ';' */
};
/* The nets on Fashion-MNIST: mlp, cnn, lenet. */
enum { NET_MLP, NET_CNN, NET_LENET, NET_COUNT };
extern const struct bench_net bench_nets[NET_COUNT];
extern const struct bench_net bench_tiny;

enum nn_status bench_build(const struct bench_net *what, struct nn_net **net,
                           struct nn_error *error);
/* Fashion-MNIST, pixels scaled to 0 .. 1, in the net's input shape. */
enum nn_status bench_fashion(const struct bench *bench, const struct bench_net *what,
                             struct nn_dataset **dataset, struct nn_error *error);

/* Everything that training needs. */
struct bench_training {
    struct nn_net *net;
    struct nn_recipe recipe;
    struct nn_train_state state;
    struct nn_history history;
    struct nn_trainer *trainer;
};
/* momentum: NULL for the optimizer's own. */
enum nn_status bench_training_init(struct bench_training *training, const struct bench_net *what,
                                   const struct nn_source *source, const char *loss,
                                   const char *optimizer, const char *momentum, double lr,
                                   size_t batch, uint64_t epochs, struct nn_error *error);
void bench_training_clear(struct bench_training *training);

#endif
