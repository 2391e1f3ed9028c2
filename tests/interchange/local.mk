# Models of other programs. Between PyTorch and nnscope: small nets by `make check`, all by `make check-torch` (minutes).
TESTS += tests/interchange/run-torch.sh tests/interchange/run-graphs.sh
EXTRA_DIST += tests/interchange/run-graphs.sh tests/interchange/graphs_check.py \
	tests/interchange/run-torch.sh tests/interchange/tap.py tests/interchange/tensors.py \
	tests/interchange/torch_check.py tests/interchange/torch_models.py \
	tests/interchange/torch_reference.py tests/interchange/torch_weights.py
check-torch: all
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(top_srcdir)/tests/interchange/run-torch.sh --full
.PHONY: check-torch
