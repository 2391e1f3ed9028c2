#include "bench.h"

extern const struct bench_task bench_squares, bench_gemm, bench_train_tiny, bench_train_mlp,
    bench_train_cnn, bench_train_lenet, bench_resnet20, bench_infer, bench_latency, bench_vision,
    bench_explain, bench_methods, bench_startup;

const struct bench_task *const bench_tasks[] = {&bench_squares,    &bench_gemm,
                                                &bench_train_tiny, &bench_train_mlp,
                                                &bench_train_cnn,  &bench_train_lenet,
                                                &bench_resnet20,   &bench_infer,
                                                &bench_latency,    &bench_vision,
                                                &bench_explain,    &bench_methods,
                                                &bench_startup,    NULL};
