# Installed to $(pkgdatadir), where nn_path_bundled looks.
dist_pkgdata_DATA = data/README data/digits.csv data/breast-cancer.csv data/iris.csv data/wine.csv \
	data/tour.nns data/driving.nns data/finance.nns data/medicine.nns
