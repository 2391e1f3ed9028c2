/* The registry of readers, derived from the sources in readers/. */
#include "data/reader.h"

#define NN_READER(name) extern const struct nn_reader name;
#include "data/readers.def"
#undef NN_READER

#define NN_READER(name) &name,
const struct nn_reader *const nn_readers[] = {
#include "data/readers.def"
};
#undef NN_READER

const size_t nn_reader_count = sizeof nn_readers / sizeof nn_readers[0];
