noinst_LIBRARIES += src/libbase.a
src_libbase_a_SOURCES = \
	src/base/args.h src/base/args_value.h src/base/arena.h src/base/buffer.h src/base/bytes.h src/base/cpu.h src/base/file.h src/base/limits.def src/base/limits.h \
	src/base/mem.h \
	src/base/number.h src/base/pool.h src/base/random.h src/base/size.h src/base/status.def src/base/status.h src/base/text.h \
	src/base/args.c \
	src/base/args_value.c \
	src/base/arena.c \
	src/base/buffer.c \
	src/base/bytes.c \
	src/base/cpu.c \
	src/base/file.c src/base/folder.c \
	src/base/limits.c \
	src/base/map.c \
	src/base/map.h \
	src/base/mem.c \
	src/base/number.c \
	src/base/pool.c \
	src/base/random.c \
	src/base/status.c \
	src/base/text.c src/base/zip.c src/base/zip.h src/base/zlib_memory.h
