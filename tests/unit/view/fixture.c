#include "unit/view/fixture.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EPOCHS 12

static const char *const digit_names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
static const char *const digits[3][8] = {{"  ####  ", " ##  ## ", "     ## ", "    ##  ",
                                          "   ##   ", "  ##    ", " ##     ", " ###### "},
                                         {" ###### ", "     ## ", "    ##  ", "   ###  ",
                                          "  ####  ", "   ##   ", "  ##    ", "  ##    "},
                                         {"  ####  ", " ##  ## ", "     ## ", "   ###  ",
                                          "     ## ", "     ## ", " ##  ## ", "  ####  "}};
static const int32_t digit_labels[3] = {2, 7, 3};

/* From -1 to 1, without a pattern to the eye. */
static float noise(size_t i)
{
    return (float)(i * 7919 % 1009) / 504.5f - 1;
}

/* A hill of height 1 around (y, x). */
static float hill(float y, float x, float at_y, float at_x, float width)
{
    float square = ((y - at_y) * (y - at_y) + (x - at_x) * (x - at_x)) / (width * width);

    return 1 / (1 + square * square);
}

static void add_layers(struct nn_net *net, const char *const *layers)
{
    for (; *layers; layers++) {
        struct nn_word words[6];
        char copy[64];
        size_t count = 0;

        snprintf(copy, sizeof copy, "%s", *layers);
        for (char *word = copy; word && *word; count++) {
            char *blank = strchr(word, ' '), *equal;
            if (blank)
                *blank = '\0';
            equal = strchr(word, '=');
            if (equal)
                *equal = '\0';
            words[count] = (struct nn_word){equal ? word : NULL, equal ? equal + 1 : word, 1};
            word = blank ? blank + 1 : NULL;
        }
        struct nn_error error = {0};
        cr_assert(nn_net_add_words(net, words, count, &error) == NN_OK, "%s: %s", *layers,
                  error.message);
    }
}

static void fill_parameters(struct nn_net *net)
{
    struct nn_param *param;

    for (size_t i = 0; (param = nn_net_param(net, i, NULL, (char[NN_NAME_SIZE * 2]){0})); i++) {
        size_t count = nn_shape_size(&param->value.shape);
        for (size_t k = 0; k < count; k++)
            param->value.data[k] = 0.4f * noise(k + 31 * i) * noise(3 * k + i + 500);
    }
}

static void make_net(struct fixture *fixture, struct nn_shape input, const char *const *layers)
{
    cr_assert(nn_net_new(&fixture->net, NULL) == NN_OK);
    cr_assert(nn_net_set_input(fixture->net, &input, NULL) == NN_OK);
    add_layers(fixture->net, layers);
    fill_parameters(fixture->net);
}

static char **copy_names(const char *const *names, size_t count)
{
    char **copy = nn_calloc(count, sizeof *copy);

    cr_assert(copy != NULL);
    for (size_t i = 0; i < count; i++)
        cr_assert((copy[i] = nn_strdup(names[i])) != NULL);
    return copy;
}

static struct nn_samples *new_samples(const char *name, size_t count, struct nn_shape shape,
                                      const char *const *classes, size_t class_count)
{
    struct nn_samples *samples;

    cr_assert(nn_samples_new(&samples, NULL) == NN_OK);
    samples->name = nn_strdup(name);
    samples->count = count;
    samples->shape = shape;
    samples->storage = NN_STORAGE_FLOAT;
    samples->values = nn_calloc(count * nn_shape_size(&shape), sizeof(float));
    samples->task = NN_TASK_CLASSIFICATION;
    samples->labels = nn_calloc(count, sizeof *samples->labels);
    samples->classes = copy_names(classes, class_count);
    samples->class_count = class_count;
    samples->given_split = -1;
    cr_assert(samples->values && samples->labels);
    return samples;
}

