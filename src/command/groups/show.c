/* look: show and select, the screens and their cursor. */
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/job.h"
#include "command/subject.h"
#include "view/scene.h"

#include <inttypes.h>
#include <string.h>

/* The arguments that both commands have; show has one before them. */
enum { CURSOR_SAMPLE, CURSOR_SPLIT, CURSOR_LAYER, CURSOR_MAP, CURSOR_PLACES };

#define NN_PLACE_ARG(name_, help_)                                                                 \
    {                                                                                              \
        .name = name_, .type = NN_ARG_TEXT, .help = help_ ", from 0, or +1, -1"                    \
    }

#define NN_CURSOR_ARGS                                                                             \
    {.name = "sample",                                                                             \
     .type = NN_ARG_TEXT,                                                                          \
     .help = "number in its split, from 0, or +1, -1 for the next, the one before"},               \
        {.name = "split", .type = NN_ARG_TEXT, .choices = "@splits", .help = "its split"},         \
        {.name = "layer", .type = NN_ARG_LAYER, .help = "name or number, or +1, -1"},              \
        {.name = "map",                                                                            \
         .type = NN_ARG_TEXT,                                                                      \
         .help = "number of the feature map or unit, or +1, -1"},                                  \
        NN_PLACE_ARG("finding", "number in the last diagnosis"),                                   \
        NN_PLACE_ARG("run", "number among the runs"),                                              \
        NN_PLACE_ARG("epoch", "epoch of the curves, where they are read off"),                     \
        NN_PLACE_ARG("actual", "true class of the cell of the confusion matrix"),                  \
        NN_PLACE_ARG("predicted", "predicted class of that cell"),                                 \
        NN_PLACE_ARG("y", "row of the cursor in the feature map"), NN_PLACE_ARG("x", "its column")

/* Where the cursor is to go; checked as a whole before it moves. */
struct cursor {
    const struct nn_screen *screen;
    enum nn_split split;
    size_t sample, map, at[NN_AT_COUNT];
    int layer;
};

/* A new place among `count`: a number (checked), or +N, -N from the old one (ends at the ends). */
static enum nn_status move(const char *what, const char *text, size_t count, size_t *place,
                           struct nn_error *error)
{
    int64_t number;
    bool relative = text[0] == '+' || text[0] == '-';
    if (!nn_number_parse_int(text, strlen(text), &number))
        return nn_fail(error, NN_SYNTAX, "%s=%s: a number is needed, or one with + or - before it",
                       what, NN_VISIBLE(text));
    if (count == 0)
        return nn_fail(error, NN_STATE, "there is no %s to go to", what);
    if (relative) {
        int64_t last = (int64_t)count - 1, old = (int64_t)*place;
        int64_t step = number > last ? last : number < -last ? -last : number;
        int64_t to = old + step;
        *place = (size_t)(to < 0 ? 0 : to > last ? last : to);
        return NN_OK;
    }
    if ((uint64_t)number >= count)
        return nn_fail(error, NN_ARGUMENT, "there is no %s %" PRId64 ": there are %zu, from 0",
                       what, number, count);
    *place = (size_t)number;
    return NN_OK;
}

static enum nn_status move_sample(const struct nn_session *session, const struct nn_arg *values,
                                  struct cursor *to, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    enum nn_status status = NN_OK;
    if (!values[CURSOR_SPLIT].set && !values[CURSOR_SAMPLE].set)
        return NN_OK;
    NN_TRY(nn_subject_data(session, &data, error));
    if (values[CURSOR_SPLIT].set) {
        NN_TRY(nn_subject_split(session, values[CURSOR_SPLIT].text, &to->split, error));
        to->sample = 0;
    }
    if (values[CURSOR_SAMPLE].set)
        NN_TRY(move("sample", values[CURSOR_SAMPLE].text, data->split_count[to->split], &to->sample,
                    error));
out:
    return status;
}

/* What a layer has to go through: feature maps, or units. */
static size_t count_maps(const struct nn_net *net, int layer)
{
    if (layer >= net->count)
        return 0;
    const struct nn_node *node = net->nodes[layer];
    return node->shape.rank == 3 ? node->shape.dim[0] : node->size;
}

static enum nn_status move_layer(const struct nn_net *net, const struct nn_arg *values,
                                 struct cursor *to, struct nn_error *error)
{
    const char *layer = values[CURSOR_LAYER].text;
    enum nn_status status = NN_OK;
    if (layer && (layer[0] == '+' || layer[0] == '-')) {
        size_t place = (size_t)to->layer;
        NN_TRY(move("layer", layer, (size_t)net->count, &place, error));
        to->layer = (int)place;
    } else if (layer) {
        NN_TRY(nn_net_find(net, layer, &to->layer, error));
    }
    if (layer)
        to->map = 0;
    if (values[CURSOR_MAP].set)
        NN_TRY(move("map", values[CURSOR_MAP].text, count_maps(net, to->layer), &to->map, error));
out:
    return status;
}

/* What the other cursors have to go through. */
static size_t count_findings(const struct nn_session *session)
{
    return session->diagnosis.count;
}

static size_t count_runs(const struct nn_session *session)
{
    return session->runs.count;
}

