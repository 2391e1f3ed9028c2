#include "bench.h"

extern const struct bench_task bench_squares, bench_gemm;

const struct bench_task *const bench_tasks[] = {&bench_squares, &bench_gemm, NULL};
