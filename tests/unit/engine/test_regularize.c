/* Regularizers and clipping: what they add to gradients and allow to weights. */
#include "base/mem.h"
#include "engine/regularize.h"
#include "engine/step.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char *const layers = "conv2d 3 3 relu padding=1; batchnorm; flatten; dense 3 softmax";

static struct nn_train_options one_step(void)
{
    return (struct nn_train_options){.epochs = 1, .batch = 64, .seed = 1};
}

static struct fixture_run trained(const char *words, const struct nn_train_options *options)
{
    struct fixture_data data = fixture_clouds("1x4x4", 20, 3, 4);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("1x4x4", layers, words);
    struct nn_error error = {0};
    cr_assert(fixture_train(&run, &source, NULL, options, &error) == NN_OK, "%s", error.message);
    fixture_data_clear(&data);
    return run;
}

/* With gradient descent of rate 0.5 each step adds -0.5 (l1 sign w + l2 w) to the weights alone. */
Test(regularize, penalties)
{
    struct nn_train_options options = one_step();
    struct fixture_run start = fixture_run_start("1x4x4", layers, "loss=categorical_crossentropy");
    struct fixture_run plain =
        trained("loss=categorical_crossentropy optimizer=sgd lr=0.5", &options);
    struct fixture_run bound =
        trained("loss=categorical_crossentropy optimizer=sgd lr=0.5 l1=0.01 l2=0.1", &options);
    size_t weights = 0;
    for (int i = 0; i < start.net->count; i++)
        for (int p = 0; p < start.net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &start.net->nodes[i]->params[p];
            const float *w = param->value.data;
            const float *a = plain.net->nodes[i]->params[p].value.data;
            const float *b = bound.net->nodes[i]->params[p].value.data;
            for (size_t k = 0; k < nn_shape_size(&param->spec.shape); k++) {
                double sign = (w[k] > 0.0f) - (w[k] < 0.0f);
                double extra = param->spec.decays && param->spec.trainable
                                   ? -0.5 * (0.01 * sign + 0.1 * (double)w[k])
                                   : 0.0;
                cr_assert(fabs((double)b[k] - (double)a[k] - extra) < 1e-6, "%s.%s[%zu]",
                          start.net->nodes[i]->name, param->spec.name, k);
                weights += extra != 0.0;
            }
        }
    cr_assert(weights > 100);
    fixture_run_clear(&start);
    fixture_run_clear(&plain);
    fixture_run_clear(&bound);
}

Test(regularize, max_norm)
{
    struct nn_train_options options = one_step();
    options.epochs = 5;
    struct fixture_run run =
        trained("loss=categorical_crossentropy optimizer=sgd lr=0.5 max_norm=0.25", &options);
    size_t rows = 0;
    for (int i = 0; i < run.net->count; i++)
        for (int p = 0; p < run.net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &run.net->nodes[i]->params[p];
            size_t units = param->spec.shape.rank > 1 ? param->spec.shape.dim[0] : 0;
            for (size_t row = 0; row < units; row++, rows++) {
                size_t width = nn_shape_size(&param->spec.shape) / units;
                double sum = 0.0;
                for (size_t k = 0; k < width; k++)
                    sum += pow((double)param->value.data[row * width + k], 2.0);
                cr_assert(sqrt(sum) <= 0.25 * (1.0 + 1e-6), "%s row %zu: %g",
                          run.net->nodes[i]->name, row, sqrt(sum));
            }
        }
    cr_assert(rows == 6);
    fixture_run_clear(&run);
}

/* Descent of rate 1 moves no parameter by more than the largest entry of the gradient. */
Test(regularize, clip_by_value)
{
    struct nn_train_options options = one_step();
    options.clip_value = 0.01;
    struct fixture_run start = fixture_run_start("1x4x4", layers, "loss=categorical_crossentropy");
    struct fixture_run run = trained("loss=categorical_crossentropy optimizer=sgd lr=1", &options);
    size_t cut = 0, count = 0;
    for (int i = 0; i < run.net->count; i++)
        for (int p = 0; p < run.net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &run.net->nodes[i]->params[p];
            const float *before = start.net->nodes[i]->params[p].value.data;
            for (size_t k = 0; param->spec.trainable && k < nn_shape_size(&param->spec.shape);
                 k++) {
                double moved = fabs((double)param->value.data[k] - (double)before[k]);
                cr_assert(moved <= 0.01 + 1e-6);
                cut += moved > 0.01 - 1e-6;
                count++;
            }
        }
    cr_assert(cut > 0 && cut < count, "%zu of %zu are cut", cut, count);
    fixture_run_clear(&start);
    fixture_run_clear(&run);
}
