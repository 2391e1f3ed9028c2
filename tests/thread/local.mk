# Plain programs that print TAP: ThreadSanitizer cannot run Criterion's.
check_PROGRAMS += tests/thread/test-pool
tests_thread_test_pool_SOURCES = tests/thread/test_pool.c
tests_thread_test_pool_LDADD = src/libkernels.a src/libbase.a $(ZLIB_LIBS)
