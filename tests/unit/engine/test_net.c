#include "build.h"

Test(net, keras_first_example)
{
    struct nn_net *net = build_net("8", "dense 16 relu;dense 1 sigmoid");
    cr_assert(net->count == 5);
    cr_assert(!strcmp(net->nodes[1]->name, "dense1"));
    cr_assert(!strcmp(net->nodes[2]->name, "relu1"));
    cr_assert(net->nodes[1]->tail == 2 && net->nodes[2]->tail == 2);
    cr_assert(nn_net_logits(net) == 3);
    cr_assert(nn_net_param_count(net) == 8 * 16 + 16 + 16 + 1);
    cr_assert(nn_net_output(net)->size == 1);
    nn_net_free(net);
}
