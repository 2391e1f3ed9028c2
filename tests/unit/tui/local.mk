# The Criterion program of tui: sources test_*.c, one for each part of the module.
