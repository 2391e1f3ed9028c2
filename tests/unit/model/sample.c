#include "unit/model/sample.h"

#include "base/file.h"
#include "base/mem.h"
#include "model/safetensors.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void sample_add(struct nn_net *net, const char *line)
{
    struct nn_word words[16] = {0};
    size_t count = 0;
    char *copy = nn_strdup(line), *rest = copy;
    cr_assert(copy != NULL);
    for (char *word; (word = strtok_r(rest, " ", &rest)) && count < 16; count++) {
        char *equals = strchr(word, '=');
        if (equals)
            *equals = '\0';
        words[count] = (struct nn_word){.key = equals ? word : NULL,
                                        .value = equals ? equals + 1 : word,
                                        .column = (size_t)(word - copy) + 1};
    }
    struct nn_error error = {0};
    cr_assert(nn_net_add_words(net, words, count, &error) == NN_OK, "%s: %s", line, error.message);
    nn_free(copy);
}

struct nn_net *sample_net(int rank, const size_t *dim)
{
    struct nn_net *net;
    const struct nn_shape shape = nn_shape_make(rank, dim);
    cr_assert(nn_net_new(&net, NULL) == NN_OK);
    net->seed = 11;
    cr_assert(nn_net_set_input(net, &shape, NULL) == NN_OK);
    return net;
}

void sample_fill(struct nn_net *net, unsigned seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_GENERATE, 0);
    struct nn_param *param;
    for (size_t i = 0; (param = nn_net_param(net, i, NULL, (char[NN_NAME_SIZE * 2]){0})); i++)
        for (size_t k = 0; k < nn_shape_size(&param->value.shape); k++)
            param->value.data[k] = 0.1F + nn_random_float(&random);
}

static void fill_state(struct nn_train_state *state)
{
    for (size_t i = 0; i < state->params * NN_MAX_SLOTS; i++)
        for (size_t k = 0; state->slots[i] && k < state->sizes[i / NN_MAX_SLOTS]; k++)
            state->slots[i][k] = (float)(i + k) / 7 - 3;
    state->step = 123456789012345678U;
    state->epoch = 7;
}

static struct nn_recipe *sample_recipe(void)
{
    struct nn_recipe *recipe = nn_calloc(1, sizeof *recipe);
    cr_assert(recipe != NULL);
    cr_assert(nn_recipe_default(recipe, nn_loss_find("categorical_crossentropy"),
                                nn_optimizer_find("adam"), NULL) == NN_OK);
    recipe->lr = 1.0 / 3;
    cr_assert(nn_recipe_add_metric(recipe, nn_metric_find("accuracy"), NULL) == NN_OK);
    return recipe;
}

static struct nn_history *sample_history(void)
{
    struct nn_history *history = nn_calloc(1, sizeof *history);
    cr_assert(history != NULL);
    nn_history_init(history);
    const char *const names[] = {"loss", "accuracy", "val_loss"};
    for (int i = 0; i < 5; i++) {
        const double values[] = {1.0 / (i + 1), (double)NAN, i * 1e-300};
        cr_assert(nn_history_add_epoch(history, names, values, 3, NULL) == NN_OK);
    }
    for (int i = 0; i < 13; i++)
        cr_assert(nn_history_add_batch(history, 1.0F / (float)(i + 3), NULL) == NN_OK);
    return history;
}

static char **sample_texts(const char *const *texts, size_t count)
{
    char **copy = nn_calloc(count, sizeof *copy);
    cr_assert(copy != NULL);
    for (size_t i = 0; i < count; i++)
        cr_assert((copy[i] = nn_strdup(texts[i])) != NULL);
    return copy;
}

void sample_model(struct nn_model *model)
{
    *model = (struct nn_model){.seed = UINT64_MAX,
                               .class_count = 3,
                               .feature_count = 1,
                               .task = NN_TASK_CLASSIFICATION,
                               .scaling = NN_SCALING_STANDARD,
                               .scale_count = 1};
    model->net = sample_net(3, (size_t[]){1, 6, 6});
    sample_add(model->net, "conv2d 2 3 relu name=conv");
    sample_add(model->net, "maxpool2d 2");
    sample_add(model->net, "flatten");
    sample_add(model->net, "dense 3 softmax name=out");
    sample_fill(model->net, 3);
    model->recipe = sample_recipe();
    model->state = nn_calloc(1, sizeof *model->state);
    cr_assert(model->state != NULL);
    cr_assert(nn_train_state_init(model->state, model->net, model->recipe->optimizer, NULL) ==
              NN_OK);
    fill_state(model->state);
    model->history = sample_history();
    model->classes = sample_texts((const char *const[]){"cat", "d\xc3\xb6g", "a \"b\" \\n c"}, 3);
    model->features = sample_texts((const char *const[]){"pixel"}, 1);
    model->offset = nn_calloc(1, sizeof *model->offset);
    model->factor = nn_calloc(1, sizeof *model->factor);
    cr_assert(model->offset && model->factor);
    *model->offset = 0.25;
    *model->factor = 3.5;
}

