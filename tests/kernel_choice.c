/* Linked into the unit tests: before they start, chooses the kernel set that NNSCOPE_KERNELS names,
 * or the best one, as the program does. */
#include "kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>

static __attribute__((constructor)) void choose(void)
{
    struct nn_error error = {0};
    const char *wish = getenv("NNSCOPE_KERNELS");
    if (nn_kernels_select(wish && *wish ? wish : "auto", &error) != NN_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(99);
    }
}
