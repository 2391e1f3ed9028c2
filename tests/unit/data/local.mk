# The Criterion program of data: sources test_*.c, one for each part of the module.
