#include "engine/step.h"

#include "base/pool.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4096, GRAIN = 4 /* blocks that are worth a thread */ };

enum { PARTS = 64 }; /* of a sum of squares: as many as may wait on the stack */

struct squares {
    size_t count, length; /* of the array, and of a part of it */
    const float *x;
    double sum[PARTS];
};

static void add_squares(void *context, size_t begin, size_t end)
{
    struct squares *squares = context;
    for (size_t part = begin; part < end; part++) {
        size_t start = part * squares->length, left = squares->count - start;
        const float *x = squares->x + start;
        squares->sum[part] = nn_kernels->dot(left < squares->length ? left : squares->length, x, x);
    }
}

/* In parts that depend on the length alone, added up in their order. */
static double sum_of_squares(size_t count, const float *x)
{
    if (count <= BLOCK)
        return nn_kernels->dot(count, x, x);
    struct squares squares = {.count = count, .length = BLOCK, .x = x};
    double sum = 0.0;
    while (count > PARTS * squares.length)
        squares.length *= 2;
    size_t parts = (count + squares.length - 1) / squares.length;
    nn_pool_run(parts, (GRAIN * BLOCK + squares.length - 1) / squares.length, add_squares,
                &squares);
    for (size_t part = 0; part < parts; part++)
        sum += squares.sum[part];
    return sum;
}

double nn_step_gradient_norm(const struct nn_pass *pass)
{
    const struct nn_net *net = nn_pass_net(pass);
    double sum = 0.0;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &net->nodes[i]->params[p];
            const float *g = nn_pass_param_gradient(pass, i, p);
            if (param->spec.trainable)
                sum += sum_of_squares(nn_shape_size(&param->spec.shape), g);
        }
    return sqrt(sum);
}

void nn_step_clip(struct nn_pass *pass, double norm, double clip)
{
    const struct nn_net *net = nn_pass_net(pass);
    double factor = clip / (norm + 1e-6);
    if (factor >= 1.0)
        return;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &net->nodes[i]->params[p];
            if (param->spec.trainable)
                nn_kernels->scale(nn_shape_size(&param->spec.shape), (float)factor,
                                  nn_pass_param_gradient(pass, i, p));
        }
}

void nn_step_clip_values(struct nn_pass *pass, double clip)
{
    const struct nn_net *net = nn_pass_net(pass);
    const float most = (float)clip;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &net->nodes[i]->params[p];
            float *g = nn_pass_param_gradient(pass, i, p);
            for (size_t k = 0; param->spec.trainable && k < nn_shape_size(&param->spec.shape); k++)
                g[k] = g[k] > most ? most : g[k] < -most ? -most : g[k];
        }
}

struct job {
    const struct nn_optimizer_class *optimizer;
    struct nn_update whole;
};

static void update_blocks(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t block = begin; block < end; block++) {
        size_t start = block * BLOCK, left = job->whole.count - start;
        struct nn_update part = job->whole;
        part.count = left < BLOCK ? left : BLOCK;
        part.w += start;
        part.g += start;
        for (int s = 0; s < NN_MAX_SLOTS; s++)
            if (part.slot[s])
                part.slot[s] += start;
        job->optimizer->update(&part);
    }
}

/* `common` is what all parameters share. */
static void update_param(struct nn_param *param, const float *gradient, float **slots,
                         const struct nn_optimizer_class *optimizer, const struct nn_update *common)
{
    struct job job = {.optimizer = optimizer, .whole = *common};
    job.whole.count = nn_shape_size(&param->spec.shape);
    job.whole.w = param->value.data;
    job.whole.g = gradient;
    job.whole.decays = param->spec.decays;
    memcpy(job.whole.slot, slots, sizeof job.whole.slot);
    if (job.whole.count <= BLOCK)
        optimizer->update(&job.whole);
    else
        nn_pool_run((job.whole.count + BLOCK - 1) / BLOCK, GRAIN, update_blocks, &job);
}

/* What all parameters share in the next step, which begins here. */
static struct nn_update begin_step(const struct nn_recipe *recipe, struct nn_train_state *state,
                                   double lr)
{
    const struct nn_optimizer_class *optimizer = recipe->optimizer;
    const struct nn_args *args = &recipe->optimizer_args;
    struct nn_update common = {.step = ++state->step, .lr = lr, .args = args};
    if (optimizer->factor)
        state->product *= optimizer->factor(args, state->step);
    if (optimizer->correct)
        optimizer->correct(args, state->step, common.correction);
    common.product = state->product;
    return common;
}

void nn_step_apply(struct nn_net *net, const struct nn_pass *pass, const struct nn_recipe *recipe,
                   struct nn_train_state *state, double lr)
{
    float **slots = state->slots;
    const struct nn_update common = begin_step(recipe, state, lr);
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++, slots += NN_MAX_SLOTS) {
            struct nn_param *param = &net->nodes[i]->params[p];
            const float *gradient = nn_pass_param_gradient(pass, i, p);
            if (param->spec.trainable)
                update_param(param, gradient, slots, recipe->optimizer, &common);
            else
                memcpy(param->value.data, gradient,
                       nn_shape_size(&param->spec.shape) * sizeof *gradient);
        }
    nn_net_touch(net);
}
