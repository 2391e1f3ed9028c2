#include "explain/neuron.h"

enum { UNIT };

static const struct nn_arg_spec args[] = {
    {"unit", NN_ARG_TEXT, "0", 0, 0, NULL, NULL,
     "of the layer: a number (of a feature map: its mean), or MAP,ROW,COLUMN", 0},
    {0},
};

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    struct nn_neuron neuron = {0};
    size_t size = call->net->nodes[0]->size;
    NN_TRY(nn_neuron_init(&neuron, call, nn_args_text(call->args, UNIT), call->batch, error));
    for (size_t first = 0; first < call->batch; first += neuron.chunk) {
        size_t n = call->batch - first < neuron.chunk ? call->batch - first : neuron.chunk;
        NN_TRY(nn_neuron_gradient(&neuron, call->x + first * size, n, first, false,
                                  out + first * size, error));
        nn_progress_set(call->progress, (double)(first + n) / (double)call->batch);
    }
out:
    nn_neuron_clear(&neuron);
    return status;
}

const struct nn_method nn_method_neuron_gradient = {
    .name = "neuron_gradient",
    .alias = NULL,
    .summary = "how strongly each input value moves one unit of a layer",
    .formula = "dA_unit/dx",
    .source = "Captum, NeuronGradient; the same as gradient with target=LAYER:UNIT",
    .args = args,
    .flags = NN_METHOD_LAYER,
    .axioms = NN_AXIOM_BATCH | NN_AXIOM_DUMMY,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
