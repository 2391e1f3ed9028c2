noinst_LIBRARIES += src/libmodel.a
src_libmodel_a_SOURCES = \
	src/model/format.h src/model/json.h src/model/model.h src/model/read_net.h src/model/safetensors.h \
	src/model/train.h \
	src/model/json.c src/model/model.c src/model/model_read.c src/model/model_write.c src/model/read_net.c \
	src/model/safetensors.c src/model/safetensors_write.c src/model/train_read.c src/model/train_write.c
