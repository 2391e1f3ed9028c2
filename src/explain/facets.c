/* Where activation maximization along the data begins: at the mean of the samples that drive a unit
 * highest. The next nine give a second image of it another start.
 *
 * Source: Nguyen, Yosinski, Clune 2016, "Multifaceted feature visualization" (means of clusters of
 * such samples; here of ranks).
 */
#include "base/mem.h"
#include "explain/ascent.h"
#include "explain/rank.h"

#include <string.h>

#define TOGETHER 9 /* samples that one start is the mean of */

/* The objective of every image for every sample, [n, samples]. */
static enum nn_status score(struct nn_ascent *ascent, float *scores, struct nn_error *error)
{
    const struct nn_actmax_request *request = ascent->request;
    const struct nn_node *node = request->net->nodes[ascent->node];
    size_t size = ascent->size, count = request->sample_count;
    for (size_t first = 0; first < count; first += ascent->most) {
        size_t n = count - first < ascent->most ? count - first : ascent->most;
        if (nn_cancelled(request->progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        memcpy(nn_pass_input(ascent->pass), request->samples + first * size,
               n * size * sizeof(float));
        nn_pass_forward(ascent->pass, n, NULL);
        const float *z = nn_pass_output(ascent->pass, ascent->node);
        for (size_t i = 0; i < n; i++, z += node->size)
            for (size_t image = 0; image < ascent->n; image++)
                scores[image * count + first + i] =
                    (float)nn_ascent_value(ascent, image, z, ascent->seed);
    }
    return NN_OK;
}

static void mean_of(const struct nn_ascent *ascent, const size_t *order, size_t first, float *start)
{
    size_t count = ascent->request->sample_count, size = ascent->size;
    size_t together = count < TOGETHER ? count : TOGETHER;
    first = first + together > count ? count - together : first;
    for (size_t i = 0; i < size; i++) {
        double sum = 0;
        for (size_t k = 0; k < together; k++)
            sum += (double)ascent->request->samples[order[first + k] * size + i];
        float range = ascent->range[i];
        start[i] = range > 0 ? ((float)(sum / (double)together) - ascent->low[i]) / range : 0;
    }
}

enum nn_status nn_ascent_facets(struct nn_ascent *ascent, float *starts, struct nn_error *error)
{
    size_t count = ascent->request->sample_count;
    float *scores = nn_calloc(ascent->n, count * sizeof *scores);
    size_t *order = nn_calloc(count, sizeof *order);
    enum nn_status status = NN_OK;
    if (!scores || !order)
        NN_TRY(nn_fail_memory(error, ascent->n * count * sizeof *scores));
    NN_TRY(score(ascent, scores, error));
    for (size_t image = 0; image < ascent->n; image++) {
        NN_TRY(nn_rank_order(scores + image * count, count, order, error));
        mean_of(ascent, order, (size_t)ascent->copies[image] * TOGETHER,
                starts + image * ascent->size);
    }
out:
    nn_free(scores);
    nn_free(order);
    return status;
}
