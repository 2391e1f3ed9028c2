/* The command line (nnscope.1, OPTIONS): parsed from one table that --help and the man page print.
 *
 * Ownership: nn_options_clear frees.
 */
#ifndef NN_APP_OPTIONS_H
#define NN_APP_OPTIONS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* What is to run, in the order given. */
struct nn_input {
    const char *name; /* for messages: the file, "<command line>" or "<stdin>" */
    const char *path; /* a script to read; NULL: `text` is there */
    char *text;
    bool standard_input;
    bool dialog; /* lines that a person types (--plain) */
};

enum nn_start { NN_START_RUN, NN_START_HELP, NN_START_VERSION, NN_START_MAN };

struct nn_options {
    enum nn_start start;
    struct nn_input *inputs;
    size_t input_count;
    bool scripted;   /* a script or -c was given: end after it */
    bool stay;       /* -i */
    bool keep_going; /* -k */
    bool ascii;
    bool plain;
    int fps;                                       /* 0 = not given */
    const char *format, *color, *screen, *kernels; /* NULL = not given */
    int columns, rows;                             /* 0 = not given */
    int threads;                                   /* 0 = not given */
    bool seeded;
    unsigned long long seed;
};

struct nn_option {
    char letter;
    const char *name;     /* long name, NULL = none */
    const char *argument; /* "FILE", NULL = none */
    const char *help;
};
extern const struct nn_option nn_option_table[];
extern const size_t nn_option_count;

/* NN_USAGE with what is wrong. */
enum nn_status nn_options_parse(int argc, char **argv, struct nn_options *options,
                                struct nn_error *error);
void nn_options_clear(struct nn_options *options);

#endif
