#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "engine/regularize.h"
#include "model/format.h"
#include "model/read_net.h"
#include "model/train.h"

#include <math.h>
#include <string.h>

/* A member that is a finite number as text. */
static enum nn_status read_number(const json_t *json, const char *key, double *number,
                                  struct nn_error *error)
{
    const char *text = "";
    enum nn_status status = nn_json_string(json, key, &text, error);
    if (status != NN_OK)
        return status;
    double value;
    if (!nn_number_parse(text, strlen(text), &value) || !isfinite(value))
        return nn_fail(error, NN_DAMAGED, "%s %s is not a number", key, NN_VISIBLE(text));
    *number = value;
    return NN_OK;
}

static enum nn_status read_positive(const json_t *json, const char *key, double *number,
                                    struct nn_error *error)
{
    enum nn_status status = read_number(json, key, number, error);
    if (status == NN_OK && *number < 0)
        status = nn_fail(error, NN_DAMAGED, "%s is below 0", key);
    return status;
}

/* Absent: not known, NaN. */
static enum nn_status read_known(const json_t *json, const char *key, double *number,
                                 struct nn_error *error)
{
    *number = (double)NAN;
    return json_object_get(json, key) ? read_number(json, key, number, error) : NN_OK;
}

static enum nn_status read_bool(const json_t *json, const char *key, bool *value,
                                struct nn_error *error)
{
    const json_t *member = json_object_get(json, key);
    if (!json_is_boolean(member))
        return nn_fail(error, NN_DAMAGED, "%s is missing or neither true nor false", key);
    *value = json_is_true(member);
    return NN_OK;
}

/* ---- recipe ---- */

/* Arguments that older files do not have: their defaults. */
static enum nn_status read_args_if_any(const json_t *json, const struct nn_arg_spec *specs,
                                       const char *what, struct nn_args *args,
                                       struct nn_error *error)
{
    return json ? nn_read_args(json, specs, what, args, error)
                : nn_args_default(args, specs, error);
}

static enum nn_status read_metric(const json_t *json, const json_t *args, struct nn_recipe *recipe,
                                  struct nn_error *error)
{
    const char *name = json_string_value(json);
    const struct nn_metric_class *metric = name ? nn_metric_find(name) : NULL;
    if (!metric)
        return nn_fail(error, NN_DAMAGED, "there is no metric %s",
                       NN_VISIBLE(name ? name : "without a name"));
    int at = recipe->metric_count;
    enum nn_status status = nn_recipe_add_metric(recipe, metric, error);
    if (status != NN_OK || !args)
        return status;
    const struct nn_arg_spec *specs = recipe->metric_args[at].specs;
    nn_args_clear(&recipe->metric_args[at]);
    return nn_read_args(args, specs, metric->name, &recipe->metric_args[at], error);
}

static enum nn_status read_metrics(const json_t *names, const json_t *args,
                                   struct nn_recipe *recipe, struct nn_error *error)
{
    const size_t count = json_array_size(names);
    if (!json_is_array(names) || count > NN_MAX_METRICS || (args && json_array_size(args) != count))
        return nn_fail(error, NN_DAMAGED, "metrics is not an array of at most %d names",
                       NN_MAX_METRICS);
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < count && status == NN_OK; i++)
        status = read_metric(json_array_get(names, i), json_array_get(args, i), recipe, error);
    return status;
}

/* Older files have none: it is constant. */
static enum nn_status read_schedule(const json_t *json, struct nn_recipe *recipe,
                                    struct nn_error *error)
{
    const json_t *name = json_object_get(json, "schedule");
    const char *text = name ? json_string_value(name) : "constant";
    const struct nn_schedule_class *schedule = text ? nn_schedule_find(text) : NULL;
    if (!schedule)
        return nn_fail(error, NN_DAMAGED, "there is no schedule %s",
                       NN_VISIBLE(text ? text : "without a name"));
    recipe->schedule = schedule;
    return read_args_if_any(json_object_get(json, "schedule_args"), schedule->args, schedule->name,
                            &recipe->schedule_args, error);
}

