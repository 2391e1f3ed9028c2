#include "engine/health.h"

#include "base/mem.h"
#include "engine/batch.h"
#include "engine/step.h"
#include "engine/train_state.h"

#include <math.h>
#include <string.h>

#define CHUNK      64   /* samples of a forward pass */
#define STEPS      4    /* of an optimizer, over which gradients and updates are averaged */
#define NEAR       0.01 /* of the range of a bounded activation: saturated */
#define MOST       0.95 /* share of the outputs that are so */
#define MOST_UNITS 4096 /* compared pair by pair for twins */

/* Activations whose outputs have two bounds. */
static const struct bounds {
    const char *layer;
    double low, high;
} bounded[] = {{"sigmoid", 0, 1}, {"tanh", -1, 1}, {"hardsigmoid", 0, 1}, {"relu6", 0, 6}};

static const struct bounds *bounds_of(const struct nn_node *node)
{
    for (size_t i = 0; i < sizeof bounded / sizeof *bounded; i++)
        if (strcmp(node->layer->name, bounded[i].layer) == 0)
            return &bounded[i];
    return NULL;
}

/* Feature maps, or channels of a series, or units. */
static size_t count_units(const struct nn_node *node)
{
    return node->shape.rank >= 2 ? node->shape.dim[0] : node->size;
}

/* ---- outputs ---- */

/* Running figures of one node: [units] each. */
struct watch {
    float *low, *high;
    size_t *near; /* outputs within NEAR of a bound */
    double sum, squares, outputs;
};

static void watch_clear(struct watch *watch)
{
    nn_free(watch->low);
    nn_free(watch->high);
    nn_free(watch->near);
}

static enum nn_status watch_init(struct watch *watch, size_t units, struct nn_error *error)
{
    watch->low = nn_calloc(units, sizeof *watch->low);
    watch->high = nn_calloc(units, sizeof *watch->high);
    watch->near = nn_calloc(units, sizeof *watch->near);
    if (!watch->low || !watch->high || !watch->near)
        return nn_fail_memory(error, units * sizeof *watch->near);
    return NN_OK;
}

static void watch_reset(struct watch *watch, size_t units)
{
    for (size_t u = 0; u < units; u++) {
        watch->low[u] = (float)INFINITY;
        watch->high[u] = (float)-INFINITY;
        watch->near[u] = 0;
    }
    watch->sum = watch->squares = watch->outputs = 0;
}

static void watch_outputs(struct watch *watch, const struct nn_node *node, const float *y, size_t n)
{
    const struct bounds *bounds = bounds_of(node);
    size_t units = count_units(node), each = node->size / units;
    double range = bounds ? (bounds->high - bounds->low) * NEAR : 0;
    for (size_t i = 0; i < n * node->size; i++) {
        size_t u = i % node->size / each;
        double value = (double)y[i];
        watch->low[u] = y[i] < watch->low[u] ? y[i] : watch->low[u];
        watch->high[u] = y[i] > watch->high[u] ? y[i] : watch->high[u];
        if (bounds && (value < bounds->low + range || value > bounds->high - range))
            watch->near[u]++;
        watch->sum += value;
        watch->squares += value * value;
    }
    watch->outputs += (double)n * (double)node->size;
}

static void conclude(const struct watch *watch, const struct nn_net *net,
                     const struct nn_node *node, struct nn_layer_health *health)
{
    bool answer = node->index == net->count - 1;
    health->units = count_units(node);
    health->activation = node->layer->flags & NN_LAYER_ACTIVATION &&
                         node->layer->flags & NN_LAYER_POINTWISE && !answer;
    health->bounded = bounds_of(node) && health->activation;
    double each = watch->outputs / (double)health->units;
    for (size_t u = 0; u < health->units; u++) {
        bool dead = watch->low[u] == watch->high[u];
        health->dead += (size_t)(health->activation && dead);
        health->saturated +=
            (size_t)(health->bounded && !dead && (double)watch->near[u] >= MOST * each);
    }
    health->mean = watch->sum / watch->outputs;
    double variance = watch->squares / watch->outputs - health->mean * health->mean;
    health->deviation = variance > 0 ? sqrt(variance) : variance <= 0 ? 0 : (double)NAN;
}

/* ---- parameters ---- */

