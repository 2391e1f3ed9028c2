noinst_LIBRARIES += src/libcommand.a
src_libcommand_a_SOURCES = src/command/command.h src/command/complete.h src/command/job.h src/command/output.h src/command/session.h
