/* net: building and changing the net. */
#include "base/buffer.h"
#include "base/text.h"
#include "command/command.h"
#include "command/job.h"
#include "command/specs.h"
#include "command/subject.h"
#include "engine/initialize.h"
#include "engine/shorthand.h"
#include "model/weights.h"

#include <stdio.h>
#include <string.h>

/* ---- net new ---- */

static const struct nn_arg_spec new_args[] = {
    {.name = "input",
     .type = NN_ARG_DIMS,
     .help = "shape of one sample: 8, 1x28x28; else that of the data",
     .flags = NN_ARG_POSITIONAL},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "seed of the initial parameters; else the session's"},
    {0},
};

static enum nn_status set_input_from_data(const struct nn_session *session, struct nn_net *net,
                                          struct nn_error *error)
{
    struct nn_source source;
    if (!session->dataset)
        return NN_OK;
    nn_dataset_source(session->dataset, NN_SPLIT_TRAIN, &source);
    return nn_net_set_input(net, &source.shape, error);
}

static enum nn_status run_new(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    struct nn_net *net = NULL;
    struct nn_shape shape;
    enum nn_status status = nn_net_new(&net, error);
    if (status != NN_OK)
        return status;
    net->seed = nn_args_is_set(args, 1) ? (uint64_t)nn_args_int(args, 1) : session->seed;
    if (nn_args_is_set(args, 0)) {
        NN_TRY(nn_shape_parse(nn_args_text(args, 0), &shape, error));
        NN_TRY(nn_net_set_input(net, &shape, error));
    } else {
        NN_TRY(set_input_from_data(session, net, error));
    }
    nn_recipe_clear(&session->recipe);
    nn_session_set_net(session, net);
    net = NULL;
out:
    nn_net_free(net);
    return status;
}

const struct nn_command nn_command_net_new = {
    .name = "net new",
    .group = "net",
    .summary = "Begins a new net",
    .details = "The old net, its training state and its curves are gone. Without `input=` the net "
               "takes the "
               "shape of the loaded data, if there are any.",
    .args = new_args,
    .examples =
        (const struct nn_example[]){{"net new input=8; add dense 16 relu; add dense 1 sigmoid",
                                     NULL, "Eight features in, one probability out"},
                                    {0}},
    .flags = NN_COMMAND_NET,
    .run = run_new,
};

/* ---- add ---- */

enum { ADD_LAYER, ADD_FROM, ADD_NAME };

