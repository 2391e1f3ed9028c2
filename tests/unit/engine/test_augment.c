/* Augmentation: what each does to a picture, that it follows from seed, step and place alone, and
 * mixed losses. */
#include "base/mem.h"
#include "base/pool.h"
#include "engine/mix.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CHANNELS = 2,
    HEIGHT = 7,
    WIDTH = 9,
    PLANE = HEIGHT * WIDTH,
    SIZE = CHANNELS * PLANE,
    N = 64
};

static struct nn_shape picture(void)
{
    return nn_shape_make(3, (size_t[]){CHANNELS, HEIGHT, WIDTH});
}

/* "flip=both noise=0.5" */
static struct nn_augment augment_of(const char *words)
{
    struct nn_augment augment = {0};
    char copy[100], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        for (size_t i = 0; i < nn_augmentation_count; i++)
            if (strcmp(nn_augmentations[i]->name, word) == 0) {
                cr_assert(nn_args_default(&augment.args[i], nn_augmentations[i]->args, NULL) ==
                          NN_OK);
                cr_assert(nn_args_set(&augment.args[i], word, value, "test", NULL) == NN_OK);
            }
    }
    return augment;
}

/* N pictures whose values tell channel, row and column, changed. */
static void changed(const char *words, uint64_t seed, uint64_t step, size_t n, float *x)
{
    static float copy[N * SIZE];
    struct nn_augment augment = augment_of(words);
    struct nn_shape shape = picture();
    for (size_t i = 0; i < n * SIZE; i++)
        x[i] = (float)(i % SIZE / PLANE * 1000 + i % PLANE / WIDTH * 10 + i % WIDTH);
    nn_augment_batch(&augment, &shape, seed, step, n, x, copy);
    nn_augment_clear(&augment);
}

static float at(const float *x, size_t sample, size_t c, int row, int column)
{
    row = row < 0 ? 0 : row >= HEIGHT ? HEIGHT - 1 : row;
    column = column < 0 ? 0 : column >= WIDTH ? WIDTH - 1 : column;
    return x[sample * SIZE + c * PLANE + (size_t)row * WIDTH + (size_t)column];
}

static float original(size_t c, int row, int column)
{
    row = row < 0 ? 0 : row >= HEIGHT ? HEIGHT - 1 : row;
    column = column < 0 ? 0 : column >= WIDTH ? WIDTH - 1 : column;
    return (float)(c * 1000 + (size_t)row * 10 + (size_t)column);
}

/* Whether sample i is the original, mirrored and moved. */
static bool is_moved(const float *x, size_t i, bool across, bool down, int dx, int dy)
{
    for (size_t c = 0; c < CHANNELS; c++)
        for (int row = 0; row < HEIGHT; row++)
            for (int column = 0; column < WIDTH; column++) {
                int from_row = (down ? HEIGHT - 1 - row : row) + dy;
                int from_column = (across ? WIDTH - 1 - column : column) + dx;
                if (at(x, i, c, row, column) != original(c, from_row, from_column))
                    return false;
            }
    return true;
}

Test(augment, flips_are_exact)
{
    static float x[N * SIZE];
    const char *const kinds[] = {"flip=horizontal", "flip=vertical", "flip=both"};
    for (size_t kind = 0; kind < 3; kind++) {
        size_t seen[4] = {0};
        changed(kinds[kind], 1, 0, N, x);
        for (size_t i = 0; i < N; i++) {
            size_t matches = 0;
            for (size_t way = 0; way < 4; way++)
                if (is_moved(x, i, way & 1, way & 2, 0, 0)) {
                    seen[way]++;
                    matches++;
                }
            cr_assert(matches == 1, "sample %zu", i);
        }
        cr_assert((seen[1] > 0) == (kind != 1) && (seen[2] > 0) == (kind != 0) &&
                  (seen[3] > 0) == (kind == 2));
        cr_assert(seen[0] > N / 8);
    }
}

