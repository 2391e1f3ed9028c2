#include "long/pointing.h"

#include "base/mem.h"
#include "engine/pass.h"
#include "explain/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Which test samples the net classifies rightly: one byte each. */
static enum nn_status classify(const struct nn_session *session, unsigned char *right,
                               struct nn_error *error)
{
    const struct nn_dataset *data = session->dataset;
    size_t count = data->split_count[NN_SPLIT_TEST];
    struct nn_pass *pass = NULL;
    enum nn_status status = nn_pass_new(session->net, 1, NN_PASS_FORWARD, 0, &pass, error);
    if (status != NN_OK)
        return status;
    int last = session->net->count - 1;
    size_t classes = nn_shape_size(&session->net->nodes[last]->shape);
    for (size_t i = 0; i < count; i++) {
        nn_dataset_sample(data, NN_SPLIT_TEST, i, nn_pass_input(pass));
        nn_pass_forward(pass, 1, NULL);
        const float *out = nn_pass_output(pass, last);
        size_t best = 0;
        for (size_t k = 1; k < classes; k++)
            best = out[k] > out[best] ? k : best;
        if (classes == 1)
            best = out[0] > 0.5F;
        right[i] = (int32_t)best == nn_dataset_label(data, NN_SPLIT_TEST, i);
    }
    nn_pass_free(pass);
    return NN_OK;
}

/* Where one map has its maximum: a pixel or feature of the sample. */
static size_t find_maximum(const float *map, const struct nn_shape *shape,
                           const struct nn_shape *sample, float *work)
{
    size_t pixels = sample->rank == 3 ? sample->dim[1] * sample->dim[2] : nn_shape_size(sample);
    size_t best = 0;
    if (shape->rank == 3 && shape->dim[1] * shape->dim[2] == pixels) {
        for (size_t i = 0; i < pixels; i++) {
            work[i] = 0;
            for (size_t c = 0; c < shape->dim[0]; c++)
                work[i] = fmaxf(work[i], fabsf(map[c * pixels + i]));
        }
    } else if (shape->rank >= 2 && sample->rank == 3) {
        nn_map_resize(map, shape->dim[shape->rank - 2], shape->dim[shape->rank - 1], work,
                      sample->dim[1], sample->dim[2]);
    } else {
        for (size_t i = 0; i < pixels; i++)
            work[i] = fabsf(map[i]);
    }
    for (size_t i = 1; i < pixels; i++)
        best = work[i] > work[best] ? i : best;
    return best;
}

enum nn_status nn_pointing_measure(struct nn_session *session, const char *method,
                                   struct nn_pointing *pointing, struct nn_error *error)
{
    const struct nn_dataset *data = session->dataset;
    size_t count = data->split_count[NN_SPLIT_TEST];
    size_t pixels = nn_shape_size(&data->samples->shape);
    unsigned char *right = nn_calloc(count, 1);
    float *work = nn_calloc(pixels, sizeof *work);
    char line[96];
    enum nn_status status;
    if (!right || !work) {
        status = nn_fail_memory(error, count);
        goto out;
    }
    NN_TRY(classify(session, right, error));
    snprintf(line, sizeof line, "explain %s sample=all split=test", method);
    NN_TRY(nn_session_run_line(session, line, NULL, 1, error));
    const struct nn_tensor *values = &nn_session_last_result(session)->values;
    struct nn_shape one = nn_shape_make(values->shape.rank - 1, values->shape.dim + 1);
    *pointing = (struct nn_pointing){.samples = count};
    for (size_t i = 0; i < count; i++) {
        if (!right[i])
            continue;
        size_t at =
            find_maximum(values->data + i * nn_shape_size(&one), &one, &data->samples->shape, work);
        pointing->correct++;
        pointing->hits += nn_dataset_mask(data, NN_SPLIT_TEST, i)[at] != 0;
    }
out:
    nn_free(right);
    nn_free(work);
    return status;
}