static const struct nn_arg_spec add_args[] = {
    {.name = "layer",
     .type = NN_ARG_TEXT,
     .choices = "@layers",
     .help = "kind of layer, or a shorthand for several",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "from",
     .type = NN_ARG_NAMES,
     .help = "layers whose output it takes; else the last one"},
    {.name = "name", .type = NN_ARG_TEXT, .help = "its name; else made of its kind and a number"},
    {.name = "arguments",
     .type = NN_ARG_WORDS,
     .help = "the layer's own arguments, and an activation at the end: `help LAYER` lists them",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

/* What `add` takes with the layer that the first word names; `from` and `name` may stand anywhere.
 */
static const struct nn_arg_spec *add_specs(const struct nn_word *words, size_t count,
                                           struct nn_arena *arena)
{
    const char *name = count > 0 && !words[0].key ? words[0].value : "";
    const struct nn_layer_class *layer = nn_layer_find(name);
    const struct nn_shorthand *shorthand = nn_shorthand_find(name);
    if (!layer && !shorthand)
        return NULL;
    const struct nn_arg_spec kind[] = {add_args[ADD_LAYER], {0}};
    const struct nn_arg_spec common[] = {add_args[ADD_FROM], add_args[ADD_NAME], {0}};
    const struct nn_arg_spec *parts[] = {kind, layer ? layer->args : shorthand->args, common};
    return nn_specs_join(arena, parts, 3);
}

/* What of `add` is found in its words alone is a syntax error; shapes that do not fit are not. */
static enum nn_status as_syntax(enum nn_status status, const struct nn_invocation *invocation,
                                struct nn_error *error)
{
    if (status != NN_ARGUMENT)
        return status;
    if (error) {
        error->status = NN_SYNTAX;
        if (error->column == 0 && invocation->word_count)
            error->column = invocation->words[0].column;
    }
    return NN_SYNTAX;
}

/* An empty net takes its input from the data; then it is a new one, so that a failure changes
 * nothing. */
static enum nn_status begin_from_data(const struct nn_session *session, struct nn_net **net,
                                      struct nn_error *error)
{
    enum nn_status status = nn_net_new(net, error);
    if (status != NN_OK)
        return status;
    (*net)->seed = session->seed;
    status = set_input_from_data(session, *net, error);
    if (status == NN_OK && (*net)->count == 0)
        status = nn_fail(error, NN_STATE,
                         "the net has no input yet: `net new input=SHAPE`, or load data first");
    return status;
}

static enum nn_status run_add(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_net *fresh = NULL;
    enum nn_status status = NN_OK;
    if (session->net->count == 0)
        NN_TRY(begin_from_data(session, &fresh, error));
    status = nn_net_add_words(fresh ? fresh : session->net, invocation->words,
                              invocation->word_count, error);
    NN_TRY(as_syntax(status, invocation, error));
    if (fresh)
        nn_session_set_net(session, fresh);
    else
        nn_session_net_changed(session, false);
    fresh = NULL;
out:
    nn_net_free(fresh);
    return status;
}

const struct nn_command nn_command_add = {
    .name = "add",
    .group = "net",
    .summary = "Adds a layer",
    .details =
        "Positional values are the layer's own, in the order that `help LAYER` shows; a trailing "
        "activation becomes a layer of its own. The parameters are drawn from the seed at once. A "
        "shorthand adds several layers with names of its own: `add residual 8 name=r` adds "
        "r.conv1, r.bn1 and so on up to r.",
    .args = add_args,
    .examples =
        (const struct nn_example[]){
            {"add conv2d 8 3 relu padding=same; add maxpool2d 2; add flatten; add dense 10 softmax",
             "net new input=1x8x8", "A small convolutional net for 8x8 images"},
            {"add dense 16 relu name=a; add dense 16 relu from=a name=b; add add from=a,b",
             "net new input=8", "A residual connection"},
            {"add block 8 3 relu; add residual 16 stride=2; add globalavgpool2d",
             "net new input=1x8x8", "A small residual net, made of common pieces"},
            {0}},
    .flags = NN_COMMAND_NET | NN_COMMAND_RAW,
    .run = run_add,
    .specs = add_specs,
};

/* ---- net show ---- */

static void join_inputs(const struct nn_net *net, const struct nn_node *node, char *out,
                        size_t size)
{
    int at = 0;
    out[0] = '\0';
    for (int i = 0; i < node->input_count && (size_t)at < size; i++)
        at += snprintf(out + at, size - (size_t)at, "%s%s", i ? "," : "",
                       net->nodes[node->inputs[i]]->name);
}

static size_t count_parameters(const struct nn_node *node)
{
    size_t count = 0;
    for (int i = 0; i < node->param_count; i++)
        if (node->params[i].spec.trainable)
            count += nn_shape_size(&node->params[i].spec.shape);
    return count;
}

static enum nn_status show_node(struct nn_result *result, const struct nn_net *net, int index,
                                struct nn_error *error)
{
    const struct nn_node *node = net->nodes[index];
    size_t row = (size_t)index;
    char shape[NN_SHAPE_TEXT], inputs[NN_NAME_SIZE * 4];
    struct nn_buffer settings;
    enum nn_status status = NN_OK;
    nn_buffer_init(&settings, 4096);
    nn_args_format(&node->args, false, &settings);
    NN_TRY(nn_buffer_check(&settings, error));
    join_inputs(net, node, inputs, sizeof inputs);
    nn_result_set_number(result, row, 0, index, -2);
    NN_TRY(nn_result_set_text(result, row, 1, node->name, error));
    NN_TRY(nn_result_set_text(result, row, 2, node->layer->name, error));
    NN_TRY(nn_result_set_text(result, row, 3, nn_buffer_string(&settings), error));
    NN_TRY(nn_result_set_text(result, row, 4, inputs, error));
    NN_TRY(nn_result_set_text(result, row, 5, nn_shape_text(shape, &node->shape), error));
    nn_result_set_number(result, row, 6, (double)count_parameters(node), -2);
out:
    nn_buffer_clear(&settings);
    return status;
}

static enum nn_status run_net_show(const struct nn_invocation *invocation, struct nn_error *error)
{
    static const char *const columns[] = {"#",    "name",   "layer",     "settings",
                                          "from", "output", "parameters"};
    const struct nn_net *net =
        invocation->session->net; /* its graph does not change while a job trains */
    struct nn_result *result = NULL;
    enum nn_status status = NN_OK;
    if (net->count == 0)
        return nn_fail(error, NN_STATE, "there is no net: `net new` begins one");
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "net show", &result, error));
    NN_TRY(nn_result_table(result, columns, 7, (size_t)net->count, error));
    for (int i = 0; i < net->count; i++)
        NN_TRY(show_node(result, net, i, error));
    snprintf(result->title, sizeof result->title, "the net: %d layer%s", net->count - 1,
             net->count == 2 ? "" : "s");
    result->sample = -1;
    nn_result_figure(result, "parameters", (double)nn_net_param_count(net));
    nn_result_figure(result, "flops", nn_net_flops(net));
    nn_session_give(invocation->session, result);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_net_show = {
    .name = "net show",
    .group = "net",
    .summary = "Lists the layers with their shapes and parameters",
    .args = (const struct nn_arg_spec[]){{0}},
    .examples =
        (const struct nn_example[]){{"net show",
                                     "net new input=4; add dense 8 relu; add dense 3 softmax",
                                     "The layers of a small net"},
                                    {0}},
    .flags = NN_COMMAND_READS,
    .run = run_net_show,
};

/* ---- net set ---- */

static const struct nn_arg_spec set_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number of the layer",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "settings",
     .type = NN_ARG_WORDS,
     .help = "the layer's arguments as key=value",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status check_set_words(const struct nn_invocation *invocation,
                                      struct nn_error *error)
{
    const struct nn_word *words = invocation->words;
    size_t wrong = 0;
    const char *problem = NULL;
    if (invocation->word_count < 2 || words[0].key)
        problem = "`net set` needs a layer and key=value";
    for (size_t i = 1; i < invocation->word_count && !problem; i++)
        if (!words[i].key) {
            problem = "after the layer, `net set` takes key=value only";
            wrong = i;
        }
    if (!problem)
        return NN_OK;
    enum nn_status status = nn_fail(error, NN_SYNTAX, "%s", problem);
    if (error && wrong < invocation->word_count)
        error->column = words[wrong].column;
    return status;
}

static enum nn_status run_set(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_net *net = NULL;
    int index = 0;
    enum nn_status status = check_set_words(invocation, error);
    if (status != NN_OK)
        return status;
    NN_TRY(nn_net_copy(session->net, &net, error)); /* several settings: all or none */
    NN_TRY(nn_net_find(net, invocation->words[0].value, &index, error));
    for (size_t i = 1; i < invocation->word_count; i++) {
        const struct nn_word *word = &invocation->words[i];
        status = nn_net_set(net, index, word->key, word->value, error);
        if (status == NN_ARGUMENT && error && error->column == 0)
            error->column = word->column;
        NN_TRY(as_syntax(status, invocation, error));
    }
    nn_net_free(session->net);
    session->net = net;
    net = NULL;
    nn_session_net_changed(session, false);
out:
    nn_net_free(net);
    return status;
}

const struct nn_command nn_command_net_set = {
    .name = "net set",
    .group = "net",
    .summary = "Changes settings of a layer",
    .details =
        "Shapes are worked out anew. Parameters whose shape stays are kept, others are drawn anew.",
    .args = set_args,
    .examples =
        (const struct nn_example[]){{"net set dense1 units=32",
                                     "net new input=4; add dense 16 relu; add dense 3 softmax",
                                     "Twice as many units in the first layer"},
                                    {0}},
    .flags = NN_COMMAND_NET | NN_COMMAND_RAW,
    .run = run_set,
};

/* ---- net remove ---- */

static const struct nn_arg_spec remove_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number of the layer",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status run_remove(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    int index = 0;
    enum nn_status status =
        nn_net_find(session->net, nn_args_text(invocation->args, 0), &index, error);
    if (status == NN_OK)
        status = nn_net_remove(session->net, index, error);
    if (status == NN_OK)
        nn_session_net_changed(session, false);
    return status;
}

