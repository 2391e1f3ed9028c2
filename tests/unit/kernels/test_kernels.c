#include "kernels/kernels.h"

#include <criterion/criterion.h>
#include <string.h>

Test(kernels, the_reference_needs_no_start)
{
    cr_assert(strcmp(nn_kernels->name, "ref") == 0, "%s", nn_kernels->name);
    cr_assert(strcmp(nn_kernels_available(0), "ref") == 0, "ref is the first");
}

Test(kernels, every_usable_set_can_be_chosen_and_is_complete)
{
    size_t count = 0;
    for (const char *name; (name = nn_kernels_available(count)); count++) {
        cr_assert(nn_kernels_select(name, NULL) == NN_OK, "%s", name);
        cr_assert(strcmp(nn_kernels->name, name) == 0, "%s instead of %s", nn_kernels->name, name);
#define NN_KERNEL(kernel, type, arguments) cr_assert(nn_kernels->kernel, #kernel);
#include "kernels/kernels.def"
#undef NN_KERNEL
    }
    cr_assert(nn_kernels_select("auto", NULL) == NN_OK, "auto");
    cr_assert(nn_kernels_available(count) == NULL && nn_kernels_available(count + 5) == NULL,
              "end");
}

Test(kernels, refusals_say_what_there_is)
{
    struct nn_error error = {0};
    const struct nn_kernels *before = nn_kernels;
    cr_assert(nn_kernels_select("reff", &error) == NN_ARGUMENT, "unknown");
    cr_assert(strstr(error.message, "'reff'") && strstr(error.message, "auto, ref"), "%s",
              error.message);
    cr_assert(strstr(error.hint, "ref"), "%s", error.hint);
    cr_assert(nn_kernels == before, "nothing changed");

    static const char *known[] = {"avx2", "avx512", "neon"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        memset(&error, 0, sizeof error);
        if (nn_kernels_select(known[i], &error) == NN_OK)
            continue;
        cr_assert(strstr(error.message, known[i]) && !strstr(error.message, "unknown"), "%s",
                  error.message);
    }
}
