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
    size_t unknown = 9;
    cr_assert(nn_dataset_match_classes(data, model, 3, &unknown, &error) == NN_OK, "%s",
              error.message);
    int32_t expected[] = {2, 0, 2, 0};
    cr_expect(memcmp(data->samples->labels, expected, sizeof expected) == 0);
    cr_expect(data->samples->class_count == 3);
    cr_expect_str_eq(data->samples->classes[1], "versicolor");
    nn_dataset_free(data);
}

/* A class that the model does not know follows behind its own; the known ones keep their meaning.
 */
Test(classes, an_unknown_class_follows)
{
    char *model[] = {(char *)"setosa", (char *)"versicolor"};
    struct nn_dataset *data =
        load("a,b,species\n1,2,virginica\n3,4,setosa\n5,6,virginica\n7,8,setosa\n");
    struct nn_error error = {0};
    size_t unknown = 9;
    cr_assert(nn_dataset_match_classes(data, model, 2, &unknown, &error) == NN_OK, "%s",
              error.message);
    int32_t expected[] = {2, 0, 2, 0};
    cr_expect(memcmp(data->samples->labels, expected, sizeof expected) == 0);
    cr_expect(unknown == 1 && data->samples->class_count == 3);
    cr_expect_str_eq(data->samples->classes[2], "virginica");
    nn_dataset_free(data);
}

Test(classes, other_classes_change_nothing)
{
    char *model[] = {(char *)"cat", (char *)"dog"};
    struct nn_dataset *data =
        load("a,b,species\n1,2,virginica\n3,4,setosa\n5,6,virginica\n7,8,setosa\n");
    struct nn_error error = {0};
    size_t unknown = 9;
    cr_expect(nn_dataset_match_classes(data, model, 2, &unknown, &error) == NN_ARGUMENT);
    int32_t expected[] = {1, 0, 1, 0};
    cr_expect(memcmp(data->samples->labels, expected, sizeof expected) == 0);
    cr_expect(unknown == 9 && data->samples->class_count == 2);
    nn_dataset_free(data);
}
