noinst_LIBRARIES += src/libview.a
src_libview_a_SOURCES = src/view/canvas.h src/view/colormap.h src/view/draw.h src/view/scene.h
