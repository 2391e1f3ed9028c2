/* Memory fails at every point of every reader: an error like any other, and nothing leaks. */
#include "base/file.h"
#include "base/mem.h"
#include "data_test.h"

#include <stdlib.h>

enum { MOST_POINTS = 3000 }; /* of a file */

static void try_file(const struct nn_reader *reader, const unsigned char *bytes, size_t length)
{
    const struct nn_read_options options = plain_options();
    enum nn_status good = NN_OK; /* without a fault: the file itself may be damaged */
    for (size_t n = 0; n < MOST_POINTS; n++) {
        struct nn_samples *samples = NULL;
        struct nn_bytes *input = NULL;
        struct nn_error error = {0};
        cr_assert(nn_bytes_memory(bytes, length, &input, &error) == NN_OK);
        nn_fault_alloc(n, false);
        enum nn_status status = reader->read("x", input, &options, &samples, &error);
        size_t count = nn_fault_alloc_count();
        nn_fault_alloc(0, false);
        nn_bytes_close(input);
        nn_samples_free(samples);
        if (n == 0)
            good = status;
        if (count < n)
            return;
        cr_assert(status == NN_MEMORY || status == good, "%s, allocation %zu: %s", reader->name, n,
                  error.message);
    }
}

Test(readers, memory_fails_at_every_point)
{
    struct nn_error error = {0};
    if (!nn_fault_available())
        cr_skip_test("built without fault injection");
    for (size_t r = 0; r < nn_reader_count; r++) {
        struct nn_folder folder;
        char path[400];
        snprintf(path, sizeof path, "%s/fuzz/corpus/%s", getenv("NN_TESTS"), nn_readers[r]->name);
        expect_ok(nn_folder_list(path, &folder, &error));
        for (size_t i = 0; i < folder.count; i++) {
            unsigned char *bytes;
            char *file;
            size_t length;
            expect_ok(nn_path_join(path, folder.entries[i].name, &file, &error));
            expect_ok(nn_file_read(file, 0, &bytes, &length, &error));
            if (length < 2000)
                try_file(nn_readers[r], bytes, length);
            nn_free(bytes);
            nn_free(file);
        }
        nn_folder_clear(&folder);
    }
}
