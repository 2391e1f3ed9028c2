#include "unit/model/sample.h"

#include "base/file.h"
#include "base/mem.h"
#include "engine/pass.h"
#include "model/safetensors.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define M "m.safetensors"

/* ---- round trips ---- */

static float *outputs(const struct nn_net *net)
{
    struct nn_pass *pass;
    const size_t batch = 3, in = net->nodes[0]->size, out = nn_net_output(net)->size;
    cr_assert(nn_pass_new(net, batch, NN_PASS_FORWARD, 0, &pass, NULL) == NN_OK);
    for (size_t i = 0; i < batch * in; i++)
        nn_pass_input(pass)[i] = sinf((float)i);
    nn_pass_forward(pass, batch, NULL);
    float *result = nn_calloc(batch * out, sizeof *result);
    cr_assert(result != NULL);
    memcpy(result, nn_pass_output(pass, net->count - 1), batch * out * sizeof *result);
    nn_pass_free(pass);
    return result;
}

/* Saves, opens, compares nets and outputs bit for bit, and saves again: the same bytes. */
static void round_trip(struct nn_net *net)
{
    struct nn_model opened = {0};
    sample_save("m1.safetensors", &(struct nn_model){.net = net});
    sample_open("m1.safetensors", &opened);
    sample_compare_nets(net, opened.net);
    float *a = outputs(net), *b = outputs(opened.net);
    cr_assert(memcmp(a, b, 3 * nn_net_output(net)->size * sizeof *a) == 0);
    nn_free(a);
    nn_free(b);
    sample_save("m2.safetensors", &opened);
    cr_assert(sample_same_files("m1.safetensors", "m2.safetensors"));
    nn_model_clear(&opened);
}

/* `value` for each argument that has no default. */
/* The first of "a|b|c", or the value. */
static const char *required_value(const struct nn_arg_spec *spec, const char *value, char out[32])
{
    if (spec->type != NN_ARG_CHOICE)
        return value;
    snprintf(out, 32, "%.*s", (int)strcspn(spec->choices, "|"), spec->choices);
    return out;
}

static void required_args(const struct nn_layer_class *layer, const char *value,
                          struct nn_args *args)
{
    cr_assert(nn_args_default(args, layer->args, NULL) == NN_OK);
    for (int i = 0; i < args->count; i++) {
        char text[32];
        const char *given = required_value(&args->specs[i], value, text);
        if (!nn_args_is_set(args, i) && (args->specs[i].flags & NN_ARG_REQUIRED))
            cr_assert(nn_args_set(args, args->specs[i].name, given, layer->name, NULL) == NN_OK,
                      "%s %s", layer->name, args->specs[i].name);
    }
}

static bool try_layer(const struct nn_layer_class *layer, const char *value, int rank,
                      const size_t *dim)
{
    struct nn_net *net = sample_net(rank, dim);
    struct nn_args args = {0};
    required_args(layer, value, &args);
    sample_add(net, "relu name=first");
    int index;
    const int inputs[] = {1, 0, 1};
    const int joined = layer->min_inputs > 2 ? layer->min_inputs : 2;
    const bool fits = nn_net_add(net, layer, &args, NULL, inputs,
                                 layer->max_inputs > 1 ? joined : 1, &index, NULL) == NN_OK;
    if (fits) {
        sample_fill(net, 5);
        round_trip(net);
    }
    nn_args_clear(&args);
    nn_net_free(net);
    return fits;
}

Test(model, every_layer_survives_a_round_trip, .init = sample_folder, .fini = sample_folder_remove)
{
    for (size_t i = 0; i < nn_layer_count; i++)
        if (nn_layers[i]->max_inputs > 0) {
            int fits = try_layer(nn_layers[i], "2", 3, (size_t[]){2, 6, 6});
            fits += try_layer(nn_layers[i], "2", 2, (size_t[]){2, 6});
            fits += try_layer(nn_layers[i], "2", 1, (size_t[]){2});
            fits += try_layer(nn_layers[i], "1", 1, (size_t[]){6});
            fits += try_layer(nn_layers[i], "2", 4, (size_t[]){2, 3, 3, 3});
            cr_assert(fits > 0, "%s fits no input", nn_layers[i]->name);
        }
}

