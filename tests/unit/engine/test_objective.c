/* How recipe, net and data meet: what fits, what the refusals say; evaluation and prediction. */
#include "base/mem.h"
#include "engine/objective.h"
#include "unit/engine/build.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct nn_source facts(const char *input, size_t classes, size_t width)
{
    struct nn_source source = {
        .count = 10, .classes = classes, .target_width = width, .labelled = classes || width};
    cr_assert(nn_shape_parse(input, &source.shape, NULL) == NN_OK);
    return source;
}

struct meeting {
    const char *layers, *words;
    size_t classes, width;
    const char *message; /* a part of it; NULL: it fits */
};

Test(objective, fits_or_says_why_not)
{
    const struct meeting meetings[] = {
        {"dense 3 softmax", "loss=categorical_crossentropy metrics=accuracy,mse", 3, 0, NULL},
        {"dense 3", "loss=categorical_crossentropy", 3, 0, NULL},
        {"dense 1 sigmoid", "loss=binary_crossentropy metrics=accuracy", 2, 0, NULL},
        {"dense 1", "loss=binary_crossentropy", 2, 0, NULL},
        {"dense 2 sigmoid", "loss=binary_crossentropy", 2, 0, NULL},
        {"dense 5 sigmoid", "loss=binary_crossentropy", 5, 0, NULL},
        {"dense 4 sigmoid", "loss=binary_crossentropy", 0, 4, NULL},
        {"dense 2 softmax", "loss=binary_crossentropy from_logits=no", 2, 0, NULL},
        {"dense 3 sigmoid", "loss=categorical_crossentropy from_logits=yes", 3, 0, NULL},
        {"dense 1", "loss=mse metrics=accuracy,mse", 2, 0, NULL},
        {"dense 3 softmax", "loss=mse metrics=accuracy", 3, 0, NULL},
        {"dense 2", "loss=mse metrics=mse", 0, 2, NULL},
        {"dense 9; dense 4", "loss=categorical_crossentropy", 3, 0,
         "the net ends with 4 outputs (dense2), the data have 3 classes: `add dense 3 softmax`"},
        {"dense 4 softmax", "loss=categorical_crossentropy", 3, 0,
         "the net ends with 4 outputs (dense1), the data have 3 classes: `add dense 3 softmax`"},
        {"dense 1 sigmoid", "loss=categorical_crossentropy", 2, 0,
         "the net ends with 1 output (dense1), the data have 2 classes: `add dense 2 softmax`, or "
         "`loss=binary_crossentropy`"},
        {"dense 1 sigmoid", "loss=binary_crossentropy", 3, 0,
         "the net ends with 1 output (dense1), the data have 3 classes: `add dense 3 sigmoid` (one "
         "output tells 2 classes apart)"},
        {"dense 4 sigmoid", "loss=binary_crossentropy", 2, 0, "2 classes: `add dense 1 sigmoid`"},
        {"dense 1", "loss=mse", 3, 0, "3 classes: `add dense 3` (one"},
        {"dense 3", "loss=mse", 0, 1,
         "the net ends with 3 outputs (dense1), the data have 1 target value per sample: `add "
         "dense 1`"},
        {"conv2d 2 3", "loss=categorical_crossentropy", 3, 0,
         "the net ends with 2x2x2 outputs (conv1), the data have 3 classes: `add flatten` and "
         "`add dense 3 softmax`"},
        {"dense 1 softmax", "loss=categorical_crossentropy", 1, 0, "at least 2 classes"},
        {"dense 3 softmax", "loss=categorical_crossentropy", 0, 3,
         "categorical_crossentropy needs classes, the data have 3 target values per sample: "
         "`loss=mse`"},
        {"dense 3", "loss=mse metrics=accuracy", 0, 3, "the metric accuracy needs classes"},
        {"dense 3", "loss=mse", 0, 0, "have no labels"},
        {"dense 3 sigmoid", "loss=categorical_crossentropy", 3, 0,
         "the net ends with sigmoid (dense1), but categorical_crossentropy goes with softmax"},
        {"dense 2 softmax", "loss=binary_crossentropy", 2, 0, "goes with sigmoid"},
        {"dense 3 softmax", "loss=focal metrics=accuracy", 3, 0, NULL},
        {"dense 3 softmax", "loss=focal class_weights=1,2,3", 3, 0, NULL},
        {"dense 1 sigmoid", "loss=binary_focal", 2, 0, NULL},
        {"dense 1", "loss=binary_crossentropy class_weights=1,2", 2, 0, NULL},
        {"dense 3 softmax", "loss=kl", 0, 3, NULL},
        {"dense 3 softmax", "loss=kl", 3, 0, NULL},
        {"dense 3", "loss=hinge", 3, 0, NULL},
        {"dense 1", "loss=hinge", 2, 0, NULL},
        {"dense 2", "loss=huber metrics=mse", 0, 2, NULL},
        {"dense 2", "loss=mae", 0, 2, NULL},
        {"dense 1", "loss=hinge", 0, 1, "hinge needs classes"},
        {"dense 3 softmax", "loss=hinge", 3, 0,
         "the net ends with softmax (dense1), but hinge compares scores: end it without"},
        {"dense 3 softmax", "loss=categorical_crossentropy class_weights=1,2", 3, 0,
         "there are 2 class weights for 3 classes"},
        {"dense 3 softmax", "loss=focal class_weights=0,0,0", 3, 0, "all class weights are 0"},
        {"dense 3 softmax", "loss=categorical_crossentropy class_weights=balanced", 3, 0,
         "load the data before"},
        {"dense 1", "loss=kl", 0, 1, "at least 2 outcomes"},
    };
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++) {
        const struct meeting *m = &meetings[i];
        const char *input = strstr(m->layers, "conv2d") ? "1x4x4" : "6";
        struct nn_net *net = build_net(input, m->layers);
        struct nn_recipe recipe = fixture_recipe(m->words);
        struct nn_source source = facts(input, m->classes, m->width);
        struct nn_error error = {0};
        enum nn_status status = nn_recipe_check(&recipe, net, &source, &error);
        cr_assert((status == NN_OK) == (m->message == NULL), "%s / %s: %s", m->layers, m->words,
                  error.message);
        if (m->message)
            cr_assert(strstr(error.message, m->message), "%s / %s: %s", m->layers, m->words,
                      error.message);
        nn_recipe_clear(&recipe);
        nn_net_free(net);
    }
}

