#include "fuzz/fuzz_net.h"

#include "engine/pass.h"

#define MAX_BYTES ((size_t)1 << 22)
#define MAX_FLOPS 1e7

void fuzz_model_use(struct nn_model *model)
{
    size_t bytes;
    struct nn_pass *pass = NULL;
    const unsigned flags = NN_PASS_GRADIENTS;
    if (nn_net_flops(model->net) <= MAX_FLOPS &&
        nn_pass_bytes(model->net, 2, flags, &bytes, NULL) == NN_OK && bytes <= MAX_BYTES &&
        nn_pass_new(model->net, 2, flags, 0, &pass, NULL) == NN_OK)
        nn_pass_forward(pass, 2, NULL);
    nn_pass_free(pass);
    nn_model_clear(model);
}
