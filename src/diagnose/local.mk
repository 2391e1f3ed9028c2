# One check a file; in the registry they stand by name: data_, net_, train_.
CHECK_SOURCES = \
	src/diagnose/checks/data_balance.c \
	src/diagnose/checks/data_labels.c \
	src/diagnose/checks/data_leak.c \
	src/diagnose/checks/data_scale.c \
	src/diagnose/checks/data_targets.c \
	src/diagnose/checks/net_activity.c \
	src/diagnose/checks/net_finite.c \
	src/diagnose/checks/net_gradients.c \
	src/diagnose/checks/net_output.c \
	src/diagnose/checks/net_saturation.c \
	src/diagnose/checks/net_symmetry.c \
	src/diagnose/checks/train_constant.c \
	src/diagnose/checks/train_fall.c \
	src/diagnose/checks/train_gap.c \
	src/diagnose/checks/train_memory.c \
	src/diagnose/checks/train_rate.c \
	src/diagnose/checks/train_updates.c

noinst_LIBRARIES += src/libdiagnose.a
src_libdiagnose_a_SOURCES = \
	src/diagnose/diagnose.c src/diagnose/diagnose.h \
	src/diagnose/evidence.c src/diagnose/evidence.h \
	src/diagnose/probe.c src/diagnose/probe.h \
	src/diagnose/trial.c src/diagnose/trial.h \
	$(CHECK_SOURCES)

# The registry: one line for each check in the sources listed above.
src/diagnose/checks.def: $(CHECK_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/diagnose && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_check NN_CHECK $(CHECK_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/diagnose/diagnose.$(OBJEXT): src/diagnose/checks.def
BUILT_SOURCES += src/diagnose/checks.def
CLEANFILES += src/diagnose/checks.def
