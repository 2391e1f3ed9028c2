/* Small data sets, nets and recipes for tests of training. Whatever fails here fails the test. */
#ifndef NN_TESTS_FIXTURE_H
#define NN_TESTS_FIXTURE_H

#include "engine/trainer.h"

struct fixture_data {
    size_t count, width; /* samples and floats of each */
    struct nn_shape shape;
    float *x;
    int32_t *classes;
    size_t class_count;
    float *values;
    size_t target_width;
};
/* One cloud of points for each class. input is "2" or "1x8x8". */
struct fixture_data fixture_clouds(const char *input, size_t count, size_t classes, uint64_t seed);
/* Targets are smooth functions of the inputs. */
struct fixture_data fixture_curve(const char *input, size_t count, size_t targets, uint64_t seed);
void fixture_data_clear(struct fixture_data *data);
/* Borrows the data. */
struct nn_source fixture_source(const struct fixture_data *data);

/* Words as `compile` takes them: "loss=mse optimizer=sgd lr=0.1 metrics=mse momentum=0.9"; other
 * keys go to the optimizer, the loss, the schedule or the regularizer, whichever has them. */
struct nn_recipe fixture_recipe(const char *words);

/* Copies all parameters to a new array (nn_free). */
float *fixture_weights(const struct nn_net *net, size_t *count);

struct fixture_run {
    struct nn_net *net;
    struct nn_recipe recipe;
    struct nn_train_state state;
    struct nn_history history;
};
struct fixture_run fixture_run_start(const char *input, const char *layers, const char *words);
void fixture_run_clear(struct fixture_run *run);
/* Trains to the end; returns the status of the last step. */
enum nn_status fixture_train(struct fixture_run *run, const struct nn_source *train,
                             const struct nn_source *validation,
                             const struct nn_train_options *options, struct nn_error *error);
double fixture_cell(const struct nn_history *history, size_t epoch, const char *name);

#endif
