/* What writing and reading a model have in common: keys, names and the checksum of
 * nnscope-model(5). */
#ifndef NN_MODEL_FORMAT_H
#define NN_MODEL_FORMAT_H

#include "data/dataset.h"
#include "engine/net.h"

#include <stddef.h>
#include <stdint.h>

#define NN_MODEL_KEY       "nnscope"
#define NN_MODEL_CRC_KEY   "nnscope.crc32"
#define NN_MODEL_MAX_NODES 16384

/* Tensors beside the parameters. A parameter's name ("conv1.weight") holds no '/', so nothing
 * collides. */
#define NN_MODEL_HISTORY "history/epochs"
#define NN_MODEL_BATCHES "history/batch_loss"
#define NN_MODEL_OFFSET  "scaling/offset" /* F64; F32 is read too */
#define NN_MODEL_FACTOR  "scaling/factor"
#define NN_MODEL_FILL    "missing/fill"
#define NN_MODEL_SUMS    "training/sums" /* of the interrupted epoch, F64 */
#define NN_MODEL_KEPT    "training/kept" /* of early stopping, F32 */

/* "optimizer/conv1.weight/exp_avg" */
#define NN_MODEL_NAME_SIZE (NN_NAME_SIZE * 3)
void nn_model_slot_name(char out[NN_MODEL_NAME_SIZE], const char *parameter, const char *slot);

extern const char *const nn_model_task_names[3]; /* by enum nn_task */

/* The checksum of a model: CRC-32 (as in zlib) over the JSON text, then over each tensor in the
 * order of their names (bytewise): the name with its NUL, the data as in the file. */
uint32_t nn_model_crc(uint32_t crc, const void *bytes, size_t length);

#endif
