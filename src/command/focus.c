#include "command/focus.h"

#include "base/mem.h"
#include "command/job.h"

#include <stdio.h>
#include <string.h>

void nn_focus_clear(struct nn_focus *focus)
{
    nn_free(focus->input);
    nn_free(focus->prediction);
    nn_result_free(focus->activations);
    *focus = (struct nn_focus){0};
}

void nn_features_clear(struct nn_shown_columns *columns)
{
    nn_free(columns->figures);
    *columns = (struct nn_shown_columns){0};
}

int nn_focus_layer(const struct nn_net *net)
{
    int maps = 0, hidden = 0, last = 0;
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        if (node->param_count == 0 || node->params[0].value.shape.rank < 2)
            continue;
        if (node->shape.rank == 3 && node->shape.dim[1] * node->shape.dim[2] > 1)
            maps = i;
        hidden = last; /* all but the last: that one answers */
        last = i;
    }
    return maps ? maps : hidden ? hidden : last;
}

/* Shape of the values for `n` samples: of images always C x H x W, of others one row of units. */
static struct nn_shape maps_shape(const struct nn_node *node, size_t n)
{
    struct nn_shape shape = {0};
    if (n > 1)
        shape.dim[shape.rank++] = n;
    if (node->shape.rank == 3) {
        for (int i = 0; i < 3; i++)
            shape.dim[shape.rank++] = node->shape.dim[i];
    } else {
        shape.dim[shape.rank++] = node->size;
    }
    return shape;
}

static bool has_negative(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] < 0)
            return true;
    return false;
}

enum nn_status nn_activations(const struct nn_net *net, int node, const float *x, size_t n,
                              struct nn_result **result, struct nn_error *error)
{
    const struct nn_node *at = net->nodes[node];
    struct nn_shape shape = maps_shape(at, n);
    struct nn_pass *pass = NULL;
    struct nn_result *made = NULL;
    size_t input = net->nodes[0]->size, chunk = n < 64 ? n : 64;
    enum nn_status status = NN_OK;
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    NN_TRY(nn_result_new(NN_RESULT_MAPS, "activations", &made, error));
    NN_TRY(nn_tensor_init(&made->values, &shape, error));
    for (size_t first = 0; first < n; first += chunk) {
        size_t count = n - first < chunk ? n - first : chunk;
        memcpy(nn_pass_input(pass), x + first * input, count * input * sizeof *x);
        nn_pass_forward(pass, count, NULL);
        memcpy(made->values.data + first * at->size, nn_pass_output(pass, node),
               count * at->size * sizeof *x);
    }
    made->scale =
        has_negative(made->values.data, n * at->size) ? NN_SCALE_SIGNED : NN_SCALE_POSITIVE;
    snprintf(made->layer, sizeof made->layer, "%s", at->name);
    *result = made;
    made = NULL;
out:
    nn_result_free(made);
    nn_pass_free(pass);
    return status;
}

/* The net whose activations are shown. */
static const struct nn_net *maps_of(const struct nn_session *session, const struct nn_net *net)
{
    return session->frozen ? session->frozen : net;
}

static bool is_current(const struct nn_session *session, const struct nn_net *net)
{
    const struct nn_focus *focus = &session->focus;
    return focus->dataset == session->dataset && focus->revision == net->revision &&
           focus->maps == maps_of(session, net)->revision && focus->split == session->split &&
           focus->sample == session->sample && focus->layer == session->layer;
}

/* The prediction is what the last node gives, activations are those of the cursor's layer. */
static enum nn_status look_through_net(struct nn_session *session, const struct nn_net *net,
                                       struct nn_focus *focus)
{
    struct nn_pass *pass = NULL;
    const struct nn_node *output = nn_net_output(net);
    enum nn_status status = NN_OK;
    NN_TRY(nn_pass_new(net, 1, NN_PASS_FORWARD, 0, &pass, NULL));
    memcpy(nn_pass_input(pass), focus->input, net->nodes[0]->size * sizeof(float));
    nn_pass_forward(pass, 1, NULL);
    focus->prediction = nn_calloc(output->size, sizeof(float));
    if (focus->prediction) {
        memcpy(focus->prediction, nn_pass_output(pass, output->index),
               output->size * sizeof(float));
        focus->prediction_count = output->size;
    }
    int layer = session->layer < net->count ? session->layer : 0;
    NN_TRY(
        nn_activations(maps_of(session, net), layer, focus->input, 1, &focus->activations, NULL));
    focus->activations->sample = (long)focus->sample;
out:
    nn_pass_free(pass);
    return status;
}

/* What cannot be computed stays NULL: the screens then say "no data". */
static void refresh(struct nn_session *session, const struct nn_net *net)
{
    struct nn_focus *focus = &session->focus;
    const struct nn_dataset *data = session->dataset;
    nn_focus_clear(focus);
    focus->revision = net->revision;
    focus->maps = maps_of(session, net)->revision;
    focus->dataset = data;
    focus->split = session->split;
    focus->sample = session->sample;
    focus->layer = session->layer;
    if (!data || session->sample >= data->split_count[session->split])
        return;
    struct nn_source source;
    nn_dataset_source(data, session->split, &source);
    focus->input = nn_calloc(nn_shape_size(&source.shape), sizeof(float));
    if (!focus->input)
        return;
    nn_dataset_sample(data, session->split, session->sample, focus->input);
    if (net->count > 1 && nn_shape_equal(&net->nodes[0]->shape, &source.shape))
        look_through_net(session, net, focus);
}

