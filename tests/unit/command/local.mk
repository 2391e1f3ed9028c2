# The Criterion program of command: sources test_*.c, one for each part of the module.
