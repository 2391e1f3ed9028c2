# The Criterion program of explain: sources test_*.c, one for each part of the module.