Test(model, a_branching_net_survives_a_round_trip, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_net *net = sample_net(3, (size_t[]){2, 5, 4});
    sample_add(net, "conv2d 4 3 relu padding=1 name=a");
    sample_add(net, "conv2d 4 1 name=b from=input");
    sample_add(net, "add name=sum from=a,b");
    sample_add(net, "concat from=sum,a");
    sample_add(net, "flatten");
    sample_add(net, "dense 3 sigmoid name=x.y-z_1");
    sample_fill(net, 9);
    round_trip(net);
    nn_net_free(net);
}

static void compare_history(const struct nn_history *a, const struct nn_history *b)
{
    cr_assert(a->columns == b->columns && a->epochs == b->epochs && a->batches == b->batches);
    for (size_t i = 0; i < a->columns; i++)
        cr_assert(strcmp(a->names[i], b->names[i]) == 0);
    for (size_t i = 0; i < a->columns * a->epochs; i++)
        cr_assert(a->rows[i] == b->rows[i] || (isnan(a->rows[i]) && isnan(b->rows[i])));
    cr_assert(memcmp(a->batch_loss, b->batch_loss, a->batches * sizeof(float)) == 0);
}

static void compare_states(const struct nn_train_state *a, const struct nn_train_state *b)
{
    cr_assert(a->params == b->params && a->step == b->step && a->epoch == b->epoch);
    for (size_t i = 0; i < a->params * NN_MAX_SLOTS; i++) {
        cr_assert((a->slots[i] == NULL) == (b->slots[i] == NULL));
        cr_assert(!a->slots[i] || memcmp(a->slots[i], b->slots[i],
                                         a->sizes[i / NN_MAX_SLOTS] * sizeof(float)) == 0);
    }
}

static void compare_models(const struct nn_model *a, const struct nn_model *b)
{
    sample_compare_nets(a->net, b->net);
    cr_assert(a->seed == b->seed && a->task == b->task && a->scaling == b->scaling);
    cr_assert(b->recipe && a->recipe->loss == b->recipe->loss);
    cr_assert(a->recipe->optimizer == b->recipe->optimizer && a->recipe->lr == b->recipe->lr);
    cr_assert(a->recipe->metric_count == b->recipe->metric_count);
    cr_assert(a->recipe->metrics[0] == b->recipe->metrics[0]);
    cr_assert(b->state && b->history);
    compare_states(a->state, b->state);
    compare_history(a->history, b->history);
    cr_assert(a->class_count == b->class_count && a->feature_count == b->feature_count);
    for (size_t i = 0; i < a->class_count; i++)
        cr_assert(strcmp(a->classes[i], b->classes[i]) == 0, "%s", b->classes[i]);
    for (size_t i = 0; i < a->feature_count; i++)
        cr_assert(strcmp(a->features[i], b->features[i]) == 0, "%s", b->features[i]);
    cr_assert(a->scale_count == b->scale_count && *a->offset == *b->offset &&
              *a->factor == *b->factor);
    cr_assert(a->missing == b->missing && a->fill_count == b->fill_count);
    cr_assert(a->fill_count == 0 || *a->fill == *b->fill);
}

Test(model, everything_survives_a_round_trip, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model, opened = {0};
    sample_later(&model);
    sample_save("m1.safetensors", &model);
    sample_open("m1.safetensors", &opened);
    compare_models(&model, &opened);
    sample_save("m2.safetensors", &opened);
    cr_assert(sample_same_files("m1.safetensors", "m2.safetensors"));
    nn_model_clear(&opened);
    nn_model_clear(&model);
}

Test(model, names_in_a_file_are_made_safe_to_show, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model, opened = {0};
    sample_model(&model);
    nn_free(model.classes[0]);
    model.classes[0] = nn_strdup("\x1b[31mred");
    sample_save(M, &model);
    sample_open(M, &opened);
    cr_assert(strcmp(opened.classes[0], "\\x1b[31mred") == 0, "%s", opened.classes[0]);
    nn_model_clear(&opened);
    nn_model_clear(&model);
}

Test(model, what_could_not_be_opened_is_not_saved, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model;
    struct nn_net *empty;
    cr_assert(nn_net_new(&empty, NULL) == NN_OK);
    cr_assert(nn_model_save(M, &(struct nn_model){.net = empty}, NULL) == NN_STATE);
    nn_net_free(empty);
    sample_model(&model);
    model.net->nodes[1]->params[0].value.data[4] = (float)NAN;
    struct nn_error error = {0};
    cr_assert(nn_model_save(M, &model, &error) == NN_STATE);
    cr_assert(strstr(error.message, "conv.weight") != NULL, "%s", error.message);
    cr_assert(!nn_file_exists(M));
    nn_model_clear(&model);
}

