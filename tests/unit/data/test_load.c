#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/npy.h"
#include "data_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* A folder of files for one test. */
static char folder[64];
static char path[128];

static void make_folder(void)
{
    strcpy(folder, "/tmp/nn-load-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert(system(command) == 0);
}

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const void *bytes, size_t length)
{
    struct nn_error error;
    expect_ok(nn_save_bytes(in_folder(name), bytes, length, &error));
}

static void put_gzip(const char *name, const void *bytes, size_t length)
{
    gzFile file = gzopen(in_folder(name), "wb");
    cr_assert(file && gzwrite(file, bytes, (unsigned)length) == (int)length);
    cr_assert(gzclose(file) == Z_OK);
}

static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6};
static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};

Test(load, formats_by_content_and_name, .init = make_folder, .fini = remove_folder)
{
    static const char csv[] = "a,y\n1,p\n2,q\n";
    static const char *const names[] = {"t.csv", "t.data", "t.TXT", "t", "t.unknown"};
    struct nn_read_options options = plain_options();
    struct nn_dataset *dataset;
    struct nn_error error;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put(names[i], csv, strlen(csv));
        expect_ok(nn_data_load(in_folder(names[i]), &options, &dataset, &error));
        cr_assert(dataset->samples->count == 2 && strcmp(dataset->samples->name, names[i]) == 0);
        cr_assert(dataset->split_count[NN_SPLIT_TRAIN] == 2);
        nn_dataset_free(dataset);
    }
    put_gzip("t.csv.gz", csv, strlen(csv));
    expect_ok(nn_data_load(in_folder("t.csv.gz"), &options, &dataset, &error));
    cr_assert(dataset->samples->class_count == 2);
    nn_dataset_free(dataset);
    /* Magic bytes win over the name. */
    put("images.csv", images, sizeof images);
    expect_ok(nn_data_load(in_folder("images.csv"), &options, &dataset, &error));
    cr_assert(nn_dataset_is_image(dataset));
    nn_dataset_free(dataset);
}

