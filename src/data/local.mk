noinst_LIBRARIES += src/libdata.a
data_readers = src/data/readers/csv.c src/data/readers/idx.c src/data/readers/npy.c src/data/readers/npz.c \
	src/data/readers/arff.c src/data/readers/cifar10.c src/data/readers/image.c src/data/readers/libsvm.c
data_demos = src/data/demos/bundled.c src/data/demos/fashion.c \
	src/data/generators/circles.c src/data/generators/lesions.c src/data/generators/market.c \
	src/data/generators/moons.c src/data/generators/signs.c src/data/generators/spirals.c
src_libdata_a_SOURCES = \
	src/data/array.h src/data/columns.h src/data/dataset.h src/data/demo.h src/data/idx.h \
	src/data/inspect.h src/data/labels.h src/data/npy.h src/data/npz.h \
	src/data/parts.h src/data/picture.h src/data/plan.h src/data/reader.h src/data/records.h src/data/sniff.h src/data/write.h \
	src/data/generators/generate.h src/data/generators/paint.h src/data/generators/plane.h \
	src/data/adopt.c src/data/array.c src/data/choose.c src/data/classes.c src/data/columns.c \
	src/data/dataset.c src/data/demo.c src/data/divide.c src/data/duplicates.c src/data/figures.c src/data/idx.c src/data/fill.c src/data/join.c \
	src/data/label_file.c src/data/labels.c \
	src/data/load.c src/data/npy.c src/data/npz.c src/data/picture.c src/data/picture_jpeg.c \
	src/data/picture_png.c src/data/picture_pnm.c src/data/records.c src/data/registry.c src/data/samples.c src/data/scale.c \
	src/data/sniff.c src/data/source.c src/data/split.c src/data/window.c src/data/write.c \
	src/data/generators/generate.c src/data/generators/paint.c src/data/generators/plane.c \
	$(data_readers) $(data_demos)

BUILT_SOURCES += src/data/readers.def src/data/demos.def
CLEANFILES += src/data/readers.def src/data/demos.def
src/data/registry.$(OBJEXT): src/data/readers.def
src/data/demo.$(OBJEXT): src/data/demos.def
src/data/readers.def: $(data_readers) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/data && \
	$(REGISTRY) nn_reader NN_READER $(data_readers:%=$(top_srcdir)/%) > $@.tmp && mv $@.tmp $@
src/data/demos.def: $(data_demos) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/data && \
	$(REGISTRY) nn_demo NN_DEMO $(data_demos:%=$(top_srcdir)/%) > $@.tmp && mv $@.tmp $@
