#include "nets.h"

#include "base/mem.h"
#include "data/demo.h"

#include <stdlib.h>
#include <string.h>

const struct bench_net bench_nets[NET_COUNT] = {
    [NET_MLP] = {"mlp", "784", "dense 128 relu;dense 10 softmax"},
    [NET_CNN] = {"cnn", "1x28x28",
                 "conv2d 32 3 relu;conv2d 64 3 relu;maxpool2d 2;flatten;dense 128 relu;"
                 "dense 10 softmax"},
    [NET_LENET] = {"lenet", "1x28x28",
                   "conv2d 6 5 relu padding=2;maxpool2d 2;conv2d 16 5 relu;maxpool2d 2;flatten;"
                   "dense 120 relu;dense 84 relu;dense 10 softmax"},
};
const struct bench_net bench_tiny = {"tiny", "8", "dense 16 relu;dense 1 sigmoid"};

/* One `add`; divides the line into its words. */
static enum nn_status add(struct nn_net *net, char *line, struct nn_error *error)
{
    enum { MOST = 16 };
    struct nn_word words[MOST];
    size_t count = 0;
    char *state;
    for (char *word = strtok_r(line, " ", &state); word && count < MOST;
         word = strtok_r(NULL, " ", &state)) {
        char *equals = strchr(word, '=');
        words[count] = (struct nn_word){.value = word, .column = count + 1};
        if (equals) {
            *equals = '\0';
            words[count].key = word;
            words[count].value = equals + 1;
        }
        count++;
    }
    return nn_net_add_words(net, words, count, error);
}

enum nn_status bench_build(const struct bench_net *what, struct nn_net **net,
                           struct nn_error *error)
{
    char *layers = nn_strdup(what->layers), *state;
    struct nn_net *made = NULL;
    struct nn_shape shape;
    enum nn_status status;
    if (!layers)
        NN_TRY(nn_fail_memory(error, strlen(what->layers)));
    NN_TRY(nn_shape_parse(what->input, &shape, error));
    NN_TRY(nn_net_new(&made, error));
    NN_TRY(nn_net_set_input(made, &shape, error));
    for (char *line = strtok_r(layers, ";", &state); line; line = strtok_r(NULL, ";", &state))
        NN_TRY(add(made, line, error));
    *net = made;
    made = NULL;
out:
    nn_net_free(made);
    nn_free(layers);
    return status;
}

enum nn_status bench_fashion(const struct bench *bench, const struct bench_net *what,
                             struct nn_dataset **dataset, struct nn_error *error)
{
    struct nn_dataset *made = NULL;
    struct nn_shape shape;
    enum nn_status status;
    setenv("NNSCOPE_FASHION", bench->data, 1);
    NN_TRY(nn_data_demo("fashion", 0, 1, &made, error));
    NN_TRY(nn_shape_parse(what->input, &shape, error));
    NN_TRY(nn_dataset_reshape(made, &shape, dataset, error));
out:
    nn_dataset_free(made);
    return status;
}

enum nn_status bench_training_init(struct bench_training *training, const struct bench_net *what,
                                   const struct nn_source *source, const char *loss,
                                   const char *optimizer, const char *momentum, double lr,
                                   size_t batch, uint64_t epochs, struct nn_error *error)
{
    struct nn_train_options options = {
        .epochs = epochs, .batch = batch, .seed = 1, .shuffle = true};
    struct bench_training made = {0};
    enum nn_status status;
    nn_history_init(&made.history);
    NN_TRY(bench_build(what, &made.net, error));
    NN_TRY(
        nn_recipe_default(&made.recipe, nn_loss_find(loss), nn_optimizer_find(optimizer), error));
    made.recipe.lr = lr;
    if (source->classes)
        NN_TRY(nn_recipe_add_metric(&made.recipe, nn_metric_find("accuracy"), error));
    if (momentum)
        NN_TRY(nn_args_set(&made.recipe.optimizer_args, "momentum", momentum, optimizer, error));
    *training = made;
    made = (struct bench_training){0};
    NN_TRY(nn_trainer_new(training->net, source, NULL, &training->recipe, &training->state,
                          &training->history, &options, &training->trainer, error));
out:
    bench_training_clear(&made);
    return status;
}

void bench_training_clear(struct bench_training *training)
{
    nn_trainer_free(training->trainer);
    nn_train_state_clear(&training->state);
    nn_history_clear(&training->history);
    nn_recipe_clear(&training->recipe);
    nn_net_free(training->net);
    *training = (struct bench_training){0};
}
