#include "data/demo.h"
#include "data_test.h"

#include <stdlib.h>
#include <unistd.h>

static double column_mean(const struct nn_samples *s, size_t column)
{
    size_t width = nn_shape_size(&s->shape);
    double sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += (double)((float *)s->values)[i * width + column];
    return sum / (double)s->count;
}

/* The figures that scikit-learn and UCI publish. */
static const struct {
    const char *name;
    size_t count, features, tests;
    const char *first_feature, *last_feature;
    size_t classes;
    const char *class_names[10];
    size_t class_counts[10];
    size_t column; /* a column whose mean is known */
    double mean;
} facts[] = {
    {"digits",
     1797,
     64,
     359,
     "pixel_0_0",
     "pixel_7_7",
     10,
     {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
     {178, 182, 177, 183, 181, 182, 181, 179, 174, 180},
     2,
     5.204786},
    {"breast-cancer",
     569,
     30,
     114,
     "mean radius",
     "worst fractal dimension",
     2,
     {"benign", "malignant"},
     {357, 212},
     0,
     14.127292},
    {"iris",
     150,
     4,
     30,
     "sepal length (cm)",
     "petal width (cm)",
     3,
     {"setosa", "versicolor", "virginica"},
     {50, 50, 50},
     0,
     5.843333},
    {"wine",
     178,
     13,
     36,
     "alcohol",
     "proline",
     3,
     {"cultivar 1", "cultivar 2", "cultivar 3"},
     {59, 71, 48},
     12,
     746.893258},
};

Test(demos, known_figures)
{
    for (size_t k = 0; k < sizeof facts / sizeof facts[0]; k++) {
        struct nn_dataset *dataset;
        struct nn_error error;
        size_t counts[10] = {0};
        expect_ok(nn_data_demo(facts[k].name, 0, 1, &dataset, &error));
        const struct nn_samples *s = dataset->samples;
        cr_assert(strcmp(s->name, facts[k].name) == 0);
        cr_assert(s->count == facts[k].count && s->feature_count == facts[k].features, "%s",
                  facts[k].name);
        cr_assert(strcmp(s->features[0], facts[k].first_feature) == 0);
        cr_assert(strcmp(s->features[s->feature_count - 1], facts[k].last_feature) == 0);
        cr_assert(s->task == NN_TASK_CLASSIFICATION && s->class_count == facts[k].classes);
        for (size_t i = 0; i < s->count; i++)
            counts[s->labels[i]]++;
        for (size_t c = 0; c < s->class_count; c++) {
            cr_assert(strcmp(s->classes[c], facts[k].class_names[c]) == 0, "%s", s->classes[c]);
            cr_assert(counts[c] == facts[k].class_counts[c], "%s: %zu", s->classes[c], counts[c]);
        }
        double mean = column_mean(s, facts[k].column);
        cr_assert(fabs(mean - facts[k].mean) < 1e-6 * facts[k].mean, "%s: mean %.9g", facts[k].name,
                  mean);
        cr_assert(dataset->split_count[NN_SPLIT_TEST] == facts[k].tests);
        cr_assert(dataset->split_count[NN_SPLIT_TRAIN] == facts[k].count - facts[k].tests);
        nn_dataset_free(dataset);
    }
}

Test(demos, iris_means)
{
    static const double means[4] = {5.8433, 3.0573, 3.7580, 1.1993};
    struct nn_dataset *dataset;
    struct nn_error error;
    expect_ok(nn_data_demo("iris", 0, 1, &dataset, &error));
    for (size_t j = 0; j < 4; j++)
        cr_assert(fabs(column_mean(dataset->samples, j) - means[j]) < 5e-5);
    cr_assert(dataset->scaling == NN_SCALING_STANDARD && dataset->scale_count == 4);
    nn_dataset_free(dataset);
}

Test(demos, digits_are_images_in_unit_range)
{
    struct nn_dataset *dataset;
    struct nn_error error;
    float x[64], largest = 0;
    expect_ok(nn_data_demo("digits", 0, 3, &dataset, &error));
    cr_assert(nn_dataset_is_image(dataset) && dataset->samples->shape.dim[1] == 8);
    cr_assert(dataset->scaling == NN_SCALING_UNIT && dataset->scale_count == 1);
    cr_assert(dataset->factor[0] == 1.0F / 16.0F && dataset->offset[0] == 0.0F);
    for (size_t i = 0; i < dataset->split_count[NN_SPLIT_TEST]; i++) {
        nn_dataset_sample(dataset, NN_SPLIT_TEST, i, x);
        for (size_t j = 0; j < 64; j++) {
            cr_assert(x[j] >= 0 && x[j] <= 1);
            largest = fmaxf(largest, x[j]);
        }
    }
    cr_assert(largest == 1.0F);
    nn_dataset_free(dataset);
}

Test(demos, the_seed_draws_the_split)
{
    struct nn_dataset *a, *b, *c;
    struct nn_error error;
    expect_ok(nn_data_demo("wine", 0, 1, &a, &error));
    expect_ok(nn_data_demo("wine", 0, 1, &b, &error));
    expect_ok(nn_data_demo("wine", 0, 2, &c, &error));
    size_t bytes = a->split_count[NN_SPLIT_TEST] * sizeof(size_t);
    cr_assert(memcmp(a->index[NN_SPLIT_TEST], b->index[NN_SPLIT_TEST], bytes) == 0);
    cr_assert(memcmp(a->index[NN_SPLIT_TEST], c->index[NN_SPLIT_TEST], bytes) != 0);
    nn_dataset_free(a);
    nn_dataset_free(b);
    nn_dataset_free(c);
}

Test(demos, unknown_name)
{
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    cr_assert(nn_data_demo("irsi", 0, 1, &dataset, &error) == NN_ARGUMENT);
    cr_assert(strstr(error.hint, "iris"));
    cr_assert(nn_data_demo("x\x1b[", 0, 1, &dataset, &error) == NN_ARGUMENT);
    cr_assert(!strchr(error.message, 0x1b) && !dataset);
}

Test(demos, fashion_not_installed)
{
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    setenv("NNSCOPE_FASHION", "/nonexistent", 1);
    cr_assert(nn_data_demo("fashion", 0, 1, &dataset, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "not installed") && !dataset);
    cr_assert(strcmp(error.hint, "apt install dataset-fashion-mnist") == 0);
}

static void write_images(const char *folder, const unsigned char *header, size_t length,
                         size_t bytes)
{
    char path[128];
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", folder);
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(header, 1, length, file) == length);
    for (size_t i = 0; i < bytes; i++)
        fputc(7, file);
    cr_assert(fclose(file) == 0);
}

