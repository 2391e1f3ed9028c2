/* Results: names and cells are safe to show, tables, figures. */
#include "base/mem.h"
#include "engine/result.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(result, texts_are_safe)
{
    struct nn_result *result;
    const char *names[] = {"setosa", "evil\x1b[2J"}, *columns[] = {"name", "value"};
    cr_assert(nn_result_new(NN_RESULT_TABLE, "data info", &result, NULL) == NN_OK);
    cr_assert(result->kind == NN_RESULT_TABLE && result->sample == -1);
    cr_assert(strcmp(result->command, "data info") == 0);
    cr_assert(nn_result_names(result, names, 2, NULL) == NN_OK);
    cr_assert(nn_result_names(result, names, 2, NULL) == NN_OK);
    cr_assert(result->name_count == 2 && strcmp(result->names[0], "setosa") == 0);
    cr_assert(!strchr(result->names[1], '\x1b'));
    cr_assert(nn_result_table(result, columns, 2, 3, NULL) == NN_OK);
    cr_assert(nn_result_set_text(result, 2, 0, "tab\there", NULL) == NN_OK);
    cr_assert(!strchr(result->cells[4].text, '\t'));
    nn_result_set_number(result, 2, 1, 0.5, 3);
    cr_assert(result->cells[5].number == 0.5 && result->cells[5].decimals == 3);
    nn_result_set_number(result, 2, 0, 1.0, -2);
    cr_assert(result->cells[4].text == NULL && result->cells[4].decimals == -2);
    cr_assert(nn_result_set_text(result, 0, 0, "again", NULL) == NN_OK);
    cr_assert(nn_result_table(result, columns, 1, 1, NULL) == NN_OK);
    cr_assert(result->rows == 1 && result->column_count == 1 && result->cells[0].text == NULL);
    nn_result_free(result);
    nn_result_free(NULL);
}

Test(result, figures_have_a_limit)
{
    struct nn_result *result;
    cr_assert(nn_result_new(NN_RESULT_ATTRIBUTION, "explain", &result, NULL) == NN_OK);
    for (int i = 0; i < 14; i++)
        nn_result_figure(result, "a name that is far too long for its place in a figure", i);
    cr_assert(result->figure_count == 12 && result->figures[11].value == 11.0);
    cr_assert(strlen(result->figures[0].name) == sizeof result->figures[0].name - 1);
    nn_result_free(result);
}

Test(result, survives_failing_memory)
{
    if (!nn_fault_available())
        return;
    const char *columns[] = {"name", "value"};
    for (size_t n = 1; n < 6; n++) {
        struct nn_result *result;
        struct nn_error error = {0};
        cr_assert(nn_result_new(NN_RESULT_TABLE, "x", &result, NULL) == NN_OK);
        cr_assert(nn_result_table(result, columns, 2, 1, NULL) == NN_OK);
        nn_fault_alloc(n, true);
        enum nn_status status = nn_result_table(result, columns, 1, 4, &error);
        nn_fault_alloc(0, false);
        cr_assert(status == NN_OK ? result->rows == 4 : result->rows == 1);
        nn_result_free(result);
    }
}
