/* How parameters start. */
#include "engine/initialize.h"

#include "build.h"

#include <math.h>

Test(initialize, names_are_the_choices)
{
    static const char choices[] = NN_INIT_CHOICES NN_INIT_VALUE_CHOICES;
    const char *at = choices;
    for (int i = 0; nn_init_names[i]; i++) {
        size_t length = strcspn(at, "|");
        cr_assert(strlen(nn_init_names[i]) == length && !strncmp(at, nn_init_names[i], length),
                  "%s", nn_init_names[i]);
        at += length + (at[length] == '|');
    }
    cr_assert(*at == '\0');
    cr_assert(!strcmp(nn_init_names[NN_INIT_ORTHOGONAL], "orthogonal"));
    cr_assert(!strcmp(nn_init_names[NN_INIT_UNIFORM], "uniform"));
}

Test(initialize, deviations_and_means)
{
    struct nn_net *net = build_net("100", "dense 400 name=d;batchnorm");
    float *w = net->nodes[1]->params[0].value.data, *b = net->nodes[1]->params[1].value.data;
    static const double deviations[] = {[NN_INIT_DEFAULT] = 0.1 / 1.7320508,
                                        [NN_INIT_ZEROS] = 0.0,
                                        [NN_INIT_ONES] = 0.0,
                                        [NN_INIT_GLOROT_UNIFORM] = 0.0632456,
                                        [NN_INIT_GLOROT_NORMAL] = 0.0632456,
                                        [NN_INIT_HE_UNIFORM] = 0.1414214,
                                        [NN_INIT_HE_NORMAL] = 0.1414214,
                                        [NN_INIT_LECUN_UNIFORM] = 0.1,
                                        [NN_INIT_LECUN_NORMAL] = 0.1,
                                        [NN_INIT_ORTHOGONAL] = 0.05,
                                        [NN_INIT_CONSTANT] = 0.0,
                                        [NN_INIT_NORMAL] = 0.25,
                                        [NN_INIT_UNIFORM] = 0.25 / 1.7320508};

    for (int method = 0; nn_init_names[method]; method++) {
        double sum = 0.0, squares = 0.0, largest = 0.0;
        cr_assert(nn_net_init(net, 5, (enum nn_init)method, 0.25, NULL) == NN_OK);
        for (size_t i = 0; i < 40000; i++) {
            sum += (double)w[i];
            squares += (double)w[i] * (double)w[i];
            largest = fmax(largest, fabs((double)w[i]));
        }
        double mean = sum / 40000, deviation = sqrt(fmax(squares / 40000 - mean * mean, 0));
        double expected = method == NN_INIT_ONES ? 1.0 : method == NN_INIT_CONSTANT ? 0.25 : 0.0;
        cr_assert(fabs(mean - expected) < 3e-3, "%s: %g", nn_init_names[method], mean);
        cr_assert(fabs(deviation - deviations[method]) < 0.02 * deviations[method] + 1e-6, "%s: %g",
                  nn_init_names[method], deviation);
        if (method == NN_INIT_DEFAULT)
            cr_assert(largest <= 0.1 && largest > 0.0999 && b[0] != 0.0f && fabsf(b[0]) <= 0.1f);
        else
            cr_assert(b[0] == 0.0f && b[399] == 0.0f);
        cr_assert(net->nodes[2]->params[0].value.data[0] == 1.0f, "batchnorm keeps its scale");
        cr_assert(net->nodes[2]->params[3].value.data[0] == 1.0f);
    }
    nn_net_free(net);
}

/* The largest difference of the products of rows (of length `columns`, `step` apart) from 1 with
 * itself and 0 with each other. */
static double worst_product(const float *w, size_t rows, size_t columns, size_t next, size_t step)
{
    double worst = 0.0;
    for (size_t a = 0; a < rows; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = 0.0;
            for (size_t i = 0; i < columns; i++)
                sum += (double)w[a * next + i * step] * (double)w[b * next + i * step];
            worst = fmax(worst, fabs(sum - (a == b ? 1.0 : 0.0)));
        }
    return worst;
}

Test(initialize, orthogonal_matrices)
{
    struct nn_net *net = build_net("3x6x6", "conv2d 70 3;conv2d 9 2;flatten;dense 5;dense 5");
    cr_assert(nn_net_init(net, 3, NN_INIT_ORTHOGONAL, 0.0, NULL) == NN_OK);
    const float *tall = net->nodes[1]->params[0].value.data; /* 70 x 27 */
    const float *wide = net->nodes[2]->params[0].value.data; /* 9 x 280 */
    const float *square = net->nodes[5]->params[0].value.data;
    cr_assert(worst_product(tall, 27, 70, 1, 27) < 1e-6);
    cr_assert(worst_product(wide, 9, 280, 280, 1) < 1e-6);
    cr_assert(worst_product(square, 5, 5, 5, 1) < 1e-6);
    cr_assert(worst_product(square, 5, 5, 1, 5) < 1e-6);
    nn_net_free(net);
}

Test(initialize, a_layer_may_choose)
{
    struct nn_net *net =
        build_net("50", "dense 40 init=orthogonal name=a;dense 40 name=b;prelu name=c");
    struct nn_net *conv = build_net("2x9", "conv1d 8 3 init=zeros");
    const float *a = net->nodes[1]->params[0].value.data, *c = net->nodes[3]->params[0].value.data;
    cr_assert(worst_product(a, 40, 50, 50, 1) < 1e-6);
    cr_assert(net->nodes[1]->params[1].value.data[7] == 0.0f, "the bias starts at 0");
    cr_assert(net->nodes[2]->params[1].value.data[7] != 0.0f);
    cr_assert(c[0] == 0.25f);
    cr_assert(conv->nodes[1]->params[0].value.data[5] == 0.0f);
    cr_assert(conv->nodes[1]->params[1].value.data[5] == 0.0f);
    cr_assert(nn_net_init(net, 1, NN_INIT_ONES, 0.0, NULL) == NN_OK);
    cr_assert(worst_product(a, 40, 50, 50, 1) < 1e-6, "what a layer says stays");
    cr_assert(net->nodes[2]->params[0].value.data[0] == 1.0f && c[0] == 0.25f);
    nn_net_free(net);
    nn_net_free(conv);
}
