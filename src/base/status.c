#include "base/status.h"

static const struct {
    int exit_status;
    const char *text;
} statuses[] = {
#define NN_STATUS(name, exit_status, text) {exit_status, text},
#include "base/status.def"
#undef NN_STATUS
};

const char *nn_status_text(enum nn_status status)
{
    return statuses[status].text;
}

int nn_status_exit(enum nn_status status)
{
    return statuses[status].exit_status;
}