const struct nn_command nn_command_net_remove = {
    .name = "net remove",
    .group = "net",
    .summary = "Removes a layer; those after it take its input",
    .args = remove_args,
    .examples =
        (const struct nn_example[]){
            {"net remove dropout1",
             "net new input=4; add dense 8 relu; add dropout 0.5; add dense 3 softmax",
             "Trains without dropout from now on"},
            {0}},
    .flags = NN_COMMAND_NET,
    .run = run_remove,
};

/* ---- net load ---- */

static const struct nn_arg_spec load_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "a safetensors file",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status run_load(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *path = nn_args_text(invocation->args, 0);
    struct nn_net *net = NULL;
    size_t unused = 0;
    if (nn_net_param_count(session->net) == 0)
        return nn_fail(error, NN_STATE,
                       "there is no net with parameters: `net new` and `add LAYER` build one");
    enum nn_status status = nn_weights_load(path, session->net, &net, &unused, error);
    if (status != NN_OK)
        return status;
    nn_net_free(session->net);
    session->net = net;
    nn_session_net_changed(session, true);
    nn_say(&session->output, "%s: %zu parameters%s", NN_VISIBLE(path), nn_net_param_count(net),
           unused ? "; the file holds more that the net does not have" : "");
    return NN_OK;
}

const struct nn_command nn_command_net_load = {
    .name = "net load",
    .group = "net",
    .summary = "Takes all parameters from a safetensors or NPZ file, by their names",
    .details = "Names and shapes are PyTorch's, as in a state_dict saved with safetensors: "
               "`conv1.weight`. A file with the net in it is opened by `open`.",
    .args = load_args,
    .examples =
        (const struct nn_example[]){
            {"net load weights.safetensors",
             "net new input=4; add dense 3 softmax; save weights.safetensors",
             "Weights of another program for a net that was built here"},
            {0}},
    .flags = NN_COMMAND_NET,
    .run = run_load,
};

