SCREEN_SOURCES = \
	src/view/screens/data.c \
	src/view/screens/diagnose.c \
	src/view/screens/explain.c \
	src/view/screens/layers.c \
	src/view/screens/net.c \
	src/view/screens/runs.c \
	src/view/screens/train.c

noinst_LIBRARIES += src/libview.a
src_libview_a_SOURCES = \
	src/view/canvas.h src/view/colormap.h src/view/draw.h src/view/parts.h src/view/scene.h \
	src/view/screens/edges.h src/view/screens/panes.h src/view/screens/health.h \
	src/view/bars.c \
	src/view/canvas.c \
	src/view/canvas_print.c \
	src/view/canvas_text.c \
	src/view/color.c \
	src/view/colormap.c \
	src/view/heatmap.c \
	src/view/links.c \
	src/view/links.h \
	src/view/maps.c \
	src/view/matrix.c \
	src/view/parts.c \
	src/view/plot.c \
	src/view/png.c \
	src/view/result_csv.c \
	src/view/result_json.c \
	src/view/result_text.c \
	src/view/scene.c \
	src/view/study.c \
	src/view/study.h \
	src/view/screens/edges.c \
	src/view/screens/health.c \
	src/view/screens/layer_unit.c \
	src/view/screens/layer_unit.h \
	src/view/screens/panes.c \
	src/view/screens/samples.c \
	src/view/screens/samples.h \
	src/view/table.c \
	src/view/timeline.c \
	src/view/waterfall.c \
	$(SCREEN_SOURCES)

# The registry: one line for each screen in the sources listed above.
src/view/screens.def: $(SCREEN_SOURCES) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/view && here=`pwd` && cd $(top_srcdir) && \
	$(SHELL) src/registry.sh nn_screen NN_SCREEN $(SCREEN_SOURCES) >"$$here/$@.tmp" && \
	mv "$$here/$@.tmp" "$$here/$@"
src/view/scene.$(OBJEXT): src/view/screens.def
BUILT_SOURCES += src/view/screens.def
CLEANFILES += src/view/screens.def
