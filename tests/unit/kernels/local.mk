# The Criterion program of kernels: sources test_*.c, one for each part of the module.
