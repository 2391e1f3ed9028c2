#include "data_test.h"

#include <criterion/criterion.h>
#include <string.h>

static struct nn_dataset *load(const char *text)
{
    struct nn_read_options options = {.header = -1, .split = -1};
    struct nn_samples *samples;
    struct nn_dataset *data;
    struct nn_error error = {0};
    cr_assert(read_bytes("csv", "part.csv", text, strlen(text), &options, &samples, &error) ==
                  NN_OK,
              "%s", error.message);
    cr_assert(nn_dataset_new(samples, &data, &error) == NN_OK);
    return data;
}

/* Data that hold two of a model's three classes, in another order, get the model's numbers. */
Test(classes, numbers_of_the_model)
{
    char *model[] = {(char *)"setosa", (char *)"versicolor", (char *)"virginica"};
    struct nn_dataset *data =
        load("a,b,species\n1,2,virginica\n3,4,setosa\n5,6,virginica\n7,8,setosa\n");
    struct nn_error error = {0};
    cr_assert(nn_dataset_match_classes(data, model, 3, &error) == NN_OK, "%s", error.message);
    int32_t expected[] = {2, 0, 2, 0};
    cr_expect(memcmp(data->samples->labels, expected, sizeof expected) == 0);
    cr_expect(data->samples->class_count == 3);
    cr_expect_str_eq(data->samples->classes[1], "versicolor");
    nn_dataset_free(data);
}

Test(classes, an_unknown_class_changes_nothing)
{
    char *model[] = {(char *)"setosa", (char *)"versicolor"};
    struct nn_dataset *data =
        load("a,b,species\n1,2,virginica\n3,4,setosa\n5,6,virginica\n7,8,setosa\n");
    struct nn_error error = {0};
    cr_expect(nn_dataset_match_classes(data, model, 2, &error) == NN_ARGUMENT);
    cr_expect(strstr(error.message, "virginica") != NULL, "%s", error.message);
    int32_t expected[] = {1, 0, 1, 0};
    cr_expect(memcmp(data->samples->labels, expected, sizeof expected) == 0);
    nn_dataset_free(data);
}
