#include "nets.h"

#include <string.h>

/* Splits "steps=50 rule=left" or "conv2d 6 3 relu" in place into words. */
static size_t words_of(char *text, struct nn_word words[16])
{
    size_t count = 0;
    for (char *word = strtok(text, " "); word && count < 16; word = strtok(NULL, " ")) {
        char *equals = strchr(word, '=');
        words[count] = (struct nn_word){.value = word, .column = count + 1};
        if (equals) {
            *equals = '\0';
            words[count].key = word;
            words[count].value = equals + 1;
        }
        count++;
    }
    return count;
}

struct nn_net *net_of(const char *input, const char *const *lines, uint64_t seed)
{
    struct nn_error error = {0};
    struct nn_net *net;
    struct nn_shape shape;
    cr_assert(nn_net_new(&net, &error) == NN_OK);
    net->seed = seed;
    cr_assert(nn_shape_parse(input, &shape, &error) == NN_OK, "%s", error.message);
    cr_assert(nn_net_set_input(net, &shape, &error) == NN_OK, "%s", error.message);
    for (; *lines; lines++) {
        char text[200];
        struct nn_word words[16];
        snprintf(text, sizeof text, "%s", *lines);
        size_t count = words_of(text, words);
        cr_assert(nn_net_add_words(net, words, count, &error) == NN_OK, "%s: %s", *lines,
                  error.message);
    }
    return net;
}

void net_load(struct nn_net *net, struct reference *ref)
{
    struct nn_param *param;
    char name[NN_NAME_SIZE * 2], key[NN_NAME_SIZE * 2 + 16];
    int node;
    for (size_t i = 0; (param = nn_net_param(net, i, &node, name)); i++) {
        struct nn_shape shape;
        snprintf(key, sizeof key, "weights/%s", name);
        float *values = reference_floats(ref, key, &shape);
        cr_assert(nn_shape_equal(&shape, &param->value.shape), "%s has another shape", key);
        memcpy(param->value.data, values, nn_shape_size(&shape) * sizeof *values);
        nn_free(values);
    }
}

struct nn_args args_of(const struct nn_arg_spec *specs, const char *text)
{
    struct nn_args args;
    struct nn_error error = {0};
    struct nn_word words[16];
    char copy[200];
    snprintf(copy, sizeof copy, "%s", text);
    size_t count = words_of(copy, words);
    cr_assert(nn_args_parse(&args, specs, words, count, "test", &error) == NN_OK, "%s",
              error.message);
    return args;
}

struct nn_result *explain_with(const struct nn_net *net, const char *method, const char *args,
                               const float *x, size_t batch, const char *target,
                               const int32_t *targets, const float *baseline, const char *layer)
{
    struct nn_error error = {0};
    struct nn_explain_request request = {.net = net,
                                         .method = nn_method_find(method),
                                         .x = x,
                                         .batch = batch,
                                         .target = target,
                                         .targets = targets,
                                         .baseline = baseline,
                                         .layer = layer};
    cr_assert(request.method != NULL, "there is no method %s", method);
    struct nn_args parsed = args_of(request.method->args, args);
    request.args = &parsed;
    struct nn_result *result;
    cr_assert(nn_explain(&request, &result, &error) == NN_OK, "%s: %s", method, error.message);
    nn_args_clear(&parsed);
    return result;
}

double figure_of(const struct nn_result *result, const char *name)
{
    for (size_t i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0)
            return result->figures[i].value;
    cr_assert(false, "the result has no figure %s", name);
    return 0;
}

void fill_normal(float *values, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 77);
    for (size_t i = 0; i < count; i++)
        values[i] = nn_random_normal(&random);
}

double answer_of(const struct nn_net *net, int32_t unit, const float *x)
{
    struct nn_target target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net), .unit = &unit};
    double value;
    cr_assert(nn_explain_value(net, &target, x, 1, &value, NULL, NULL) == NN_OK);
    return value;
}