static void make_dataset(struct fixture *fixture, struct nn_samples *samples)
{
    struct nn_dataset *whole;

    cr_assert(nn_dataset_new(samples, &whole, NULL) == NN_OK);
    cr_assert(nn_dataset_split(whole, 0.2, 0, false, 1, &fixture->dataset, NULL) == NN_OK);
    nn_dataset_free(whole);
}

/* Falling losses and rising accuracies. */
static void make_history(struct fixture *fixture)
{
    static const char *const names[] = {"loss", "accuracy", "val_loss", "val_accuracy"};

    nn_history_init(&fixture->history);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        double loss = 2.3 / (1 + 0.6 * (epoch - 1)), wave = (epoch * 5 % 7 - 3) / 60.0;
        double values[] = {loss, 1 - loss / 2.6, loss * 0.8 + 0.4 + wave, 0.93 - loss / 3 - wave};
        cr_assert(nn_history_add_epoch(&fixture->history, names, values, 4, NULL) == NN_OK);
        for (int batch = 0; batch < 4; batch++)
            cr_assert(nn_history_add_batch(&fixture->history, (float)loss, NULL) == NN_OK);
    }
}

static struct nn_result *new_result(enum nn_result_kind kind, const char *command, int rank,
                                    const size_t *dim)
{
    struct nn_shape shape = nn_shape_make(rank, dim);
    struct nn_result *result;

    cr_assert(nn_result_new(kind, command, &result, NULL) == NN_OK);
    cr_assert(nn_tensor_init(&result->values, &shape, NULL) == NN_OK);
    return result;
}

static void make_confusion(struct fixture *fixture, const char *const *names, size_t classes)
{
    struct nn_result *result =
        new_result(NN_RESULT_MATRIX, "confusion", 2, (size_t[]){classes, classes});

    cr_assert(nn_result_names(result, names, classes, NULL) == NN_OK);
    for (size_t r = 0; r < classes; r++)
        for (size_t c = 0; c < classes; c++) {
            size_t odd = r * 7 + c * 4;
            result->values.data[r * classes + c] = r == c         ? (float)(36 - r % 4)
                                                   : odd % 9 == 5 ? (float)(odd % 3 + 1)
                                                                  : 0;
        }
    fixture->confusion = result;
}

static void make_maps(struct fixture *fixture)
{
    struct nn_result *result = new_result(NN_RESULT_MAPS, "activations", 3, (size_t[]){8, 8, 8});

    snprintf(result->layer, sizeof result->layer, "conv1");
    result->scale = NN_SCALE_POSITIVE;
    for (size_t m = 0; m < 8; m++)
        for (size_t i = 0; i < 64; i++) {
            float y = (float)(i / 8), x = (float)(i % 8), tilt = (float)m - 3.5f;
            float value = fixture->input[i] * (1.2f + 0.1f * tilt * (x - y) / 3) +
                          hill(y, x, (float)(m % 3) * 2 + 1, (float)(m % 5) + 1, 1.5f) - 0.4f;
            result->values.data[m * 64 + i] = value > 0 && m != 5 ? value : 0;
        }
    fixture->activations = result;
}

void fixture_zoom(struct fixture *fixture)
{
    static const char *const names[] = {"12 7 3.1", "4 7 2.9", "31 1 2.5", "8 9 2.1"};
    struct nn_result *examples =
        new_result(NN_RESULT_GALLERY, "examples", 4, (size_t[]){4, 1, 8, 8});
    struct nn_result *ideal = new_result(NN_RESULT_IMAGE, "actmax", 3, (size_t[]){1, 8, 8});
    struct nn_error error = {0};

    for (size_t i = 0; i < 4 * 64; i++)
        examples->values.data[i] = fixture->input[(i + i / 64 * 8) % 64];
    cr_assert(nn_result_names(examples, names, 4, &error) == NN_OK, "%s", error.message);
    for (size_t i = 0; i < 64; i++)
        ideal->values.data[i] = hill((float)(i / 8), (float)(i % 8), 3, 4, 2);
    examples->scale = ideal->scale = NN_SCALE_RANGE;
    fixture->examples = examples;
    fixture->ideal = ideal;
    fixture->scene.examples = examples;
    fixture->scene.ideal = ideal;
    fixture->scene.ideal_old = true;
    fixture->scene.zoom = true;
    fixture->scene.at[NN_AT_Y] = 2;
    fixture->scene.at[NN_AT_X] = 5;
}

