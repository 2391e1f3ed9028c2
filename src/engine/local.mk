noinst_LIBRARIES += src/libengine.a
src_libengine_a_SOURCES = \
	src/engine/cancel.h src/engine/layer.h src/engine/loss.h src/engine/metric.h src/engine/net.h \
	src/engine/optimizer.h src/engine/pass.h src/engine/result.h src/engine/source.h src/engine/tensor.h \
	src/engine/trainer.h
