/* Studies against slow references: attacks, concepts, probes, similarity, examples. */
#include "nets.h"

#include "base/mem.h"
#include "base/random.h"
#include "explain/attack.h"
#include "explain/concepts.h"
#include "explain/counterfactual.h"
#include "explain/dependence.h"
#include "explain/examples.h"
#include "explain/features.h"
#include "explain/similarity.h"
#include "explain/student.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- attacks ---- */

static double loss_of(const struct nn_net *net, int32_t class, const float *x, size_t classes)
{
    double sum = 0;
    for (size_t i = 0; i < classes; i++)
        sum += exp(answer_of(net, (int32_t)i, x));
    return log(sum) - answer_of(net, class, x);
}

static struct nn_target loss_target(const struct nn_net *net, const int32_t *classes)
{
    return (struct nn_target){.what = NN_EXPLAIN_LOSS, .node = nn_net_logits(net), .unit = classes};
}

Test(studies, fgsm_steps_along_the_sign_of_the_slope)
{
    enum { N = 4, SIZE = 7 };
    const char *lines[] = {"dense 9 tanh", "dense 4 softmax", NULL};
    struct nn_net *net = net_of("7", lines, 6);
    float x[N * SIZE], out[N * SIZE];
    int32_t classes[N] = {0, 1, 2, 3};
    fill_normal(x, N * SIZE, 7);
    struct nn_attack attack = {.net = net,
                               .x = x,
                               .batch = N,
                               .target = loss_target(net, classes),
                               .epsilon = 0.25,
                               .steps = 1,
                               .low = -9,
                               .high = 9};
    for (int targeted = 0; targeted < 2; targeted++) {
        attack.targeted = targeted;
        cr_assert(nn_attack_run(&attack, out, NULL) == NN_OK);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < SIZE; j++) {
                float *value = &x[i * SIZE + j], held = *value;
                *value = held + 1e-2f;
                double up = loss_of(net, classes[i], x + i * SIZE, 4);
                *value = held - 1e-2f;
                double down = loss_of(net, classes[i], x + i * SIZE, 4);
                *value = held;
                if (fabs(up - down) < 1e-5)
                    continue;
                double wanted = ((up > down) != targeted ? 0.25 : -0.25);
                cr_expect(fabs((double)out[i * SIZE + j] - (double)held - wanted) < 1e-5);
            }
    }
    nn_net_free(net);
}

Test(studies, attacks_stay_in_their_ball_and_bounds)
{
    enum { N = 6, SIZE = 7 };
    const char *lines[] = {"dense 9 relu", "dense 3 softmax", NULL};
    struct nn_net *net = net_of("7", lines, 8);
    float x[N * SIZE], out[N * SIZE], single[SIZE], again[N * SIZE];
    int32_t classes[N] = {0, 1, 2, 0, 1, 2};
    fill_normal(x, N * SIZE, 9);
    for (size_t i = 0; i < N * SIZE; i++)
        x[i] = fminf(fmaxf(x[i], -1), 1);
    for (int norm = 0; norm < 2; norm++) {
        struct nn_attack attack = {.net = net,
                                   .x = x,
                                   .batch = N,
                                   .target = loss_target(net, classes),
                                   .norm = norm ? NN_ATTACK_L2 : NN_ATTACK_LINF,
                                   .epsilon = 0.3,
                                   .steps = 15,
                                   .random_start = true,
                                   .low = -1,
                                   .high = 1,
                                   .seed = 4};
        cr_assert(nn_attack_run(&attack, out, NULL) == NN_OK);
        double before = 0, after = 0;
        for (size_t i = 0; i < N; i++) {
            double largest = 0, square = 0;
            for (size_t j = i * SIZE; j < (i + 1) * SIZE; j++) {
                double d = (double)out[j] - (double)x[j];
                largest = fmax(largest, fabs(d));
                square += d * d;
                cr_expect(out[j] >= -1 && out[j] <= 1);
            }
            cr_expect((norm ? sqrt(square) : largest) < 0.3 + 1e-5);
            before += loss_of(net, classes[i], x + i * SIZE, 3);
            after += loss_of(net, classes[i], out + i * SIZE, 3);
        }
        cr_expect(after > before);
        cr_assert(nn_attack_run(&attack, again, NULL) == NN_OK);
        cr_expect(memcmp(out, again, sizeof out) == 0, "the seed decides");
        attack.batch = 1;
        cr_assert(nn_attack_run(&attack, single, NULL) == NN_OK);
        cr_expect(memcmp(out, single, sizeof single) == 0, "samples do not depend on the batch");
    }
    nn_net_free(net);
    /* of a linear net nothing beats the corner that fgsm takes */
    const char *linear[] = {"dense 2 softmax", NULL};
    net = net_of("7", linear, 10);
    struct nn_attack attack = {.net = net,
                               .x = x,
                               .batch = N,
                               .target = loss_target(net, (int32_t[N]){0, 1, 0, 1, 0, 1}),
                               .epsilon = 0.1,
                               .steps = 1,
                               .low = -9,
                               .high = 9};
    cr_assert(nn_attack_run(&attack, out, NULL) == NN_OK);
    attack.steps = 20;
    attack.random_start = true;
    cr_assert(nn_attack_run(&attack, again, NULL) == NN_OK);
    for (size_t i = 0; i < N * SIZE; i++)
        cr_expect(fabsf(out[i] - again[i]) < 1e-5f);
    nn_net_free(net);
}

