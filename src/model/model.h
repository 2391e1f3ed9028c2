/* Model: what `save` writes and `open` reads: net, recipe, training state, history, and what the
 * data looked like (classes, features, scaling, filling). One safetensors file, design.md section
 * 9, nnscope-model(5).
 *
 * Ownership: the struct owns everything once read (nn_model_clear); for saving the pointers are
 *            borrowed.
 * Errors:    NN_DAMAGED with the reason and byte offset, NN_IO, NN_MEMORY. Nothing is half-read; a
 * failed save leaves the old file.
 */
#ifndef NN_MODEL_MODEL_H
#define NN_MODEL_MODEL_H

#include "data/dataset.h"
#include "engine/trainer.h"

#define NN_MODEL_VERSION 1

struct nn_model {
    struct nn_net *net;
    struct nn_recipe *recipe;     /* NULL: not compiled */
    struct nn_train_state *state; /* NULL or params == 0: not trained */
    struct nn_history *history;   /* may be NULL */
    uint64_t seed;
    char **classes;
    size_t class_count;
    char **features;
    size_t feature_count;
    enum nn_task task;
    enum nn_scaling scaling;
    double *offset, *factor;
    size_t scale_count;
    enum nn_missing missing; /* MEAN or MOST_FREQUENT: missing cells are filled */
    float *fill;             /* with these */
    size_t fill_count;
    char *note; /* what people should know of how it was read, or NULL; not saved */
    struct nn_image_rule images; /* how pictures became samples */
};
enum nn_status nn_model_save(const char *path, const struct nn_model *model,
                             struct nn_error *error);
/* Opens a model by the ending of its name: .onnx, else our own format. The files of PyTorch (.pt,
 * .pth) and Keras (.h5, .keras) are refused with the way to convert them (NN_REFUSED). */
enum nn_status nn_model_open(const char *path, struct nn_model *model, struct nn_error *error);
/* Our own format, whatever the name. */
enum nn_status nn_model_open_native(const char *path, struct nn_model *model,
                                    struct nn_error *error);
/* The same from memory: takes the bytes (nn_free) on success and on failure; `name` is for
 * messages. */
enum nn_status nn_model_parse(unsigned char *bytes, size_t length, const char *name,
                              struct nn_model *model, struct nn_error *error);
void nn_model_clear(struct nn_model *model);

#endif
