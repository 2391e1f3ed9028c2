#include "base/status.h"

#include <criterion/criterion.h>
#include <string.h>

Test(status, every_status_has_a_text_of_its_own)
{
    for (enum nn_status i = 0; i < NN_STATUS_COUNT; i++)
        for (enum nn_status j = 0; j < i; j++)
            cr_assert(strcmp(nn_status_text(i), nn_status_text(j)), "%s", nn_status_text(i));
}

Test(status, the_exit_statuses_are_those_of_the_man_page)
{
    cr_assert(nn_status_exit(NN_OK) == 0);
    cr_assert(nn_status_exit(NN_FAILED) == 1);
    cr_assert(nn_status_exit(NN_USAGE) == 2);
    cr_assert(nn_status_exit(NN_SYNTAX) == 3);
    cr_assert(nn_status_exit(NN_ASSERTION) == 4);
    cr_assert(nn_status_exit(NN_DAMAGED) == 5);
    cr_assert(nn_status_exit(NN_DIVERGED) == 6);
    for (enum nn_status i = NN_ARGUMENT; i < NN_STATUS_COUNT; i++)
        cr_assert(nn_status_exit(i) == 1, "%s", nn_status_text(i));
}

Test(status, fail_fills_the_error_and_returns_the_status)
{
    struct nn_error error = {.line = 7, .hint = "old", .file = "old"};
    cr_assert(nn_fail(&error, NN_SHAPE, "%s: %d of %d", "dense", 3, 4) == NN_SHAPE);
    cr_assert(error.status == NN_SHAPE && !strcmp(error.message, "dense: 3 of 4"), "%s",
              error.message);
    cr_assert(error.line == 0 && !error.hint[0] && !error.file[0], "the old error shines through");
    cr_assert(nn_fail(NULL, NN_IO, "nobody listens") == NN_IO);
}

Test(status, no_control_byte_gets_into_a_message)
{
    struct nn_error error;
    nn_fail(&error, NN_FAILED, "a%sb", "\033[2J\n\xff\xe2\x80\xae");
    cr_assert(!strcmp(error.message, "a\\x1b[2J\\n\\xff\\u{202e}b"), "%s", error.message);
    nn_fail_hint(&error, "did you mean %s?", "\a");
    cr_assert(!strcmp(error.hint, "did you mean \\x07?"), "%s", error.hint);
    nn_fail_at(&error, "\033.csv", 1, 2);
    cr_assert(!strcmp(error.file, "\\x1b.csv"), "%s", error.file);
}

Test(status, a_long_message_is_cut_with_dots)
{
    struct nn_error error;
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    nn_fail(&error, NN_FAILED, "%s", text);
    cr_assert(strlen(error.message) == sizeof error.message - 1);
    cr_assert(!strcmp(error.message + sizeof error.message - 5, "x..."));
}

Test(status, a_message_may_be_put_around_the_earlier_one)
{
    struct nn_error error;
    nn_fail(&error, NN_IO, "no space");
    nn_fail(&error, NN_IO, "save: %s", error.message);
    cr_assert(!strcmp(error.message, "save: no space"), "%s", error.message);
}

Test(status, the_first_place_stays)
{
    struct nn_error error;
    nn_fail(&error, NN_ARGUMENT, "wrong");
    cr_assert(nn_fail_at(&error, NULL, 0, 5) == NN_ARGUMENT);
    nn_fail_at(&error, "a.nns", 3, 1);
    cr_assert(!strcmp(error.file, "a.nns") && error.line == 3 && error.column == 5);
    nn_fail_at(&error, "b.nns", 9, 9);
    cr_assert(!strcmp(error.file, "a.nns") && error.line == 3 && error.column == 5);

    nn_fail(&error, NN_DAMAGED, "ragged row");
    nn_fail_at(&error, NULL, 12, 0);
    nn_fail_at(&error, "data.csv", 1, 1);
    cr_assert(error.line == 12 && error.column == 0, "a column of another line");
    cr_assert(nn_fail_at(NULL, "x", 1, 1) == NN_FAILED);
    nn_fail_hint(NULL, "x");
}

Test(status, memory)
{
    struct nn_error error;
    cr_assert(nn_fail_memory(&error, 4096) == NN_MEMORY);
    cr_assert(!strcmp(error.message, "out of memory (4096 bytes needed)"), "%s", error.message);
}