/* ---- Student's t ---- */

/* The two tails by Simpson's rule on the density, t = tan u. */
static double tails(double t, double freedom)
{
    double a = atan(fabs(t)), b = acos(-1) / 2, sum = 0, norm = 0;
    for (int part = 0; part < 2; part++) {
        double from = part ? -b : a, h = (b - from) / 20000;
        for (int i = 1; i < 20000; i++) {
            double u = from + h * i, x = tan(u), c = cos(u);
            double density = pow(1 + x * x / freedom, -(freedom + 1) / 2) / (c * c);
            *(part ? &norm : &sum) += density * (i % 2 ? 4 : 2) * h / 3;
        }
        if (!part) { /* the end at t itself */
            double c = cos(a);
            sum += pow(1 + t * t / freedom, -(freedom + 1) / 2) / (c * c) * h / 3;
        }
    }
    return 2 * sum / norm;
}

Test(studies, students_distribution)
{
    cr_expect(fabs(nn_student_two_sided(1, 1) - 0.5) < 1e-12);
    cr_expect(fabs(nn_student_two_sided(2, 10) - 0.07338803) < 1e-7);
    cr_expect(fabs(nn_student_two_sided(0, 5) - 1) < 1e-12);
    for (double freedom = 2; freedom < 60; freedom *= 2.3)
        for (double t = 0.1; t < 6; t *= 2)
            cr_expect(fabs(nn_student_two_sided(t, freedom) - tails(t, freedom)) < 1e-4,
                      "t %g, %g: %g %g", t, freedom, nn_student_two_sided(t, freedom),
                      tails(t, freedom));
    double a[] = {1, 2, 3, 4, 5}, b[] = {2, 4, 6, 8, 11};
    cr_expect(fabs(nn_welch_test(a, 5, b, 5) -
                   nn_student_two_sided(3.2 / sqrt(2.94), 2.94 * 2.94 / (0.0625 + 1.4884))) <
              1e-12);
    cr_expect(isnan(nn_welch_test(a, 1, b, 5)));
    cr_expect(nn_welch_test((double[]){1, 1}, 2, (double[]){1, 1}, 2) == 1);
    cr_expect(nn_welch_test((double[]){1, 1}, 2, (double[]){0, 0}, 2) == 0);
}

/* ---- probes, similarity, concepts, examples ---- */

Test(studies, a_probe_stands_where_its_loss_is_flat)
{
    enum { N = 60, SIZE = 5, CLASSES = 3 };
    float x[N * SIZE];
    int32_t labels[N];
    struct nn_linear probe;
    double alpha = 0.05;
    fill_normal(x, N * SIZE, 11);
    for (size_t i = 0; i < N; i++) {
        labels[i] = (int32_t)(i % CLASSES);
        x[i * SIZE + i % CLASSES] += 1.5f;
        for (size_t j = 0; j < SIZE; j++)
            x[i * SIZE + j] = 40 + 7 * x[i * SIZE + j];
    }
    cr_assert(nn_linear_fit(&probe, x, N, SIZE, labels, CLASSES, alpha, 2000, NULL, NULL) == NN_OK);
    double gradient[CLASSES][SIZE + 1] = {{0}};
    size_t right = 0;
    for (size_t i = 0; i < N; i++) {
        double z[CLASSES], sum = 0;
        size_t best = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            z[c] = (double)probe.bias[c];
            for (size_t j = 0; j < SIZE; j++)
                z[c] += (double)probe.weight[c * SIZE + j] * (double)probe.scale *
                        ((double)x[i * SIZE + j] - (double)probe.mean[j]);
            best = z[c] > z[best] ? c : best;
            sum += exp(z[c]);
        }
        right += best == (size_t)labels[i];
        for (size_t c = 0; c < CLASSES; c++) {
            double slope = (exp(z[c]) / sum - (c == (size_t)labels[i])) / N;
            for (size_t j = 0; j < SIZE; j++)
                gradient[c][j] +=
                    slope * (double)probe.scale * ((double)x[i * SIZE + j] - (double)probe.mean[j]);
            gradient[c][SIZE] += slope;
        }
    }
    for (size_t c = 0; c < CLASSES; c++)
        for (size_t j = 0; j <= SIZE; j++)
            cr_expect(fabs(gradient[c][j] +
                           (j < SIZE ? alpha * (double)probe.weight[c * SIZE + j] : 0)) < 3e-4);
    cr_expect(fabs(nn_linear_accuracy(&probe, x, labels, N) - (double)right / N) < 1e-9);
    cr_expect(right > N * 2 / 3);
    nn_linear_clear(&probe);
}

