noinst_LIBRARIES += src/libbase.a
src_libbase_a_SOURCES = \
	src/base/args.h src/base/arena.h src/base/buffer.h src/base/cpu.h src/base/file.h src/base/mem.h \
	src/base/number.h src/base/pool.h src/base/random.h src/base/status.def src/base/status.h src/base/text.h \
	src/base/status.c
src_libbase_a_SOURCES += src/base/cpu.c src/base/file.c src/base/gzip.c src/base/pool.c src/base/random.c
