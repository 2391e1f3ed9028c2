#include "explain/coalition.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/npy.h"

#include <string.h>

enum { GROUPS };

static const struct nn_arg_spec args[] = {
    {"groups", NN_ARG_TEXT, NULL, 0, 0, NULL, NULL,
     "what goes together: blocks of N or HxW values over all channels, or an .npy array of group "
     "numbers; else every value alone",
     0},
    {0},
};

/* The group of every value of the input, from 0. */
struct groups {
    size_t count;
    size_t *of; /* [input size] */
};

/* "4" or "4x8": false if it is no size of a block. */
static bool parse_block(const char *text, size_t block[2])
{
    size_t length = strcspn(text, "x");
    int64_t number[2];
    if (!nn_number_parse_int(text, length, &number[0]))
        return false;
    number[1] = number[0];
    if (text[length] &&
        !nn_number_parse_int(text + length + 1, strlen(text + length + 1), &number[1]))
        return false;
    block[0] = (size_t)number[0];
    block[1] = (size_t)number[1];
    return number[0] > 0 && number[1] > 0;
}

/* Blocks of the last two dimensions (of a row of features: of the last), cut at the border. */
static void group_blocks(struct groups *groups, const struct nn_shape *shape, const size_t block[2])
{
    size_t width = shape->rank ? shape->dim[shape->rank - 1] : 1;
    size_t height = shape->rank > 1 ? shape->dim[shape->rank - 2] : 1;
    size_t across = (width + block[1] - 1) / block[1];
    size_t tall = shape->rank > 1 ? block[0] : 1;
    groups->count = across * ((height + tall - 1) / tall);
    for (size_t i = 0; i < nn_shape_size(shape); i++) {
        size_t row = i / width % height, column = i % width;
        groups->of[i] = row / tall * across + column / block[1];
    }
}

/* An array of numbers, one for each value, or for each pixel of all channels. */
static enum nn_status read_groups(struct groups *groups, const struct nn_shape *shape,
                                  const char *path, struct nn_error *error)
{
    struct nn_tensor tensor = {0};
    char given[NN_SHAPE_TEXT];
    size_t size = nn_shape_size(shape), pixels = shape->rank == 3 ? size / shape->dim[0] : size;
    enum nn_status status = nn_npy_read(path, &tensor, error);
    if (status != NN_OK)
        return status;
    size_t count = nn_shape_size(&tensor.shape);
    if (count != size && count != pixels)
        status = nn_fail(error, NN_SHAPE, "%s holds %s, an input has %zu values", NN_VISIBLE(path),
                         nn_shape_text(given, &tensor.shape), size);
    groups->count = 0;
    for (size_t i = 0; i < size && status == NN_OK; i++) {
        float number = tensor.data[i % count];
        if (!(number >= 0 && number < (float)size) || number != (float)(size_t)number)
            status = nn_fail(error, NN_DAMAGED, "%s: a group is a whole number from 0 to %zu",
                             NN_VISIBLE(path), size - 1);
        else
            groups->of[i] = (size_t)number;
        groups->count = groups->of[i] + 1 > groups->count ? groups->of[i] + 1 : groups->count;
    }
    nn_tensor_clear(&tensor);
    return status;
}

static enum nn_status make_groups(struct groups *groups, const struct nn_explain_call *call,
                                  struct nn_error *error)
{
    const struct nn_node *input = call->net->nodes[0];
    const char *text = nn_args_text(call->args, GROUPS);
    size_t block[2];
    groups->of = nn_calloc(input->size, sizeof *groups->of);
    if (!groups->of)
        return nn_fail_memory(error, input->size * sizeof *groups->of);
    groups->count = input->size;
    for (size_t i = 0; i < input->size; i++)
        groups->of[i] = i;
    if (!text)
        return NN_OK;
    if (parse_block(text, block)) {
        group_blocks(groups, &input->shape, block);
        return NN_OK;
    }
    return read_groups(groups, &input->shape, text, error);
}

/* Input k lacks group k; input `count` is whole. */
static bool present(const void *context, size_t k, size_t feature)
{
    const struct groups *groups = context;
    return groups->of[feature] != k;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    struct groups groups = {0};
    size_t size = call->net->nodes[0]->size;
    double *value = nn_calloc(size + 1, sizeof *value);
    if (!value)
        return nn_fail_memory(error, (size + 1) * sizeof *value);
    NN_TRY(make_groups(&groups, call, error));
    for (size_t s = 0; s < call->batch; s++) {
        NN_TRY(nn_coalition_values(call, s, groups.count + 1, present, &groups, value, error));
        for (size_t i = 0; i < size; i++)
            out[s * size + i] = (float)(value[groups.count] - value[groups.of[i]]);
        nn_progress_set(call->progress, (double)(s + 1) / (double)call->batch);
    }
out:
    nn_free(groups.of);
    nn_free(value);
    return status;
}

const struct nn_method nn_method_feature_ablation = {
    .name = "feature_ablation",
    .alias = "ablation",
    .summary = "how much the answer drops when one input value, or a group, is set to the baseline",
    .formula = "F(x) - F(x with x_i = b_i for all i of the group)",
    .source = "Captum, FeatureAblation, with its feature_mask as groups=: every value of a group "
              "has the drop of the group",
    .args = args,
    .flags = NN_METHOD_BASELINE,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
