#include "build.h"

#include <math.h>

Test(pass, dense_relu_by_hand)
{
    struct nn_net *net = build_net("2", "dense 2 relu;dense 1");
    float *w1 = net->nodes[1]->params[0].value.data, *b1 = net->nodes[1]->params[1].value.data;
    float *w2 = net->nodes[3]->params[0].value.data, *b2 = net->nodes[3]->params[1].value.data;
    memcpy(w1, (float[]){1, 2, -3, 1}, 4 * sizeof(float));
    memcpy(b1, (float[]){0.5f, 0}, 2 * sizeof(float));
    memcpy(w2, (float[]){2, 5}, 2 * sizeof(float));
    b2[0] = -1;
    struct nn_pass *pass = build_pass(net, 4, NN_PASS_PARAMETERS);
    memcpy(nn_pass_input(pass), (float[]){1, 1, -1, 2}, 4 * sizeof(float));
    nn_pass_forward(pass, 2, NULL);
    const float *y = nn_pass_output(pass, 4 - 1);
    /* sample 0: 3.5, -2 -> 3.5, 0 -> 6; sample 1: 3.5, 5 -> 31 */
    cr_assert(y[0] == 6 && y[1] == 31);
    struct nn_walk walk = {.from = 3, .seed = (float[]){1, 10}, .to = 0, .parameters = true};
    cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);
    const float *dx = nn_pass_gradient(pass, 0), *dw = nn_pass_param_gradient(pass, 1, 0);
    cr_assert(dx[0] == 2 && dx[1] == 4);
    cr_assert(dx[2] == 10 * (2 - 15) && dx[3] == 10 * (4 + 5));
    cr_assert(dw[0] == 2 - 20 && dw[1] == 2 + 40 && dw[2] == -50 && dw[3] == 100);
    cr_assert(nn_pass_param_gradient(pass, 3, 1)[0] == 11);
    nn_pass_free(pass);
    nn_net_free(net);
}
