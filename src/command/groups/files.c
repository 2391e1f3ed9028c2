/* files: saving, opening, exporting, scripts. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/callbacks.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/job.h"
#include "command/keep.h"
#include "command/record.h"
#include "command/replace.h"
#include "command/subject.h"
#include "command/take.h"
#include "model/c/c_export.h"
#include "model/model.h"
#include "model/onnx/onnx.h"

#include <inttypes.h>
#include <string.h>

#define NN_TRAINED                                                                                 \
    "data demo iris; add dense 16 relu; add dense 3 softmax; compile "                             \
    "loss=categorical_crossentropy "                                                               \
    "lr=0.02; train epochs=5"

static const struct nn_arg_spec no_args[] = {{0}};

static const struct nn_arg_spec file_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "name of the file",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

/* ---- save ---- */

static enum nn_status run_save(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *path = nn_args_text(invocation->args, 0);
    if (session->net->count < 2)
        return nn_fail(error, NN_STATE,
                       "there is no net to save: `net new` and `add LAYER` build one");
    enum nn_status status = nn_may_write_model(path, error);
    if (status != NN_OK)
        return status;
    nn_job_hold(session);
    struct nn_model model = nn_session_model(session);
    status = nn_model_save(path, &model, error);
    nn_job_release(session);
    if (status == NN_OK) {
        session->unsaved = false;
        nn_say(&session->output, "saved to %s", NN_VISIBLE(path));
    }
    return status;
}

const struct nn_command nn_command_save = {
    .name = "save",
    .group = "files",
    .summary = "Saves the model: net, optimizer, curves, classes and scaling",
    .details = "The file is a safetensors file that PyTorch loads by name. It is written beside "
               "the old one and "
               "takes its place when it is whole.",
    .args = file_args,
    .examples =
        (const struct nn_example[]){
            {"save iris.safetensors", NN_TRAINED, "Training can go on from this file later"}, {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_WRITES,
    .run = run_save,
};

/* ---- open ---- */

/* Moves what the model owns into the session. */
static void take_model(struct nn_session *session, struct nn_model *model)
{
    nn_session_set_net(session, model->net);
    model->net = NULL;
    nn_recipe_clear(&session->recipe);
    if (model->recipe) {
        session->recipe = *model->recipe;
        *model->recipe = (struct nn_recipe){0};
    }
    session->seed = model->seed; /* so that training goes on as it would have */
    if (model->state) {
        session->state = *model->state;
        *model->state = (struct nn_train_state){0};
    }
    if (model->history) {
        nn_history_clear(&session->history);
        session->history = *model->history;
        nn_history_init(model->history);
    }
    for (size_t i = 0; i < session->class_count; i++)
        nn_free(session->classes[i]);
    nn_free(session->classes);
    session->classes = model->classes;
    session->class_count = model->class_count;
    model->classes = NULL;
    model->class_count = 0;
    session->opened = (struct nn_model){.features = model->features,
                                        .feature_count = model->feature_count,
                                        .task = model->task,
                                        .scaling = model->scaling,
                                        .offset = model->offset,
                                        .factor = model->factor,
                                        .scale_count = model->scale_count,
                                        .missing = model->missing,
                                        .images = model->images,
                                        .fill = model->fill,
                                        .fill_count = model->fill_count};
    model->features = NULL;
    model->feature_count = 0;
    model->offset = model->factor = NULL;
    model->scale_count = 0;
    model->fill = NULL;
    model->fill_count = 0;
    session->unsaved = false;
}

static const struct nn_arg_spec open_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "name of the file",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "output",
     .type = NN_ARG_TEXT,
     .help = "of a graph of ONNX with several outputs: the name of the one that is wanted; else "
             "the first"},
    {0},
};

/* Graphs of ONNX can have several outputs. */
static enum nn_status open_output(const char *path, const char *output, struct nn_model *model,
                                  struct nn_error *error)
{
    if (!output)
        return nn_model_open(path, model, error);
    if (!nn_text_equal_nocase(nn_path_extension(path), ".onnx"))
        return nn_fail(error, NN_USAGE, "output= is for .onnx files");
    return nn_onnx_open(path, output, model, error);
}

