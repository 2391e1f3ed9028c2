#include "explain/deeplift.h"

enum { RULE };

static const struct nn_arg_spec args[] = {
    {"rule", NN_ARG_CHOICE, "rescale", 0, 0, NN_DEEPLIFT_NAMES, NULL,
     "how an activation shares the change of its output: as a whole, or its positive and negative "
     "parts apart",
     0},
    {0},
};

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    return nn_deeplift_run(call, (enum nn_deeplift_kind)nn_args_int(call->args, RULE), out, gap,
                           error);
}

const struct nn_method nn_method_deeplift = {
    .name = "deeplift",
    .alias = NULL,
    .summary =
        "the change of the answer from the baseline, shared out by changes instead of slopes",
    .formula = "m (x - b), m = product of the multipliers dy / dx of changes along the net",
    .source = "Shrikumar, Greenside, Kundaje 2017, sections 3.5.1 to 3.5.3; complete also at "
              "max-pooling",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
