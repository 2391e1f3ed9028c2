/* Places of errors in scripts: from a byte offset to file, line, column and the line itself. */
#ifndef NN_COMMAND_REPORT_H
#define NN_COMMAND_REPORT_H

#include "command/session.h"

/* A text of commands that runs. */
struct nn_script {
    const char *text;
    size_t length;
    const char *file; /* as the user gave it; NULL = the prompt */
    size_t line;      /* number of its first line */
};

void nn_place_set(struct nn_place *place, const struct nn_script *script, size_t offset);

#endif
