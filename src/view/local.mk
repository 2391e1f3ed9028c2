noinst_LIBRARIES += src/libview.a
src_libview_a_SOURCES = \
	src/view/canvas.h src/view/colormap.h src/view/draw.h src/view/parts.h src/view/scene.h \
	src/view/bars.c \
	src/view/canvas.c \
	src/view/canvas_print.c \
	src/view/canvas_text.c \
	src/view/color.c \
	src/view/colormap.c \
	src/view/heatmap.c \
	src/view/maps.c \
	src/view/matrix.c \
	src/view/parts.c \
	src/view/plot.c \
	src/view/png.c \
	src/view/result_csv.c \
	src/view/result_json.c \
	src/view/result_text.c \
	src/view/table.c