Test(augment, shifts_are_whole_pixels_and_repeat_the_edge)
{
    static float x[N * SIZE];
    bool seen[5][5] = {{false}};
    for (uint64_t step = 0; step < 4; step++) {
        changed("shift=2", 1, step, N, x);
        for (size_t i = 0; i < N; i++) {
            size_t matches = 0;
            for (int dx = -2; dx <= 2; dx++)
                for (int dy = -2; dy <= 2; dy++)
                    if (is_moved(x, i, false, false, dx, dy)) {
                        seen[dx + 2][dy + 2] = true;
                        matches++;
                    }
            cr_assert(matches == 1, "sample %zu", i);
        }
    }
    for (size_t k = 0; k < 25; k++)
        cr_assert(seen[k / 5][k % 5], "%zu %zu never happens", k / 5, k % 5);
}

/* The picture is linear in row and column, so that an interpolated one is linear too, with slopes
 * that tell angle and scale (away from the edge). */
static void check_slopes(const float *x, size_t i, double most_angle, double least_scale)
{
    int row = HEIGHT / 2, column = WIDTH / 2;
    double dx = (double)(at(x, i, 0, row, column + 1) - at(x, i, 0, row, column - 1)) / 2.0;
    double dy = (double)(at(x, i, 0, row + 1, column) - at(x, i, 0, row - 1, column)) / 2.0;
    /* value = 10 row + column: dx = s (10 sin a + cos a), dy = s (10 cos a - sin a) */
    double scale = sqrt((dx * dx + dy * dy) / 101.0);
    double angle = atan2(dx, dy) - atan2(1.0, 10.0);
    cr_assert(scale <= 1.0 + 1e-4 && scale >= least_scale - 1e-4, "scale %g", scale);
    cr_assert(fabs(angle) <= most_angle + 1e-4, "angle %g", angle);
    double second = (double)at(x, i, 1, row, column) - (double)at(x, i, 0, row, column);
    cr_assert(fabs(second - 1000.0) < 1e-3, "all channels move alike");
}

Test(augment, rotation_and_crop)
{
    static float x[N * SIZE];
    double pi = acos(-1.0), turned = 0.0, cut = 0.0;
    changed("rotate=20", 3, 0, N, x);
    for (size_t i = 0; i < N; i++) {
        check_slopes(x, i, 20.0 * pi / 180.0, 1.0);
        turned += !is_moved(x, i, false, false, 0, 0);
        cr_assert(fabs((double)(at(x, i, 0, 3, 4) - original(0, 3, 4))) < 1e-4, "about the centre");
    }
    changed("crop=0.6", 3, 0, N, x);
    for (size_t i = 0; i < N; i++) {
        check_slopes(x, i, 0.0, 0.6);
        cut += !is_moved(x, i, false, false, 0, 0);
    }
    cr_assert(turned == N && cut == N);
    changed("rotate=0", 3, 0, N, x);
    cr_assert(is_moved(x, 0, false, false, 0, 0));
}

Test(augment, noise)
{
    static float x[N * SIZE], clean[N * SIZE];
    changed("shift=0", 3, 0, N, clean);
    changed("noise=0.5", 3, 0, N, x);
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < N * SIZE; i++) {
        double d = (double)x[i] - (double)clean[i];
        sum += d;
        squares += d * d;
    }
    cr_assert(fabs(sum / (N * SIZE)) < 0.02);
    cr_assert(fabs(sqrt(squares / (N * SIZE)) - 0.5) < 0.02);
    cr_assert(x[0] - clean[0] != x[SIZE] - clean[SIZE], "samples differ");
}

Test(augment, follows_from_seed_step_and_place)
{
    static const char words[] = "flip=both rotate=15 crop=0.7 shift=1 noise=0.1";
    static float a[N * SIZE], b[N * SIZE];
    cr_assert(nn_pool_set_threads(1, NULL) == NN_OK);
    changed(words, 7, 9, N, a);
    cr_assert(nn_pool_set_threads(5, NULL) == NN_OK);
    changed(words, 7, 9, N, b);
    cr_assert(memcmp(a, b, sizeof a) == 0, "threads");
    changed(words, 7, 9, 3, b);
    cr_assert(memcmp(a, b, 3 * SIZE * sizeof *a) == 0, "the size of the batch");
    changed(words, 7, 10, N, b);
    cr_assert(memcmp(a, b, SIZE * sizeof *a) != 0, "the step");
    changed(words, 8, 9, N, b);
    cr_assert(memcmp(a, b, SIZE * sizeof *a) != 0, "the seed");
    nn_pool_shutdown();
}

/* Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)); we take the larger part. */
Test(augment, share_of_mixup)
{
    enum { DRAWS = 20000 };
    const char *const words[] = {"mixup=0.2", "mixup=1", "mixup=4"};
    const double alphas[] = {0.2, 1.0, 4.0};
    for (size_t k = 0; k < 3; k++) {
        struct nn_augment augment = augment_of(words[k]);
        double variance = 0.0;
        size_t partner[N];
        for (uint64_t step = 0; step < DRAWS; step++) {
            double share = 0.0;
            cr_assert(nn_augment_mixing(&augment, 1, step, 5, partner, &share));
            cr_assert(share >= 0.5 && share <= 1.0);
            variance += (share - 0.5) * (share - 0.5) / DRAWS;
        }
        double wanted = 1.0 / (4.0 * (2.0 * alphas[k] + 1.0));
        cr_assert(fabs(variance / wanted - 1.0) < 0.05, "%s: %g, not %g", words[k], variance,
                  wanted);
        bool taken[N] = {false};
        cr_assert(nn_augment_mixing(&augment, 1, 0, N, partner, &variance));
        for (size_t i = 0; i < N; i++) {
            cr_assert(partner[i] < N && !taken[partner[i]], "a permutation");
            taken[partner[i]] = true;
        }
        nn_augment_clear(&augment);
    }
    struct nn_augment none = augment_of("flip=both");
    cr_assert(!nn_augment_mixing(&none, 1, 0, 4, NULL, NULL));
    nn_augment_clear(&none);
}

/* The loss of a mixed batch and its gradient are those of both orders, in shares. */
static void check_mixed_loss(const char *loss, const char *layers, size_t classes)
{
    enum { BATCH = 6 };
    struct fixture_data data =
        classes ? fixture_clouds("4", BATCH, classes, 2) : fixture_curve("4", BATCH, 2, 2);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("4", layers, loss);
    struct nn_augment augment = augment_of("mixup=2");
    struct nn_objective objective;
    struct nn_targets targets;
    struct nn_mix mix;
    struct nn_pass *pass;
    size_t index[BATCH] = {0, 1, 2, 3, 4, 5};
    float dz[BATCH * 4], mixed[BATCH * 4], *x;
    cr_assert(nn_objective_bind(&objective, &run.recipe, run.net, &source, NULL) == NN_OK);
    cr_assert(nn_targets_init(&targets, &objective, BATCH, NULL) == NN_OK);
    cr_assert(nn_mix_init(&mix, &augment, &objective, &source.shape, BATCH, NULL) == NN_OK);
    cr_assert(nn_pass_new(run.net, BATCH, NN_PASS_FORWARD, 0, &pass, NULL) == NN_OK);
    x = nn_pass_input(pass);
    cr_assert(nn_targets_fetch(&targets, &objective, &source, index, BATCH, x, NULL) == NN_OK);
    float clean[BATCH * 4];
    memcpy(clean, x, sizeof clean);
    nn_mix_batch(&mix, &augment, &objective, &source.shape, 1, 3, BATCH, &targets, x);
    cr_assert(mix.on);
    for (size_t i = 0; i < BATCH * 4; i++) {
        size_t other = mix.partner[i / 4] * 4 + i % 4;
        double wanted = mix.share * (double)clean[i] + (1 - mix.share) * (double)clean[other];
        cr_assert(fabs((double)x[i] - wanted) < 1e-5);
    }
    nn_pass_forward(pass, BATCH, NULL);
    struct nn_mean mean = nn_mix_loss(&mix, &targets, &objective, pass, mixed);
    size_t count = BATCH * objective.width;
    double first = nn_targets_loss(&targets, &objective, pass, dz).value, value;
    for (size_t i = 0; i < count; i++)
        mixed[i] -= (float)mix.share * dz[i];
    for (size_t i = 0; i < BATCH; i++)
        index[i] = mix.partner[i];
    float *unused = nn_calloc(BATCH * 4, sizeof *unused);
    cr_assert(nn_targets_fetch(&targets, &objective, &source, index, BATCH, unused, NULL) == NN_OK);
    value = mix.share * first +
            (1.0 - mix.share) * nn_targets_loss(&targets, &objective, pass, dz).value;
    cr_assert(fabs(mean.value - value) < 1e-9, "%s: %g, not %g", loss, mean.value, value);
    for (size_t i = 0; i < count; i++)
        cr_assert(fabs((double)mixed[i] - (1.0 - mix.share) * (double)dz[i]) < 1e-6, "%s", loss);
    nn_free(unused);
    nn_mix_clear(&mix);
    nn_targets_clear(&targets);
    nn_pass_free(pass);
    fixture_run_clear(&run);
    nn_augment_clear(&augment);
    fixture_data_clear(&data);
}