Test(studies, cka_is_that_of_the_features)
{
    enum { N = 20, A = 6, B = 4 };
    const char *lines[] = {"dense 4 tanh", NULL};
    struct nn_net *net = net_of("6", lines, 12);
    float x[N * A], matrix[9];
    int nodes[] = {0, 1, 2};
    fill_normal(x, N * A, 13);
    cr_assert(nn_cka(net, nodes, 3, x, N, matrix, NULL, NULL) == NN_OK);
    float *y = NULL;
    cr_assert(nn_features(net, 2, x, N, NULL, &y, NULL) == NN_OK);
    double mx[A] = {0}, my[B] = {0}, xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < N; i++) {
        for (size_t a = 0; a < A; a++)
            mx[a] += (double)x[i * A + a] / N;
        for (size_t b = 0; b < B; b++)
            my[b] += (double)y[i * B + b] / N;
    }
#define CROSS(p, P, mp, q, Q, mq, total)                                                           \
    for (size_t a = 0; a < (P); a++)                                                               \
        for (size_t b = 0; b < (Q); b++) {                                                         \
            double sum = 0;                                                                        \
            for (size_t i = 0; i < N; i++)                                                         \
                sum += ((double)p[i * (P) + a] - mp[a]) * ((double)q[i * (Q) + b] - mq[b]);        \
            total += sum * sum;                                                                    \
        }
    CROSS(x, A, mx, y, B, my, xy)
    CROSS(x, A, mx, x, A, mx, xx)
    CROSS(y, B, my, y, B, my, yy)
    cr_expect(fabs((double)matrix[2] - xy / sqrt(xx * yy)) < 1e-5);
    for (size_t i = 0; i < 3; i++)
        cr_expect(fabsf(matrix[i * 4] - 1) < 1e-5f);
    cr_expect(fabsf(matrix[2] - matrix[6]) < 1e-6f);
    nn_free(y);
    memset(net->nodes[1]->params[0].value.data, 0, 24 * sizeof(float));
    cr_assert(nn_cka(net, nodes, 3, x, N, matrix, NULL, NULL) == NN_OK);
    cr_expect(isnan(matrix[1]), "a layer that is the same for all has no CKA");
    nn_net_free(net);
}

Test(studies, concepts_that_drive_a_class_and_those_that_do_not)
{
    enum { N = 40, SIZE = 6 };
    const char *lines[] = {"dense 6", "dense 2", NULL};
    struct nn_net *net = net_of("6", lines, 14);
    float concept[N * SIZE], others[3 * N * SIZE], members[N * SIZE];
    int32_t units[N] = {0};
    float *first = net->nodes[1]->params[0].value.data,
          *second = net->nodes[2]->params[0].value.data;
    for (size_t i = 0; i < 36; i++)
        first[i] = i % 7 == 0 ? 1 : 0; /* the layer passes the input on */
    for (size_t i = 0; i < 12; i++)
        second[i] = 0;
    second[0] = 2;  /* class 0 rises with feature 0 */
    second[1] = -1; /* and falls with feature 1 */
    fill_normal(others, 3 * N * SIZE, 15);
    fill_normal(members, N * SIZE, 16);
    for (size_t feature = 0; feature < 3; feature++) {
        struct nn_tcav tcav;
        fill_normal(concept, N * SIZE, 17);
        for (size_t i = 0; i < N; i++)
        concept[i * SIZE + feature] += 4;
        struct nn_tcav_request request = {
            .net = net,
            .layer = 1,
            .target = {.what = NN_EXPLAIN_CLASS, .node = 2, .unit = units},
            .concept = concept,
            .concept_count = N,
            .others = others,
            .other_count = 3 * N,
            .members = members,
            .member_count = N,
            .draws = 12,
            .seed = 1};
        cr_assert(nn_tcav_measure(&request, &tcav, NULL) == NN_OK);
        cr_expect(tcav.accuracy > 0.95);
        if (feature == 0)
            cr_expect(tcav.score == 1 && tcav.magnitude > 1.5 && tcav.p < 0.05, "%g %g %g",
                      tcav.score, tcav.magnitude, tcav.p);
        if (feature == 1)
            cr_expect(tcav.score == 0 && tcav.magnitude < -0.7 && tcav.p < 0.05, "%g %g %g",
                      tcav.score, tcav.magnitude, tcav.p);
        if (feature == 2)
            cr_expect(fabs(tcav.magnitude) < 0.6, "%g", tcav.magnitude);
        request.concept_count = 1;
        cr_expect(nn_tcav_measure(&request, &tcav, NULL) == NN_ARGUMENT);
    }
    nn_net_free(net);
}

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    size_t size = nn_shape_size(&source->shape);
    (void)classes;
    (void)values;
    for (size_t i = 0; i < n; i++)
        memcpy(x + i * size, (const float *)source->context + index[i] * size,
               size * sizeof(float));
}

