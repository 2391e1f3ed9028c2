/* Demo: a data set by name, bundled or generated. One `const struct nn_demo` each, in demos/ or
 * generators/.
 *
 * Generated sets know the truth: the mask of their samples says which pixels or features decide the
 * class, so that explanations can be tested.
 *
 * Errors:  NN_ARGUMENT for unknown names and counts, NN_DAMAGED when a file is missing.
 * Threads: reentrant.
 */
#ifndef NN_DATA_DEMO_H
#define NN_DATA_DEMO_H

#include "data/dataset.h"

struct nn_demo {
    const char *name, *summary, *licence;
    /* Gives the samples; a generator makes `count` of them, the others ignore it. */
    enum nn_status (*make)(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error);
    size_t count; /* of a generator when nobody asks for another; 0: the set is what it is */
    /* for sets from a bundled CSV */
    const char *file, *label;
    struct nn_shape shape;
};
extern const struct nn_demo *const nn_demos[]; /* in the order of their names */
extern const size_t nn_demo_count;

/* A set, split and scaled: a fifth of the samples, drawn with `seed` and stratified, is the test
 * split unless the set brings its own; images are scaled to unit, tables standard. `count` 0: as
 * many samples as the set has. */
enum nn_status nn_data_demo(const char *name, size_t count, uint64_t seed,
                            struct nn_dataset **dataset, struct nn_error *error);

#endif