/* The first file ends too early, goes on too long, or is of another kind. */
Test(demos, fashion_is_damaged)
{
    static const unsigned char images[16] = {0, 0, 8, 3,  0, 0, 0xea, 0x60,
                                             0, 0, 0, 28, 0, 0, 0,    28};
    static const struct {
        unsigned char rank;
        size_t length, bytes;
        const char *message;
    } cases[] = {
        {3, 16, 100, "fewer than 47040016 bytes"},
        {3, 16, 60000 * 784 + 1, "more than 47040016 bytes"},
        {3, 9, 0, "truncated"},
        {2, 16, 100, "bytes too many"},
        {1, 16, 100, "bytes too many"},
    };
    char folder[] = "/tmp/nnscope-fashion-XXXXXX", path[128];
    cr_assert(mkdtemp(folder));
    setenv("NNSCOPE_FASHION", folder, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char header[16];
        struct nn_dataset *dataset = NULL;
        struct nn_error error = {0};
        memcpy(header, images, sizeof header);
        header[3] = cases[i].rank;
        write_images(folder, header, cases[i].length, cases[i].bytes);
        cr_assert(nn_data_demo("fashion", 0, 1, &dataset, &error) == NN_DAMAGED && !dataset);
        cr_assert(strstr(error.message, cases[i].message), "%zu: %s", i, error.message);
        cr_assert(strstr(error.file, "train-images-idx3-ubyte"), "%s", error.file);
    }
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", folder);
    cr_assert(unlink(path) == 0 && rmdir(folder) == 0);
}

Test(demos, fashion)
{
    struct nn_dataset *dataset;
    struct nn_error error;
    float x[784];
    size_t counts[10] = {0};
    if (nn_data_demo("fashion", 0, 1, &dataset, &error) != NN_OK) {
        cr_assert(strstr(error.message, "not installed"), "%s", error.message);
        cr_skip_test("Fashion-MNIST is not installed");
    }
    const struct nn_samples *s = dataset->samples;
    cr_assert(dataset->split_count[NN_SPLIT_TRAIN] == 60000);
    cr_assert(dataset->split_count[NN_SPLIT_TEST] == 10000);
    cr_assert(s->storage == NN_STORAGE_BYTE && nn_shape_size(&s->shape) == 784);
    for (size_t i = 0; i < 10000; i++)
        counts[nn_dataset_label(dataset, NN_SPLIT_TEST, i)]++;
    for (size_t c = 0; c < 10; c++)
        cr_assert(counts[c] == 1000);
    /* The first training image is an ankle boot, the first test image as well. */
    cr_assert(strcmp(s->classes[nn_dataset_label(dataset, NN_SPLIT_TRAIN, 0)], "Ankle boot") == 0);
    cr_assert(nn_dataset_label(dataset, NN_SPLIT_TEST, 0) == 9);
    double sum = 0;
    for (size_t i = 0; i < 60000 * (size_t)784; i++)
        sum += ((unsigned char *)s->values)[i];
    cr_assert(fabs(sum / (60000.0 * 784 * 255) - 0.2860) < 5e-5, "%f", sum / (60000.0 * 784 * 255));
    nn_dataset_sample(dataset, NN_SPLIT_TRAIN, 0, x);
    float raw[784];
    memcpy(raw, x, sizeof raw);
    nn_dataset_unscale(dataset, raw);
    for (size_t j = 0; j < 784; j++)
        cr_assert(fabsf(raw[j] - (float)((unsigned char *)s->values)[j]) < 1e-4F);
    nn_dataset_free(dataset);
}
