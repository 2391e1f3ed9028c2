# Unit tests: one Criterion program a module, tests/unit/MODULE/local.mk. Criterion speaks TAP, and so do the
# scripts tests/*/run-*.sh; the wrapper tests/tools/run-unit fails a program also when a sanitizer reported.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/tools/run-unit
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = \
	NNSCOPE_DATA='$(abs_top_srcdir)/data'; export NNSCOPE_DATA; \
	NN_TESTS='$(abs_top_srcdir)/tests'; export NN_TESTS; \
	NN_SOURCE='$(abs_top_srcdir)'; export NN_SOURCE; \
	NN_BUILD='$(abs_top_builddir)'; export NN_BUILD;

# The kernel set of the unit tests: $NNSCOPE_KERNELS, or the best.
noinst_LIBRARIES += tests/libkernel-choice.a
tests_libkernel_choice_a_SOURCES = tests/kernel_choice.c
TEST_LIBS = tests/kernel_choice.$(OBJEXT) src/libcommand.a src/libview.a src/libdiagnose.a src/libexplain.a src/libmodel.a src/libdata.a \
	src/libengine.a $(KERNEL_LIBS) src/libbase.a \
	$(CRITERION_LIBS) $(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS)
TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS) -I$(top_srcdir)/tests
EXTRA_DIST += tests/tools/run-unit tests/tools/run-check tests/tools/count-tests tests/bench

# The tests in builds of other kinds, each in a folder of its own below this one.
VARIANTS = check-clang check-asan check-ubsan check-tsan check-valgrind
$(VARIANTS):
	@NN_SOURCE='$(abs_top_srcdir)' $(SHELL) $(top_srcdir)/tests/tools/check-variant $@
	@$(SHELL) $(top_srcdir)/tests/tools/count-tests $@
.PHONY: $(VARIANTS)
clean-local: clean-variants
clean-variants:
	rm -rf $(VARIANTS)
.PHONY: clean-variants
EXTRA_DIST += tests/tools/check-variant tests/tools/memcheck tests/tools/memcheck.supp

check_SCRIPTS += tests/tools/check-isa.sh tests/tools/check-includes.sh tests/tools/check-style.sh
EXTRA_DIST += tests/tools/check-isa.sh tests/tools/check-includes.sh tests/tools/check-style.sh \
	tests/tools/strip-code.awk
include tests/thread/local.mk
include tests/script/local.mk
include tests/fault/local.mk
include tests/fuzz/local.mk
include tests/pty/local.mk
include tests/bench/local.mk
include tests/cross/local.mk
include tests/long/local.mk
include tests/onnx/local.mk
include tests/interchange/local.mk

if HAVE_CRITERION
include tests/unit/base/local.mk
include tests/unit/kernels/local.mk
include tests/unit/engine/local.mk
include tests/unit/data/local.mk
include tests/unit/model/local.mk
include tests/unit/explain/local.mk
include tests/unit/diagnose/local.mk
include tests/unit/view/local.mk
include tests/unit/command/local.mk
include tests/unit/tui/local.mk
include tests/unit/app/local.mk
endif
TESTS += $(check_PROGRAMS) $(check_SCRIPTS)
EXTRA_DIST += tests/reference tests/reference.h

# The tests once with each kernel set.
check-kernels: all
	for set in ref avx2 avx512 neon; do \
		NNSCOPE_KERNELS=$$set ./nnscope -c 'get kernels' 2>/dev/null || continue; \
		NNSCOPE_KERNELS=$$set $(MAKE) $(AM_MAKEFLAGS) check || exit 1; \
	done
.PHONY: check-kernels
