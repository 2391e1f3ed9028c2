/* look: show, the screens and their cursor. */
#include "base/text.h"
#include "command/command.h"
#include "command/subject.h"
#include "view/scene.h"

#include <inttypes.h>
#include <stddef.h>

enum { SHOW_SCREEN, SHOW_SAMPLE, SHOW_SPLIT, SHOW_LAYER, SHOW_MAP };

static const struct nn_arg_spec show_args[] = {
    {.name = "screen",
     .type = NN_ARG_TEXT,
     .choices = "@screens",
     .help = "its name; else the one shown",
     .flags = NN_ARG_POSITIONAL},
    {.name = "sample",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "moves the cursor to this sample"},
    {.name = "split", .type = NN_ARG_TEXT, .choices = "@splits", .help = "moves it to this split"},
    {.name = "layer", .type = NN_ARG_LAYER, .help = "moves it to this layer"},
    {.name = "map",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 1e9,
     .help = "moves it to this feature map or unit"},
    {0},
};

/* Where the cursor is to go; checked as a whole before it moves. */
struct cursor {
    const struct nn_screen *screen;
    enum nn_split split;
    size_t sample, map;
    int layer;
};

static enum nn_status find_screen(const char *name, struct cursor *to, struct nn_error *error)
{
    if (name) {
        to->screen = nn_screen_find(name);
    } else if (!to->screen && nn_screen_count) {
        to->screen = nn_screens[0];
    }
    if (to->screen)
        return NN_OK;
    enum nn_status status =
        nn_fail(error, NN_SYNTAX, "unknown screen `%s`", name ? NN_VISIBLE(name) : "");
    const char *nearest = NULL;
    for (size_t i = 0; name && i < nn_screen_count && !nearest; i++)
        nearest = nn_text_nearest(name, &nn_screens[i]->name, 1);
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", nearest);
    return status;
}

static enum nn_status find_sample(const struct nn_session *session, const struct nn_args *args,
                                  struct cursor *to, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (nn_args_is_set(args, SHOW_SPLIT)) {
        status = nn_subject_split(session, nn_args_text(args, SHOW_SPLIT), &to->split, error);
        to->sample = 0;
    }
    if (status != NN_OK || !nn_args_is_set(args, SHOW_SAMPLE))
        return status;
    const struct nn_dataset *data = NULL;
    status = nn_subject_data(session, &data, error);
    if (status != NN_OK)
        return status;
    to->sample = (size_t)nn_args_int(args, SHOW_SAMPLE);
    if (to->sample >= data->split_count[to->split])
        return nn_fail(error, NN_ARGUMENT, "there is no sample %zu: the %s split has %zu, from 0",
                       to->sample, nn_split_names[to->split], data->split_count[to->split]);
    return NN_OK;
}

static enum nn_status run_show(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    struct cursor to = {.screen = session->screen,
                        .split = session->split,
                        .sample = session->sample,
                        .map = session->map,
                        .layer = session->layer};
    enum nn_status status = NN_OK;
    NN_TRY(find_screen(nn_args_text(args, SHOW_SCREEN), &to, error));
    NN_TRY(find_sample(session, args, &to, error));
    if (nn_args_is_set(args, SHOW_LAYER)) {
        NN_TRY(nn_net_find(session->net, nn_args_text(args, SHOW_LAYER), &to.layer, error));
        to.map = 0;
    }
    if (nn_args_is_set(args, SHOW_MAP))
        to.map = (size_t)nn_args_int(args, SHOW_MAP);
    session->screen = to.screen;
    session->split = to.split;
    session->sample = to.sample;
    session->layer = to.layer;
    session->map = to.map;
    if (session->output.show)
        session->output.show(session->output.context, to.screen);
out:
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
