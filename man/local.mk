dist_man_MANS = man/nnscope.1 man/nnscope-model.5
EXTRA_DIST += man/actmax-digits.png man/actmax-signs.png man/screen-explain.png man/screen-train.png man/screen-layers.png man/screen-diagnose.png

# The command reference comes from the tables of the program; a test fails when the page differs.
.PHONY: man
man: nnscope
	./nnscope --dump-man >$(srcdir)/man/nnscope.1
