# Benchmarks: `make bench BENCH="--threads=2 gemm train-mlp"`; the program says what tasks there are. Beside nnscope's
# peers: tests/bench/compare.
EXTRA_PROGRAMS += tests/bench/nnbench
CLEANFILES += tests/bench/nnbench
tests_bench_nnbench_SOURCES = tests/bench/bench.h tests/bench/nets.h tests/bench/nnbench.c \
	tests/bench/tasks.c tests/bench/gemm.c tests/bench/nets.c tests/bench/train.c tests/bench/deep.c tests/bench/infer.c \
	tests/bench/explain.c tests/bench/startup.c
tests_bench_nnbench_LDADD = src/libexplain.a src/libmodel.a src/libdata.a src/libengine.a $(KERNEL_LIBS) src/libbase.a \
	$(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS)
BENCH = gemm train-tiny train-mlp train-resnet20 infer latency vision explain startup
bench: tests/bench/nnbench nnscope
	tests/bench/nnbench --program=./nnscope $(BENCH)
.PHONY: bench
