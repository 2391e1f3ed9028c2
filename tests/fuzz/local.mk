# Fuzz targets. `make check` replays the corpus and some thousand mutations of it with any compiler; `make fuzz`
# fuzzes for FUZZ_SECONDS each with clang's libFuzzer.
fuzz_common = tests/fuzz/fuzz.h tests/fuzz/replay.c
fuzz_libs = src/libmodel.a src/libdata.a src/libengine.a $(KERNEL_LIBS) src/libbase.a \
	$(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS)
fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests

# One target for each reader of data.
check_PROGRAMS += tests/fuzz/replay-csv tests/fuzz/replay-idx tests/fuzz/replay-npy tests/fuzz/replay-npz \
	tests/fuzz/replay-arff tests/fuzz/replay-libsvm tests/fuzz/replay-cifar10 tests/fuzz/replay-image \
	tests/fuzz/replay-model tests/fuzz/replay-description tests/fuzz/replay-onnx \
	tests/fuzz/replay-script
fuzz_data = $(fuzz_common) tests/fuzz/fuzz_reader.c tests/fuzz/fuzz_data.c
tests_fuzz_replay_csv_SOURCES = $(fuzz_data)
tests_fuzz_replay_csv_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"csv"'
tests_fuzz_replay_csv_LDADD = $(fuzz_libs)
tests_fuzz_replay_idx_SOURCES = $(fuzz_data)
tests_fuzz_replay_idx_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"idx"'
tests_fuzz_replay_idx_LDADD = $(fuzz_libs)
tests_fuzz_replay_npy_SOURCES = $(fuzz_data)
tests_fuzz_replay_npy_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"npy"'
tests_fuzz_replay_npy_LDADD = $(fuzz_libs)
tests_fuzz_replay_npz_SOURCES = $(fuzz_data)
tests_fuzz_replay_npz_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"npz"'
tests_fuzz_replay_npz_LDADD = $(fuzz_libs)
tests_fuzz_replay_arff_SOURCES = $(fuzz_data)
tests_fuzz_replay_arff_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"arff"'
tests_fuzz_replay_arff_LDADD = $(fuzz_libs)
tests_fuzz_replay_libsvm_SOURCES = $(fuzz_data)
tests_fuzz_replay_libsvm_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"libsvm"'
tests_fuzz_replay_libsvm_LDADD = $(fuzz_libs)
tests_fuzz_replay_cifar10_SOURCES = $(fuzz_data)
tests_fuzz_replay_cifar10_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"cifar10"'
tests_fuzz_replay_cifar10_LDADD = $(fuzz_libs)
tests_fuzz_replay_image_SOURCES = $(fuzz_data)
tests_fuzz_replay_image_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"image"'
tests_fuzz_replay_image_LDADD = $(fuzz_libs)
tests_fuzz_replay_model_SOURCES = $(fuzz_common) tests/fuzz/fuzz_net.h tests/fuzz/fuzz_net.c tests/fuzz/fuzz_model.c
tests_fuzz_replay_model_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_model_LDADD = $(fuzz_libs)
tests_fuzz_replay_description_SOURCES = $(fuzz_common) tests/fuzz/fuzz_net.h tests/fuzz/fuzz_net.c \
	tests/fuzz/fuzz_description.c
tests_fuzz_replay_description_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_description_LDADD = $(fuzz_libs)
tests_fuzz_replay_onnx_SOURCES = $(fuzz_common) tests/fuzz/fuzz_net.h tests/fuzz/fuzz_net.c tests/fuzz/fuzz_onnx.c
tests_fuzz_replay_onnx_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_onnx_LDADD = $(fuzz_libs)
tests_fuzz_replay_script_SOURCES = $(fuzz_common) tests/fuzz/fuzz_script.c
tests_fuzz_replay_script_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_script_LDADD = src/libcommand.a src/libview.a src/libdiagnose.a src/libexplain.a $(fuzz_libs)
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/run.sh tests/fuzz/corpus

FUZZ_SECONDS = 60
fuzz: $(BUILT_SOURCES)
	NN_SOURCE='$(abs_top_srcdir)' NN_LIBS='$(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS) $(LIBS)' \
	$(SHELL) $(top_srcdir)/tests/fuzz/run.sh $(FUZZ_SECONDS) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) \
		$(src_libbase_a_SOURCES) $(src_libkernels_a_SOURCES) $(src_libengine_a_SOURCES) \
		$(src_libdata_a_SOURCES) $(src_libmodel_a_SOURCES) $(src_libexplain_a_SOURCES) \
		$(src_libdiagnose_a_SOURCES) $(src_libview_a_SOURCES) $(src_libcommand_a_SOURCES)
.PHONY: fuzz
clean-local: clean-fuzz
clean-fuzz:
	rm -rf fuzz
.PHONY: clean-fuzz