static void look_at_parameters(const struct nn_node *node, struct nn_layer_health *health)
{
    double squares = 0;
    size_t trainable = 0;
    for (int p = 0; p < node->param_count; p++) {
        const struct nn_param *param = &node->params[p];
        size_t count = nn_shape_size(&param->spec.shape);
        for (size_t i = 0; i < count; i++) {
            health->faults += (size_t)!isfinite(param->value.data[i]);
            if (param->spec.trainable)
                squares += (double)param->value.data[i] * (double)param->value.data[i];
        }
        trainable += param->spec.trainable ? count : 0;
    }
    health->norm = trainable ? sqrt(squares) : (double)NAN;
}

/* Units of a weight [units, ...] that have the very weights and bias of an earlier one: they get
 * the same gradients and stay alike for ever. */
static size_t count_twins(const struct nn_node *node)
{
    if (node->param_count == 0 || node->params[0].spec.shape.rank < 2 ||
        strcmp(node->params[0].spec.name, "weight") != 0)
        return 0;
    const struct nn_param *weight = &node->params[0];
    size_t units = weight->spec.shape.dim[0], twins = 0;
    size_t width = units ? nn_shape_size(&weight->spec.shape) / units : 0;
    for (size_t u = 1; u < units && u < MOST_UNITS; u++)
        for (size_t v = 0; v < u; v++)
            if (memcmp(weight->value.data + u * width, weight->value.data + v * width,
                       width * sizeof(float)) == 0) {
                twins++;
                break;
            }
    return twins;
}

/* ---- all nodes ---- */

static enum nn_status watches_new(const struct nn_net *net, struct watch **watches,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    *watches = nn_calloc((size_t)net->count, sizeof **watches);
    if (!*watches)
        return nn_fail_memory(error, (size_t)net->count * sizeof **watches);
    for (int i = 0; i < net->count && status == NN_OK; i++)
        status = watch_init(&(*watches)[i], count_units(net->nodes[i]), error);
    return status;
}

static void watches_free(const struct nn_net *net, struct watch *watches)
{
    for (int i = 0; watches && i < net->count; i++)
        watch_clear(&watches[i]);
    nn_free(watches);
}

static void watches_reset(const struct nn_net *net, struct watch *watches)
{
    for (int i = 0; i < net->count; i++)
        watch_reset(&watches[i], count_units(net->nodes[i]));
}

static void watch_pass(const struct nn_pass *pass, struct watch *watches)
{
    const struct nn_net *net = nn_pass_net(pass);
    for (int i = 0; i < net->count; i++)
        watch_outputs(&watches[i], net->nodes[i], nn_pass_output(pass, i), nn_pass_batch(pass));
}

static void conclude_all(const struct nn_net *net, const struct watch *watches,
                         struct nn_layer_health *layers)
{
    for (int i = 0; i < net->count; i++) {
        layers[i] = (struct nn_layer_health){.gradient = (double)NAN, .update = (double)NAN};
        conclude(&watches[i], net, net->nodes[i], &layers[i]);
        look_at_parameters(net->nodes[i], &layers[i]);
    }
}

enum nn_status nn_health_outputs(const struct nn_net *net, const struct nn_source *source,
                                 struct nn_layer_health *layers, struct nn_progress *progress,
                                 struct nn_error *error)
{
    struct nn_pass *pass = NULL;
    struct watch *watches = NULL;
    size_t index[CHUNK], chunk = source->count < CHUNK ? source->count : CHUNK;
    enum nn_status status;
    NN_TRY(watches_new(net, &watches, error));
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    watches_reset(net, watches);
    for (size_t first = 0; first < source->count; first += chunk) {
        size_t n = source->count - first < chunk ? source->count - first : chunk;
        if (nn_cancelled(progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "the diagnosis was stopped"));
        for (size_t i = 0; i < n; i++)
            index[i] = first + i;
        source->fetch(source, index, n, nn_pass_input(pass), NULL, NULL);
        nn_pass_forward(pass, n, NULL);
        watch_pass(pass, watches);
    }
    conclude_all(net, watches, layers);
    for (int i = 0; i < net->count; i++)
        layers[i].twins = count_twins(net->nodes[i]);
out:
    watches_free(net, watches);
    nn_pass_free(pass);
    return status;
}

/* ---- gradients and updates ---- */

/* Root mean square of the gradients of a node's trainable parameters. */
static double gradient_of(const struct nn_pass *pass, const struct nn_node *node)
{
    double squares = 0;
    size_t total = 0;
    for (int p = 0; p < node->param_count; p++) {
        const float *gradient = nn_pass_param_gradient(pass, node->index, p);
        size_t count = nn_shape_size(&node->params[p].spec.shape);
        if (!node->params[p].spec.trainable || !gradient)
            continue;
        for (size_t i = 0; i < count; i++)
            squares += (double)gradient[i] * (double)gradient[i];
        total += count;
    }
    return total ? sqrt(squares / (double)total) : (double)NAN;
}

