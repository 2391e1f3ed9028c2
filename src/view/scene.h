/* Scene: what there is to show, as const pointers; a screen is a function from a scene to a canvas.
 */
#ifndef NN_VIEW_SCENE_H
#define NN_VIEW_SCENE_H

#include "data/dataset.h"
#include "data/inspect.h"
#include "diagnose/diagnose.h"
#include "engine/runs.h"
#include "engine/trainer.h"
#include "view/draw.h"

/* Cursors of single screens. */
enum nn_cursor_place {
    NN_AT_FINDING,   /* of the diagnosis */
    NN_AT_RUN,       /* of the runs */
    NN_AT_EPOCH,     /* where curves are read off */
    NN_AT_TRUTH,     /* row of the confusion matrix */
    NN_AT_PREDICTED, /* its column */
    NN_AT_Y,         /* in the chosen feature map */
    NN_AT_X,
    NN_AT_COUNT
};

struct nn_scene {
    const struct nn_net *net;         /* NULL: none. While training: a snapshot of it */
    const struct nn_dataset *dataset; /* NULL: none */
    const struct nn_recipe *recipe;   /* NULL: not compiled */
    const struct nn_history *history;
    const struct nn_runs *runs;              /* NULL: none */
    bool log_axis;                           /* of curves of losses */
    bool browse;                             /* Data: many samples */
    bool overlay;                            /* Explain: maps over the input */
    const struct nn_column_figures *columns; /* [column_count] of a table's features; NULL */
    size_t column_count;
    bool zoom;           /* Layers: the chosen map alone, large */
    bool own_scale;      /* Layers: each map on a scale of its own */
    bool frozen;         /* Layers: activations are those of an older state of the net */
    size_t frozen_epoch; /* in which, from 1 */
    double smoothing;    /* weight of the past in smoothed curves; 0: none */
    bool training, paused;
    struct nn_train_progress progress;
    const struct nn_layer_health *health; /* [net->count], of the training; NULL */
    const char *job;                      /* what runs ("train"), NULL = idle */
    double job_fraction;
    const struct nn_result *activations;     /* MAPS of the cursor's layer and sample; NULL */
    const struct nn_result *confusion;       /* MATRIX; NULL */
    const struct nn_result *explanations[8]; /* of the cursor's sample and actmax, newest first */
    size_t explanation_epoch[8];             /* in which they were drawn, from 1 */
    bool explanation_old[8];                 /* the weights have moved on since */
    size_t explanation_count;
    const struct nn_result *examples;     /* of the cursor's unit: samples that drive it; NULL */
    const struct nn_result *ideal;        /* the input that activation maximization found; NULL */
    bool examples_old, ideal_old;         /* the weights have moved on since */
    bool ideal_newer;                     /* than the examples */
    const struct nn_diagnosis *diagnosis; /* the last one; NULL */
    bool diagnosis_old;                   /* the net has changed since */
    const float *prediction;              /* [classes] probabilities of the cursor's sample; NULL */
    size_t prediction_count;
    int32_t label; /* of the cursor's sample, -1 = none */
    /* the cursor */
    enum nn_split split;
    size_t sample;
    int layer;
    size_t map;
    size_t at[NN_AT_COUNT]; /* may stand behind the end of what there is */
    const float *input;     /* scaled values of the cursor's sample; NULL */
    int focus;              /* pane with the double frame */
    size_t scroll;          /* first row of the scrolled pane */
};

/* One screen: one file in screens/ with one `const struct nn_screen`. */
struct nn_screen {
    const char *name;    /* "net": also `show net` and --screen=net */
    const char *title;   /* "Net" */
    int number;          /* its key and place in the tabs, from 1 */
    const char *summary; /* one line for help and man */
    const char *keys;    /* footer: "j/k layer  n/p sample" */
    void (*draw)(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);
};
extern const struct nn_screen *const nn_screens[]; /* sorted by number */
extern const size_t nn_screen_count;
const struct nn_screen *nn_screen_find(const char *name);

/* A whole frame: title row, tabs, screen; the bottom `reserved` rows are left for the command pane.
 */
void nn_scene_draw(const struct nn_scene *scene, const struct nn_screen *screen,
                   struct nn_canvas *canvas, int reserved);

#endif
