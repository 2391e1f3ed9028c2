/* Pictures of what a study of the net found: curves over a feature, points of samples, the steps of
 * one answer, attribution along time. Each is a result of its own kind (engine/result.h).
 */
#ifndef NN_VIEW_STUDY_H
#define NN_VIEW_STUDY_H

#include "view/draw.h"

/* Whether a result is of such a kind. */
bool nn_is_study(const struct nn_result *result);
/* Rows that its picture needs. */
int nn_study_rows(const struct nn_result *result);
void nn_draw_study(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result);

/* The parts of it. */
void nn_draw_waterfall(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result);
void nn_draw_timeline(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result);
/* A number of a table, NaN for a text. */
double nn_cell_number(const struct nn_result *table, size_t row, size_t column);

#define NN_TIMELINE_ROWS 7 /* of each series: its name, four rows of values, shares, signs */

#endif