/* ---- net init ---- */

static const struct nn_arg_spec init_args[] = {
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "seed of the parameters; else the session's"},
    {.name = "method",
     .type = NN_ARG_CHOICE,
     .fallback = "default",
     .choices = NN_INIT_CHOICES NN_INIT_VALUE_CHOICES,
     .help = "how weights start; default: uniform within 1/sqrt(inputs), as in PyTorch"},
    {.name = "value",
     .type = NN_ARG_REAL,
     .help = "of constant: the weights, of normal: their deviation, of uniform: their bound"},
    {0},
};

static enum nn_status run_init(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    uint64_t seed = nn_args_is_set(args, 0) ? (uint64_t)nn_args_int(args, 0) : session->seed;
    if (session->net->count < 2)
        return nn_fail(error, NN_STATE, "there is no net: `net new` and `add LAYER` build one");
    enum nn_init method = (enum nn_init)nn_args_int(args, 1);
    if ((method >= NN_INIT_CONSTANT) != nn_args_is_set(args, 2))
        return nn_fail(error, NN_SYNTAX,
                       method >= NN_INIT_CONSTANT ? "method=%s needs value=NUMBER"
                                                  : "method=%s takes no value",
                       nn_init_names[method]);
    double value = nn_args_is_set(args, 2) ? nn_args_real(args, 2) : 0.0;
    if (method > NN_INIT_CONSTANT && value < 0.0)
        return nn_fail(error, NN_SYNTAX, "method=%s takes a value from 0 on",
                       nn_init_names[method]);
    enum nn_status status = nn_net_init(session->net, seed, method, value, error);
    if (status == NN_OK)
        nn_session_net_changed(session, true);
    return status;
}

const struct nn_command nn_command_net_init = {
    .name = "net init",
    .group = "net",
    .summary = "Draws all parameters anew; training begins from the start",
    .args = init_args,
    .examples =
        (const struct nn_example[]){{"net init seed=7 method=he_normal",
                                     "net new input=4; add dense 8 relu; add dense 3 softmax",
                                     "Another start for a net of relu layers"},
                                    {"net init method=constant value=0.1",
                                     "net new input=4; add dense 3",
                                     "All weights alike, all biases 0"},
                                    {0}},
    .flags = NN_COMMAND_NET,
    .run = run_init,
};
