# Explanation methods, one file each: a new method is a new line here.
METHOD_SOURCES = \
	src/explain/methods/ablationcam.c \
	src/explain/methods/conductance.c \
	src/explain/methods/deconvnet.c \
	src/explain/methods/deep_shap.c \
	src/explain/methods/deeplift.c \
	src/explain/methods/eigencam.c \
	src/explain/methods/feature_ablation.c \
	src/explain/methods/fullgrad.c \
	src/explain/methods/gradcam.c \
	src/explain/methods/gradcam_plusplus.c \
	src/explain/methods/gradient.c \
	src/explain/methods/gradient_shap.c \
	src/explain/methods/gradient_x_input.c \
	src/explain/methods/guided_backprop.c \
	src/explain/methods/guided_gradcam.c \
	src/explain/methods/hirescam.c \
	src/explain/methods/integrated_gradients.c \
	src/explain/methods/internal_influence.c \
	src/explain/methods/kernel_shap.c \
	src/explain/methods/layer_activation.c \
	src/explain/methods/layer_gradient.c \
	src/explain/methods/layercam.c \
	src/explain/methods/lime.c \
	src/explain/methods/lrp.c \
	src/explain/methods/neuron_conductance.c \
	src/explain/methods/neuron_gradient.c \
	src/explain/methods/occlusion.c \
	src/explain/methods/rise.c \
	src/explain/methods/saliency.c \
	src/explain/methods/scorecam.c \
	src/explain/methods/shapley.c \
	src/explain/methods/smoothgrad.c \
	src/explain/methods/smoothgrad_squared.c \
	src/explain/methods/vargrad.c \
	src/explain/methods/xgradcam.c

# Feature visualization: inputs that are made, and what makes them.
VISUALIZATION_SOURCES = \
	src/explain/actmax.c \
	src/explain/actmax.h \
	src/explain/aim.c \
	src/explain/ascent.c src/explain/paint.c \
	src/explain/ascent.h \
	src/explain/diversity.c \
	src/explain/diversity.h \
	src/explain/eigen.c \
	src/explain/facets.c \
	src/explain/pca.c \
	src/explain/pca.h \
	src/explain/priors.c \
	src/explain/priors.h \
	src/explain/spectrum.c \
	src/explain/spectrum.h \
	src/explain/warp.c \
	src/explain/warp.h

# Studies of a net over many samples or changed ones: dependence, robustness, concepts.
STUDY_SOURCES = \
	src/explain/attack.c \
	src/explain/attack.h \
	src/explain/concepts.c \
	src/explain/concepts.h \
	src/explain/counterfactual.c \
	src/explain/counterfactual.h \
	src/explain/dependence.c \
	src/explain/dependence.h \
	src/explain/examples.c \
	src/explain/examples.h \
	src/explain/features.c \
	src/explain/features.h \
	src/explain/fit.c \
	src/explain/similarity.c \
	src/explain/similarity.h \
	src/explain/student.c \
	src/explain/student.h

noinst_LIBRARIES += src/libexplain.a
src_libexplain_a_SOURCES = $(METHOD_SOURCES) $(VISUALIZATION_SOURCES) $(STUDY_SOURCES) \
	src/explain/alone.c \
	src/explain/alone.h \
	src/explain/blur.c \
	src/explain/blur.h \
	src/explain/cam.c \
	src/explain/cam.h \
	src/explain/coalition.c \
	src/explain/coalition.h \
	src/explain/deeplift.c \
	src/explain/deeplift.h \
	src/explain/exact.c \
	src/explain/exact.h \
	src/explain/explain.c \
	src/explain/explain.h \
	src/explain/gradient.c \
	src/explain/groups.c \
	src/explain/groups.h \
	src/explain/importance.c \
	src/explain/importance.h \
	src/explain/layerpath.c \
	src/explain/layerpath.h \
	src/explain/line.c \
	src/explain/line.h \
	src/explain/lrp.h \
	src/explain/merge.c \
	src/explain/method.h \
	src/explain/neuron.c \
	src/explain/neuron.h \
	src/explain/noise.c \
	src/explain/noise.h \
	src/explain/parse.c \
	src/explain/parse.h \
	src/explain/patches.c \
	src/explain/patches.h \
	src/explain/pointing.c \
	src/explain/pointing.h \
	src/explain/quadrature.c \
	src/explain/quadrature.h \
	src/explain/rank.c \
	src/explain/rank.h \
	src/explain/registry.c \
	src/explain/regression.c \
	src/explain/regression.h \
	src/explain/resize.c \
	src/explain/reveal.c \
	src/explain/reveal.h \
	src/explain/rules.h \
	src/explain/rules/choose.c \
	src/explain/rules/deconvnet.c \
	src/explain/rules/deeplift.c \
	src/explain/rules/guided.c \
	src/explain/rules/lrp.c \
	src/explain/rules/redirected.c \
	src/explain/target.c \
	src/explain/slope.c \
	src/explain/slope.h \
	src/explain/trust.c \
	src/explain/verdict.c \
	src/explain/trust.h

# The registry: one line for each method struct in the sources listed above.
src/explain/methods.def: $(METHOD_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/explain && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_method NN_METHOD $(METHOD_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/explain/registry.$(OBJEXT): src/explain/methods.def
BUILT_SOURCES += src/explain/methods.def
CLEANFILES += src/explain/methods.def