/* A file that an earlier build of this version wrote. */
Test(model, files_of_version_1_open_forever)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/fuzz/corpus/model/full.safetensors", getenv("NN_TESTS"));
    struct nn_model model, opened = {0};
    sample_model(&model);
    sample_open(path, &opened);
    compare_models(&model, &opened);
    nn_model_clear(&opened);
    nn_model_clear(&model);
}

/* ---- training goes on ---- */

#define SAMPLES  23
#define FEATURES 6

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    (void)source, (void)values;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < FEATURES; k++)
            x[i * FEATURES + k] = sinf((float)(index[i] * FEATURES + k));
        if (classes)
            classes[i] = (int32_t)(index[i] % 3);
    }
}

static void train(struct nn_model *model, uint64_t epochs)
{
    const struct nn_source source = {.count = SAMPLES,
                                     .shape = {.rank = 1, .dim = {FEATURES}},
                                     .classes = 3,
                                     .labelled = true,
                                     .fetch = fetch};
    const struct nn_train_options options = {
        .epochs = epochs, .batch = 5, .seed = 4, .shuffle = true};
    struct nn_trainer *trainer;
    struct nn_error error = {0};
    cr_assert(nn_trainer_new(model->net, &source, NULL, model->recipe, model->state, model->history,
                             &options, &trainer, &error) == NN_OK,
              "%s", error.message);
    for (bool finished = false; !finished;)
        cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK, "%s", error.message);
    nn_trainer_free(trainer);
}

/* A net with dropout and batch normalisation, so that random numbers and running statistics count.
 */
static void start(struct nn_model *model)
{
    sample_model(model);
    nn_net_free(model->net);
    nn_train_state_clear(model->state);
    model->net = sample_net(1, (size_t[]){FEATURES});
    sample_add(model->net, "dense 8 relu");
    sample_add(model->net, "batchnorm");
    sample_add(model->net, "dropout 0.25");
    sample_add(model->net, "dense 3 softmax");
    model->recipe->lr = 0.01;
}

Test(model, training_goes_on_as_if_it_had_never_stopped, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model whole, first, second = {0};
    start(&whole);
    train(&whole, 5);
    sample_save("m1.safetensors", &whole);

    start(&first);
    train(&first, 2);
    sample_save(M, &first);
    sample_open(M, &second);
    train(&second, 3);
    sample_save("m2.safetensors", &second);

    sample_compare_nets(whole.net, second.net);
    compare_states(whole.state, second.state);
    compare_history(whole.history, second.history);
    cr_assert(sample_same_files("m1.safetensors", "m2.safetensors"));
    nn_model_clear(&whole);
    nn_model_clear(&first);
    nn_model_clear(&second);
}

Test(model, weights_alone_are_no_model, .init = sample_folder, .fini = sample_folder_remove)
{
    const float one = 1;
    const struct nn_st_entry entry = {"fc.weight", NN_DTYPE_F32, {.rank = 0}, &one};
    cr_assert(nn_safetensors_write(M, &entry, 1, NULL, NULL, 0, NULL) == NN_OK);
    struct nn_model model;
    struct nn_error error = {0};
    cr_assert(nn_model_open(M, &model, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "no net") != NULL, "%s", error.message);
    cr_assert(nn_model_open("/nonexistent", &model, NULL) == NN_DAMAGED);
}

/* ---- faults ---- */

Test(model, a_full_disk_leaves_the_old_file, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model, opened = {0};
    sample_model(&model);
    sample_save(M, &model);
    sample_save("m1.safetensors", &model);
    model.net->nodes[1]->params[0].value.data[0] = 77;
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < 3000; limit += 500) {
        const struct rlimit small = {limit, RLIM_INFINITY};
        const struct rlimit large = {RLIM_INFINITY, RLIM_INFINITY};
        struct nn_error error = {0};
        cr_assert(setrlimit(RLIMIT_FSIZE, &small) == 0);
        const enum nn_status status = nn_model_save(M, &model, &error);
        cr_assert(setrlimit(RLIMIT_FSIZE, &large) == 0);
        cr_assert(status == NN_IO, "%d %s", (int)status, error.message);
        cr_assert(sample_same_files(M, "m1.safetensors"));
    }
    sample_open(M, &opened);
    nn_model_clear(&opened);
    nn_model_clear(&model);
}

