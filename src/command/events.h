/* Events: the curves of a training as TensorBoard reads them, one event file in DIR/train and, when
 * something is validated, one in DIR/validation. Tags are Keras' (epoch_loss, epoch_accuracy,
 * epoch_lr), the step is the number of the epoch, from 1. A training that goes on adds files.
 *
 * An event file is a series of records: length, its checksum, a message Event, its checksum
 * (CRC-32C, rotated and shifted).
 *
 * Ownership: nn_events_close frees.
 * Errors:    NN_IO with the file; what was written stays.
 * Threads:   one writer.
 * Source:    tensorflow/core/lib/io/record_writer.cc, core/util/event.proto, summary.proto.
 */
#ifndef NN_COMMAND_EVENTS_H
#define NN_COMMAND_EVENTS_H

#include "engine/trainer.h"

struct nn_events;
/* Makes the folder; the epochs that the history has already are not written. */
enum nn_status nn_events_open(const char *folder, const struct nn_history *history,
                              struct nn_events **events, struct nn_error *error);
void nn_events_close(struct nn_events *events); /* NULL is fine */
/* Writes the epochs that came since. */
enum nn_status nn_events_write(struct nn_events *events, const struct nn_history *history,
                               struct nn_error *error);

/* For tests: the checksum of a record. */
uint32_t nn_events_checksum(const void *bytes, size_t length);

#endif
