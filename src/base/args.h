/* Typed arguments: one description (`nn_arg_spec`) of what a layer, loss, optimizer, method or
 * command takes. Parsing, checks, defaults, help, completion, the man page and (de)serialisation
 * are all derived from it.
 *
 * Ownership: specs are const and static. `struct nn_args` owns its texts: nn_args_clear.
 * Errors:    NN_ARGUMENT with the key, the text and what is wanted; a suggestion for unknown keys
 * and choices. On failure the args are untouched. Threads:   reentrant.
 */
#ifndef NN_BASE_ARGS_H
#define NN_BASE_ARGS_H

#include "base/buffer.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nn_arg_type {
    NN_ARG_INT,     /* integer in [min, max] */
    NN_ARG_REAL,    /* finite number in [min, max] */
    NN_ARG_BOOL,    /* yes|no (also true|false, on|off, 1|0) */
    NN_ARG_CHOICE,  /* one of `choices` ("a|b|c") */
    NN_ARG_DIMS,    /* 1..8 integers each in [min, max], joined by x: 3, 3x5, 1x28x28 */
    NN_ARG_TEXT,    /* any text */
    NN_ARG_FILE,    /* a file name; completed as such */
    NN_ARG_LAYER,   /* name or number of a layer of the net; completed as such */
    NN_ARG_NAMES,   /* names joined by commas */
    NN_ARG_NUMBERS, /* numbers in [min, max], joined by commas: 1,0.5,2; or one of `choices` */
    NN_ARG_SAMPLE,  /* sample number from 0, or `all` (integer = -1) */
    NN_ARG_WORDS    /* positional only, last: all remaining words (of `add`, `help`, `echo`) */
};

enum nn_arg_flags {
    NN_ARG_POSITIONAL = 1, /* may be given without its key, in the order of the specs */
    NN_ARG_REQUIRED = 2
};

/* The list ends with a spec whose name is NULL. */
struct nn_arg_spec {
    const char *name;
    enum nn_arg_type type;
    const char *fallback; /* default, as the user would write it; NULL = absent unless given */
    double min, max;      /* both 0 = no bounds (DIMS: 1..2^31-1); max < min = no upper bound */
    const char
        *choices;     /* for CHOICE and NUMBERS: "a|b|c"; for TEXT and WORDS: what completion
                         offers: "@layers",
                         "@methods", "@losses", "@optimizers", "@schedules", "@augmentations", "@demos",
                         "@classes", "@features", "@screens",
                         "@commands", "@settings", "@metrics" */
    const char *unit; /* "samples", "pixels", ... or NULL */
    const char *help; /* one line, no full stop */
    unsigned flags;
};

struct nn_arg {
    bool given;      /* by the user; false = default or absent */
    bool set;        /* has a value (given or default) */
    int64_t integer; /* INT, BOOL (0/1), CHOICE (index), SAMPLE */
    double real;     /* REAL, INT */
    int64_t dims[8]; /* DIMS */
    int dim_count;
    double *numbers; /* NUMBERS; NULL when the value is one of the choices */
    size_t number_count;
    char *text; /* the value as text, for every type; NULL if not set */
};

struct nn_args {
    const struct nn_arg_spec *specs;
    struct nn_arg *values; /* one for each spec, same order */
    int count;
};

/* Word of a command: what stands before '=' (NULL for a positional one) and after it, with its
 * place. */
struct nn_word {
    const char *key;   /* "lr", or NULL */
    const char *value; /* unquoted */
    size_t column;     /* from 1, of the word in its line */
};

/* Parses words against the specs: positional words go to the POSITIONAL specs in order, keyed words
 * to their spec, wherever they stand; with a WORDS spec, words of unknown keys belong to it. Unset
 * ones get their default; a missing REQUIRED one fails. `what` names the owner for messages ("add
 * conv2d"). Gives *args. */
enum nn_status nn_args_parse(struct nn_args *args, const struct nn_arg_spec *specs,
                             const struct nn_word *words, size_t word_count, const char *what,
                             struct nn_error *error);
/* All defaults; REQUIRED ones stay unset. */
enum nn_status nn_args_default(struct nn_args *args, const struct nn_arg_spec *specs,
                               struct nn_error *error);
/* Sets one value from text, as `net set NAME key=value` does. */
enum nn_status nn_args_set(struct nn_args *args, const char *key, const char *value,
                           const char *what, struct nn_error *error);
enum nn_status nn_args_copy(struct nn_args *to, const struct nn_args *from, struct nn_error *error);
void nn_args_clear(struct nn_args *args);

/* Index of a key in specs, -1 if there is none. */
int nn_args_find(const struct nn_arg_spec *specs, const char *key);

/* Access by index (an enum beside the specs) once parsed. */
static inline int64_t nn_args_int(const struct nn_args *args, int index)
{
    return args->values[index].integer;
}
static inline double nn_args_real(const struct nn_args *args, int index)
{
    return args->values[index].real;
}
static inline bool nn_args_bool(const struct nn_args *args, int index)
{
    return args->values[index].integer != 0;
}
static inline const char *nn_args_text(const struct nn_args *args, int index)
{
    return args->values[index].text;
}
static inline bool nn_args_is_set(const struct nn_args *args, int index)
{
    return args->values[index].set;
}
static inline bool nn_args_given(const struct nn_args *args, int index)
{
    return args->values[index].given;
}
/* Entry `i` of a DIMS value; one entry stands for all (kernel=3 is 3x3). */
static inline int64_t nn_args_dim(const struct nn_args *args, int index, int i)
{
    const struct nn_arg *arg = &args->values[index];
    return arg->dim_count == 1 ? arg->dims[0] : arg->dims[i];
}

/* Whether a value was set to something else than its default. */
bool nn_arg_differs(const struct nn_arg_spec *spec, const struct nn_arg *arg);
/* Appends "units=16 bias=no": the values that differ from their defaults (all = every set one). */
void nn_args_format(const struct nn_args *args, bool all, struct nn_buffer *out);
/* "UNITS [bias=yes|no] [init=NAME]": the synopsis for help, hint line and man page. */
void nn_arg_specs_synopsis(const struct nn_arg_spec *specs, struct nn_buffer *out);

#endif
