ONNX_SOURCES = \
	src/model/onnx/ops/activation.c \
	src/model/onnx/ops/arithmetic.c \
	src/model/onnx/ops/convolution.c \
	src/model/onnx/ops/learn.c \
	src/model/onnx/ops/linear.c \
	src/model/onnx/ops/move.c \
	src/model/onnx/ops/normalization.c \
	src/model/onnx/ops/pad.c \
	src/model/onnx/ops/pooling.c \
	src/model/onnx/ops/reduce.c \
	src/model/onnx/ops/resize.c \
	src/model/onnx/ops/shape.c

ONNX_LAYER_SOURCES = \
	src/model/onnx/layers/join.c \
	src/model/onnx/layers/single.c \
	src/model/onnx/layers/window.c

noinst_LIBRARIES += src/libmodel.a
src_libmodel_a_SOURCES = \
	src/model/format.h src/model/json.h src/model/model.h src/model/read_net.h src/model/safetensors.h \
	src/model/train.h src/model/weights.h src/model/weights.c \
	src/model/json.c src/model/model.c src/model/model_open.c src/model/model_read.c src/model/model_write.c src/model/read_net.c \
	src/model/safetensors.c src/model/safetensors_write.c src/model/train_read.c src/model/train_write.c \
	src/model/onnx/build.h src/model/onnx/import.h src/model/onnx/onnx.h src/model/onnx/proto.h \
	src/model/onnx/value.h src/model/onnx/window.h src/model/onnx/wire.h \
	src/model/onnx/attribute.c src/model/onnx/combine.c src/model/onnx/external.c src/model/onnx/import.c src/model/onnx/layer.c src/model/onnx/layernorm.c \
	src/model/onnx/onnx.c src/model/onnx/proto.c src/model/onnx/registry.c src/model/onnx/tensor.c \
	src/model/onnx/value.c src/model/onnx/window.c src/model/onnx/wire.c \
	src/model/onnx/metadata.h src/model/onnx/outputs.h src/model/onnx/write.h \
	src/model/onnx/export.c src/model/onnx/metadata.c src/model/onnx/outputs.c src/model/onnx/write.c \
	src/model/c/c_export.h src/model/c/writer.h src/model/c/c_export.c src/model/c/layers.c \
	$(ONNX_SOURCES) $(ONNX_LAYER_SOURCES)

# The families of operators of ONNX: one line for each struct in the sources listed above.
src/model/onnx/families.def: $(ONNX_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/model/onnx && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_onnx_family NN_ONNX_FAMILY $(ONNX_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/model/onnx/layers.def: $(ONNX_LAYER_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/model/onnx && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_onnx_layer_family NN_ONNX_LAYERS $(ONNX_LAYER_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/model/onnx/registry.$(OBJEXT): src/model/onnx/families.def
src/model/onnx/export.$(OBJEXT): src/model/onnx/layers.def
BUILT_SOURCES += src/model/onnx/families.def src/model/onnx/layers.def
CLEANFILES += src/model/onnx/families.def src/model/onnx/layers.def
