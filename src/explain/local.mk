noinst_LIBRARIES += src/libexplain.a
src_libexplain_a_SOURCES = src/explain/explain.h src/explain/method.h