static struct nn_result *new_explanation(const char *method, enum nn_scale_kind scale, int rank,
                                         const size_t *dim)
{
    struct nn_result *result = new_result(NN_RESULT_ATTRIBUTION, "explain", rank, dim);

    snprintf(result->method, sizeof result->method, "%s", method);
    snprintf(result->title, sizeof result->title, "%s of sample 1 (test)", method);
    snprintf(result->target, sizeof result->target, "logit of class 7");
    snprintf(result->split, sizeof result->split, "test");
    result->sample = 1;
    result->scale = scale;
    nn_result_figure(result, "F", 8.25);
    return result;
}

static void make_image_explanations(struct fixture *fixture)
{
    static const char *const methods[] = {"integrated_gradients", "saliency", "gradient_x_input",
                                          "occlusion"};
    struct nn_result *cam;

    for (size_t k = 0; k < 4; k++) {
        enum nn_scale_kind scale = k == 1 ? NN_SCALE_POSITIVE : NN_SCALE_SIGNED;
        struct nn_result *result = new_explanation(methods[k], scale, 4, (size_t[]){1, 1, 8, 8});
        for (size_t i = 0; i < 64; i++) {
            float y = (float)(i / 8), x = (float)(i % 8);
            float value = hill(y, x, 2, 5, 2) - 0.8f * hill(y, x, 6, 2, 1.5f + (float)k / 4) +
                          0.1f * noise(i + k);
            result->values.data[i] = 0.02f * (k == 1 ? value * value : value);
        }
        if (k == 0)
            nn_result_figure(result, "gap", 3.1e-05);
        result->trust[0] = (struct nn_trust_figure){
            .name = "insertion", .value = 0.93, .chance = 0.61, .spread = 0.04};
        result->trust[1] = (struct nn_trust_figure){
            .name = "deletion", .value = 0.12, .chance = 0.39, .spread = 0.05};
        result->trust[2] = (struct nn_trust_figure){
            .name = "sparseness", .value = 0.55, .chance = NAN, .spread = NAN};
        result->trust_count = 3;
        snprintf(result->trust_note, sizeof result->trust_note, "Nothing speaks against this map.");
        fixture->explanations[k] = result;
    }
    cam = new_explanation("gradcam", NN_SCALE_POSITIVE, 3, (size_t[]){1, 4, 4});
    for (size_t i = 0; i < 16; i++)
        cam->values.data[i] = 1.5f * hill((float)(i / 4), (float)(i % 4), 1, 2, 1.2f);
    fixture->explanations[4] = cam;
    fixture->scene.explanation_count = 5;
}

