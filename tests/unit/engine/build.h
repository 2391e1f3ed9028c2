/* Nets for tests from a few words: build_net("1x8x8", "conv2d 4 3 relu; flatten; dense 10"). */
#ifndef NN_TESTS_ENGINE_BUILD_H
#define NN_TESTS_ENGINE_BUILD_H

#include "base/mem.h"
#include "engine/net.h"
#include "engine/pass.h"

#include <criterion/criterion.h>
#include <string.h>

/* One `add` without the word add: "conv2d 4 3 relu name=c1". */
static inline enum nn_status add_text(struct nn_net *net, const char *text, struct nn_error *error)
{
    char copy[512];
    struct nn_word words[32];
    size_t count = 0;
    cr_assert(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    for (char *state, *word = strtok_r(copy, " ", &state); word;
         word = strtok_r(NULL, " ", &state)) {
        char *equals = strchr(word, '=');
        cr_assert(count < 32);
        words[count] = (struct nn_word){.value = word, .column = (size_t)(word - copy) + 1};
        if (equals) {
            *equals = '\0';
            words[count].key = word;
            words[count].value = equals + 1;
        }
        count++;
    }
    return nn_net_add_words(net, words, count, error);
}

/* An empty net with that input. */
static inline struct nn_net *input_net(const char *input)
{
    struct nn_error error = {0};
    struct nn_shape shape;
    struct nn_net *net;
    cr_assert(nn_shape_parse(input, &shape, &error) == NN_OK, "%s", error.message);
    cr_assert(nn_net_new(&net, &error) == NN_OK, "%s", error.message);
    cr_assert(nn_net_set_input(net, &shape, &error) == NN_OK, "%s", error.message);
    return net;
}

/* A net of layers divided by ';'. */
static inline struct nn_net *build_net(const char *input, const char *layers)
{
    struct nn_error error = {0};
    struct nn_net *net = input_net(input);
    char copy[1024];
    cr_assert(strlen(layers) < sizeof copy);
    memcpy(copy, layers, strlen(layers) + 1);
    for (char *state, *line = strtok_r(copy, ";", &state); line; line = strtok_r(NULL, ";", &state))
        cr_assert(add_text(net, line, &error) == NN_OK, "%s: %s", line, error.message);
    return net;
}

static inline int node_index(const struct nn_net *net, const char *name)
{
    struct nn_error error = {0};
    int index;
    cr_assert(nn_net_find(net, name, &index, &error) == NN_OK, "%s", error.message);
    return index;
}

static inline struct nn_pass *build_pass(const struct nn_net *net, size_t batch, unsigned flags)
{
    struct nn_error error = {0};
    struct nn_pass *pass;
    cr_assert(nn_pass_new(net, batch, flags, 0, &pass, &error) == NN_OK, "%s", error.message);
    return pass;
}

/* Reproducible values in [-1, 1). */
static inline void fill_random(float *out, size_t count, uint32_t sub)
{
    struct nn_random random;
    nn_random_init(&random, 7, NN_STREAM_GENERATE, sub);
    for (size_t i = 0; i < count; i++)
        out[i] = 2.0f * nn_random_float(&random) - 1.0f;
}

#endif
