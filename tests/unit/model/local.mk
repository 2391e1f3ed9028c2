# The Criterion program of model: sources test_*.c, one for each part of the module.