static size_t count_epochs(const struct nn_session *session)
{
    const struct nn_history *history = nn_job_history(session);
    return history ? history->epochs : session->history.epochs;
}

static size_t count_classes(const struct nn_session *session)
{
    return session->dataset ? session->dataset->samples->class_count : 0;
}

/* Rows (2) or columns (1) of the maps of the cursor's layer, counted from the end of the shape. */
static size_t map_extent(const struct nn_session *session, int from_end)
{
    const struct nn_net *net = session->net;
    const struct nn_shape *shape =
        session->layer < net->count ? &net->nodes[session->layer]->shape : NULL;
    return shape && shape->rank == 3 ? shape->dim[shape->rank - from_end] : 0;
}

static size_t count_rows(const struct nn_session *session)
{
    return map_extent(session, 2);
}

static size_t count_columns(const struct nn_session *session)
{
    return map_extent(session, 1);
}

static const struct {
    const char *name;
    size_t (*count)(const struct nn_session *session);
} places[NN_AT_COUNT] = {
    [NN_AT_FINDING] = {"finding", count_findings}, [NN_AT_RUN] = {"run", count_runs},
    [NN_AT_EPOCH] = {"epoch", count_epochs},       [NN_AT_TRUTH] = {"class", count_classes},
    [NN_AT_PREDICTED] = {"class", count_classes},  [NN_AT_Y] = {"row", count_rows},
    [NN_AT_X] = {"column", count_columns}};

/* Checks all, then moves the session's cursor. The graph of the net does not change while a job
 * trains. */
static enum nn_status move_cursor(struct nn_session *session, const struct nn_arg *values,
                                  const struct nn_screen *screen, struct nn_error *error)
{
    struct cursor to = {.screen = screen,
                        .split = session->split,
                        .sample = session->sample,
                        .map = session->map,
                        .layer = session->layer};
    memcpy(to.at, session->at, sizeof to.at);
    enum nn_status status = NN_OK;
    NN_TRY(move_sample(session, values, &to, error));
    NN_TRY(move_layer(session->net, values, &to, error));
    for (int i = 0; i < NN_AT_COUNT; i++)
        if (values[CURSOR_PLACES + i].set)
            NN_TRY(move(places[i].name, values[CURSOR_PLACES + i].text, places[i].count(session),
                        &to.at[i], error));
    memcpy(session->at, to.at, sizeof to.at);
    session->screen = to.screen;
    session->split = to.split;
    session->sample = to.sample;
    session->layer = to.layer;
    session->map = to.map;
out:
    return status;
}

/* ---- show ---- */

static const struct nn_arg_spec show_args[] = {
    {.name = "screen",
     .type = NN_ARG_TEXT,
     .choices = "@screens",
     .help = "its name; else the one shown",
     .flags = NN_ARG_POSITIONAL},
    NN_CURSOR_ARGS,
    {0},
};

static enum nn_status find_screen(const struct nn_session *session, const char *name,
                                  const struct nn_screen **screen, struct nn_error *error)
{
    *screen = name ? nn_screen_find(name) : session->screen ? session->screen : nn_screens[0];
    if (*screen)
        return NN_OK;
    const char *nearest = NULL;
    for (size_t i = 0; i < nn_screen_count && !nearest; i++)
        nearest = nn_text_nearest(name, &nn_screens[i]->name, 1);
    nn_fail(error, NN_SYNTAX, "unknown screen `%s`", NN_VISIBLE(name));
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", nearest);
    else
        nn_fail_hint(error, "`help show` lists them");
    return NN_SYNTAX;
}

static enum nn_status run_show(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_screen *screen = NULL;
    enum nn_status status = find_screen(session, nn_args_text(invocation->args, 0), &screen, error);
    if (status == NN_SYNTAX && error)
        error->column = invocation->words[0].column;
    if (status == NN_OK)
        status = move_cursor(session, invocation->args->values + 1, screen, error);
    if (status == NN_OK && session->output.show)
        session->output.show(session->output.context, screen);
    return status;
}

const struct nn_command nn_command_show = {
    .name = "show",
    .group = "look",
    .summary = "Shows a screen, and moves its cursor",
    .details = "In a script the screen is printed, as large as `--size=` says.",
    .args = show_args,
    .examples =
        (const struct nn_example[]){{"show data sample=5", "data demo digits",
                                     "The data screen, at the sixth sample of the test split"},
                                    {0}},
    .flags = NN_COMMAND_READS,
    .run = run_show,
};

/* ---- select ---- */

static const struct nn_arg_spec select_args[] = {NN_CURSOR_ARGS, {0}};

static enum nn_status run_select(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    return move_cursor(session, invocation->args->values, session->screen, error);
}

const struct nn_command nn_command_select = {
    .name = "select",
    .group = "look",
    .summary = "Moves the cursor to a sample, a layer or a feature map",
    .details = "Commands without `sample=` take the cursor's; keys of the screens move it too.",
    .args = select_args,
    .examples =
        (const struct nn_example[]){
            {"select sample=+1", "data demo digits", "The next sample"},
            {"select split=train sample=7", "data demo digits", "The eighth training sample"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_select,
};
