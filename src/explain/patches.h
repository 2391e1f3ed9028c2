/* Inputs that differ from a sample within a patch of the image only.
 *
 * As far as the net begins with layers of which an output reads a window of the input, only the
 * part that sees the patch is computed anew: these layers run on a cut-out of the image, and what
 * the patch has changed of their output is put into that of the sample. F is the same to the bit.
 *
 * Cost: the cut-out is as large as the patch and what the layers read around what it changes; how
 * many layers run on it is chosen so that the operations are fewest.
 */
#ifndef NN_EXPLAIN_PATCHES_H
#define NN_EXPLAIN_PATCHES_H

#include "explain/method.h"

/* Patches in rows and columns, [0] vertical, [1] horizontal; cropped at the border. */
struct nn_patch_grid {
    size_t extent[2], window[2], stride[2], steps[2];
};
struct nn_patch {
    size_t begin[2], end[2];
};
struct nn_patch nn_patch_at(const struct nn_patch_grid *grid, size_t number);

/* nn_explain_trials, of which number i may only change patch i; inputs that are no images (C x H x
 * W) run as a whole. */
enum nn_status nn_explain_patches(const struct nn_trials *trials, const struct nn_patch_grid *grid,
                                  struct nn_error *error);

#endif
