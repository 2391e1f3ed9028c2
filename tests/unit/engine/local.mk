# The Criterion program of engine: sources test_*.c, one for each part of the module.
