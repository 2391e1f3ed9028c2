/* History: columns that come later, reserve, copies, failing memory. */
#include "base/mem.h"
#include "engine/trainer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char *const few[] = {"loss", "lr"};
static const char *const many[] = {"loss", "accuracy", "val_loss", "lr"};

static double cell(const struct nn_history *history, size_t epoch, const char *name)
{
    int column = nn_history_column(history, name);
    cr_assert(column >= 0, "no column %s", name);
    return history->rows[epoch * history->columns + (size_t)column];
}

Test(history, columns_may_come_later)
{
    struct nn_history history;
    nn_history_init(&history);
    cr_assert(nn_history_column(&history, "loss") == -1);
    cr_assert(nn_history_add_epoch(&history, few, (double[]){1.0, 0.1}, 2, NULL) == NN_OK);
    cr_assert(nn_history_add_epoch(&history, many, (double[]){2.0, 0.5, 3.0, 0.2}, 4, NULL) ==
              NN_OK);
    cr_assert(nn_history_add_epoch(&history, few, (double[]){4.0, 0.3}, 2, NULL) == NN_OK);
    cr_assert(history.epochs == 3 && history.columns == 4);
    cr_assert(cell(&history, 0, "loss") == 1.0 && cell(&history, 0, "lr") == 0.1);
    cr_assert(isnan(cell(&history, 0, "accuracy")) && isnan(cell(&history, 2, "val_loss")));
    cr_assert(cell(&history, 1, "accuracy") == 0.5 && cell(&history, 2, "lr") == 0.3);
    nn_history_clear(&history);
    cr_assert(history.epochs == 0 && history.rows == NULL);
}

Test(history, grows_and_copies)
{
    struct nn_history history, copy;
    nn_history_init(&history);
    cr_assert(nn_history_copy(&copy, &history, NULL) == NN_OK);
    nn_history_clear(&copy);
    for (int i = 0; i < 1000; i++) {
        cr_assert(nn_history_add_epoch(&history, few, (double[]){i, 0.1}, 2, NULL) == NN_OK);
        cr_assert(nn_history_add_batch(&history, (float)i, NULL) == NN_OK);
    }
    cr_assert(nn_history_copy(&copy, &history, NULL) == NN_OK);
    nn_history_clear(&history);
    cr_assert(copy.epochs == 1000 && copy.batches == 1000);
    for (size_t i = 0; i < 1000; i++)
        cr_assert(cell(&copy, i, "loss") == (double)i && copy.batch_loss[i] == (float)i);
    cr_assert(nn_history_add_epoch(&copy, many, (double[]){0, 0, 0, 0}, 4, NULL) == NN_OK);
    cr_assert(isnan(cell(&copy, 999, "accuracy")));
    nn_history_clear(&copy);
}

Test(history, reserve_makes_room)
{
    struct nn_history history;
    nn_history_init(&history);
    cr_assert(nn_history_add_epoch(&history, few, (double[]){1.0, 0.1}, 2, NULL) == NN_OK);
    cr_assert(nn_history_reserve(&history, many, 4, 50, 500, NULL) == NN_OK);
    const double *rows = history.rows;
    const float *losses = history.batch_loss;
    for (int i = 0; i < 50; i++)
        cr_assert(nn_history_add_epoch(&history, many, (double[]){i, 0, 0, 0}, 4, NULL) == NN_OK);
    for (int i = 0; i < 500; i++)
        cr_assert(nn_history_add_batch(&history, 0.0f, NULL) == NN_OK);
    cr_assert(history.rows == rows && history.batch_loss == losses);
    cr_assert(cell(&history, 0, "loss") == 1.0 && cell(&history, 50, "loss") == 49.0);
    cr_assert(nn_history_reserve(&history, many, 4, SIZE_MAX / 2, 1, NULL) == NN_LIMIT);
    nn_history_clear(&history);
}

Test(history, survives_failing_memory)
{
    if (!nn_fault_available())
        return;
    for (size_t n = 1; n < 8; n++) {
        struct nn_history history;
        struct nn_error error = {0};
        nn_history_init(&history);
        cr_assert(nn_history_add_epoch(&history, few, (double[]){1.0, 0.1}, 2, NULL) == NN_OK);
        nn_fault_alloc(n, true);
        enum nn_status status = nn_history_reserve(&history, many, 4, 50, 500, &error);
        nn_fault_alloc(0, false);
        cr_assert(status == NN_OK || status == NN_MEMORY);
        cr_assert(n > 1 || status == NN_MEMORY);
        cr_assert(history.epochs == 1 && cell(&history, 0, "loss") == 1.0);
        nn_history_clear(&history);
    }
}
