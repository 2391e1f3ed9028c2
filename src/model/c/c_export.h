/* C: a net as one C99 header without dependencies, for microcontrollers: weights as tables, static
 * buffers, the data's scaling, a self-test. The header says how much memory and how many
 * multiplications it takes.
 *
 * Errors: NN_REFUSED with the layer that it does not know; NN_IO; NN_MEMORY.
 */
#ifndef NN_MODEL_C_EXPORT_H
#define NN_MODEL_C_EXPORT_H

#include "model/model.h"

/* Names in the header begin with the file's name ("digits" for digits.h): digits_predict and so on.
 */
enum nn_status nn_c_export(const char *path, const struct nn_model *model, struct nn_error *error);

#endif
