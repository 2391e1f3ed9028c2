/* Augmentation: random changes to the training samples, other ones in each epoch. One file in
 * augmentations/ with one `const struct nn_augmentation`.
 *
 * All changes of place (flip, rotate, shift, crop) of one sample become one affine map, so that it
 * is interpolated once; what lies outside is the nearest pixel of the edge. Then values change
 * (noise), and last pairs of samples are mixed (mixup).
 *
 * Determinism: what happens to a sample follows from the seed, the step and its place in the batch
 * alone. Ownership:   nn_augment owns its arguments. Errors:      NN_ARGUMENT when the samples are
 * not what an augmentation is for.
 */
#ifndef NN_ENGINE_AUGMENT_H
#define NN_ENGINE_AUGMENT_H

#include "base/args.h"
#include "base/random.h"
#include "engine/tensor.h"

/* From a pixel of the new picture to a place in the old one, both from the centre, in pixels:
 * x' = xx x + xy y + x0, y' = yx x + yy y + y0. */
struct nn_affine {
    double xx, xy, x0, yx, yy, y0;
};

/* One sample. */
struct nn_augment_call {
    const struct nn_args *args;
    struct nn_random *random;
    size_t height, width; /* of images */
    size_t size;          /* floats of a sample */
};

struct nn_augmentation {
    const char *name;
    const char *summary;
    const char *formula;
    const char *source;
    const struct nn_arg_spec *args; /* keys of `data augment`; the first bears the name */
    bool images;                    /* only for samples [C, H, W] */
    bool mixes; /* the first argument is the parameter of mixing, see nn_augment_mixing */
    /* Applies its change before those that `map` has already. */
    void (*place)(const struct nn_augment_call *call, struct nn_affine *map);
    void (*change)(const struct nn_augment_call *call, float *x);
};

extern const struct nn_augmentation *const nn_augmentations[];
extern const size_t nn_augmentation_count;

#define NN_MAX_AUGMENTATIONS 16

/* What is done to the samples: for each augmentation its arguments, without specs where it is off.
 */
struct nn_augment {
    struct nn_args args[NN_MAX_AUGMENTATIONS];
};
void nn_augment_clear(struct nn_augment *augment);
enum nn_status nn_augment_copy(struct nn_augment *to, const struct nn_augment *from,
                               struct nn_error *error);
bool nn_augment_any(const struct nn_augment *augment);
/* "flip=horizontal shift=2", "" for none. Returns out. */
#define NN_AUGMENT_TEXT 160
char *nn_augment_text(const struct nn_augment *augment, char out[NN_AUGMENT_TEXT]);
/* Whether it can be done to samples of this shape. */
enum nn_status nn_augment_check(const struct nn_augment *augment, const struct nn_shape *shape,
                                struct nn_error *error);
/* Changes n samples [n, shape...] in place, all but mixing; `copy` is work space of their size. */
void nn_augment_batch(const struct nn_augment *augment, const struct nn_shape *shape, uint64_t seed,
                      uint64_t step, size_t n, float *x, float *copy);

/* Mixing: sample i becomes share x[i] + (1 - share) x[partner[i]], with one share in [1/2, 1] for
 * the batch. False when it is off. */
bool nn_augment_mixing(const struct nn_augment *augment, uint64_t seed, uint64_t step, size_t n,
                       size_t *partner, double *share);

/* Uniform in [low, high). */
double nn_augment_uniform(struct nn_random *random, double low, double high);

#endif
