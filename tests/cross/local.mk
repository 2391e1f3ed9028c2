# The kernels of instruction sets that this machine may not have: `make check-cross`.
EXTRA_DIST += tests/cross/run.sh tests/cross/cpu.c tests/cross/criterion tests/cross/simde
check-cross: config.h
	NN_SOURCE='$(abs_top_srcdir)' NN_BUILD='$(abs_top_builddir)' $(SHELL) $(top_srcdir)/tests/cross/run.sh '$(CC)'
.PHONY: check-cross