Test(augment, mixed_losses)
{
    check_mixed_loss("loss=categorical_crossentropy", "dense 3 softmax", 3);
    check_mixed_loss("loss=mse", "dense 2", 0);
    check_mixed_loss("loss=hinge", "dense 3", 3);
}

/* A net learns from changed samples, the same for any number of threads, and not what it learns
 * from clean ones. */
Test(augment, in_a_training)
{
    struct fixture_data data = fixture_clouds("1x6x6", 48, 3, 6);
    struct nn_augment augment = augment_of("flip=both shift=1 noise=0.1 mixup=0.4");
    struct nn_train_options options = {.epochs = 3, .batch = 16, .seed = 5, .shuffle = true};
    const int threads[] = {1, 3, 1};
    float *weights[3];
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        struct nn_source source = fixture_source(&data);
        source.augment = i < 2 ? &augment : NULL;
        struct fixture_run run =
            fixture_run_start("1x6x6", "conv2d 4 3 relu; flatten; dense 3 softmax",
                              "loss=categorical_crossentropy metrics=accuracy");
        struct nn_error error = {0};
        cr_assert(nn_pool_set_threads(threads[i], NULL) == NN_OK);
        cr_assert(fixture_train(&run, &source, NULL, &options, &error) == NN_OK, "%s",
                  error.message);
        weights[i] = fixture_weights(run.net, &count);
        fixture_run_clear(&run);
    }
    cr_assert(memcmp(weights[0], weights[1], count * sizeof **weights) == 0);
    cr_assert(memcmp(weights[0], weights[2], count * sizeof **weights) != 0);
    for (size_t i = 0; i < 3; i++)
        nn_free(weights[i]);
    nn_pool_shutdown();
    nn_augment_clear(&augment);
    fixture_data_clear(&data);
}

Test(augment, images_alone)
{
    struct nn_shape table = nn_shape_make(1, (size_t[]){4}), image = picture();
    for (size_t i = 0; i < nn_augmentation_count; i++) {
        struct nn_augment augment = {0}, copy;
        struct nn_error error = {0};
        char text[NN_AUGMENT_TEXT];
        cr_assert(!nn_augment_any(&augment) && *nn_augment_text(&augment, text) == '\0');
        cr_assert(nn_args_default(&augment.args[i], nn_augmentations[i]->args, NULL) == NN_OK);
        cr_assert(nn_augment_check(&augment, &image, &error) == NN_OK);
        enum nn_status status = nn_augment_check(&augment, &table, &error);
        cr_assert((status == NN_OK) == !nn_augmentations[i]->images);
        cr_assert(nn_augment_copy(&copy, &augment, &error) == NN_OK && nn_augment_any(&copy));
        cr_assert(strstr(nn_augment_text(&copy, text), nn_augmentations[i]->name) == text, "%s",
                  text);
        cr_assert(strcmp(nn_augmentations[i]->args[0].name, nn_augmentations[i]->name) == 0);
        cr_assert(nn_augmentations[i]->summary && nn_augmentations[i]->source);
        nn_augment_clear(&augment);
        nn_augment_clear(&copy);
    }
}