Test(model, no_failing_file_operation_loses_the_old_file, .init = sample_folder,
     .fini = sample_folder_remove)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    struct nn_model model, opened = {0};
    sample_model(&model);
    sample_save(M, &model);
    sample_save("m1.safetensors", &model);
    model.net->nodes[1]->params[0].value.data[0] = 77;
    sample_save("m2.safetensors", &model);
    enum nn_status status = NN_IO;
    for (size_t n = 1; status != NN_OK && n < 1000; n++) {
        nn_fault_io(n, false);
        status = nn_model_save(M, &model, NULL);
        nn_fault_io(0, false);
        cr_assert(status == NN_OK || status == NN_IO || status == NN_DAMAGED);
        cr_assert(sample_same_files(M, "m1.safetensors") || sample_same_files(M, "m2.safetensors"),
                  "call %zu", n);
        cr_assert(status != NN_OK || sample_same_files(M, "m2.safetensors"));
    }
    cr_assert(status == NN_OK);
    for (size_t n = 1; n == 1 || status != NN_OK; n++) {
        nn_fault_io(n, false);
        status = nn_model_open(M, &opened, NULL);
        nn_fault_io(0, false);
    }
    nn_model_clear(&opened);
    nn_model_clear(&model);
}

Test(model, no_failing_allocation_loses_anything, .init = sample_folder,
     .fini = sample_folder_remove)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    struct nn_model model, opened = {0};
    sample_model(&model);
    sample_save(M, &model);
    sample_save("m1.safetensors", &model);
    for (int all = 0; all < 2; all++) {
        enum nn_status status = NN_MEMORY;
        for (size_t n = 1; status != NN_OK; n++) {
            struct nn_error error = {0};
            nn_fault_alloc(n, all != 0);
            status = nn_model_save(M, &model, &error);
            nn_fault_alloc(0, false);
            cr_assert(status == NN_OK || status == NN_MEMORY || status == NN_IO, "save, %zu: %s", n,
                      error.message);
            cr_assert(sample_same_files(M, "m1.safetensors"));
        }
        status = NN_MEMORY;
        for (size_t n = 1; status != NN_OK; n++) {
            struct nn_error error = {0};
            nn_fault_alloc(n, all != 0);
            status = nn_model_open(M, &opened, &error);
            nn_fault_alloc(0, false);
            cr_assert(status == NN_OK || status == NN_MEMORY, "open, %zu: %s", n, error.message);
        }
        compare_models(&model, &opened);
        nn_model_clear(&opened);
    }
    nn_model_clear(&model);
}

/* ---- other programs ---- */

Test(model, other_programs_read_the_file, .init = sample_folder, .fini = sample_folder_remove)
{
    if (system("python3 -c 'import json, struct, zlib' 2>/dev/null") != 0)
        cr_skip_test("needs python3");
    struct nn_model model;
    sample_model(&model);
    sample_save(M, &model);
    nn_model_clear(&model);
    char command[4096];
    snprintf(command, sizeof command, "python3 '%s/unit/model/check_format.py' " M,
             getenv("NN_TESTS"));
    cr_assert(system(command) == 0);
}

/* How pictures were prepared: what fits the input comes back, all else is refused. */
Test(model, images_are_those_of_the_input, .init = sample_folder, .fini = sample_folder_remove)
{
    static const struct {
        struct nn_image_rule images;
        bool fits;
    } cases[] = {
        {{5, 4, 2}, true},
        {{0, 0, 2}, true},
        {{5, 4, 0}, true},
        {{4, 5, 2}, false},
        {{5, 4, 3}, false},
        {{5, 0, 2}, false},
        {{SIZE_MAX / 2, 4, 2}, false},
    };
    struct nn_net *net = sample_net(3, (size_t[]){2, 5, 4});
    sample_add(net, "flatten");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_model model = {.net = net, .images = cases[i].images}, opened = {0};
        struct nn_error error = {0};
        sample_save("m1.safetensors", &model);
        enum nn_status status = nn_model_open("m1.safetensors", &opened, &error);
        cr_assert(status == (cases[i].fits ? NN_OK : NN_DAMAGED), "%zu: %s", i, error.message);
        if (cases[i].fits)
            cr_assert(memcmp(&opened.images, &cases[i].images, sizeof opened.images) == 0);
        nn_model_clear(&opened);
    }
    nn_net_free(net);
}
