# The Criterion program of view: sources test_*.c, one for each part of the module.
