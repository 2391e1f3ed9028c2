/* Fingerprint of training data, so that an interrupted training is not finished on other samples.
 *
 * Signed sums over up to 512 samples, spread evenly, with their labels: they survive another set of
 * kernels, whose scaled values differ in the last bits, but no other split, order or scaling.
 */
#ifndef NN_ENGINE_FINGERPRINT_H
#define NN_ENGINE_FINGERPRINT_H

#include "base/status.h"
#include "engine/source.h"

enum { NN_FINGERPRINT_SUMS = 4 };

struct nn_fingerprint {
    double sums[NN_FINGERPRINT_SUMS]; /* each value with its own signs */
    double norm;                      /* sum of magnitudes; 0: not taken */
};

/* Cost: one fetch of these samples. NN_MEMORY. */
enum nn_status nn_fingerprint_take(const struct nn_source *source,
                                   struct nn_fingerprint *fingerprint, struct nn_error *error);
/* True also when one of them was not taken. */
bool nn_fingerprint_match(const struct nn_fingerprint *a, const struct nn_fingerprint *b);

#endif
