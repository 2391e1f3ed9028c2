# Installed to $(pkgdatadir), where nn_path_bundled looks.
dist_pkgdata_DATA = data/README data/digits.csv data/breast-cancer.csv data/iris.csv data/wine.csv \
	data/tour.nns data/driving.nns data/finance.nns data/medicine.nns data/to_onnx.py

# Completion of the options in the shells, where they look for it.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_bashcomp_DATA = data/completion/nnscope
dist_zshcomp_DATA = data/completion/_nnscope
dist_fishcomp_DATA = data/completion/nnscope.fish
