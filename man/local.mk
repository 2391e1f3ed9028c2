dist_man_MANS = man/nnscope-model.5