/* Every check, with verdicts in turn; layers from sound to odd. */
static void make_diagnosis(struct fixture *fixture)
{
    struct nn_diagnosis *diagnosis = &fixture->diagnosis;
    size_t count = (size_t)fixture->net->count;

    for (size_t i = 0; i < nn_check_count; i++) {
        struct nn_finding *finding = &diagnosis->findings[diagnosis->count++];
        *finding = (struct nn_finding){.check = nn_checks[i], .verdict = (enum nn_verdict)(i % 4)};
        if (finding->verdict == NN_VERDICT_SKIPPED)
            nn_finding_skip(finding, "needs something that is not there");
        else
            nn_finding_set(finding, finding->verdict, 0.5 * (double)i,
                           "%zu of 16 things of layer%zu are as they should be", 16 - i % 5, i);
        if (finding->verdict == NN_VERDICT_WARN || finding->verdict == NN_VERDICT_FAIL) {
            snprintf(finding->mend, sizeof finding->mend, "set lr 0.00%zu", i);
            snprintf(finding->proof, sizeof finding->proof,
                     "with it the loss is 0.25 after 40 steps");
        }
        diagnosis->warnings += finding->verdict == NN_VERDICT_WARN;
        diagnosis->failures += finding->verdict == NN_VERDICT_FAIL;
    }
    diagnosis->layers = nn_calloc(count, sizeof *diagnosis->layers);
    diagnosis->names = nn_calloc(count, sizeof *diagnosis->names);
    cr_assert(diagnosis->layers && diagnosis->names);
    diagnosis->layer_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct nn_node *node = fixture->net->nodes[i];
        bool trained = node->param_count > 0;
        memcpy(diagnosis->names[i], node->name, NN_NAME_SIZE);
        diagnosis->layers[i] = (struct nn_layer_health){
            .units = 16,
            .dead = i % 3,
            .activation = node->layer->flags & NN_LAYER_ACTIVATION && node->shape.rank > 0,
            .gradient = trained ? 0.25 : (double)NAN,
            .norm = trained ? 2 : (double)NAN,
            .update = trained ? i < 3 ? 0.001 : 0.5 : (double)NAN};
    }
    for (int i = 0; i < NN_TRIAL_RATES; i++) {
        diagnosis->rates[i] = 0.00001 * (i == 0 ? 1 : i * 50);
        diagnosis->rate_losses[i] = i == 4 ? INFINITY : 2.5 - 0.5 * i;
    }
    fixture->scene.diagnosis = diagnosis;
    fixture->scene.health = diagnosis->layers;
    fixture->scene.at[NN_AT_FINDING] = 2;
}

/* Two trainings and a log; the second is the scene's own. */
static void make_runs(struct fixture *fixture)
{
    static const char *const names[] = {"loss", "val_loss"};
    struct nn_run_record *record;

    for (int r = 0; r < 3; r++) {
        cr_assert(nn_runs_add(&fixture->runs, &record, NULL) == NN_OK);
        snprintf(record->name, sizeof record->name, r == 2 ? "yesterday.csv" : "r%d", r + 1);
        for (int epoch = 0; epoch < 8 + 4 * r && r != 1; epoch++) {
            double loss = (2.5 - 0.4 * r) / (1 + 0.4 * epoch), values[] = {loss, loss + 0.25};
            cr_assert(nn_history_add_epoch(&record->history, names, values, 2, NULL) == NN_OK);
        }
        if (r == 1)
            cr_assert(nn_run_take(record, &fixture->history, 0, NULL) == NN_OK);
        if (r == 2)
            continue;
        snprintf(record->optimizer, sizeof record->optimizer, r ? "adam" : "sgd");
        snprintf(record->loss, sizeof record->loss, "categorical_crossentropy");
        snprintf(record->data, sizeof record->data, "digits");
        record->lr = r ? 0.001 : 0.05;
        record->batch = 32;
        record->parameters = 27562;
        record->seconds = r ? 754 : 12.5;
        snprintf(record->note, sizeof record->note, r ? "" : "stopped");
    }
    fixture->scene.runs = &fixture->runs;
    fixture->scene.at[NN_AT_RUN] = 1;
}

static void set_scene(struct fixture *fixture, int32_t label, int layer, size_t map, size_t classes)
{
    struct nn_scene *scene = &fixture->scene;

    fixture->recipe.loss = nn_loss_find("categorical_crossentropy");
    fixture->recipe.optimizer = nn_optimizer_find("adam");
    fixture->recipe.lr = 0.001;
    scene->net = fixture->net;
    scene->dataset = fixture->dataset;
    scene->recipe = &fixture->recipe;
    scene->history = &fixture->history;
    scene->activations = fixture->activations;
    scene->confusion = fixture->confusion;
    for (size_t i = 0; i < scene->explanation_count; i++)
        scene->explanations[i] = fixture->explanations[i];
    scene->prediction = fixture->prediction;
    scene->prediction_count = classes;
    scene->label = label;
    scene->input = fixture->input;
    scene->split = NN_SPLIT_TEST;
    scene->sample = 1;
    scene->layer = layer;
    scene->map = map;
}

