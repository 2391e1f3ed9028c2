/* Models for tests: made by hand, filled with numbers, compared. */
#ifndef NN_TESTS_MODEL_SAMPLE_H
#define NN_TESTS_MODEL_SAMPLE_H

#include "model/model.h"

/* Appends `add` with these words ("conv2d 4 3 relu padding=1"); fails the test if that fails. */
void sample_add(struct nn_net *net, const char *line);
/* A net with this input shape. */
struct nn_net *sample_net(int rank, const size_t *dim);
/* Fills all parameters (running statistics too) with distinct finite numbers. */
void sample_fill(struct nn_net *net, unsigned seed);

/* A small convolutional net with everything that a model may hold: recipe, training state, history,
 * classes, features, scaling. */
void sample_model(struct nn_model *model);
/* The same with what files of version 1 had not from the beginning: values for missing cells, an
 * offset that a float would round. */
void sample_later(struct nn_model *model);

/* Save and open; the test fails if that fails. */
void sample_save(const char *path, const struct nn_model *model);
void sample_open(const char *path, struct nn_model *model);

/* Fails the test unless both have the same nodes, arguments and, bit for bit, parameters. */
void sample_compare_nets(const struct nn_net *a, const struct nn_net *b);

/* Reads a whole file; fails the test if that fails. */
unsigned char *sample_bytes(const char *path, size_t *length);

bool sample_same_files(const char *a, const char *b);

/* Writes the model file at `path` to `to` with another description, and without its checksum. */
void sample_rewrite(const char *path, const char *to, const char *json);
/* The text with the first `from` replaced by `to` (nn_free). */
char *sample_replaced(const char *text, const char *from, const char *to);

/* A folder of its own as working directory, and its removal with all files m*.safetensors in it. */
void sample_folder(void);
void sample_folder_remove(void);

#endif