static enum nn_status run_open(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *path = nn_args_text(invocation->args, 0);
    struct nn_model model = {0};
    struct nn_dataset *scaled = NULL;
    char input[NN_SHAPE_TEXT], output[NN_SHAPE_TEXT];
    enum nn_status status = open_output(path, nn_args_text(invocation->args, 1), &model, error);
    if (status != NN_OK)
        return status;
    if (session->dataset)
        NN_TRY(nn_take_scales(&model, model.net, session->dataset, &scaled, error));
    if (scaled)
        nn_session_set_dataset(session, scaled);
    take_model(session, &model);
    const struct nn_net *net = session->net;
    nn_say(&session->output,
           "%s: %d layers, %zu parameters, %s to %s, trained for %" PRIu64 " epochs%s",
           NN_VISIBLE(path), net->count - 1, nn_net_param_count(net),
           nn_shape_text(input, &net->nodes[0]->shape),
           nn_shape_text(output, &nn_net_output(net)->shape), session->state.epoch,
           session->state.run.active ? "; `train` finishes the interrupted training" : "");
    if (model.note)
        nn_say(&session->output, "%s", model.note);
out:
    nn_model_clear(&model);
    return status;
}

const struct nn_command nn_command_open = {
    .name = "open",
    .group = "files",
    .summary = "Opens a saved model, or one in ONNX",
    .details =
        "An .onnx file from PyTorch, Keras or scikit-learn becomes a net that is shown, trained "
        "and "
        "explained like any other; what is not supported in it is named with its node. Data of the "
        "net's input shape, loaded before or after, get the model's scaling, and their classes the "
        "model's numbers.",
    .args = open_args,
    .examples =
        (const struct nn_example[]){{"open iris.safetensors", NN_TRAINED "; save iris.safetensors",
                                     "Goes on with a model saved before"},
                                    {0}},
    .flags = NN_COMMAND_NET | NN_COMMAND_DATA,
    .run = run_open,
};

/* ---- export ---- */

/* The net itself, for other programs. */
static const struct {
    const char *extension;
    enum nn_status (*write)(const char *path, const struct nn_model *model, struct nn_error *error);
} net_formats[] = {
    {".onnx", nn_onnx_export},
    {".h", nn_c_export},
};

static enum nn_status export_net(struct nn_session *session, size_t format, const char *path,
                                 struct nn_error *error)
{
    if (session->net->count < 2)
        return nn_fail(error, NN_STATE,
                       "there is no net to export: `net new` and `add LAYER` build one");
    nn_job_hold(session);
    struct nn_model model = nn_session_model(session);
    enum nn_status status = net_formats[format].write(path, &model, error);
    nn_job_release(session);
    if (status == NN_OK)
        nn_say(&session->output, "the net written to %s", NN_VISIBLE(path));
    return status;
}

static enum nn_status run_export(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *path = nn_args_text(invocation->args, 0);
    const struct nn_result *result = nn_session_last_result(session);
    for (size_t i = 0; i < sizeof net_formats / sizeof *net_formats; i++)
        if (nn_text_equal_nocase(nn_path_extension(path), net_formats[i].extension))
            return export_net(session, i, path, error);
    enum nn_status status = nn_result_path_check(path, error);
    if (status != NN_OK)
        return status;
    if (!result)
        return nn_fail(error, NN_STATE, "there is no result to export yet");
    status = nn_result_write(result, path, error);
    if (status == NN_OK)
        nn_say(&session->output, "%s written to %s", result->command, NN_VISIBLE(path));
    return status;
}