Test(load, what_cannot_be_read, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    cr_assert(nn_data_load(in_folder("missing.csv"), &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(strcmp(error.file, path) == 0 && error.message[0]);
    cr_assert(nn_data_load(folder, &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "neither pictures"), "%s", error.message);
    put("empty.csv", "", 0);
    cr_assert(nn_data_load(in_folder("empty.csv"), &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "empty") && strcmp(error.file, path) == 0);
    put("x.elf",
        "\x7f"
        "ELF\2\1\1\0\0",
        9);
    cr_assert(nn_data_load(in_folder("x.elf"), &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "csv, idx, image"), "%s", error.message);
    put("cut-idx3-ubyte", images, 3);
    cr_assert(nn_data_load(in_folder("cut-idx3-ubyte"), &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "truncated"), "%s", error.message);
    put("bad.csv", "a,y\n1,p\nx,q\n", 12);
    cr_assert(nn_data_load(in_folder("bad.csv"), &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(error.line == 3 && error.column == 1 && strcmp(error.file, path) == 0);
    cr_assert(!dataset);
}

Test(load, hostile_file_name, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *dataset;
    struct nn_error error;
    put("a\x1b[2Jb.csv", "1,p\n2,q\n", 8);
    expect_ok(nn_data_load(in_folder("a\x1b[2Jb.csv"), &options, &dataset, &error));
    cr_assert(strcmp(dataset->samples->name, "a\\x1b[2Jb.csv") == 0);
    nn_dataset_free(dataset);
    cr_assert(nn_data_load("/nonexistent/\x1b[2J", &options, &dataset, &error) == NN_DAMAGED);
    cr_assert(!strchr(error.file, 0x1b) && !strchr(error.message, 0x1b));
}

Test(load, split_and_shape, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    put("t.csv", "1,2,3,4,p\n5,6,7,8,q\n", 20);
    in_folder("t.csv");
    options.split = NN_SPLIT_TEST;
    options.shape = (struct nn_shape){3, {1, 2, 2}};
    expect_ok(nn_data_load(path, &options, &dataset, &error));
    cr_assert(nn_dataset_is_image(dataset) && dataset->split_count[NN_SPLIT_TEST] == 2);
    cr_assert(dataset->split_count[NN_SPLIT_TRAIN] == 0);
    nn_dataset_free(dataset);
    options.shape = (struct nn_shape){3, {1, 2, 3}};
    cr_assert(nn_data_load(path, &options, &dataset, &error) == NN_SHAPE);
    cr_assert(strstr(error.message, "1x2x3 needs 6"), "%s", error.message);
    options.shape = (struct nn_shape){3, {SIZE_MAX, SIZE_MAX, 3}};
    cr_assert(nn_data_load(path, &options, &dataset, &error) != NN_OK);
}

Test(load, labels_beside_images, .init = make_folder, .fini = remove_folder)
{
    static const struct {
        const char *images, *labels;
        bool gzip_images, gzip_labels, found;
    } cases[] = {
        {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", false, false, true},
        {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", true, true, true},
        {"a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte", true, false, true},
        {"b-images-idx3-ubyte", "b-labels-idx1-ubyte.gz", false, true, true},
        {"c-images.idx3-ubyte", "c-labels.idx1-ubyte", false, false, true},
        {"d-images-idx3-ubyte", "other-labels-idx1-ubyte", false, false, false},
        {"e-pictures-idx3-ubyte", "e-labels-idx1-ubyte", false, false, false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_read_options options = plain_options();
        struct nn_dataset *dataset;
        struct nn_error error;
        (cases[k].gzip_labels ? put_gzip : put)(cases[k].labels, labels, sizeof labels);
        (cases[k].gzip_images ? put_gzip : put)(cases[k].images, images, sizeof images);
        expect_ok(nn_data_load(path, &options, &dataset, &error));
        cr_assert((dataset->samples->labels != NULL) == cases[k].found, "case %zu", k);
        if (cases[k].found)
            cr_assert(nn_dataset_label(dataset, NN_SPLIT_TRAIN, 0) == 1);
        else
            cr_assert(nn_dataset_label(dataset, NN_SPLIT_TRAIN, 0) == -1);
        nn_dataset_free(dataset);
    }
    /* A damaged companion is named. */
    struct nn_read_options options = plain_options();
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    put("train-labels-idx1-ubyte", labels, sizeof labels - 1);
    cr_assert(nn_data_load(in_folder("train-images-idx3-ubyte"), &options, &dataset, &error) ==
              NN_DAMAGED);
    cr_assert(strstr(error.file, "train-labels-idx1-ubyte"), "%s", error.file);
}

Test(load, labels_of_one_s_own, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *dataset;
    struct nn_error error;
    char own[128];
    put("own.txt", "q\np\n", 4);
    memcpy(own, path, sizeof own);
    options.labels = own;
    put("t.csv", "a,b\n1,2\n3,4\n", 12);
    expect_ok(nn_data_load(path, &options, &dataset, &error));
    cr_assert(dataset->samples->feature_count == 2 && dataset->samples->class_count == 2);
    cr_assert(nn_dataset_label(dataset, NN_SPLIT_TRAIN, 0) == 1);
    nn_dataset_free(dataset);
    expect_ok(nn_npy_write(in_folder("x.npy"), &(struct nn_shape){2, {2, 2}}, (float[]){1, 2, 3, 4},
                           &error));
    expect_ok(nn_data_load(path, &options, &dataset, &error));
    cr_assert(dataset->split_count[NN_SPLIT_TRAIN] == 2 && dataset->samples->labels[1] == 0);
    nn_dataset_free(dataset);
    options.labels = NULL;
    expect_ok(nn_data_load(path, &options, &dataset, &error));
    cr_assert(dataset->split_count[NN_SPLIT_TEST] == 2 && dataset->scaling == NN_SCALING_NONE);
    nn_dataset_free(dataset);
}

/* Every allocation and every file operation fails once: an error, nothing leaked, nothing
 * half-made. */
Test(load, every_failure, .init = make_folder, .fini = remove_folder)
{
    static const char *const names[] = {"t.csv", "t-images-idx3-ubyte.gz", "x.npy"};
    struct nn_error error;
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    put("t.csv", "a,y\n1,p\n2,q\n", 12);
    put("t-labels-idx1-ubyte", labels, sizeof labels);
    put_gzip("t-images-idx3-ubyte.gz", images, sizeof images);
    expect_ok(nn_npy_write(in_folder("x.npy"), &(struct nn_shape){2, {2, 2}}, (float[]){1, 2, 3, 4},
                           &error));
    for (size_t k = 0; k < 2 * sizeof names / sizeof names[0]; k++) {
        bool io = k % 2;
        struct nn_read_options options = plain_options();
        in_folder(names[k / 2]);
        for (size_t n = 1;; n++) {
            struct nn_dataset *dataset = NULL;
            (io ? nn_fault_io : nn_fault_alloc)(n, false);
            enum nn_status status = nn_data_load(path, &options, &dataset, &error);
            size_t calls = io ? nn_fault_io_count() : nn_fault_alloc_count();
            (io ? nn_fault_io : nn_fault_alloc)(0, false);
            cr_assert((status == NN_OK) == (dataset != NULL));
            cr_assert(status == NN_OK || error.message[0] != '\0');
            cr_assert(status == NN_OK || io || status == NN_MEMORY, "%s, n=%zu: %d %s", path, n,
                      (int)status, error.message);
            nn_dataset_free(dataset);
            if (calls < n)
                break;
        }
    }
}
