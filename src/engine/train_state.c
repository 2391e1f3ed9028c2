#include "engine/train_state.h"

#include "base/mem.h"

#include <string.h>

static size_t count_params(const struct nn_net *net)
{
    size_t count = 0;
    for (int i = 0; i < net->count; i++)
        count += (size_t)net->nodes[i]->param_count;
    return count;
}

void nn_train_state_clear(struct nn_train_state *state)
{
    for (size_t i = 0; state->slots && i < state->params * NN_MAX_SLOTS; i++)
        nn_free(state->slots[i]);
    nn_free(state->slots);
    nn_free(state->sizes);
    nn_run_clear(&state->run);
    nn_watch_clear(&state->watch);
    *state = (struct nn_train_state){0};
}

static enum nn_status add_slots(float **slots, const struct nn_param *param,
                                const struct nn_optimizer_class *optimizer, struct nn_error *error)
{
    size_t size = nn_shape_size(&param->spec.shape);
    for (int s = 0; param->spec.trainable && s < NN_MAX_SLOTS; s++) {
        if (!optimizer->slots[s])
            continue;
        slots[s] = nn_calloc_aligned(size, sizeof **slots);
        if (!slots[s])
            return nn_fail_memory(error, size * sizeof **slots);
    }
    return NN_OK;
}

enum nn_status nn_train_state_init(struct nn_train_state *state, const struct nn_net *net,
                                   const struct nn_optimizer_class *optimizer,
                                   struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_train_state made = {.params = count_params(net), .product = 1.0};
    made.slots = nn_calloc(made.params * NN_MAX_SLOTS, sizeof *made.slots);
    made.sizes = nn_calloc(made.params, sizeof *made.sizes);
    if (!made.slots || !made.sizes) {
        status = nn_fail_memory(error, made.params * NN_MAX_SLOTS * sizeof *made.slots);
        goto out;
    }
    size_t k = 0;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++, k++) {
            const struct nn_param *param = &net->nodes[i]->params[p];
            made.sizes[k] = nn_shape_size(&param->spec.shape);
            NN_TRY(add_slots(made.slots + k * NN_MAX_SLOTS, param, optimizer, error));
        }
    *state = made;
    made = (struct nn_train_state){0};
out:
    nn_train_state_clear(&made);
    return status;
}

static bool slots_fit(float *const *slots, bool trainable,
                      const struct nn_optimizer_class *optimizer)
{
    for (int s = 0; s < NN_MAX_SLOTS; s++)
        if ((slots[s] != NULL) != (trainable && optimizer->slots[s]))
            return false;
    return true;
}

enum nn_status nn_train_state_check(const struct nn_train_state *state, const struct nn_net *net,
                                    const struct nn_optimizer_class *optimizer,
                                    struct nn_error *error)
{
    bool fits = state->params == count_params(net);
    size_t k = 0;
    for (int i = 0; fits && i < net->count; i++)
        for (int p = 0; fits && p < net->nodes[i]->param_count; p++, k++) {
            const struct nn_param_spec *spec = &net->nodes[i]->params[p].spec;
            fits = state->sizes[k] == nn_shape_size(&spec->shape) &&
                   slots_fit(state->slots + k * NN_MAX_SLOTS, spec->trainable, optimizer);
        }
    if (fits)
        return NN_OK;
    return nn_fail(error, NN_STATE,
                   "the state of the optimizer belongs to another net or optimizer: `compile` "
                   "starts it anew");
}

/* Calls copy for every array of a snapshot, in its order; it moves *at on. */
typedef void visit_block(float **at, float *block, size_t size);

static void visit(const struct nn_net *net, const struct nn_train_state *state, visit_block *copy,
                  float **at)
{
    size_t k = 0;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++, k++) {
            copy(at, net->nodes[i]->params[p].value.data, state->sizes[k]);
            for (int s = 0; s < NN_MAX_SLOTS; s++)
                if (state->slots[k * NN_MAX_SLOTS + (size_t)s])
                    copy(at, state->slots[k * NN_MAX_SLOTS + (size_t)s], state->sizes[k]);
        }
}

static void save_block(float **at, float *block, size_t size)
{
    memcpy(*at, block, size * sizeof *block);
    *at += size;
}

static void load_block(float **at, float *block, size_t size)
{
    memcpy(block, *at, size * sizeof *block);
    *at += size;
}

static void swap_block(float **at, float *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        float other = block[i];
        block[i] = (*at)[i];
        (*at)[i] = other;
    }
    *at += size;
}

enum nn_status nn_snapshot_init(struct nn_snapshot *snapshot, const struct nn_train_state *state,
                                struct nn_error *error)
{
    size_t floats = 0;
    for (size_t k = 0; k < state->params; k++) {
        size_t arrays = 1, size;
        for (int s = 0; s < NN_MAX_SLOTS; s++)
            arrays += state->slots[k * NN_MAX_SLOTS + (size_t)s] != NULL;
        if (!nn_size_mul(arrays, state->sizes[k], &size) || !nn_size_add(floats, size, &floats))
            return nn_fail(error, NN_LIMIT, "the net is too large for a snapshot");
    }
    float *values = nn_calloc_aligned(floats, sizeof *values);
    if (!values)
        return nn_fail_memory(error, floats * sizeof *values);
    *snapshot = (struct nn_snapshot){.values = values, .count = floats};
    return NN_OK;
}

void nn_snapshot_clear(struct nn_snapshot *snapshot)
{
    nn_free(snapshot->values);
    *snapshot = (struct nn_snapshot){0};
}

void nn_snapshot_take(struct nn_snapshot *snapshot, const struct nn_net *net,
                      const struct nn_train_state *state)
{
    float *at = snapshot->values;
    visit(net, state, save_block, &at);
    snapshot->step = state->step;
    snapshot->product = state->product;
}

void nn_snapshot_restore(const struct nn_snapshot *snapshot, struct nn_net *net,
                         struct nn_train_state *state)
{
    float *at = snapshot->values;
    visit(net, state, load_block, &at);
    state->step = snapshot->step;
    state->product = snapshot->product;
    nn_net_touch(net);
}

void nn_snapshot_swap(struct nn_snapshot *snapshot, struct nn_net *net,
                      struct nn_train_state *state)
{
    const uint64_t step = state->step;
    const double product = state->product;
    float *at = snapshot->values;
    visit(net, state, swap_block, &at);
    state->step = snapshot->step;
    state->product = snapshot->product;
    snapshot->step = step;
    snapshot->product = product;
    nn_net_touch(net);
}

void nn_run_clear(struct nn_run *run)
{
    nn_free(run->sums);
    *run = (struct nn_run){0};
}

void nn_watch_clear(struct nn_watch *watch)
{
    nn_snapshot_clear(&watch->kept);
    *watch = (struct nn_watch){0};
}
