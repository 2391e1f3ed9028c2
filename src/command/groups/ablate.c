/* look: ablate, what the answer would be without a feature map or unit. */
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/subject.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ABLATE_LAYER, ABLATE_MAP, ABLATE_SAMPLE, ABLATE_SPLIT, ABLATE_OUT };

static const struct nn_arg_spec ablate_args[] = {
    {.name = "layer", .type = NN_ARG_LAYER, .help = "name or number; else the cursor's"},
    {.name = "map",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "feature map or unit, from 0; else the cursor's"},
    {.name = "sample",
     .type = NN_ARG_SAMPLE,
     .help = "number in its split, from 0; else the last one looked at"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else the one last looked at"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .csv or .json file"},
    {0},
};

/* Outputs of one sample with and without the map, [outputs] each. */
struct ablation {
    int layer;
    size_t map, first, count; /* values of the layer's output that become 0 */
    float *before, *after;
    size_t outputs;
};

/* Feature maps are the first axis of what has three or two; others have units. */
static enum nn_status choose_map(const struct nn_net *net, struct ablation *ablation,
                                 struct nn_error *error)
{
    const struct nn_node *node = net->nodes[ablation->layer];
    size_t maps = node->shape.rank >= 2 ? node->shape.dim[0] : node->size;
    if (ablation->map >= maps)
        return nn_fail(error, NN_ARGUMENT, "%s has no map %zu: there are %zu, from 0", node->name,
                       ablation->map, maps);
    if (ablation->layer == net->count - 1)
        return nn_fail(error, NN_ARGUMENT, "%s is the answer itself: choose a layer before it",
                       node->name);
    ablation->count = node->size / maps;
    ablation->first = ablation->map * ablation->count;
    return NN_OK;
}

static enum nn_status run_both(const struct nn_net *net, const float *x, struct ablation *ablation,
                               struct nn_error *error)
{
    struct nn_pass *pass = NULL;
    const struct nn_node *output = nn_net_output(net);
    enum nn_status status;
    ablation->outputs = output->size;
    ablation->before = nn_calloc(output->size, sizeof(float));
    ablation->after = nn_calloc(output->size, sizeof(float));
    if (!ablation->before || !ablation->after)
        return nn_fail_memory(error, output->size * sizeof(float));
    NN_TRY(nn_pass_new(net, 1, NN_PASS_FORWARD, 0, &pass, error));
    memcpy(nn_pass_input(pass), x, net->nodes[0]->size * sizeof *x);
    nn_pass_forward(pass, 1, NULL);
    memcpy(ablation->before, nn_pass_output(pass, output->index), output->size * sizeof(float));
    memset(nn_pass_output_mutable(pass, ablation->layer) + ablation->first, 0,
           ablation->count * sizeof(float));
    nn_pass_forward_after(pass, ablation->layer);
    memcpy(ablation->after, nn_pass_output(pass, output->index), output->size * sizeof(float));
out:
    nn_pass_free(pass);
    return status;
}

static enum nn_status fill(const struct nn_session *session, const struct ablation *ablation,
                           struct nn_result *table, struct nn_error *error)
{
    static const char *const columns[] = {"output", "before", "without it", "change"};
    char name[32];
    enum nn_status status = nn_result_table(table, columns, 4, ablation->outputs, error);
    for (size_t i = 0; i < ablation->outputs && status == NN_OK; i++) {
        double before = (double)ablation->before[i], after = (double)ablation->after[i];
        status =
            nn_result_set_text(table, i, 0, nn_subject_class(session, (int32_t)i, name), error);
        nn_result_set_number(table, i, 1, before, 4);
        nn_result_set_number(table, i, 2, after, 4);
        nn_result_set_number(table, i, 3, after - before, 4);
    }
    return status;
}

/* The output that changes most. */
static size_t most_changed(const struct ablation *ablation)
{
    size_t most = 0;
    for (size_t i = 1; i < ablation->outputs; i++)
        if (fabsf(ablation->after[i] - ablation->before[i]) >
            fabsf(ablation->after[most] - ablation->before[most]))
            most = i;
    return most;
}

static enum nn_status give(struct nn_session *session, const struct nn_net *net,
                           const struct nn_subject *subject, const struct ablation *ablation,
                           const char *out, struct nn_error *error)
{
    struct nn_result *table = NULL;
    char sample[48], name[32];
    size_t most = most_changed(ablation);
    double change = (double)ablation->after[most] - (double)ablation->before[most];
    enum nn_status status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "ablate", &table, error));
    NN_TRY(fill(session, ablation, table, error));
    nn_subject_name(subject, sample);
    snprintf(table->title, sizeof table->title, "the answer without map %zu of %s, %s",
             ablation->map, net->nodes[ablation->layer]->name, sample);
    snprintf(table->layer, sizeof table->layer, "%s", net->nodes[ablation->layer]->name);
    snprintf(table->split, sizeof table->split, "%s", nn_split_names[subject->split]);
    table->sample = subject->first;
    snprintf(table->note, sizeof table->note, "%s changes most.",
             nn_subject_class(session, (int32_t)most, name));
    nn_result_figure(table, "most", change);
    table->figures_hidden = true;
    status = nn_deliver(session, table, out, error);
    table = NULL;
out:
    nn_result_free(table);
    return status;
}

static enum nn_status run_ablate(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    const char *layer = nn_args_text(args, ABLATE_LAYER), *out = nn_args_text(args, ABLATE_OUT);
    const struct nn_net *net = NULL;
    struct nn_subject subject = {0};
    struct ablation ablation = {.layer = session->layer, .map = session->map};
    enum nn_status status;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_net(session, &net, error));
    if (layer)
        NN_TRY(nn_net_find(net, layer, &ablation.layer, error));
    if (nn_args_is_set(args, ABLATE_MAP))
        ablation.map = (size_t)nn_args_int(args, ABLATE_MAP);
    NN_TRY(choose_map(net, &ablation, error));
    NN_TRY(nn_subject_samples(session, nn_args_text(args, ABLATE_SPLIT),
                              &args->values[ABLATE_SAMPLE], &subject, error));
    if (subject.count != 1)
        NN_TRY(
            nn_fail(error, NN_ARGUMENT, "ablate looks at one sample: sample=%ld", subject.first));
    NN_TRY(nn_subject_fit(net, &subject.shape, error));
    NN_TRY(run_both(net, subject.x, &ablation, error));
    session->layer = ablation.layer;
    session->map = ablation.map;
    session->split = subject.split;
    session->sample = (size_t)subject.first;
    status = give(session, net, &subject, &ablation, out, error);
out:
    nn_free(ablation.before);
    nn_free(ablation.after);
    nn_subject_clear(&subject);
    return status;
}

const struct nn_command nn_command_ablate = {
    .name = "ablate",
    .group = "look",
    .summary = "What the net would answer without a feature map or unit",
    .details = "Its values become 0 for this sample, and the layers behind it are run again; the "
               "net itself stays as it is.",
    .args = ablate_args,
    .examples =
        (const struct nn_example[]){
            {"ablate layer=relu1 map=3 sample=0",
             "data demo digits; add conv2d 8 3 relu; add maxpool2d 2; add flatten; add dense 10 "
             "softmax; compile loss=categorical_crossentropy; train 1",
             "Whether the fourth map of the first convolution matters"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_ablate,
};
