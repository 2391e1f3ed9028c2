/* What the tests of data share. */
#ifndef NN_TEST_DATA_H
#define NN_TEST_DATA_H

#include "data/reader.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static inline const struct nn_reader *find_reader(const char *name)
{
    for (size_t i = 0; i < nn_reader_count; i++)
        if (strcmp(nn_readers[i]->name, name) == 0)
            return nn_readers[i];
    return NULL;
}

/* Runs a reader on bytes in memory. */
static inline enum nn_status read_bytes(const char *reader, const char *path, const void *bytes,
                                        size_t length, const struct nn_read_options *options,
                                        struct nn_samples **samples, struct nn_error *error)
{
    struct nn_bytes *input;
    enum nn_status status = nn_bytes_memory(bytes, length, &input, error);
    if (status != NN_OK)
        return status;
    status = find_reader(reader)->read(path, input, options, samples, error);
    nn_bytes_close(input);
    return status;
}

/* The same for the text of a table. */
static inline enum nn_status read_csv(const char *text, size_t length,
                                       struct nn_read_options options, struct nn_samples **samples,
                                       struct nn_error *error)
{
    return read_bytes("csv", "t.csv", text, length, &options, samples, error);
}

static inline struct nn_read_options plain_options(void)
{
    return (struct nn_read_options){.header = -1, .split = -1};
}

#define expect_ok(call)                                                                            \
    do {                                                                                           \
        struct nn_error *error_ = &error;                                                          \
        enum nn_status status_ = (call);                                                           \
        cr_assert(status_ == NN_OK, "%s: status %d: %s", #call, (int)status_, error_->message);    \
    } while (0)

/* A data set from the text of a table. */
static inline struct nn_dataset *read_table(const char *text, struct nn_read_options options)
{
    struct nn_samples *samples = NULL;
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    expect_ok(read_bytes("csv", "t.csv", text, strlen(text), &options, &samples, &error));
    expect_ok(nn_dataset_new(samples, &dataset, &error));
    return dataset;
}

#endif
