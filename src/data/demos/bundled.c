/* Real data that come with nnscope as CSV files; data/README tells their sources. */
#include "base/file.h"
#include "base/mem.h"
#include "data/demo.h"
#include "data/reader.h"

static enum nn_status load(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    struct nn_read_options options = {
        .label = demo->label,
        .task = NN_TASK_CLASSIFICATION,
        .header = 1,
        .delimiter = ',',
        .shape = demo->shape,
        .split = -1,
    };
    struct nn_dataset *whole = NULL;
    char *path = NULL;
    enum nn_status status;
    (void)count;
    (void)seed;
    NN_TRY(nn_path_bundled(demo->file, &path, error));
    NN_TRY(nn_data_load(path, &options, &whole, error));
    atomic_fetch_add(&whole->samples->references, 1);
    *samples = whole->samples;
out:
    nn_free(path);
    nn_dataset_free(whole);
    return status;
}

#define CC_BY "CC BY 4.0"

const struct nn_demo nn_demo_breast_cancer = {
    .name = "breast-cancer",
    .summary = "569 tumours, 30 figures of their cell nuclei, malignant or benign",
    .licence = CC_BY,
    .make = load,
    .file = "breast-cancer.csv",
    .label = "diagnosis",
};

const struct nn_demo nn_demo_digits = {
    .name = "digits",
    .summary = "1797 handwritten digits of 8x8 pixels, 10 classes",
    .licence = CC_BY,
    .make = load,
    .file = "digits.csv",
    .label = "digit",
    .shape = {3, {1, 8, 8}},
};

const struct nn_demo nn_demo_iris = {
    .name = "iris",
    .summary = "150 flowers, 4 lengths, 3 species",
    .licence = CC_BY,
    .make = load,
    .file = "iris.csv",
    .label = "species",
};

const struct nn_demo nn_demo_wine = {
    .name = "wine",
    .summary = "178 wines, 13 chemical figures, 3 cultivars",
    .licence = CC_BY,
    .make = load,
    .file = "wine.csv",
    .label = "cultivar",
};
