# Plain programs that print TAP: ThreadSanitizer cannot run Criterion's.
THREAD_TESTS = tests/thread/test-pool tests/thread/test-job
check_PROGRAMS += $(THREAD_TESTS)
tests_thread_test_pool_SOURCES = tests/thread/test_pool.c
tests_thread_test_pool_LDADD = $(KERNEL_LIBS) src/libbase.a $(ZLIB_LIBS)
tests_thread_test_job_SOURCES = tests/thread/test_job.c
tests_thread_test_job_LDADD = src/libcommand.a src/libview.a src/libdiagnose.a src/libexplain.a src/libmodel.a src/libdata.a \
	src/libengine.a $(KERNEL_LIBS) src/libbase.a $(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS)
