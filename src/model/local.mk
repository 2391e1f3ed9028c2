noinst_LIBRARIES += src/libmodel.a
src_libmodel_a_SOURCES = src/model/model.h src/model/safetensors.h
