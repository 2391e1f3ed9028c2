noinst_LIBRARIES += src/libtui.a
src_libtui_a_SOURCES = \
	src/tui/actions.c \
	src/tui/decoder.c src/tui/decoder.h \
	src/tui/frame.c \
	src/tui/help.c src/tui/overlay.h src/tui/start.c \
	src/tui/keys.c src/tui/keys.h \
	src/tui/log.c src/tui/log.h \
	src/tui/loop.c \
	src/tui/mouse.c \
	src/tui/plain.c src/tui/plain.h \
	src/tui/history.c src/tui/history.h \
	src/tui/output.c \
	src/tui/player.c src/tui/player.h \
	src/tui/prompt.c src/tui/prompt.h \
	src/tui/signals.c src/tui/signals.h \
	src/tui/state.h \
	src/tui/terminal_type.c \
	src/tui/terminal.c src/tui/terminal.h \
	src/tui/tui.h
