/* Session: everything that commands work on, and the running job.
 *
 * Ownership: the session owns net, dataset, recipe, state, history, results.
 * Threads:   the session belongs to the main thread. A job owns what its header says while it runs.
 */
#ifndef NN_COMMAND_SESSION_H
#define NN_COMMAND_SESSION_H

#include "base/buffer.h"
#include "command/lexer.h"
#include "command/output.h"
#include "data/dataset.h"
#include "diagnose/diagnose.h"
#include "engine/cancel.h"
#include "engine/runs.h"
#include "engine/trainer.h"
#include "model/model.h"
#include "view/scene.h"

#define NN_KEPT_RESULTS 16

struct nn_job;

/* Where the last failed command stands: for the line and the caret under its error message. */
struct nn_place {
    char file[160];      /* safe; "" at the prompt */
    size_t line, column; /* from 1; line 0 = no place */
    char text[200];      /* the physical line (a part of it when it is long), safe */
    size_t caret;        /* cells before the caret */
};

/* Loss and metrics of one split, known for one revision of the net. */
struct nn_evaluation {
    bool known;
    uint64_t revision;
    size_t samples;
    double values[1 + NN_MAX_METRICS];
    struct nn_confusion confusion; /* counts NULL for regression */
};

/* What the screens show of the cursor's sample and layer; computed when asked for (focus.c). */
struct nn_focus {
    uint64_t revision; /* of the net, 0 = nothing is known */
    uint64_t maps;     /* of the net that the activations are of */
    const struct nn_dataset *dataset;
    enum nn_split split;
    size_t sample;
    int layer;
    float *input, *prediction;
    size_t prediction_count;
    struct nn_result *activations;
};

/* What the columns of a table hold; computed when a screen first shows it (focus.c). */
struct nn_shown_columns {
    const struct nn_samples *samples; /* of these; NULL: nothing is known */
    struct nn_column_figures *figures;
    size_t count;
};

/* A state of the net: which net and data, which parameters, after how much training. */
struct nn_moment {
    uint64_t subject, revision;
    size_t batches, epochs;
};

struct nn_session {
    struct nn_output output;
    struct nn_net *net;         /* never NULL; count 0 = empty */
    struct nn_dataset *dataset; /* NULL = none */
    struct nn_augment augment;  /* of its training samples */
    struct nn_recipe recipe;    /* loss NULL = not compiled */
    struct nn_train_state state;
    struct nn_history history;
    struct nn_runs runs;
    struct nn_layer_health *health; /* of the last training's layers at its end; NULL: not known */
    size_t health_count;
    double run_started;                         /* nn_clock when the training that runs began */
    struct nn_result *results[NN_KEPT_RESULTS]; /* newest first */
    struct nn_moment result_moments[NN_KEPT_RESULTS]; /* when it was computed */
    uint64_t subjects; /* nets and data so far: what was computed of others is no longer shown */
    size_t result_count;
    struct nn_evaluation evaluations[NN_SPLIT_COUNT];
    struct nn_variable *variables;
    size_t variable_count;
    struct nn_job *job; /* NULL = idle */
    uint64_t jobs;      /* started so far */
    bool interactive;   /* jobs may run in the background */
    bool foreground;    /* more commands follow in this line: jobs are waited for */
    bool quit;
    bool unsaved;  /* trained since the last save */
    uint64_t seed; /* set seed; --seed */
    char *format;  /* text json csv */
    char *color;   /* auto never 16 256 truecolor */
    bool ascii;
    int columns, rows;         /* size of text output */
    int source_depth;          /* nested `source` */
    char *record;              /* record FILE: commands are appended to it; NULL = off */
    struct nn_buffer recorded; /* what stands in that file */
    struct nn_place failed;
    struct nn_focus focus;
    struct nn_shown_columns features;
    struct nn_diagnosis diagnosis;    /* the last one; count 0 = none */
    uint64_t diagnosis_revision;      /* of the net it looked at */
    struct nn_arena explained_memory; /* the words of the last explanation, for `trust` */
    struct nn_words explained;
    /* the cursor of the screen, moved by `show`, `select` */
    const struct nn_screen *screen;
    enum nn_split split;
    size_t sample;
    int layer, layers; /* layers: of the net when the cursor was placed */
    size_t map;
    size_t at[NN_AT_COUNT]; /* cursors of single screens */
    bool zoom, own_scale;   /* set zoom, set scale: of the screen Layers */
    struct nn_net *frozen;  /* set freeze: the net whose activations it shows; NULL: the net */
    size_t frozen_epoch;    /* in which it was frozen, from 1 */
    bool mouse;             /* set mouse */
    bool browse;            /* set browse: many samples on the screen Data */
    long class_shown;       /* set target: of explanations that name none; -1: the predicted */
    bool overlay;           /* set overlay: maps over the input on the screen Explain */
    bool plain;             /* --plain: what is printed has no frames and pictures */
    int fps;                /* set fps: frames a second at most; 0: by itself */
    bool log_axis;          /* set axis log: of curves of losses */
    double smoothing;       /* set smoothing: weight of the past in smoothed curves, 0 = none */
    /* model file's knowledge when no data are loaded */
    char **classes;
    size_t class_count;
    struct nn_model opened; /* what it says of the data: features, task, scaling; net NULL */
};

enum nn_status nn_session_new(const struct nn_output *output, struct nn_session **session,
                              struct nn_error *error);
void nn_session_free(struct nn_session *session); /* stops and joins a running job first */

/* Runs one logical line (commands separated by `;`), as typed or as read from a script. `file` and
 * `line` are for messages; file NULL = the prompt. Stops at the first error, whose place is
 * session->failed. */
enum nn_status nn_session_run_line(struct nn_session *session, const char *text, const char *file,
                                   size_t line, struct nn_error *error);
/* Runs a whole script. With keep_going each error goes to output.warning and the next line follows;
 * the status at the end is that of the first error. */
enum nn_status nn_session_run_script(struct nn_session *session, const char *text, size_t length,
                                     const char *file, bool keep_going, struct nn_error *error);

/* The report of an error for standard error or the screen: "FILE:LINE:COLUMN: error: ...", the
 * line, a caret under it, the hint. Uses session->failed. */
void nn_session_report(const struct nn_session *session, const struct nn_error *error,
                       struct nn_buffer *out);

/* Other net, other data: what was known of the old ones is forgotten. Takes the argument. */
void nn_session_set_net(struct nn_session *session, struct nn_net *net);
void nn_session_set_dataset(struct nn_session *session, struct nn_dataset *dataset);
/* The graph or the parameters have changed otherwise than by training: the optimizer's state is
 * void, and with `history` the curves as well. */
void nn_session_net_changed(struct nn_session *session, bool history);
/* Value of a variable, NULL if undefined; and its definition. */
const char *nn_session_get(const struct nn_session *session, const char *name);
enum nn_status nn_session_let(struct nn_session *session, const char *name, const char *value,
                              struct nn_error *error);

/* Keeps a result (takes it), and sends it to the output. */
void nn_session_give(struct nn_session *session, struct nn_result *result);
const struct nn_result *nn_session_last_result(const struct nn_session *session);
/* The net as it is now. */
struct nn_moment nn_session_moment(const struct nn_session *session);
/* What the screens show now; pointers are borrowed until the next command. */
void nn_session_scene(struct nn_session *session, struct nn_scene *scene);

#endif
