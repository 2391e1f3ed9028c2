/* A large table needs little more memory than its matrix. */
#include "base/file.h"
#include "data/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROWS = 1000000, COLUMNS = 100 };

/* Row i: the digit (i + j) % 10 in column j, and class i % 3. */
static void write_table(const char *path)
{
    static char row[COLUMNS * 2 + 3];
    struct nn_save *save = NULL;
    cr_assert(nn_save_begin(path, &save, NULL) == NN_OK);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++) {
            row[2 * j] = (char)('0' + (i + j) % 10);
            row[2 * j + 1] = ',';
        }
        row[2 * COLUMNS] = (char)('p' + i % 3);
        row[2 * COLUMNS + 1] = '\n';
        cr_assert(nn_save_write(save, row, 2 * COLUMNS + 2, NULL) == NN_OK);
    }
    cr_assert(nn_save_commit(save, NULL) == NN_OK);
}

static double peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024;
}

Test(memory, a_million_rows_of_a_hundred_columns)
{
    struct nn_read_options options = {.header = -1, .split = -1};
    struct nn_progress progress = {.cancel = false};
    struct nn_dataset *dataset = NULL;
    struct nn_error error = {.status = NN_OK};
    char path[] = "/tmp/nnscope-long-XXXXXX";
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    cr_skip_test("sanitizers need memory of their own");
#endif
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    write_table(path);
    options.progress = &progress;
    enum nn_status status = nn_data_load(path, &options, &dataset, &error);
    close(fd);
    unlink(path);
    cr_assert(status == NN_OK, "%s", error.message);
    double matrix = (double)ROWS * COLUMNS * sizeof(float), peak = peak_bytes();
    fprintf(stderr, "# %.0f MB for a matrix of %.0f MB\n", peak / 1e6, matrix / 1e6);
    cr_assert(peak <= 1.2 * matrix, "%.2f of the matrix", peak / matrix);
    cr_assert(atomic_load(&progress.fraction) == 1.0);
    for (size_t i = 0; i < ROWS; i += 997) {
        const float *row = (const float *)dataset->samples->values + i * COLUMNS;
        for (size_t j = 0; j < COLUMNS; j++)
            cr_assert(row[j] == (float)((i + j) % 10));
        cr_assert(dataset->samples->labels[i] == (int32_t)(i % 3));
    }
    nn_dataset_free(dataset);
}
