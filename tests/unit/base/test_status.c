#include "base/status.h"

#include <criterion/criterion.h>
#include <string.h>

Test(status, every_status_has_a_text_of_its_own)
{
    for (int i = 0; i < NN_STATUS_COUNT; i++)
        for (int j = 0; j < i; j++)
            cr_assert(strcmp(nn_status_text(i), nn_status_text(j)), "%s", nn_status_text(i));
}
