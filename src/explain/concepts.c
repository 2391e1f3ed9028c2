#include "explain/concepts.h"

#include "base/mem.h"
#include "base/random.h"
#include "explain/features.h"
#include "explain/student.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

#define ALPHA  0.01
#define ROUNDS 300

struct study {
    const struct nn_tcav_request *request;
    size_t size, side;       /* of the layer; samples on each side of a classifier */
    float *concept, *others; /* answers of the layer */
    float *slopes;           /* [members, size]: dF / d answer */
    float *pair;             /* [2 side, size] */
    int32_t *labels;         /* [2 side] */
    size_t *order;           /* of either set */
    float *vector;           /* [size] */
    double *scores;          /* [2, draws]: concept, random */
};

static void study_clear(struct study *study)
{
    nn_free(study->concept);
    nn_free(study->others);
    nn_free(study->slopes);
    nn_free(study->pair);
    nn_free(study->labels);
    nn_free(study->order);
    nn_free(study->vector);
    nn_free(study->scores);
}

static enum nn_status study_init(struct study *study, struct nn_error *error)
{
    const struct nn_tcav_request *request = study->request;
    const struct nn_net *net = request->net;
    enum nn_status status = NN_OK;
    size_t side = study->side, size = study->size;
    NN_TRY(nn_features(net, request->layer, request->concept, request->concept_count,
                       request->progress, &study->concept, error));
    NN_TRY(nn_features(net, request->layer, request->others, request->other_count,
                       request->progress, &study->others, error));
    study->slopes = nn_calloc(request->member_count, size * sizeof(float));
    study->pair = nn_calloc(2 * side, size * sizeof(float));
    study->labels = nn_calloc(2 * side, sizeof *study->labels);
    study->order = nn_calloc(request->other_count + request->concept_count, sizeof *study->order);
    study->vector = nn_calloc(size, sizeof(float));
    study->scores = nn_calloc(2 * request->draws, sizeof(double));
    if (!study->slopes || !study->pair || !study->labels || !study->order || !study->vector ||
        !study->scores)
        NN_TRY(nn_fail_memory(error, request->member_count * size * sizeof(float)));
    struct nn_gradient_job job = {.net = net,
                                  .target = request->target,
                                  .x = request->members,
                                  .n = request->member_count,
                                  .to = request->layer,
                                  .dx = study->slopes};
    NN_TRY(nn_explain_gradient(&job, request->progress, error));
out:
    return status;
}

/* Fills one side of the pair: rows of `from` in the given order, from `first` on. */
static void take(struct study *study, int label, const float *from, const size_t *order,
                 size_t first)
{
    for (size_t i = 0; i < study->side; i++) {
        size_t row = (label ? study->side : 0) + i;
        memcpy(study->pair + row * study->size, from + order[first + i] * study->size,
               study->size * sizeof(float));
        study->labels[row] = label;
    }
}

/* The unit vector towards side 1. */
static enum nn_status find_vector(struct study *study, double *accuracy, struct nn_error *error)
{
    struct nn_linear linear;
    size_t size = study->size;
    enum nn_status status =
        nn_linear_fit(&linear, study->pair, 2 * study->side, size, study->labels, 2, ALPHA, ROUNDS,
                      study->request->progress, error);
    if (status != NN_OK)
        return status;
    for (size_t i = 0; i < size; i++)
        study->vector[i] = linear.weight[size + i] - linear.weight[i];
    double norm = sqrt(nn_kernels->dot(size, study->vector, study->vector));
    nn_kernels->scale(size, norm > 0 ? 1 / (float)norm : 0, study->vector);
    *accuracy = nn_linear_accuracy(&linear, study->pair, study->labels, 2 * study->side);
    nn_linear_clear(&linear);
    return NN_OK;
}

/* The share of members whose logit rises along the vector. */
static double score_of(const struct study *study, double *magnitude)
{
    size_t members = study->request->member_count, rising = 0;
    *magnitude = 0;
    for (size_t i = 0; i < members; i++) {
        double along = nn_kernels->dot(study->size, study->slopes + i * study->size, study->vector);
        rising += along > 0;
        *magnitude += along / (double)members;
    }
    return (double)rising / (double)members;
}

/* A random order of rows; the draw names the stream. */
static void shuffle(struct study *study, size_t count, size_t draw)
{
    struct nn_random random;
    nn_random_init(&random, study->request->seed, NN_STREAM_EXPLAIN, (uint32_t)draw);
    for (size_t i = 0; i < count; i++)
        study->order[i] = i;
    nn_random_shuffle(&random, study->order, count);
}

static enum nn_status run_draw(struct study *study, size_t draw, struct nn_tcav *tcav,
                               struct nn_error *error)
{
    const struct nn_tcav_request *request = study->request;
    double accuracy, magnitude;
    enum nn_status status = NN_OK;
    shuffle(study, request->other_count, 2 * draw);
    take(study, 0, study->others, study->order, 0);
    shuffle(study, request->concept_count, 2 * draw + 1);
    take(study, 1, study->concept, study->order, 0);
    NN_TRY(find_vector(study, &accuracy, error));
    study->scores[draw] = score_of(study, &magnitude);
    tcav->accuracy += accuracy / (double)request->draws;
    tcav->magnitude += magnitude / (double)request->draws;
    shuffle(study, request->other_count, 2 * (request->draws + draw));
    take(study, 0, study->others, study->order, 0);
    take(study, 1, study->others, study->order, study->side);
    NN_TRY(find_vector(study, &accuracy, error));
    study->scores[request->draws + draw] = score_of(study, &magnitude);
    nn_progress_set(request->progress, (double)(draw + 1) / (double)request->draws);
out:
    return status;
}

enum nn_status nn_tcav_measure(const struct nn_tcav_request *request, struct nn_tcav *tcav,
                               struct nn_error *error)
{
    struct study study = {.request = request, .size = request->net->nodes[request->layer]->size};
    struct nn_tcav made = {0};
    size_t draws = request->draws;
    enum nn_status status = NN_OK;
    /* two random sides must fit into the others */
    study.side = request->concept_count;
    study.side = study.side > request->other_count / 2 ? request->other_count / 2 : study.side;
    if (study.side < 2 || request->member_count == 0)
        return nn_fail(error, NN_ARGUMENT,
                       "tcav needs at least 2 samples of the concept, 4 others and 1 of the class");
    NN_TRY(study_init(&study, error));
    for (size_t draw = 0; draw < draws; draw++)
        NN_TRY(run_draw(&study, draw, &made, error));
    made.score = nn_mean(study.scores, draws);
    made.deviation = nn_deviation(study.scores, draws);
    made.random_score = nn_mean(study.scores + draws, draws);
    made.random_deviation = nn_deviation(study.scores + draws, draws);
    made.p = nn_welch_test(study.scores, draws, study.scores + draws, draws);
    *tcav = made;
out:
    study_clear(&study);
    return status;
}