/* |new - old| / |old| over the trainable parameters; old is a running index into the snapshot. */
static double change_of(const struct nn_node *node, const float *old)
{
    double change = 0, norm = 0;
    for (int p = 0; p < node->param_count; p++) {
        size_t count = nn_shape_size(&node->params[p].spec.shape);
        for (size_t i = 0; i < count && node->params[p].spec.trainable; i++) {
            double step = (double)node->params[p].value.data[i] - (double)old[i];
            change += step * step;
            norm += (double)old[i] * (double)old[i];
        }
        old += count;
    }
    return sqrt(change) / sqrt(norm > 1e-24 ? norm : 1e-24);
}

/* Values of all parameters of a node, copied one after the other. */
static void keep_parameters(const struct nn_node *node, float *out)
{
    for (int p = 0; p < node->param_count; p++) {
        size_t count = nn_shape_size(&node->params[p].spec.shape);
        memcpy(out, node->params[p].value.data, count * sizeof *out);
        out += count;
    }
}

static size_t count_parameters(const struct nn_node *node)
{
    size_t count = 0;
    for (int p = 0; p < node->param_count; p++)
        count += nn_shape_size(&node->params[p].spec.shape);
    return count;
}

/* ---- meter ---- */

struct nn_meter {
    const struct nn_net *net;
    struct watch *watches;
    struct nn_layer_health *layers;
    float *before; /* all parameters, node by node */
};

enum nn_status nn_meter_new(const struct nn_net *net, struct nn_meter **meter,
                            struct nn_error *error)
{
    struct nn_meter *made = nn_calloc(1, sizeof *made);
    size_t floats = 0, count = (size_t)net->count;
    enum nn_status status = NN_OK;
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->net = net;
    for (int i = 0; i < net->count; i++)
        floats += count_parameters(net->nodes[i]);
    made->before = nn_calloc(floats ? floats : 1, sizeof *made->before);
    made->layers = nn_calloc(count, sizeof *made->layers);
    if (!made->before || !made->layers)
        NN_TRY(nn_fail_memory(error, floats * sizeof *made->before));
    NN_TRY(watches_new(net, &made->watches, error));
    *meter = made;
    made = NULL;
out:
    nn_meter_free(made);
    return status;
}

void nn_meter_free(struct nn_meter *meter)
{
    if (!meter)
        return;
    watches_free(meter->net, meter->watches);
    nn_free(meter->layers);
    nn_free(meter->before);
    nn_free(meter);
}

void nn_meter_before(struct nn_meter *meter)
{
    float *kept = meter->before;
    for (int i = 0; i < meter->net->count; i++) {
        keep_parameters(meter->net->nodes[i], kept);
        kept += count_parameters(meter->net->nodes[i]);
    }
}

void nn_meter_after(struct nn_meter *meter, const struct nn_pass *pass)
{
    const float *kept = meter->before;
    watches_reset(meter->net, meter->watches);
    watch_pass(pass, meter->watches);
    conclude_all(meter->net, meter->watches, meter->layers);
    for (int i = 0; i < meter->net->count; i++) {
        struct nn_layer_health *layer = &meter->layers[i];
        layer->gradient = gradient_of(pass, meter->net->nodes[i]);
        layer->update = isnan(layer->norm) ? (double)NAN : change_of(meter->net->nodes[i], kept);
        kept += count_parameters(meter->net->nodes[i]);
    }
}

const struct nn_layer_health *nn_meter_layers(const struct nn_meter *meter)
{
    return meter->layers;
}

/* ---- steps of a copy ---- */

/* Everything one step needs; all of it copies. */
struct stepper {
    struct nn_net *net;
    struct nn_train_state state;
    struct nn_objective objective;
    struct nn_targets targets;
    struct nn_pass *pass;
    struct nn_snapshot before;
    struct nn_meter *meter;
    float *dz;
    size_t batch;
};

static void stepper_clear(struct stepper *stepper)
{
    nn_free(stepper->dz);
    nn_meter_free(stepper->meter);
    nn_snapshot_clear(&stepper->before);
    nn_targets_clear(&stepper->targets);
    nn_pass_free(stepper->pass);
    nn_train_state_clear(&stepper->state);
    nn_net_free(stepper->net);
}