Test(objective, input_must_fit)
{
    struct nn_net *net = build_net("8", "dense 3 softmax"), *empty;
    struct nn_recipe recipe = fixture_recipe("loss=categorical_crossentropy");
    struct nn_source source = facts("1x28x28", 3, 0), none = facts("8", 3, 0);
    struct nn_error error = {0};
    cr_assert(nn_recipe_check(&recipe, net, &source, &error) == NN_SHAPE);
    cr_assert(strstr(error.message, "inputs of shape 8, the samples have 1x28x28: `net new "
                                    "input=1x28x28`"),
              "%s", error.message);
    cr_assert(nn_net_new(&empty, NULL) == NN_OK);
    cr_assert(nn_recipe_check(&recipe, empty, &source, &error) == NN_STATE);
    none.count = 0;
    cr_assert(nn_recipe_check(&recipe, net, &none, &error) == NN_STATE);
    nn_net_free(empty);
    nn_net_free(net);
    nn_recipe_clear(&recipe);
}

Test(objective, where_the_loss_reads)
{
    struct nn_net *fused = build_net("8", "dense 3 softmax"), *plain = build_net("8", "dense 3");
    struct nn_net *unfused = build_net("8", "dense 3 sigmoid");
    struct nn_recipe cross = fixture_recipe("loss=categorical_crossentropy");
    struct nn_recipe probabilities = fixture_recipe("loss=categorical_crossentropy from_logits=no");
    struct nn_recipe mse = fixture_recipe("loss=mse");
    struct nn_source source = facts("8", 3, 0);
    struct nn_objective o;
    cr_assert(nn_objective_bind(&o, &cross, fused, &source, NULL) == NN_OK);
    cr_assert(o.node == 1 && o.logits && !o.output_logits && !o.wants_values && o.width == 3);
    cr_assert(nn_objective_bind(&o, &cross, plain, &source, NULL) == NN_OK);
    cr_assert(o.node == 1 && o.logits && o.output_logits);
    cr_assert(nn_objective_bind(&o, &probabilities, unfused, &source, NULL) == NN_OK);
    cr_assert(o.node == 2 && !o.logits && !o.output_logits);
    cr_assert(nn_objective_bind(&o, &probabilities, plain, &source, NULL) == NN_ARGUMENT);
    cr_assert(nn_objective_bind(&o, &mse, fused, &source, NULL) == NN_OK);
    cr_assert(o.node == 2 && !o.logits && !o.output_logits && o.wants_values);
    cr_assert(nn_output_logits(plain, NULL) && !nn_output_logits(fused, NULL));
    nn_recipe_clear(&cross);
    nn_recipe_clear(&probabilities);
    nn_recipe_clear(&mse);
    nn_net_free(fused);
    nn_net_free(plain);
    nn_net_free(unfused);
}

