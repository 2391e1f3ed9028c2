noinst_LIBRARIES += src/libmodel.a
src_libmodel_a_SOURCES = src/model/json.h src/model/model.h src/model/safetensors.h \
	src/model/json.c src/model/safetensors.c src/model/safetensors_write.c