enum nn_status nn_read_recipe(const json_t *json, struct nn_recipe *recipe, struct nn_error *error)
{
    const char *name = "";
    enum nn_status status;
    NN_TRY(nn_json_string(json, "loss", &name, error));
    const struct nn_loss_class *loss = nn_loss_find(name);
    if (!loss)
        return nn_fail(error, NN_DAMAGED, "there is no loss %s", NN_VISIBLE(name));
    NN_TRY(nn_read_args(json_object_get(json, "loss_args"), loss->args, loss->name,
                        &recipe->loss_args, error));
    NN_TRY(nn_json_string(json, "optimizer", &name, error));
    const struct nn_optimizer_class *optimizer = nn_optimizer_find(name);
    if (!optimizer)
        return nn_fail(error, NN_DAMAGED, "there is no optimizer %s", NN_VISIBLE(name));
    NN_TRY(nn_read_args(json_object_get(json, "optimizer_args"), optimizer->args, optimizer->name,
                        &recipe->optimizer_args, error));
    NN_TRY(read_positive(json, "lr", &recipe->lr, error));
    NN_TRY(read_args_if_any(json_object_get(json, "regularizer"), nn_regularizer_args,
                            "the regularizer", &recipe->regularizer_args, error));
    NN_TRY(read_schedule(json, recipe, error));
    NN_TRY(read_metrics(json_object_get(json, "metrics"), json_object_get(json, "metric_args"),
                        recipe, error));
    recipe->loss = loss;
    recipe->optimizer = optimizer;
out:
    return status;
}

/* ---- state ---- */

static enum nn_status read_slots(const struct nn_safetensors *file, const struct nn_net *net,
                                 const struct nn_optimizer_class *optimizer,
                                 struct nn_train_state *state, struct nn_error *error)
{
    char name[NN_NAME_SIZE * 2], slot_name[NN_MODEL_NAME_SIZE];
    enum nn_status status = NN_OK;
    const struct nn_param *param;
    for (size_t i = 0; (param = nn_net_param(net, i, NULL, name)); i++)
        for (size_t k = 0; i < state->params && k < NN_MAX_SLOTS; k++) {
            float *slot = state->slots[i * NN_MAX_SLOTS + k];
            if (!slot)
                continue;
            nn_model_slot_name(slot_name, name, optimizer->slots[k]);
            NN_TRY(nn_read_floats(file, slot_name, &param->value.shape, slot, error));
        }
out:
    return status;
}

static enum nn_status read_schedule_state(const json_t *json, struct nn_train_state *state,
                                          struct nn_error *error)
{
    if (json && json_array_size(json) != NN_SCHEDULE_STATE)
        return nn_fail(error, NN_DAMAGED, "the schedule's state is not an array of %d numbers",
                       NN_SCHEDULE_STATE);
    for (size_t i = 0; json && i < NN_SCHEDULE_STATE; i++) {
        const char *text = json_string_value(json_array_get(json, i));
        if (!text || !nn_number_parse(text, strlen(text), &state->schedule[i]) ||
            !isfinite(state->schedule[i]))
            return nn_fail(error, NN_DAMAGED, "entry %zu of the schedule's state is no number", i);
    }
    return NN_OK;
}

static enum nn_status read_options(const json_t *json, struct nn_train_options *options,
                                   struct nn_error *error)
{
    uint64_t batch = 0;
    const char *augment = "";
    enum nn_status status;
    NN_TRY(nn_json_u64(json, "epochs", &options->epochs, error));
    NN_TRY(nn_json_u64(json, "batch", &batch, error));
    NN_TRY(nn_json_u64(json, "seed", &options->seed, error));
    NN_TRY(read_bool(json, "shuffle", &options->shuffle, error));
    NN_TRY(nn_json_u64(json, "patience", &options->patience, error));
    NN_TRY(read_positive(json, "clip", &options->clip, error));
    NN_TRY(read_positive(json, "clip_value", &options->clip_value, error));
    NN_TRY(read_positive(json, "held_out", &options->held_out, error));
    NN_TRY(nn_json_string(json, "augment", &augment, error));
    if (strlen(augment) >= sizeof options->augment)
        NN_TRY(nn_fail(error, NN_DAMAGED, "augment is too long"));
    memcpy(options->augment, augment, strlen(augment) + 1);
    if (batch == 0 || batch > SIZE_MAX / 2 || options->held_out >= 1)
        status = nn_fail(error, NN_DAMAGED, "the options of its interrupted run are impossible");
    options->batch = (size_t)batch;
out:
    return status;
}

/* A vector of the file, whatever its length. Gives *values. */
static enum nn_status read_vector(const struct nn_safetensors *file, const char *name,
                                  enum nn_dtype dtype, void **values, size_t *count,
                                  struct nn_error *error)
{
    const struct nn_st_tensor *tensor = nn_safetensors_find(file, name);
    if (!tensor || tensor->dtype != dtype || tensor->shape.rank != 1)
        return nn_fail(error, NN_DAMAGED, "tensor %s is missing or not %s [n]", name,
                       nn_dtype_name(dtype));
    size_t size = nn_dtype_size(dtype), n = tensor->bytes / size;
    void *block = nn_calloc_aligned(n, size);
    if (!block)
        return nn_fail_memory(error, tensor->bytes);
    enum nn_status status = dtype == NN_DTYPE_F64 ? nn_st_tensor_doubles(tensor, block, n, error)
                                                  : nn_st_tensor_floats(tensor, block, n, error);
    if (status != NN_OK) {
        nn_free(block);
        return status;
    }
    *values = block;
    *count = n;
    return NN_OK;
}

