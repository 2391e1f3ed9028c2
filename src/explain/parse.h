/* What to explain: the text of target= and layer= against a net. */
#ifndef NN_EXPLAIN_PARSE_H
#define NN_EXPLAIN_PARSE_H

#include "explain/explain.h"

/* Resolves a request's target; units[batch] is filled and stays referenced by *target. An absent
 * target is the class that the net predicts for each sample. Errors name the classes there are. */
enum nn_status nn_target_parse(const struct nn_explain_request *request, int32_t *units,
                               struct nn_target *target, struct nn_error *error);

/* A unit of a layer: "3", or "3,0,5", a place in a feature map; *place as in struct nn_target.
 * NN_ARGUMENT with `prefix` before the text and what the layer has. */
enum nn_status nn_unit_parse(const struct nn_node *node, const char *text, const char *prefix,
                             int32_t *unit, int32_t *place, struct nn_error *error);

/* Resolves layer= for a method that has one: NULL means the last convolution before the explained
 * output, or for methods that take any layer the last hidden one. Refuses layers without feature
 * maps (SPATIAL) and layers that the explained output does not depend on. */
enum nn_status nn_layer_parse(const struct nn_explain_request *request,
                              const struct nn_target *target, int *layer, struct nn_error *error);

#endif
