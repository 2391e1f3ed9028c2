/* Command: one entry of the command language. One file groups/GROUP.c for each group with one
 * `const struct nn_command` for each command; the table is derived from the sources.
 *
 * Errors: what is found while the words of a command are parsed is NN_SYNTAX (nn_command_parse),
 * what fails while it runs has its own status.
 */
#ifndef NN_COMMAND_COMMAND_H
#define NN_COMMAND_COMMAND_H

#include "base/arena.h"
#include "base/args.h"
#include "command/session.h"

enum nn_command_flags {
    NN_COMMAND_READS = 1,    /* changes nothing: allowed while a job runs */
    NN_COMMAND_NET = 2,      /* changes the net: refused while training runs */
    NN_COMMAND_DATA = 4,     /* changes the data: refused while training runs */
    NN_COMMAND_WRITES = 8,   /* writes files */
    NN_COMMAND_CONTROL = 16, /* pause, resume, stop: only sense while a job runs */
    NN_COMMAND_RAW =
        32 /* gets its words unparsed (add, explain: their specs depend on the first word) */
};

struct nn_invocation {
    struct nn_session *session;
    const struct nn_command *command;
    const struct nn_args *args;  /* of command->args, unless RAW */
    const struct nn_word *words; /* as written, after the command's name */
    size_t word_count;
};

struct nn_example {
    const char *text;  /* a script; runs as a test after `setup` */
    const char *setup; /* commands before it, not shown; NULL = none */
    const char *help;  /* what it does, for help and the man page */
};

struct nn_command {
    const char *name;  /* one or two words: "train", "data load" */
    const char *group; /* data net train look explain files rest */
    const char *summary;
    const char *details; /* paragraphs for man and `help NAME`; may be NULL */
    const struct nn_arg_spec *args;
    const struct nn_arg_spec *more; /* of RAW commands: keys behind args that the module below has
                                       in a table of its own (actmax), or NULL */
    const struct nn_example *examples; /* ends with text NULL */
    unsigned flags;
    const char *lists; /* what its help lists besides: "formats"; or NULL */
    enum nn_status (*run)(const struct nn_invocation *invocation, struct nn_error *error);
    /* For RAW commands: the arguments that go with what the words name so far (a loss, a layer, a
     * method), in the arena; NULL: args, also when it returns NULL. */
    const struct nn_arg_spec *(*specs)(const struct nn_word *words, size_t count,
                                       struct nn_arena *arena);
};
/* All commands in the order of groups and files; the short forms of methods (saliency, ig, gradcam
 * ...) are found through nn_command_find as `explain`. */
extern const struct nn_command *const nn_commands[];
extern const size_t nn_command_count;
/* The longest name that the words begin with; *used = how many words it took (0: short form of a
 * method, whose first word stays). NULL if unknown. */
const struct nn_command *nn_command_find(const struct nn_word *words, size_t count, size_t *used);
/* args and more in one list, in the arena; NULL when there is no memory. */
const struct nn_arg_spec *nn_command_args(const struct nn_command *command, struct nn_arena *arena);
/* A command by its whole name ("data load"), NULL if there is none. */
const struct nn_command *nn_command_named(const char *name);
/* The short form of a method nearest to a word, NULL if none is near. */
const char *nn_command_nearest_short(const char *word);

/* nn_args_parse for a command's words: a wrong word, key or value is NN_SYNTAX with its place. */
enum nn_status nn_command_parse(struct nn_args *args, const struct nn_arg_spec *specs,
                                const struct nn_word *words, size_t count, const char *what,
                                struct nn_error *error);

#endif
