/* Slopes: what a map says of the slope of F at the sample, which tells what small changes of the
 * input do.
 */
#ifndef NN_EXPLAIN_SLOPE_H
#define NN_EXPLAIN_SLOPE_H

#include "explain/explain.h"

/* Fills out [input size] from the map [input size] of the request's first sample. Maps of the kind
 * of a gradient are slopes themselves. Those of what each value does against a baseline are divided
 * by its distance from it (0 where there is none): from the mean of the background, if the method
 * takes several, and from 0 if it takes no baseline. A method that averages another one is of that
 * one's kind. Gives NULL, or why the map says nothing of slopes; then out is untouched. */
const char *nn_map_slopes(const struct nn_explain_request *request, const float *map, float *out);

#endif
