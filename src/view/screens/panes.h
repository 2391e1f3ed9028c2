/* What the screens have in common: panes with a title, lines in them, and what to say when there is
 * nothing to show.
 */
#ifndef NN_VIEW_SCREENS_PANES_H
#define NN_VIEW_SCREENS_PANES_H

#include "view/parts.h"
#include "view/scene.h"

/* A framed pane (double lines when it has the focus). Returns its inside with a margin. */
struct nn_box nn_pane(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                      int index, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The pane of the cursor's sample, named after it. */
struct nn_box nn_sample_pane(const struct nn_scene *scene, struct nn_canvas *canvas,
                             struct nn_box box, int index);
/* True when there is room for one pane only. */
bool nn_single_pane(struct nn_box box);

/* Writes one line at the top of a box and takes it off. */
void nn_line(struct nn_canvas *canvas, struct nn_box *box, struct nn_style style,
             const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "name      value": a line of facts, the name dim. */
void nn_fact(struct nn_canvas *canvas, struct nn_box *box, int name_columns, const char *name,
             const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A sentence and the commands that help, one a line; the list ends with NULL. */
void nn_hint(struct nn_canvas *canvas, struct nn_box box, const char *text,
             const char *const *commands);
/* The same for the first thing that is missing of data and net; false when nothing is. */
bool nn_hint_missing(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                     bool needs_net);

/* The name of a class of the scene's data or results, or its number. */
const char *nn_class_name(const struct nn_scene *scene, size_t index, char out[NN_NUMBER_SIZE]);
/* The class that the prediction names, -1 if there is none. */
long nn_predicted(const struct nn_scene *scene);
/* The cursor's input: a picture with legend, or the row of a table. */
void nn_draw_input(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);
/* Its picture; false if it is not one. */
bool nn_input_heatmap(const struct nn_scene *scene, struct nn_heatmap *heatmap);
/* The probability that the prediction gives to a class; NaN if its numbers are no probabilities. */
double nn_probability(const struct nn_scene *scene, size_t index);
/* Bars of the prediction, largest first, the true class marked. */
void nn_draw_prediction(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);

/* Least and largest value, mean, deviation of finite values. */
struct nn_statistics {
    double low, high, mean, deviation;
    size_t count, faults, above_zero, highest;
};
struct nn_statistics nn_statistics_of(const float *values, size_t count);

#endif
