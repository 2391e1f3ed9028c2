/* Every limit of base/limits.def: what is as large as it is taken, and one more is refused. */
#include "base/limits.h"
#include "session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Both files hold the same but for what is limited; `line` loads or runs f.EXTENSION. */
static const struct {
    const char *limit;
    int value;
    const char *line, *fits, *over;
} cases[] = {
    {"file", 12, "data load %s", "a,y\n1,p\n2,q\n", "a,y\n1,p\n12,q\n"},
    {"field", 4, "data load %s", "a,y\n1,four\n2,q\n", "a,y\n1,fives\n2,q\n"},
    {"row", 8, "data load %s", "a,y\n123,abc\n2,q\n", "a,y\n1234,abc\n2,q\n"},
    {"columns", 3, "data load %s", "a,b,y\n1,2,p\n3,4,q\n", "a,b,c,y\n1,2,3,p\n3,4,5,q\n"},
    {"categories", 2, "data load %s", "a,y\nu,p\nv,q\nu,p\n", "a,y\nu,p\nv,q\nw,p\n"},
    {"classes", 2, "data load %s", "a,y\n1,p\n2,q\n3,p\n", "a,y\n1,p\n2,q\n3,r\n"},
    {"parameters", 12, "source %s", "net new input=3; add dense 3", "net new input=4; add dense 3"},
    {"script", 16, "source %s", "net new input=3\n", "net new input=33\n"},
    {"depth", 1, "source %s", "echo deep enough\n", "source inner.nns\n"},
};

Test(limits, what_fits_is_taken_and_one_more_is_refused)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("inner.nns", "echo too deep\n");
    cr_assert(sizeof cases / sizeof *cases == NN_LIMIT_COUNT, "a case for each limit");
    for (int i = 0; i < NN_LIMIT_COUNT; i++) {
        char set[80], line[80];
        cr_assert(strcmp(cases[i].limit, nn_limits[i].name) == 0);
        nn_test_write("fits.txt", cases[i].fits);
        nn_test_write("over.txt", cases[i].over);
        snprintf(set, sizeof set, "set limits.%s %d", cases[i].limit, cases[i].value);
        nn_test_run(&test, set, NN_OK);
        snprintf(line, sizeof line, cases[i].line, "fits.txt");
        nn_test_run(&test, line, NN_OK);
        snprintf(line, sizeof line, cases[i].line, "over.txt");
        nn_test_run(&test, line, NN_LIMIT);
        nn_limit_set((enum nn_limit_name)i, nn_limits[i].fallback);
        nn_test_run(&test, line, NN_OK);
    }
    nn_test_end(&test);
}

Test(limits, their_own_bounds)
{
    for (int i = 0; i < NN_LIMIT_COUNT; i++) {
        enum nn_limit_name name = (enum nn_limit_name)i;
        cr_assert(nn_limits[i].fallback <= nn_limits[i].most && *nn_limits[i].text);
        cr_assert(nn_limit(name) == nn_limits[i].fallback);
        nn_limit_set(name, 0);
        cr_assert(nn_limit(name) == 1);
        nn_limit_set(name, nn_limits[i].most + 1);
        cr_assert(nn_limit(name) == nn_limits[i].most);
    }
}
