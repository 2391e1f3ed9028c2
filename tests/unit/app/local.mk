# The Criterion program of app: sources test_*.c, one for each part of the module.
