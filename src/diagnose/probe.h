/* Probe: some samples of a source as a source of their own, evenly spaced.
 *
 * Ownership: nn_probe_init / nn_probe_clear; borrows the whole source.
 */
#ifndef NN_DIAGNOSE_PROBE_H
#define NN_DIAGNOSE_PROBE_H

#include "engine/source.h"

struct nn_probe {
    struct nn_source source; /* of the chosen samples; its context is this struct */
    struct nn_source whole;
    size_t *index; /* [source.count] in the whole */
};
enum nn_status nn_probe_init(struct nn_probe *probe, const struct nn_source *whole, size_t count,
                             struct nn_error *error);
void nn_probe_clear(struct nn_probe *probe);

#endif