static void compare_args(const struct nn_node *node, const struct nn_args *a,
                         const struct nn_args *b)
{
    cr_assert(a->count == b->count, "%s", node->name);
    for (int i = 0; i < a->count; i++) {
        cr_assert(nn_args_is_set(a, i) == nn_args_is_set(b, i), "%s %s", node->name,
                  a->specs[i].name);
        if (nn_args_is_set(a, i))
            cr_assert(strcmp(nn_args_text(a, i), nn_args_text(b, i)) == 0, "%s %s", node->name,
                      a->specs[i].name);
    }
}

static void compare_nodes(const struct nn_node *a, const struct nn_node *b)
{
    cr_assert(strcmp(a->name, b->name) == 0, "%s is now %s", a->name, b->name);
    cr_assert(a->layer == b->layer && a->index == b->index && a->tail == b->tail, "%s", a->name);
    cr_assert(a->input_count == b->input_count, "%s", a->name);
    for (int i = 0; i < a->input_count; i++)
        cr_assert(a->inputs[i] == b->inputs[i], "%s", a->name);
    cr_assert(nn_shape_equal(&a->shape, &b->shape) && a->size == b->size, "%s", a->name);
    compare_args(a, &a->args, &b->args);
    cr_assert(a->param_count == b->param_count, "%s", a->name);
    for (int i = 0; i < a->param_count; i++) {
        const struct nn_tensor *x = &a->params[i].value, *y = &b->params[i].value;
        cr_assert(nn_shape_equal(&x->shape, &y->shape), "%s", a->name);
        cr_assert(memcmp(x->data, y->data, nn_shape_size(&x->shape) * sizeof *x->data) == 0, "%s",
                  a->name);
    }
}

void sample_compare_nets(const struct nn_net *a, const struct nn_net *b)
{
    cr_assert(a->count == b->count && a->seed == b->seed);
    for (int i = 0; i < a->count; i++)
        compare_nodes(a->nodes[i], b->nodes[i]);
}

unsigned char *sample_bytes(const char *path, size_t *length)
{
    unsigned char *bytes;
    struct nn_error error = {0};
    cr_assert(nn_file_read(path, 0, &bytes, length, &error) == NN_OK, "%s: %s", path,
              error.message);
    return bytes;
}

bool sample_same_files(const char *a, const char *b)
{
    size_t length_a, length_b;
    unsigned char *x = sample_bytes(a, &length_a), *y = sample_bytes(b, &length_b);
    const bool same = length_a == length_b && memcmp(x, y, length_a) == 0;
    nn_free(x);
    nn_free(y);
    return same;
}

void sample_rewrite(const char *path, const char *to, const char *json)
{
    struct nn_safetensors file;
    cr_assert(nn_safetensors_read(&file, path, NULL) == NN_OK);
    struct nn_st_entry *entries = nn_calloc(file.count, sizeof *entries);
    for (size_t i = 0; i < file.count; i++)
        entries[i] = (struct nn_st_entry){file.tensors[i].name, file.tensors[i].dtype,
                                          file.tensors[i].shape, file.tensors[i].data};
    const char *const keys[] = {"format", "nnscope"};
    const char *const values[] = {"pt", json};
    struct nn_error error = {0};
    cr_assert(nn_safetensors_write(to, entries, file.count, keys, values, 2, &error) == NN_OK, "%s",
              error.message);
    nn_free(entries);
    nn_safetensors_clear(&file);
}

char *sample_replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    cr_assert(at != NULL, "no %s in %s", from, text);
    const size_t size = strlen(text) + strlen(to) + 1;
    char *result = nn_calloc(size, 1);
    snprintf(result, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return result;
}

static char folder[] = "/tmp/nnscope-model-XXXXXX";

void sample_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

void sample_folder_remove(void)
{
    glob_t found;
    if (glob("m*.safetensors", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    cr_assert(rmdir(folder) == 0, "something else is left in %s", folder);
}

void sample_save(const char *path, const struct nn_model *model)
{
    struct nn_error error = {0};
    cr_assert(nn_model_save(path, model, &error) == NN_OK, "%s", error.message);
}

void sample_open(const char *path, struct nn_model *model)
{
    struct nn_error error = {0};
    cr_assert(nn_model_open(path, model, &error) == NN_OK, "%s", error.message);
}

void sample_later(struct nn_model *model)
{
    sample_model(model);
    *model->offset = 1.0 / 3;
    model->missing = NN_MISSING_MEAN;
    model->fill = nn_calloc(1, sizeof *model->fill);
    cr_assert(model->fill);
    *model->fill = 0.1F;
    model->fill_count = 1;
}
