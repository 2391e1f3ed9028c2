# In the order of help and the man page.
COMMAND_GROUPS = \
	src/command/groups/data.c \
	src/command/groups/prepare.c \
	src/command/groups/augment.c \
	src/command/groups/samples.c \
	src/command/groups/find.c \
	src/command/groups/net.c \
	src/command/groups/compile.c \
	src/command/groups/train.c \
	src/command/groups/evaluate.c \
	src/command/groups/diagnose.c \
	src/command/groups/runs.c \
	src/command/groups/look.c \
	src/command/groups/ablate.c \
	src/command/groups/examples.c \
	src/command/groups/concepts.c \
	src/command/groups/show.c \
	src/command/groups/explain.c \
	src/command/groups/trust.c \
	src/command/groups/pointing.c \
	src/command/groups/importance.c \
	src/command/groups/actmax.c \
	src/command/groups/dependence.c \
	src/command/groups/counterfactual.c \
	src/command/groups/shares.c \
	src/command/groups/attack.c \
	src/command/groups/tcav.c \
	src/command/groups/files.c \
	src/command/groups/rest.c

noinst_LIBRARIES += src/libcommand.a
src_libcommand_a_SOURCES = \
	src/command/callbacks.c src/command/callbacks.h src/command/command.c src/command/command.h src/command/complete.c src/command/complete.h src/command/deliver.c src/command/events.c src/command/events.h \
	src/command/deliver.h src/command/evaluation.c src/command/evaluation.h src/command/explanation.c \
	src/command/explanation.h src/command/expression.c \
	src/command/focus.c src/command/focus.h src/command/help.c src/command/help.h src/command/job.c \
	src/command/job.h src/command/keep.c src/command/keep.h src/command/lexer.c src/command/lexer.h src/command/output.h src/command/record.c src/command/replace.c \
	src/command/settings_screen.c src/command/settings_screen.h src/command/record.h src/command/replace.h src/command/report.c src/command/report.h src/command/script.c \
	src/command/runs.c src/command/runs.h \
	src/command/feature.c src/command/feature.h src/command/inquiry.c src/command/inquiry.h \
	src/command/session.c src/command/session.h src/command/settings.c src/command/settings.h src/command/setups.h \
	src/command/specs.c src/command/specs.h src/command/subject.c src/command/subject.h \
	src/command/take.c src/command/take.h src/command/truth.c src/command/truth.h \
	$(COMMAND_GROUPS)

# The registry: group by group, each file's commands by name.
src/command/commands.def: $(COMMAND_GROUPS) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/command && here=`pwd` && cd $(top_srcdir) && \
	for group in $(COMMAND_GROUPS); do \
		$(SHELL) src/registry.sh nn_command NN_COMMAND $$group || exit 1; \
	done >"$$here/$@.tmp" && mv "$$here/$@.tmp" "$$here/$@"
src/command/command.$(OBJEXT): src/command/commands.def
BUILT_SOURCES += src/command/commands.def
CLEANFILES += src/command/commands.def
