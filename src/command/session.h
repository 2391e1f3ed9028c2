/* Session: everything that commands work on, and the running job.
 *
 * Ownership: the session owns net, dataset, recipe, state, history, results.
 * Threads:   the session belongs to the main thread. A job owns what its header says while it runs.
 */
#ifndef NN_COMMAND_SESSION_H
#define NN_COMMAND_SESSION_H

#include "command/output.h"
#include "data/dataset.h"
#include "engine/cancel.h"
#include "engine/trainer.h"
#include "view/scene.h"

#define NN_KEPT_RESULTS 16

struct nn_job;
struct nn_variable {
    char *name, *value;
};

struct nn_session {
    struct nn_output output;
    struct nn_net *net;          /* never NULL; count 0 = empty */
    struct nn_dataset *dataset;  /* NULL = none */
    struct nn_recipe recipe;     /* loss NULL = not compiled */
    struct nn_train_state state;
    struct nn_history history;
    struct nn_result *results[NN_KEPT_RESULTS]; /* newest first */
    size_t result_count;
    struct nn_variable *variables;
    size_t variable_count;
    struct nn_job *job;          /* NULL = idle */
    bool interactive;            /* jobs may run in the background */
    bool quit;
    bool unsaved;                /* trained since the last save */
    uint64_t seed;               /* set seed; --seed */
    char *format;                /* text json csv */
    char *color;                 /* auto never 16 256 truecolor */
    bool ascii;
    int columns;                 /* width of text output */
    int source_depth;            /* nested `source` */
    char *record;                /* record FILE: commands are appended to it; NULL = off */
    /* the cursor of the screen, moved by `show`, `select` */
    const struct nn_screen *screen;
    enum nn_split split;
    size_t sample;
    int layer;
    size_t map;
    /* model file's knowledge when no data are loaded */
    char **classes;
    size_t class_count;
};

enum nn_status nn_session_new(const struct nn_output *output, struct nn_session **session,
                              struct nn_error *error);
void nn_session_free(struct nn_session *session); /* stops and joins a running job first */

/* Runs one logical line (commands separated by `;`), as typed or as read from a script. `file` and `line`
 * are for messages; file NULL = the prompt or -c. Stops at the first error. */
enum nn_status nn_session_run_line(struct nn_session *session, const char *text, const char *file,
                                   size_t line, struct nn_error *error);
/* Runs a whole script; on_line (may be NULL) sees each line before it runs. */
enum nn_status nn_session_run_script(struct nn_session *session, const char *text, size_t length,
                                     const char *file, bool keep_going, struct nn_error *error);

/* Keeps a result (takes it), and sends it to the output. */
void nn_session_give(struct nn_session *session, struct nn_result *result);
const struct nn_result *nn_session_last_result(const struct nn_session *session);
/* What the screens show now; pointers are borrowed until the next command. */
void nn_session_scene(struct nn_session *session, struct nn_scene *scene);

#endif