void fixture_images(struct fixture *fixture)
{
    struct nn_samples *samples =
        new_samples("digits", 60, nn_shape_make(3, (size_t[]){1, 8, 8}), digit_names, 10);
    float *values = samples->values;

    *fixture = (struct fixture){.net = NULL};
    for (size_t n = 0; n < samples->count; n++) {
        samples->labels[n] = n < 40 ? digit_labels[n % 3] : (int32_t)(n % 10);
        for (size_t i = 0; i < 64; i++)
            values[n * 64 + i] =
                digits[n % 3][i / 8][i % 8] == '#' ? 12 + 4 * noise(n * 64 + i) : 0;
    }
    for (size_t i = 0; i < 64; i++)
        fixture->input[i] = digits[1][i / 8][i % 8] == '#' ? 0.8f + 0.2f * noise(i) : 0;
    make_dataset(fixture, samples);
    make_net(fixture, samples->shape,
             (const char *const[]){"conv2d 8 3 relu padding=same", "maxpool2d 2", "flatten",
                                   "dense 16 relu", "dense 10 softmax", NULL});
    make_history(fixture);
    make_maps(fixture);
    make_image_explanations(fixture);
    make_confusion(fixture, digit_names, 10);
    make_diagnosis(fixture);
    make_runs(fixture);
    for (size_t i = 0; i < 10; i++)
        fixture->prediction[i] = i == 7 ? 0.91f : i == 1 ? 0.05f : 0.04f / 8;
    set_scene(fixture, 7, 1, 2, 10);
}

void fixture_table(struct fixture *fixture)
{
    static const char *const species[] = {"setosa", "versicolor", "virginica"};
    static const char *const features[] = {"sepal length", "sepal width", "petal length",
                                           "petal width"};
    struct nn_samples *samples =
        new_samples("flowers", 30, nn_shape_make(1, (size_t[]){4}), species, 3);
    float *values = samples->values;
    struct nn_result *units = new_result(NN_RESULT_MAPS, "activations", 1, (size_t[]){16});

    *fixture = (struct fixture){.activations = units};
    samples->features = copy_names(features, 4);
    samples->feature_count = 4;
    for (size_t n = 0; n < samples->count; n++) {
        samples->labels[n] = (int32_t)(n % 3);
        for (size_t i = 0; i < 4; i++)
            values[n * 4 + i] = 4 + (float)i + 2 * noise(n * 4 + i);
    }
    for (size_t i = 0; i < 4; i++)
        fixture->input[i] = values[4 + i];
    make_dataset(fixture, samples);
    make_net(fixture, samples->shape,
             (const char *const[]){"dense 16 relu", "dense 3 softmax", NULL});
    make_history(fixture);
    snprintf(units->layer, sizeof units->layer, "dense1");
    units->scale = NN_SCALE_POSITIVE;
    for (size_t i = 0; i < 16; i++)
        units->values.data[i] = noise(i) > 0 ? 2 * noise(i) : 0;
    for (size_t k = 0; k < 2; k++) {
        struct nn_result *result = new_explanation(k ? "gradient_x_input" : "integrated_gradients",
                                                   NN_SCALE_SIGNED, 2, (size_t[]){1, 4});
        cr_assert(nn_result_names(result, features, 4, NULL) == NN_OK);
        for (size_t i = 0; i < 4; i++)
            result->values.data[i] = noise(i + 11 * k);
        fixture->explanations[k] = result;
    }
    fixture->scene.explanation_count = 2;
    make_confusion(fixture, species, 3);
    fixture->prediction[0] = 0.11f;
    fixture->prediction[1] = 0.78f;
    fixture->prediction[2] = 0.11f;
    set_scene(fixture, 2, 1, 3, 3);
}

