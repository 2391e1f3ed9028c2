#include "engine/shorthand.h"

enum { FILTERS, KERNEL, ACTIVATION, STRIDE, PADDING };

static const struct nn_arg_spec args[] = {
    [FILTERS] = NN_PIECE_FILTERS,
    [KERNEL] = NN_PIECE_KERNEL,
    [ACTIVATION] = NN_PIECE_ACTIVATION,
    [STRIDE] = {.name = "stride",
                .type = NN_ARG_DIMS,
                .fallback = "1",
                .unit = "pixels",
                .help = "step of the window"},
    [PADDING] = {.name = "padding",
                 .type = NN_ARG_TEXT,
                 .fallback = "same",
                 .unit = "pixels",
                 .help = "zeros around the input, as in `help conv2d`"},
    {0},
};

static enum nn_status build(struct nn_piece *piece, struct nn_error *error)
{
    const struct nn_args *values = piece->args;
    const struct nn_word words[] = {{.value = nn_args_text(values, FILTERS)},
                                    {.value = nn_args_text(values, KERNEL)},
                                    {.key = "stride", .value = nn_args_text(values, STRIDE)},
                                    {.key = "padding", .value = nn_args_text(values, PADDING)},
                                    {.key = "bias", .value = "no"}};
    const char *convolution;
    enum nn_status status;
    NN_TRY(nn_piece_convolution(piece, &convolution, error));
    NN_TRY(nn_piece_add(piece, "conv", convolution, words, 5, error));
    NN_TRY(nn_piece_add(piece, "bn", "batchnorm", NULL, 0, error));
    NN_TRY(nn_piece_add(piece, NULL, nn_args_text(values, ACTIVATION), NULL, 0, error));
out:
    return status;
}

const struct nn_shorthand nn_shorthand_block = {
    .name = "block",
    .prefix = "block",
    .summary = "convolution, batch normalization and activation",
    .formula = "conv (no bias), bn, activation",
    .source = "Ioffe and Szegedy 2015, section 3.2; conv1d for series",
    .args = args,
    .build = build,
};