Test(objective, recipes_are_copied)
{
    struct nn_recipe copy = {0};
    struct nn_recipe recipe = fixture_recipe(
        "loss=binary_crossentropy from_logits=no optimizer=sgd momentum=0.5 metrics=accuracy,mse");
    cr_assert(nn_recipe_copy(&copy, &recipe, NULL) == NN_OK);
    nn_recipe_clear(&recipe);
    cr_assert(strcmp(copy.loss->name, "binary_crossentropy") == 0 && copy.metric_count == 2);
    cr_assert(!nn_args_bool(&copy.loss_args, 0) && nn_args_given(&copy.loss_args, 0));
    cr_assert(nn_args_real(&copy.optimizer_args, 0) == 0.5);
    nn_recipe_clear(&copy);
    cr_assert(nn_recipe_copy(&copy, &recipe, NULL) == NN_OK, "an empty one as well");
    nn_recipe_clear(&copy);
}

Test(objective, evaluation_is_the_mean_over_samples)
{
    enum { COUNT = 600, CLASSES = 3 }; /* more than two batches of 256 */
    struct fixture_data data = fixture_clouds("4", COUNT, CLASSES, 8);
    struct nn_source source = fixture_source(&data);
    struct nn_net *net = build_net("4", "dense 6 tanh; dropout 0.5; dense 3 softmax");
    struct nn_recipe recipe = fixture_recipe("loss=categorical_crossentropy metrics=mse,accuracy");
    struct nn_confusion confusion;
    double values[1 + NN_MAX_METRICS], loss = 0.0, mse = 0.0;
    float *y = nn_calloc(COUNT * CLASSES, sizeof *y);
    size_t index[COUNT], correct = 0, counted = 0, right = 0;
    cr_assert(y && nn_confusion_init(&confusion, CLASSES, NULL) == NN_OK);
    for (size_t i = 0; i < COUNT; i++)
        index[i] = COUNT - 1 - i;
    cr_assert(nn_predict(net, &source, index, COUNT, y, NULL) == NN_OK);
    for (size_t i = 0; i < COUNT; i++) {
        const float *p = y + i * CLASSES;
        int32_t class = data.classes[index[i]];
        loss -= log((double)p[class]);
        correct += nn_predicted_class(p, CLASSES, false) == class;
        for (int32_t k = 0; k < CLASSES; k++)
            mse += pow((double)p[k] - (k == class), 2.0);
    }
    cr_assert(nn_evaluate(net, &source, &recipe, values, &confusion, NULL) == NN_OK);
    cr_assert(fabs(values[0] - loss / COUNT) < 1e-6, "%g, not %g", values[0], loss / COUNT);
    cr_assert(fabs(values[1] - mse / COUNT / CLASSES) < 1e-6);
    cr_assert(values[2] == (double)correct / COUNT);
    for (size_t i = 0; i < CLASSES * CLASSES; i++) {
        counted += confusion.counts[i];
        right += i % (CLASSES + 1) ? 0 : confusion.counts[i];
    }
    cr_assert(counted == COUNT && right == correct);

    struct nn_source wrong = facts("5", 3, 0);
    struct nn_error error = {0};
    cr_assert(nn_predict(net, &wrong, index, 1, y, &error) == NN_SHAPE);
    cr_assert(nn_predict(net, &source, index, 0, y, &error) == NN_OK);
    nn_confusion_clear(&confusion);
    nn_free(y);
    nn_recipe_clear(&recipe);
    nn_net_free(net);
    fixture_data_clear(&data);
}