static void spoil(struct nn_result *result)
{
    size_t count = result ? nn_shape_size(&result->values.shape) : 0;

    for (size_t i = 0; i < count; i += 3)
        result->values.data[i] = i % 2 ? NAN : i % 4 ? INFINITY : -3e38f;
}

void fixture_branches(struct fixture *fixture)
{
    *fixture = (struct fixture){.net = NULL};
    make_net(fixture, nn_shape_make(3, (size_t[]){1, 8, 8}),
             (const char *const[]){
                 "conv2d 8 3 padding=same name=stem", "conv2d 8 3 padding=same name=branch",
                 "batchnorm name=norm", "add from=stem,norm name=sum", "relu name=after",
                 "conv2d 4 1 from=after name=left", "conv2d 4 3 padding=same from=after name=right",
                 "concat from=left,right,stem name=both", "globalavgpool2d", "flatten",
                 "dense 10 softmax", NULL});
    fixture->scene = (struct nn_scene){.net = fixture->net, .label = -1, .layer = 4};
}

void fixture_break(struct fixture *fixture)
{
    struct nn_scene *scene = &fixture->scene;

    spoil(fixture->activations);
    spoil(fixture->confusion);
    for (size_t i = 0; i < scene->explanation_count; i++)
        spoil(fixture->explanations[i]);
    for (size_t i = 0; i < 10; i++)
        fixture->prediction[i] = NAN;
    for (size_t i = 0; i < 64; i++)
        fixture->input[i] = i % 2 ? -INFINITY : 3e38f;
    for (size_t i = 0; i < fixture->history.epochs * fixture->history.columns; i++)
        fixture->history.rows[i] = i % 3 ? NAN : 1e300 * (double)i;
    for (size_t i = 0; i < fixture->history.batches; i++)
        fixture->history.batch_loss[i] = INFINITY;
    fixture->net->nodes[1]->params[0].value.data[0] = NAN;
    scene->label = 1000;
    scene->layer = 1000;
    scene->map = (size_t)-1;
    scene->sample = (size_t)-1;
    for (int i = 0; i < NN_AT_COUNT; i++)
        scene->at[i] = (size_t)-1;
    for (size_t i = 0; i < fixture->runs.count; i++) {
        fixture->runs.items[i]->running = i == 1;
        fixture->runs.items[i]->lr = INFINITY;
    }
    for (size_t i = 0; i < fixture->diagnosis.layer_count; i++)
        fixture->diagnosis.layers[i].update = fixture->diagnosis.layers[i].gradient = INFINITY;
    for (int i = 0; i < NN_TRIAL_RATES; i++)
        fixture->diagnosis.rate_losses[i] = i % 2 ? NAN : -INFINITY;
    scene->focus = -5;
    scene->scroll = (size_t)-1;
    scene->training = true;
    scene->progress = (struct nn_train_progress){.epoch = (uint64_t)-1,
                                                 .loss = NAN,
                                                 .accuracy = INFINITY,
                                                 .samples_per_second = INFINITY,
                                                 .gradient_norm = NAN};
}

void fixture_clear(struct fixture *fixture)
{
    nn_diagnosis_clear(&fixture->diagnosis);
    nn_runs_clear(&fixture->runs);
    nn_net_free(fixture->net);
    nn_dataset_free(fixture->dataset);
    nn_history_clear(&fixture->history);
    nn_result_free(fixture->activations);
    nn_result_free(fixture->examples);
    nn_result_free(fixture->ideal);
    nn_result_free(fixture->confusion);
    for (int i = 0; i < 8; i++)
        nn_result_free(fixture->explanations[i]);
}
