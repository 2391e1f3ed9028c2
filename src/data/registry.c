/* The registry of readers, derived from the sources in readers/. */
#include "data/reader.h"

#include <string.h>

#define NN_READER(name) extern const struct nn_reader name;
#include "data/readers.def"
#undef NN_READER

#define NN_READER(name) &name,
const struct nn_reader *const nn_readers[] = {
#include "data/readers.def"
};
#undef NN_READER

const size_t nn_reader_count = sizeof nn_readers / sizeof nn_readers[0];

void nn_reader_describe(const struct nn_reader *reader, struct nn_buffer *out)
{
    nn_buffer_printf(out, "%s; files %s", reader->summary, reader->extensions);
    for (const char *key = reader->keys; key && *key; key += strspn(key, " ")) {
        size_t length = strcspn(key, " ");
        nn_buffer_printf(out, "%s%.*s=", key == reader->keys ? "; keys " : " ", (int)length, key);
        key += length;
    }
}
