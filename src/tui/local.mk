noinst_LIBRARIES += src/libtui.a
src_libtui_a_SOURCES = \
	src/tui/decoder.c src/tui/decoder.h \
	src/tui/keys.c src/tui/keys.h \
	src/tui/log.c src/tui/log.h \
	src/tui/loop.c \
	src/tui/prompt.c src/tui/prompt.h \
	src/tui/signals.c src/tui/signals.h \
	src/tui/terminal.c src/tui/terminal.h \
	src/tui/tui.h
