bin_PROGRAMS += nnscope
nnscope_SOURCES = \
	src/app/batch.c src/app/batch.h \
	src/app/docs.c src/app/docs.h \
	src/app/main.c \
	src/app/options.c src/app/options.h
nnscope_LDADD = src/libtui.a src/libcommand.a src/libview.a src/libdiagnose.a src/libexplain.a src/libmodel.a src/libdata.a \
	src/libengine.a $(KERNEL_LIBS) src/libbase.a \
	$(NCURSES_LIBS) $(READLINE_LIBS) $(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS)