Test(studies, examples_are_the_highest_of_all_samples)
{
    enum { N = 150, SIZE = 36, K = 5 };
    const char *lines[] = {"conv2d 3 3 relu", NULL};
    struct nn_net *net = net_of("1x6x6", lines, 18);
    static float x[N * SIZE];
    fill_normal(x, N * SIZE, 19);
    memcpy(x + 7 * SIZE, x + 140 * SIZE, SIZE * sizeof *x); /* equal answers */
    struct nn_source source = {
        .count = N, .shape = net->nodes[0]->shape, .context = x, .fetch = fetch};
    struct nn_examples examples;
    cr_assert(nn_examples_find(net, 2, &source, K, &examples, NULL, NULL) == NN_OK);
    cr_assert(examples.units == 3 && examples.k == K);
    float *y = NULL;
    cr_assert(nn_features(net, 2, x, N, NULL, &y, NULL) == NN_OK);
    for (size_t unit = 0; unit < 3; unit++)
        for (size_t k = 0; k < K; k++) {
            const struct nn_example_of *one = &examples.best[unit * K + k];
            size_t above = 0;
            cr_expect(one->value == y[one->sample * 48 + unit * 16 + one->place]);
            for (size_t i = 0; i < N; i++) {
                float best = 0;
                for (size_t p = 0; p < 16; p++)
                    best = fmaxf(best, y[i * 48 + unit * 16 + p]);
                above += best > one->value || (best == one->value && i < one->sample);
            }
            cr_expect(above == k, "unit %zu, rank %zu: %zu above", unit, k, above);
        }
    nn_free(y);
    nn_examples_clear(&examples);
    cr_assert(nn_examples_find(net, 2, &source, 1000, &examples, NULL, NULL) == NN_OK);
    cr_expect(examples.k == N);
    nn_examples_clear(&examples);
    nn_net_free(net);
}

/* Whoever was told to stop does. */
Test(studies, all_can_be_stopped)
{
    enum { N = 8, SIZE = 4 };
    const char *lines[] = {"dense 3 tanh", "dense 2 softmax", NULL};
    struct nn_net *net = net_of("4", lines, 20);
    float x[N * SIZE], out[N * SIZE], matrix[4], scales[SIZE] = {1, 1, 1, 1};
    int32_t classes[N] = {0}, reached;
    double grid[3] = {0, 1, 2}, values[3 * N], distance;
    struct nn_progress progress = {.cancel = true};
    struct nn_linear probe;
    struct nn_examples examples;
    fill_normal(x, N * SIZE, 21);
    struct nn_dependence question = {
        .answer = {.net = net, .target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net)}},
        .x = x,
        .n = N,
        .progress = &progress};
    cr_expect(nn_dependence_ice(&question, grid, 3, values, NULL) == NN_CANCELLED);
    struct nn_attack attack = {.net = net,
                               .x = x,
                               .batch = N,
                               .target = loss_target(net, classes),
                               .steps = 3,
                               .progress = &progress};
    cr_expect(nn_attack_run(&attack, out, NULL) == NN_CANCELLED);
    cr_expect(nn_cka(net, (int[]){0, 1}, 2, x, N, matrix, &progress, NULL) == NN_CANCELLED);
    cr_expect(nn_linear_fit(&probe, x, N, SIZE, classes, 2, 0.1, 9, &progress, NULL) ==
              NN_CANCELLED);
    struct nn_source source = {
        .count = N, .shape = net->nodes[0]->shape, .context = x, .fetch = fetch};
    cr_expect(nn_examples_find(net, 1, &source, 2, &examples, &progress, NULL) == NN_CANCELLED);
    struct nn_counterfactual request = {.net = net,
                                        .x = x,
                                        .wanted = -1,
                                        .lows = x,
                                        .highs = x + SIZE,
                                        .scales = scales,
                                        .progress = &progress};
    cr_expect(nn_counterfactual_find(&request, out, &distance, &reached, NULL) == NN_CANCELLED);
    nn_net_free(net);
}