/* Absent in files of earlier versions: not known. */
static enum nn_status read_fingerprint(const json_t *json, struct nn_fingerprint *data,
                                       struct nn_error *error)
{
    double numbers[1 + NN_FINGERPRINT_SUMS];
    *data = (struct nn_fingerprint){0};
    if (!json)
        return NN_OK;
    for (size_t k = 0; k < 1 + NN_FINGERPRINT_SUMS; k++) {
        const char *text = json_string_value(json_array_get(json, k));
        if (!text || !nn_number_parse(text, strlen(text), &numbers[k]) || !isfinite(numbers[k]))
            return nn_fail(error, NN_DAMAGED, "data of the interrupted run is not %d numbers",
                           1 + NN_FINGERPRINT_SUMS);
    }
    data->norm = numbers[0];
    memcpy(data->sums, numbers + 1, sizeof data->sums);
    return NN_OK;
}

static enum nn_status read_run(const json_t *json, const struct nn_safetensors *file,
                               struct nn_run *run, struct nn_error *error)
{
    void *sums = NULL;
    enum nn_status status;
    NN_TRY(read_options(json_object_get(json, "options"), &run->options, error));
    NN_TRY(nn_json_u64(json, "samples", &run->samples, error));
    NN_TRY(read_fingerprint(json_object_get(json, "data"), &run->data, error));
    NN_TRY(nn_json_u64(json, "epoch", &run->epoch, error));
    NN_TRY(nn_json_u64(json, "batch", &run->batch, error));
    NN_TRY(read_known(json, "lowest", &run->lowest, error));
    NN_TRY(read_vector(file, NN_MODEL_SUMS, NN_DTYPE_F64, &sums, &run->sum_count, error));
    run->sums = sums;
    run->active = true;
out:
    return status;
}

/* Its snapshot must be as long as the state and the net say. */
static enum nn_status read_watch(const json_t *json, const struct nn_safetensors *file,
                                 const struct nn_train_state *state, struct nn_watch *watch,
                                 struct nn_error *error)
{
    void *values = NULL;
    size_t wanted = 0;
    enum nn_status status;
    for (size_t i = 0; i < state->params; i++)
        for (size_t k = 0; k <= NN_MAX_SLOTS; k++)
            wanted += k == NN_MAX_SLOTS || state->slots[i * NN_MAX_SLOTS + k] ? state->sizes[i] : 0;
    NN_TRY(nn_json_u64(json, "samples", &watch->samples, error));
    NN_TRY(nn_json_u64(json, "waited", &watch->waited, error));
    NN_TRY(read_bool(json, "at_best", &watch->at_best, error));
    NN_TRY(nn_json_u64(json, "step", &watch->kept.step, error));
    NN_TRY(read_positive(json, "product", &watch->kept.product, error));
    NN_TRY(read_known(json, "best_loss", &watch->best_loss, error));
    NN_TRY(read_vector(file, NN_MODEL_KEPT, NN_DTYPE_F32, &values, &watch->kept.count, error));
    watch->kept.values = values;
    NN_TRY(nn_check_finite(NN_MODEL_KEPT, values, watch->kept.count, error));
    if (watch->kept.count != wanted)
        status = nn_fail(error, NN_DAMAGED, "tensor %s has %zu values, the net wants %zu",
                         NN_MODEL_KEPT, watch->kept.count, wanted);
    watch->active = true;
out:
    return status;
}

enum nn_status nn_read_state(const json_t *json, const struct nn_safetensors *file,
                             const struct nn_net *net, const struct nn_recipe *recipe,
                             struct nn_train_state *state, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(nn_train_state_init(state, net, recipe->optimizer, error));
    NN_TRY(read_slots(file, net, recipe->optimizer, state, error));
    NN_TRY(nn_json_u64(json, "step", &state->step, error));
    NN_TRY(nn_json_u64(json, "epoch", &state->epoch, error));
    if (json_object_get(json, "product"))
        NN_TRY(read_positive(json, "product", &state->product, error));
    NN_TRY(read_schedule_state(json_object_get(json, "schedule"), state, error));
    if (json_object_get(json, "run"))
        NN_TRY(read_run(json_object_get(json, "run"), file, &state->run, error));
    if (json_object_get(json, "watch"))
        NN_TRY(read_watch(json_object_get(json, "watch"), file, state, &state->watch, error));
out:
    return status;
}
