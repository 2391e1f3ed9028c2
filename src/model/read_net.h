/* Reading a net out of a model file, and the pieces that reading the rest needs too. For
 * model_read.c alone. Every function fails with NN_DAMAGED or what the engine says; nothing is
 * allocated before the file has shown that it holds as much. */
#ifndef NN_MODEL_READ_NET_H
#define NN_MODEL_READ_NET_H

#include "engine/net.h"
#include "model/json.h"
#include "model/safetensors.h"

/* Gives *net. */
enum nn_status nn_read_net(const json_t *json, const struct nn_safetensors *file,
                           struct nn_net **net, struct nn_error *error);

/* An object of texts as arguments of `specs`. Gives *args. `what` names their owner. */
enum nn_status nn_read_args(const json_t *json, const struct nn_arg_spec *specs, const char *what,
                            struct nn_args *args, struct nn_error *error);

/* A member that must be a string (borrowed), or a string of decimal digits. */
enum nn_status nn_json_string(const json_t *object, const char *key, const char **text,
                              struct nn_error *error);
enum nn_status nn_json_u64(const json_t *object, const char *key, uint64_t *value,
                           struct nn_error *error);

/* The tensor `name`, which must be F32 of this shape, into out. */
enum nn_status nn_read_floats(const struct nn_safetensors *file, const char *name,
                              const struct nn_shape *shape, float *out, struct nn_error *error);
enum nn_status nn_check_finite(const char *name, const float *values, size_t count,
                               struct nn_error *error);

#endif
