#include "explain/attack.h"

#include "base/mem.h"
#include "base/random.h"
#include "engine/metric.h"

#include <math.h>
#include <string.h>

static double norm_of(const float *values, size_t count)
{
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += (double)values[i] * (double)values[i];
    return sqrt(square);
}

/* Back to the ball around x, then to the bounds. */
static void project(const struct nn_attack *attack, const float *x, float *out, size_t size)
{
    double length = 0, epsilon = attack->epsilon;
    for (size_t i = 0; i < size && attack->norm == NN_ATTACK_L2; i++)
        length += ((double)out[i] - (double)x[i]) * ((double)out[i] - (double)x[i]);
    length = sqrt(length);
    for (size_t i = 0; i < size; i++) {
        double change = (double)out[i] - (double)x[i];
        if (attack->norm == NN_ATTACK_L2)
            change *= length > epsilon ? epsilon / length : 1;
        else
            change = fmin(fmax(change, -epsilon), epsilon);
        double low = (double)(attack->lows ? attack->lows[i] : attack->low);
        double high = (double)(attack->highs ? attack->highs[i] : attack->high);
        /* a sample beyond the bounds of the training data may stay where it is */
        low = fmin(low, (double)x[i]);
        high = fmax(high, (double)x[i]);
        out[i] = (float)fmin(fmax((double)x[i] + change, low), high);
    }
}

/* A place in the ball, drawn for each sample by its number. */
static void start_at_random(const struct nn_attack *attack, size_t sample, float *out, size_t size)
{
    struct nn_random random;
    nn_random_init(&random, attack->seed, NN_STREAM_EXPLAIN, (uint32_t)sample);
    double length = attack->epsilon * (double)nn_random_float(&random), norm = 0;
    if (attack->norm == NN_ATTACK_LINF) {
        for (size_t i = 0; i < size; i++)
            out[i] += (float)(attack->epsilon * (2 * (double)nn_random_float(&random) - 1));
        return;
    }
    struct nn_random again = random;
    for (size_t i = 0; i < size; i++) {
        double value = (double)nn_random_normal(&random);
        norm += value * value;
    }
    for (size_t i = 0; i < size; i++)
        out[i] += (float)(length * (double)nn_random_normal(&again) / sqrt(norm));
}

static void move(const struct nn_attack *attack, const float *gradient, double length, float *out,
                 size_t size)
{
    double sign = attack->targeted ? -1 : 1, norm = norm_of(gradient, size);
    for (size_t i = 0; i < size; i++) {
        double g = (double)gradient[i];
        if (attack->norm == NN_ATTACK_L2)
            g = norm > 0 ? g / norm : 0;
        else
            g = g > 0 ? 1 : g < 0 ? -1 : 0;
        out[i] += (float)(sign * length * g);
    }
}

enum nn_status nn_attack_run(const struct nn_attack *attack, float *out, struct nn_error *error)
{
    size_t size = attack->net->nodes[0]->size, batch = attack->batch;
    double length = attack->step > 0    ? attack->step
                    : attack->steps > 1 ? 2.5 * attack->epsilon / (double)attack->steps
                                        : attack->epsilon;
    float *gradient = nn_calloc(batch, size * sizeof *gradient);
    enum nn_status status = NN_OK;
    if (!gradient)
        return nn_fail_memory(error, batch * size * sizeof *gradient);
    memcpy(out, attack->x, batch * size * sizeof *out);
    for (size_t i = 0; i < batch && attack->random_start; i++) {
        start_at_random(attack, i, out + i * size, size);
        project(attack, attack->x + i * size, out + i * size, size);
    }
    struct nn_gradient_job job = {
        .net = attack->net, .target = attack->target, .x = out, .n = batch, .dx = gradient};
    for (size_t step = 0; step < attack->steps; step++) {
        NN_TRY(nn_explain_gradient(&job, attack->progress, error));
        for (size_t i = 0; i < batch; i++) {
            move(attack, gradient + i * size, length, out + i * size, size);
            project(attack, attack->x + i * size, out + i * size, size);
        }
        nn_progress_set(attack->progress, (double)(step + 1) / (double)attack->steps);
    }
out:
    nn_free(gradient);
    return status;
}

enum nn_status nn_attack_classes(const struct nn_net *net, bool binary, const float *x, size_t n,
                                 int32_t *classes, struct nn_progress *progress,
                                 struct nn_error *error)
{
    const struct nn_node *node = net->nodes[nn_net_logits(net)];
    size_t in = net->nodes[0]->size, chunk = n < NN_EXPLAIN_CHUNK ? n : NN_EXPLAIN_CHUNK;
    struct nn_pass *pass = NULL;
    enum nn_status status = nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error);
    for (size_t first = 0; first < n && status == NN_OK; first += chunk) {
        size_t count = n - first < chunk ? n - first : chunk;
        if (nn_cancelled(progress)) {
            status = nn_fail(error, NN_CANCELLED, "stopped");
            break;
        }
        memcpy(nn_pass_input(pass), x + first * in, count * in * sizeof *x);
        nn_pass_forward(pass, count, NULL);
        const float *z = nn_pass_output(pass, node->index);
        for (size_t i = 0; i < count; i++, z += node->size)
            classes[first + i] = binary ? z[0] > 0 : nn_predicted_class(z, node->size, true);
    }
    nn_pass_free(pass);
    return status;
}
