LAYER_SOURCES = \
	src/engine/layers/add.c \
	src/engine/layers/arithmetic.c \
	src/engine/layers/avgpool1d.c \
	src/engine/layers/avgpool2d.c \
	src/engine/layers/avgpool3d.c \
	src/engine/layers/batchnorm.c \
	src/engine/layers/clip.c \
	src/engine/layers/concat.c \
	src/engine/layers/constant.c \
	src/engine/layers/conv1d.c \
	src/engine/layers/conv2d.c \
	src/engine/layers/conv3d.c \
	src/engine/layers/convtranspose1d.c \
	src/engine/layers/convtranspose2d.c \
	src/engine/layers/convtranspose3d.c \
	src/engine/layers/dense.c \
	src/engine/layers/dropout.c \
	src/engine/layers/elu.c \
	src/engine/layers/embedding.c \
	src/engine/layers/flatten.c \
	src/engine/layers/function.c \
	src/engine/layers/gaussiannoise.c \
	src/engine/layers/gelu.c \
	src/engine/layers/globalavgpool1d.c \
	src/engine/layers/globalavgpool2d.c \
	src/engine/layers/globalmaxpool1d.c \
	src/engine/layers/globalmaxpool2d.c \
	src/engine/layers/groupnorm.c \
	src/engine/layers/hardsigmoid.c \
	src/engine/layers/hardswish.c \
	src/engine/layers/input.c \
	src/engine/layers/layernorm.c \
	src/engine/layers/leaky_relu.c \
	src/engine/layers/logsoftmax.c \
	src/engine/layers/lrn.c \
	src/engine/layers/matmul.c \
	src/engine/layers/maxpool1d.c \
	src/engine/layers/maxpool2d.c \
	src/engine/layers/maxpool3d.c \
	src/engine/layers/mish.c \
	src/engine/layers/multiply.c \
	src/engine/layers/permute.c \
	src/engine/layers/prelu.c \
	src/engine/layers/reduce.c \
	src/engine/layers/relu.c \
	src/engine/layers/relu6.c \
	src/engine/layers/reshape.c \
	src/engine/layers/selu.c \
	src/engine/layers/sigmoid.c \
	src/engine/layers/silu.c \
	src/engine/layers/softmax.c \
	src/engine/layers/softplus.c \
	src/engine/layers/softsign.c \
	src/engine/layers/spatialdropout.c \
	src/engine/layers/take.c \
	src/engine/layers/tanh.c \
	src/engine/layers/upsample.c \
	src/engine/layers/where.c \
	src/engine/layers/zeropadding.c
AUGMENTATION_SOURCES = \
	src/engine/augmentations/crop.c \
	src/engine/augmentations/flip.c \
	src/engine/augmentations/mixup.c \
	src/engine/augmentations/noise.c \
	src/engine/augmentations/rotate.c \
	src/engine/augmentations/shift.c
LOSS_SOURCES = \
	src/engine/losses/binary_crossentropy.c \
	src/engine/losses/binary_focal.c \
	src/engine/losses/categorical_crossentropy.c \
	src/engine/losses/focal.c \
	src/engine/losses/hinge.c \
	src/engine/losses/huber.c \
	src/engine/losses/kl.c \
	src/engine/losses/mae.c \
	src/engine/losses/mse.c
METRIC_SOURCES = \
	src/engine/metrics/accuracy.c \
	src/engine/metrics/auc.c \
	src/engine/metrics/ece.c \
	src/engine/metrics/f1.c \
	src/engine/metrics/mae.c \
	src/engine/metrics/mse.c \
	src/engine/metrics/precision.c \
	src/engine/metrics/r2.c \
	src/engine/metrics/recall.c \
	src/engine/metrics/top_k.c
SCHEDULE_SOURCES = \
	src/engine/schedules/constant.c \
	src/engine/schedules/cosine.c \
	src/engine/schedules/cosine_restarts.c \
	src/engine/schedules/exponential.c \
	src/engine/schedules/one_cycle.c \
	src/engine/schedules/plateau.c \
	src/engine/schedules/polynomial.c \
	src/engine/schedules/step.c
OPTIMIZER_SOURCES = \
	src/engine/optimizers/adagrad.c \
	src/engine/optimizers/adam.c \
	src/engine/optimizers/adamw.c \
	src/engine/optimizers/lion.c \
	src/engine/optimizers/nadam.c \
	src/engine/optimizers/rmsprop.c \
	src/engine/optimizers/sgd.c
SHORTHAND_SOURCES = \
	src/engine/shorthands/block.c \
	src/engine/shorthands/residual.c