/* Of the cursor's sample, or of no sample at all (actmax, dream). */
static bool is_explanation(const struct nn_session *session, const struct nn_result *result)
{
    if (result->kind == NN_RESULT_IMAGE || result->kind == NN_RESULT_GALLERY)
        return *result->method != '\0';
    if (session->class_shown >= 0 && result->class_shown >= 0 &&
        result->class_shown != session->class_shown)
        return false;
    return result->kind == NN_RESULT_ATTRIBUTION && result->sample == (long)session->sample &&
           strcmp(result->split, nn_split_names[session->split]) == 0;
}

/* The same was explained again in the same way: the newest is enough. */
static bool is_known(const struct nn_scene *scene, const struct nn_result *result)
{
    for (size_t i = 0; i < scene->explanation_count; i++) {
        const struct nn_result *other = scene->explanations[i];
        if (strcmp(result->method, other->method) == 0 &&
            strcmp(result->parameters, other->parameters) == 0 &&
            strcmp(result->target, other->target) == 0 && strcmp(result->layer, other->layer) == 0)
            return true;
    }
    return false;
}

/* What drives the cursor's unit: of a layer by its name, and a unit of it. */
static void pick_driver(const struct nn_session *session, size_t index, bool old,
                        struct nn_scene *scene)
{
    const struct nn_result *result = session->results[index];
    const struct nn_net *net = scene->net;
    if (!net || session->layer >= net->count || result->unit != (long)session->map ||
        strcmp(result->layer, net->nodes[session->layer]->name) != 0)
        return;
    if (strcmp(result->command, "examples") == 0 && !scene->examples) {
        scene->examples = result;
        scene->examples_old = old;
        scene->ideal_newer = scene->ideal;
    } else if (strcmp(result->method, "actmax") == 0 && !scene->ideal) {
        scene->ideal = result;
        scene->ideal_old = old;
    }
}

/* The kept results that are about this net: explanations of the cursor's sample, also from before
 * it was trained on, and the newest matrix that still holds. */
static void pick_results(const struct nn_session *session, struct nn_scene *scene)
{
    struct nn_moment now = nn_session_moment(session);
    for (size_t i = 0; i < session->result_count; i++) {
        const struct nn_result *result = session->results[i];
        const struct nn_moment *then = &session->result_moments[i];
        bool holds = then->revision == now.revision;
        if (then->subject != now.subject)
            continue;
        bool old = !holds || then->batches != now.batches;
        pick_driver(session, i, old, scene);
        if (strcmp(result->command, "confusion") == 0 && !scene->confusion && holds)
            scene->confusion = result;
        if (scene->explanation_count < 8 && is_explanation(session, result) &&
            !is_known(scene, result)) {
            scene->explanation_epoch[scene->explanation_count] = then->epochs + 1;
            scene->explanation_old[scene->explanation_count] = old;
            scene->explanations[scene->explanation_count++] = result;
        }
    }
}

#define MOST_CELLS ((size_t)200000) /* that are looked through while a person waits */

/* The figures of a table's features; of a large one none: that takes its time. */
static void look_at_columns(struct nn_session *session, struct nn_scene *scene)
{
    struct nn_shown_columns *columns = &session->features;
    const struct nn_dataset *data = session->dataset;
    if (!data || data->samples->shape.rank != 1)
        return;
    if (columns->samples != data->samples) {
        nn_features_clear(columns);
        columns->samples = data->samples;
        size_t count = nn_dataset_column_count(data);
        bool small = count > 0 && data->samples->count <= MOST_CELLS / count;
        struct nn_column_figures *figures = small ? nn_calloc(count, sizeof *figures) : NULL;
        if (figures && nn_dataset_columns(data, figures, NULL, NULL) == NN_OK) {
            columns->figures = figures;
            columns->count = count;
        } else {
            nn_free(figures);
        }
    }
    scene->columns = columns->figures;
    scene->column_count = columns->count;
}

void nn_session_scene(struct nn_session *session, struct nn_scene *scene)
{
    const struct nn_net *net = NULL;
    *scene = (struct nn_scene){.dataset = session->dataset,
                               .recipe = session->recipe.loss ? &session->recipe : NULL,
                               .history = nn_job_history(session),
                               .training = nn_job_training(session),
                               .paused = nn_job_paused(session),
                               .job = nn_job_name(session),
                               .job_fraction = nn_job_fraction(session),
                               .label = -1,
                               .split = session->split,
                               .sample = session->sample,
                               .layer = session->layer,
                               .map = session->map,
                               .runs = &session->runs,
                               .browse = session->browse,
                               .overlay = session->overlay,
                               .zoom = session->zoom,
                               .own_scale = session->own_scale,
                               .frozen = session->frozen,
                               .frozen_epoch = session->frozen_epoch,
                               .log_axis = session->log_axis,
                               .smoothing = session->smoothing};
    memcpy(scene->at, session->at, sizeof scene->at);
    if (!scene->history)
        scene->history = &session->history;
    if (nn_job_progress(session))
        scene->progress = *nn_job_progress(session);
    nn_job_net(session, false, &net, NULL);
    if (net && net->count > 0)
        scene->net = net;
    if (net && !is_current(session, net))
        refresh(session, net);
    const struct nn_focus *focus = &session->focus;
    scene->input = focus->input;
    scene->prediction = focus->prediction;
    scene->prediction_count = focus->prediction_count;
    scene->activations = focus->activations;
    if (session->dataset && session->sample < session->dataset->split_count[session->split])
        scene->label = nn_dataset_label(session->dataset, session->split, session->sample);
    pick_results(session, scene);
    look_at_columns(session, scene);
    scene->health = scene->net ? nn_job_layers(session) : NULL;
    if (session->diagnosis.count > 0)
        scene->diagnosis = &session->diagnosis;
    scene->diagnosis_old = session->diagnosis_revision != nn_job_revision(session);
}
