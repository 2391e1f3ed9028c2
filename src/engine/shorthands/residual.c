#include "engine/shorthand.h"

#include <stdio.h>

enum { FILTERS, KERNEL, ACTIVATION, STRIDE };

#define PADDING_TEXT 192 /* 8 numbers */

static const struct nn_arg_spec args[] = {
    [FILTERS] = NN_PIECE_FILTERS,
    [KERNEL] = NN_PIECE_KERNEL,
    [ACTIVATION] = NN_PIECE_ACTIVATION,
    [STRIDE] = {.name = "stride",
                .type = NN_ARG_INT,
                .fallback = "1",
                .min = 1,
                .max = INT32_MAX,
                .unit = "pixels",
                .help = "step of the first convolution and of the shortcut"},
    {0},
};

/* Half of the kernel on each side, as PyTorch's nets have it: "1", "1x2". With a stride this is not
 * `same`, which may pad one side more than the other. */
static enum nn_status half_kernel(const struct nn_piece *piece, char out[PADDING_TEXT],
                                  struct nn_error *error)
{
    const struct nn_arg *kernel = &piece->args->values[KERNEL];
    int used = 0;
    for (int i = 0; i < kernel->dim_count; i++) {
        if (kernel->dims[i] % 2 == 0)
            return nn_fail(error, NN_ARGUMENT,
                           "%s: kernel %s is even: its output would not fit the shortcut",
                           piece->name, kernel->text);
        used += snprintf(out + used, PADDING_TEXT - (size_t)used, "%s%lld", i ? "x" : "",
                         (long long)(kernel->dims[i] / 2));
    }
    return NN_OK;
}

static enum nn_status add_convolution(struct nn_piece *piece, const char *role, const char *stride,
                                      struct nn_error *error)
{
    char padding[PADDING_TEXT];
    const struct nn_word words[] = {{.value = nn_args_text(piece->args, FILTERS)},
                                    {.value = nn_args_text(piece->args, KERNEL)},
                                    {.key = "stride", .value = stride},
                                    {.key = "padding", .value = padding},
                                    {.key = "bias", .value = "no"}};
    const char *convolution;
    enum nn_status status;
    NN_TRY(nn_piece_convolution(piece, &convolution, error));
    NN_TRY(half_kernel(piece, padding, error));
    NN_TRY(nn_piece_add(piece, role, convolution, words, 5, error));
out:
    return status;
}

/* The input as it is, or, where its shape differs from the output's, by way of a convolution 1x1.
 */
static enum nn_status add_shortcut(struct nn_piece *piece, int *shortcut, struct nn_error *error)
{
    const struct nn_args *values = piece->args;
    const struct nn_node *source = piece->net->nodes[piece->source];
    const struct nn_word words[] = {{.value = nn_args_text(values, FILTERS)},
                                    {.value = "1"},
                                    {.key = "stride", .value = nn_args_text(values, STRIDE)},
                                    {.key = "bias", .value = "no"}};
    const char *convolution;
    enum nn_status status = NN_OK;
    *shortcut = piece->source;
    if (nn_args_int(values, STRIDE) == 1 &&
        (size_t)nn_args_int(values, FILTERS) == source->shape.dim[0])
        return NN_OK;
    NN_TRY(nn_piece_convolution(piece, &convolution, error));
    NN_TRY(nn_piece_join(piece, "shortcut", convolution, words, 4, &piece->source, 1, error));
    NN_TRY(nn_piece_add(piece, "shortcut_bn", "batchnorm", NULL, 0, error));
    *shortcut = piece->last;
out:
    return status;
}

static enum nn_status build(struct nn_piece *piece, struct nn_error *error)
{
    const char *activation = nn_args_text(piece->args, ACTIVATION);
    const char *stride = nn_args_text(piece->args, STRIDE);
    int both[2]; /* what the sum adds up */
    enum nn_status status;
    NN_TRY(add_shortcut(piece, &both[1], error));
    piece->last = piece->source;
    NN_TRY(add_convolution(piece, "conv1", stride, error));
    NN_TRY(nn_piece_add(piece, "bn1", "batchnorm", NULL, 0, error));
    NN_TRY(nn_piece_add(piece, activation, activation, NULL, 0, error));
    NN_TRY(add_convolution(piece, "conv2", "1", error));
    NN_TRY(nn_piece_add(piece, "bn2", "batchnorm", NULL, 0, error));
    both[0] = piece->last;
    NN_TRY(nn_piece_join(piece, "add", "add", NULL, 0, both, 2, error));
    NN_TRY(nn_piece_add(piece, NULL, activation, NULL, 0, error));
out:
    return status;
}

const struct nn_shorthand nn_shorthand_residual = {
    .name = "residual",
    .prefix = "res",
    .summary = "two convolutions with a shortcut around them",
    .formula = "conv1, bn1, activation, conv2, bn2, add the input, activation; the input passes a "
               "convolution 1x1 and a batch normalization where the shapes differ",
    .source = "He et al. 2016, Deep residual learning, figure 2 and option B; the basic block of "
              "PyTorch's ResNet; conv1d for series",
    .args = args,
    .build = build,
};
