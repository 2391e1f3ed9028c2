/* Result: what a command computed, as a plain struct that screen, text, JSON, CSV, PNG and NPY all
 * show.
 *
 * Ownership: the result owns everything in it (nn_result_free).
 */
#ifndef NN_ENGINE_RESULT_H
#define NN_ENGINE_RESULT_H

#include "engine/tensor.h"

#include <stdbool.h>

enum nn_result_kind {
    NN_RESULT_ATTRIBUTION, /* values [N, sample shape or layer's map shape]: signed or not */
    NN_RESULT_IMAGE,       /* values [C, H, W] or [features]: an input (actmax, data show) */
    NN_RESULT_MAPS,        /* values [maps, H, W] or [units]: activations, filters */
    NN_RESULT_TABLE,       /* rows of cells: columns named; cells are numbers or texts */
    NN_RESULT_SERIES,      /* named curves (the loss): columns of numbers over rows */
    NN_RESULT_MATRIX,    /* values [rows, columns] with row and column names (confusion); on a scale
                            of RANGE shaded by value, not as shares of a row */
    NN_RESULT_GALLERY,   /* values [N, C, H, W]: several inputs, with their names */
    NN_RESULT_CURVES,    /* a table of numbers: x, then curves over it that share one plot */
    NN_RESULT_POINTS,    /* a table: x, y, number of a class (in names); drawn as a scatter */
    NN_RESULT_WATERFALL, /* a table: name, value, share, from, to; drawn as steps */
    NN_RESULT_TIMELINE   /* a table: step, then pairs of a series and its shares at each step */
};

enum nn_scale_kind {
    NN_SCALE_SIGNED,   /* diverging around 0 */
    NN_SCALE_POSITIVE, /* from 0 */
    NN_SCALE_RANGE,    /* from min to max */
    NN_SCALE_CHANGE    /* of an input, diverging around 0: three channels are colours around grey */
};

struct nn_figure { /* one number beside a picture: "gap", "F(x)", "p(class)" */
    char name[32];
    double value;
};

/* How far to trust a map: one figure, and what chance would give. The names are not copied. */
struct nn_trust_figure {
    const char *name, *meaning;
    double value;          /* NaN: there is none, and why says the reason */
    double chance, spread; /* of random maps: mean and standard deviation; NaN: not known */
    char why[120];         /* safe */
};
#define NN_TRUST_MOST 9

struct nn_cell {
    char *text; /* safe text, or NULL for a number */
    double number;
    int decimals; /* fixed decimals to print; -1: short form; -2: integer; -3: there is nothing */
};

struct nn_result {
    enum nn_result_kind kind;
    char command[64];     /* "explain gradcam" */
    char title[200];      /* safe: "saliency of sample 3 (test), class 7" */
    char method[40];      /* "integrated_gradients"; "" if not an explanation */
    char parameters[200]; /* "steps=50 rule=gausslegendre" */
    char target[96];      /* "logit of class 7", safe */
    char layer[64];       /* or "" */
    char split[16];       /* "test" or "" */
    long sample;          /* first sample, -1 = none */
    long unit;            /* of the layer: the one unit or feature map it is about, -1 = none */
    long class_shown;       /* ATTRIBUTION of one sample: the class it is about, -1 = none */
    enum nn_scale_kind scale;
    struct nn_tensor values;
    struct nn_tensor input; /* what it explains, for drawing beside; data NULL if none */
    char **names;           /* of features (tables), classes or units; NULL if none */
    size_t name_count;
    struct nn_figure figures[12];
    size_t figure_count;
    bool figures_hidden; /* they stand in the table as well: not printed below it */
    char note[400];      /* one or two sentences for the reader, safe; "" */
    struct nn_trust_figure
        trust[NN_TRUST_MOST]; /* ATTRIBUTION of one sample: how far to trust it */
    size_t trust_count;
    char trust_note[400]; /* the verdict, or what was not measured and why, safe; "" */

    /* TABLE and SERIES */
    char **columns;
    size_t column_count;
    struct nn_cell *cells; /* [rows, columns] */
    size_t rows;
    size_t lead; /* TABLE: as text, so many columns lead a line and the texts behind them are broken
                    into paragraphs beside it; 0: all are columns */
    bool together; /* SERIES: all curves in one plot, not one for each name */
};

enum nn_status nn_result_new(enum nn_result_kind kind, const char *command,
                             struct nn_result **result, struct nn_error *error);
void nn_result_free(struct nn_result *result);
/* Adds a figure (ignored when all 12 are used). */
void nn_result_figure(struct nn_result *result, const char *name, double value);
/* Copies names (made visible). */
enum nn_status nn_result_names(struct nn_result *result, const char *const *names, size_t count,
                               struct nn_error *error);
/* Sets the columns of a table and allocates rows x columns empty cells. */
enum nn_status nn_result_table(struct nn_result *result, const char *const *columns,
                               size_t column_count, size_t rows, struct nn_error *error);
enum nn_status nn_result_set_text(struct nn_result *result, size_t row, size_t column,
                                  const char *text, struct nn_error *error);
void nn_result_set_number(struct nn_result *result, size_t row, size_t column, double value,
                          int decimals);
/* A cell for which there is no number, unlike one that is not finite: "-", null in JSON. */
void nn_result_set_nothing(struct nn_result *result, size_t row, size_t column);

#endif