/* The optimizer's state goes with the copy of the net, if it has begun. */
static enum nn_status copy_state(struct stepper *stepper, const struct nn_net *net,
                                 const struct nn_recipe *recipe, const struct nn_train_state *state,
                                 struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(nn_train_state_init(&stepper->state, stepper->net, recipe->optimizer, error));
    NN_TRY(nn_snapshot_init(&stepper->before, &stepper->state, error));
    if (state && state->params > 0 &&
        nn_train_state_check(state, net, recipe->optimizer, NULL) == NN_OK) {
        nn_snapshot_take(&stepper->before, net, state);
        nn_snapshot_restore(&stepper->before, stepper->net, &stepper->state);
    }
out:
    return status;
}

static enum nn_status stepper_init(struct stepper *stepper, const struct nn_net *net,
                                   const struct nn_source *source, const struct nn_recipe *recipe,
                                   const struct nn_train_state *state, size_t batch,
                                   struct nn_error *error)
{
    enum nn_status status;
    size_t floats;
    stepper->batch = batch < source->count ? batch : source->count;
    NN_TRY(nn_net_copy(net, &stepper->net, error));
    NN_TRY(nn_meter_new(stepper->net, &stepper->meter, error));
    NN_TRY(copy_state(stepper, net, recipe, state, error));
    NN_TRY(nn_objective_bind(&stepper->objective, recipe, stepper->net, source, error));
    NN_TRY(nn_targets_init(&stepper->targets, &stepper->objective, stepper->batch, error));
    NN_TRY(nn_pass_new(stepper->net, stepper->batch, NN_PASS_PARAMETERS, 0, &stepper->pass, error));
    if (!nn_size_mul(stepper->batch, stepper->objective.width, &floats))
        return nn_fail(error, NN_LIMIT, "a batch of %zu samples is too large", stepper->batch);
    stepper->dz = nn_calloc_aligned(floats, sizeof *stepper->dz);
    if (!stepper->dz)
        status = nn_fail_memory(error, floats * sizeof *stepper->dz);
out:
    return status;
}

static enum nn_status step(struct stepper *stepper, const struct nn_source *source,
                           const struct nn_recipe *recipe, double lr, const size_t *index,
                           const struct nn_random *random, struct nn_error *error)
{
    struct nn_walk walk = {
        .from = stepper->objective.node, .seed = stepper->dz, .to = -1, .parameters = true};
    enum nn_status status;
    NN_TRY(nn_targets_fetch(&stepper->targets, &stepper->objective, source, index, stepper->batch,
                            nn_pass_input(stepper->pass), error));
    nn_pass_forward(stepper->pass, stepper->batch, random);
    nn_targets_loss(&stepper->targets, &stepper->objective, stepper->pass, stepper->dz);
    NN_TRY(nn_pass_backward(stepper->pass, &walk, error));
    nn_meter_before(stepper->meter);
    nn_step_apply(stepper->net, stepper->pass, recipe, &stepper->state, lr);
    nn_meter_after(stepper->meter, stepper->pass);
out:
    return status;
}

enum nn_status nn_health_steps(const struct nn_net *net, const struct nn_source *source,
                               const struct nn_recipe *recipe, const struct nn_train_state *state,
                               double lr, size_t batch, uint64_t seed,
                               struct nn_layer_health *layers, struct nn_error *error)
{
    struct stepper stepper = {0};
    size_t *index = NULL;
    enum nn_status status;
    NN_TRY(stepper_init(&stepper, net, source, recipe, state, batch, error));
    index = nn_calloc(stepper.batch, sizeof *index);
    if (!index)
        NN_TRY(nn_fail_memory(error, stepper.batch * sizeof *index));
    for (int i = 0; i < net->count; i++)
        layers[i].gradient = layers[i].update = 0;
    for (size_t k = 0; k < STEPS; k++) {
        struct nn_random random;
        for (size_t i = 0; i < stepper.batch; i++) /* every STEPS-th sample: all parts of it */
            index[i] = (i * STEPS + k) % source->count;
        nn_random_init(&random, seed, NN_STREAM_DROPOUT, (uint32_t)k);
        NN_TRY(step(&stepper, source, recipe, lr, index, &random, error));
        for (int i = 0; i < net->count; i++) {
            layers[i].gradient += nn_meter_layers(stepper.meter)[i].gradient / STEPS;
            layers[i].update += nn_meter_layers(stepper.meter)[i].update / STEPS;
        }
    }
out:
    nn_free(index);
    stepper_clear(&stepper);
    return status;
}