noinst_LIBRARIES += src/libengine.a
src_libengine_a_SOURCES = \
	src/engine/cancel.h src/engine/layer.h src/engine/loss.h src/engine/metric.h src/engine/net.h \
	src/engine/optimizer.h src/engine/pass.h src/engine/result.h src/engine/schedule.h src/engine/source.h src/engine/tensor.h \
	src/engine/trainer.h \
	src/engine/augment.c \
	src/engine/augment.h \
	src/engine/batch.c \
	src/engine/batch.h \
	src/engine/confusion.c \
	src/engine/evaluate.c \
	src/engine/evaluator.h \
	src/engine/health.c \
	src/engine/health.h \
	src/engine/history.c \
	src/engine/runs.c \
	src/engine/runs.h \
	src/engine/initialize.c \
	src/engine/initialize.h \
	src/engine/layer.c \
	src/engine/layers/conv_image.c src/engine/layers/conv_winograd.c \
	src/engine/layers/conv_image.h src/engine/layers/conv_winograd.h \
	src/engine/layers/arithmetic.h \
	src/engine/layers/broadcast.c \
	src/engine/layers/broadcast.h \
	src/engine/layers/convolution.c \
	src/engine/layers/convolution.h \
	src/engine/layers/convtranspose.c \
	src/engine/layers/convtranspose.h \
	src/engine/layers/copy.c \
	src/engine/layers/copy.h \
	src/engine/layers/function.h \
	src/engine/layers/globalpool.c \
	src/engine/layers/globalpool.h \
	src/engine/layers/pointwise.c \
	src/engine/layers/pointwise.h \
	src/engine/layers/pooling.c \
	src/engine/layers/pooling.h \
	src/engine/layers/pooling3d.c \
	src/engine/layers/pooling3d.h \
	src/engine/layers/pooling_max.c \
	src/engine/layers/pooling_mean.c \
	src/engine/layers/reduce.h \
	src/engine/layers/rownorm.c \
	src/engine/layers/rownorm.h \
	src/engine/layers/volume.c \
	src/engine/layers/volume.h \
	src/engine/layers/window.c \
	src/engine/layers/window.h \
	src/engine/loss.c \
	src/engine/losses/class_weights.c \
	src/engine/losses/class_weights.h \
	src/engine/losses/probability.c \
	src/engine/losses/probability.h \
	src/engine/metric.c \
	src/engine/mix.c \
	src/engine/mix.h \
	src/engine/metrics/counts.c \
	src/engine/metrics/counts.h \
	src/engine/metrics/probability.c \
	src/engine/metrics/probability.h \
	src/engine/net.c \
	src/engine/net_edit.c \
	src/engine/net_node.c \
	src/engine/net_node.h \
	src/engine/net_words.c \
	src/engine/objective.c \
	src/engine/objective.h \
	src/engine/optimizer.c \
	src/engine/pass.c \
	src/engine/recipe.c \
	src/engine/regularize.c \
	src/engine/regularize.h \
	src/engine/result.c \
	src/engine/schedule.c \
	src/engine/shorthand.c \
	src/engine/shorthand.h \
	src/engine/step.c \
	src/engine/step.h \
	src/engine/tensor.c \
	src/engine/train_state.c \
	src/engine/train_state.h \
	src/engine/field.c src/engine/field.h src/engine/fingerprint.c src/engine/fingerprint.h src/engine/finite.c src/engine/finite.h src/engine/trainer.c \
	$(LAYER_SOURCES) \
	$(AUGMENTATION_SOURCES) \
	$(LOSS_SOURCES) \
	$(METRIC_SOURCES) \
	$(OPTIMIZER_SOURCES) \
	$(SCHEDULE_SOURCES) \
	$(SHORTHAND_SOURCES)

# The registries: one line for each class struct in the sources listed above.
src/engine/layers.def: $(LAYER_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_layer_class NN_LAYER $(LAYER_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/augmentations.def: $(AUGMENTATION_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_augmentation NN_AUGMENTATION $(AUGMENTATION_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/losses.def: $(LOSS_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_loss_class NN_LOSS $(LOSS_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/metrics.def: $(METRIC_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_metric_class NN_METRIC $(METRIC_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/optimizers.def: $(OPTIMIZER_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_optimizer_class NN_OPTIMIZER $(OPTIMIZER_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/schedules.def: $(SCHEDULE_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_schedule_class NN_SCHEDULE $(SCHEDULE_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/shorthands.def: $(SHORTHAND_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/engine && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_shorthand NN_SHORTHAND $(SHORTHAND_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/engine/layer.$(OBJEXT): src/engine/layers.def
src/engine/augment.$(OBJEXT): src/engine/augmentations.def
src/engine/loss.$(OBJEXT): src/engine/losses.def
src/engine/metric.$(OBJEXT): src/engine/metrics.def
src/engine/optimizer.$(OBJEXT): src/engine/optimizers.def
src/engine/schedule.$(OBJEXT): src/engine/schedules.def
src/engine/shorthand.$(OBJEXT): src/engine/shorthands.def
BUILT_SOURCES += src/engine/layers.def src/engine/losses.def src/engine/metrics.def src/engine/optimizers.def \
	src/engine/augmentations.def src/engine/schedules.def src/engine/shorthands.def
CLEANFILES += src/engine/layers.def src/engine/losses.def src/engine/metrics.def src/engine/optimizers.def \
	src/engine/augmentations.def src/engine/schedules.def src/engine/shorthands.def
