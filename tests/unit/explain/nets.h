/* Nets for the explanation tests: built from layer words, weights from a reference file or from a
 * seed. */
#ifndef NN_TESTS_EXPLAIN_NETS_H
#define NN_TESTS_EXPLAIN_NETS_H

#include "explain/explain.h"
#include "reference.h"

/* A net with the given input ("1x18x18") and one `add` per line; any failure fails the test. */
struct nn_net *net_of(const char *input, const char *const *lines, uint64_t seed);
/* Sets every parameter from weights/NAME of a reference file. */
void net_load(struct nn_net *net, struct reference *ref);
/* Arguments of a method from "steps=50 rule=left" ("" = defaults). */
struct nn_args args_of(const struct nn_arg_spec *specs, const char *text);
/* Runs a method; fails the test if it fails. */
struct nn_result *explain_with(const struct nn_net *net, const char *method, const char *args,
                               const float *x, size_t batch, const char *target,
                               const int32_t *targets, const float *baseline, const char *layer);

/* A figure of a result by name; a missing one fails the test. */
double figure_of(const struct nn_result *result, const char *name);

/* Normal values. */
void fill_normal(float *values, size_t count, uint64_t seed);
/* The output of one input, unit by unit. */
double answer_of(const struct nn_net *net, int32_t unit, const float *x);

#endif