/* n / (K n[k]); what is trained with them is what is trained with the numbers themselves. */
Test(objective, balanced_class_weights)
{
    struct fixture_data data = fixture_clouds("2", 40, 4, 3);
    for (size_t i = 0; i < data.count; i++) /* 20, 15, 5 and no samples */
        data.classes[i] = i < 20 ? 0 : i < 35 ? 1 : 2;
    struct nn_source source = fixture_source(&data);
    struct nn_recipe recipe =
        fixture_recipe("loss=categorical_crossentropy class_weights=balanced");
    struct nn_error error = {0};
    cr_assert(nn_recipe_balance(&recipe, &source, &error) == NN_OK, "%s", error.message);
    int at = nn_args_find(recipe.loss->args, "class_weights");
    const struct nn_arg *weights = &recipe.loss_args.values[at];
    cr_assert(weights->number_count == 4);
    const double wanted[] = {40.0 / (4 * 20), 40.0 / (4 * 15), 40.0 / (4 * 5), 1.0};
    for (size_t k = 0; k < 4; k++)
        cr_assert(weights->numbers[k] == wanted[k], "%zu: %g", k, weights->numbers[k]);
    char *text = weights->text;
    cr_assert(nn_recipe_balance(&recipe, &source, &error) == NN_OK);
    cr_assert(recipe.loss_args.values[at].text == text, "numbers stay as they are");
    nn_recipe_clear(&recipe);

    recipe = fixture_recipe("loss=mse");
    cr_assert(nn_recipe_balance(&recipe, &source, &error) == NN_OK);
    nn_recipe_clear(&recipe);
    recipe = fixture_recipe("loss=categorical_crossentropy class_weights=balanced");
    source.classes = 0;
    cr_assert(nn_recipe_balance(&recipe, &source, &error) == NN_ARGUMENT);
    nn_recipe_clear(&recipe);
    fixture_data_clear(&data);
}

/* A net that ends with logsoftmax is one that ends with softmax: the same training, to the bit, and
 * its outputs are logits of the same probabilities. */
Test(objective, logsoftmax_trains_as_softmax)
{
    static const char *const ends[] = {"dense 3 softmax", "dense 3 logsoftmax"};
    const struct nn_train_options options = {.epochs = 3, .batch = 8, .seed = 1, .shuffle = true};
    struct fixture_data data = fixture_clouds("4", 60, 3, 1);
    struct nn_source source = fixture_source(&data);
    float *weights[2];
    double accuracy[2];
    size_t count;
    for (int i = 0; i < 2; i++) {
        struct fixture_run run = fixture_run_start(
            "4", ends[i], "loss=categorical_crossentropy lr=0.1 metrics=accuracy");
        cr_assert(nn_net_logits(run.net) == 1);
        cr_assert(nn_output_logits(run.net, NULL) == (i == 1));
        cr_assert(nn_output_logits(run.net, &run.recipe) == (i == 1));
        cr_assert(fixture_train(&run, &source, NULL, &options, NULL) == NN_OK);
        weights[i] = fixture_weights(run.net, &count);
        accuracy[i] = fixture_cell(&run.history, 2, "accuracy");
        fixture_run_clear(&run);
    }
    cr_assert(!memcmp(weights[0], weights[1], count * sizeof **weights));
    cr_assert(accuracy[0] == accuracy[1]);
    nn_free(weights[0]);
    nn_free(weights[1]);
    fixture_data_clear(&data);
}