const struct nn_command nn_command_export = {
    .name = "export",
    .group = "files",
    .summary = "Writes the last result, or the net, to a file",
    .details = "The extension tells what and how. Of the last result: .npy for the array, .csv and "
               ".json for tables and values, .png for a picture. Of the net: .onnx for other "
               "programs (opset 13), .h for a C99 header without dependencies, for "
               "microcontrollers: its weights, the scaling of the data and a self-test.",
    .args = file_args,
    .examples =
        (const struct nn_example[]){
            {"export curve.csv", NN_TRAINED "; loss", "The curves of the training as a table"},
            {"export iris.onnx", NN_TRAINED, "The net for other programs"},
            {"export iris.h", NN_TRAINED, "The net in C"},
            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_WRITES,
    .run = run_export,
};

/* ---- source ---- */

static enum nn_status run_source(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *path = nn_args_text(invocation->args, 0);
    unsigned char *text = NULL;
    size_t length;
    if ((size_t)session->source_depth >= nn_limit(NN_LIMIT_DEPTH))
        return nn_fail(error, NN_LIMIT, "scripts call each other more than %zu deep",
                       nn_limit(NN_LIMIT_DEPTH));
    if (session->record && strcmp(session->record, path) == 0)
        return nn_fail(error, NN_STATE, "%s is being recorded: `record off` ends that",
                       NN_VISIBLE(path));
    enum nn_status status = nn_file_read(path, nn_limit(NN_LIMIT_SCRIPT), &text, &length, error);
    if (status != NN_OK)
        return status;
    session->source_depth++;
    status = nn_session_run_script(session, (const char *)text, length, path, false, error);
    session->source_depth--;
    nn_free(text);
    return status;
}

const struct nn_command nn_command_source = {
    .name = "source",
    .group = "files",
    .summary = "Runs the commands of a script",
    .args = file_args,
    .examples =
        (const struct nn_example[]){
            {"source net.nns", "record net.nns; net new input=4; add dense 3 softmax; record off",
             "A net described in a file"},
            {0}},
    .flags = NN_COMMAND_READS, /* its commands are checked one by one */
    .run = run_source,
};

/* ---- tour ---- */

static enum nn_status run_tour(const struct nn_invocation *invocation, struct nn_error *error)
{
    static const char name[] = "tour.nns";
    struct nn_session *session = invocation->session;
    unsigned char *text = NULL;
    char *path = NULL;
    size_t length = 0;
    enum nn_status status;
    NN_TRY(nn_path_bundled(name, &path, error));
    NN_TRY(nn_file_read(path, nn_limit(NN_LIMIT_SCRIPT), &text, &length, error));
    if (session->output.play && session->source_depth == 0) {
        session->output.play(session->output.context, name, (const char *)text, length);
    } else {
        session->source_depth++;
        status = nn_session_run_script(session, (const char *)text, length, name, false, error);
        session->source_depth--;
    }
out:
    nn_free(text);
    nn_free(path);
    return status;
}

const struct nn_command nn_command_tour = {
    .name = "tour",
    .group = "rest",
    .summary = "Shows in a minute what the screens are for, with a net that learns digits",
    .details = "It begins with new data and a new net; at the prompt what was trained before and "
               "not saved is kept.",
    .args = no_args,
    .examples = (const struct nn_example[]){{"tour", NULL, "Ctrl-C ends it"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_tour,
};

/* ---- record ---- */

static const struct nn_arg_spec record_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "a script, continued if it exists; `off` ends the recording",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status run_record(const struct nn_invocation *invocation, struct nn_error *error)
{
    const char *path = nn_args_text(invocation->args, 0);
    return nn_record_start(invocation->session, strcmp(path, "off") == 0 ? NULL : path, error);
}

const struct nn_command nn_command_record = {
    .name = "record",
    .group = "files",
    .summary = "Writes every command that succeeds to a script",
    .details =
        "Keys are commands too, so that a session at the screen can be repeated by `source`.",
    .args = record_args,
    .examples = (const struct nn_example[]){{"record session.nns; net new input=4; record off",
                                             NULL, "The script then holds the second command"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_WRITES,
    .run = run_record,
};
