/* A scene to draw, the same everywhere: a small convolutional net and images of digits, or a dense
 * net and a table, with a history, activations, explanations and a confusion matrix. All numbers
 * come from short formulas of whole numbers and divisions, so that the pictures do not depend on a
 * mathematical library.
 */
#ifndef NN_TESTS_VIEW_FIXTURE_H
#define NN_TESTS_VIEW_FIXTURE_H

#include "view/scene.h"

struct fixture {
    struct nn_net *net;
    struct nn_dataset *dataset;
    struct nn_recipe recipe;
    struct nn_history history;
    struct nn_result *activations, *confusion, *explanations[8];
    struct nn_result *examples, *ideal;
    float input[64];
    float prediction[10];
    struct nn_diagnosis diagnosis;
    struct nn_runs runs;
    struct nn_scene scene;
};

/* Images of digits and a convolutional net, trained. */
void fixture_images(struct fixture *fixture);
/* A table of flowers and a dense net. */
void fixture_table(struct fixture *fixture);
/* Adds what drives the chosen map of the images, and zooms in on it. */
void fixture_zoom(struct fixture *fixture);
/* A net alone, with connections that skip layers. */
void fixture_branches(struct fixture *fixture);
/* Makes values of all kinds not finite and the cursor absurd. */
void fixture_break(struct fixture *fixture);
void fixture_clear(struct fixture *fixture);

#endif
