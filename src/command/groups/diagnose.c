/* train: diagnose, why a net does not learn. */
#include "diagnose/diagnose.h"

#include "base/mem.h"
#include "base/number.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/job.h"
#include "command/subject.h"

#include <math.h>
#include <stdio.h>

enum {
    DIAGNOSE_TRIALS,
    DIAGNOSE_STEPS,
    DIAGNOSE_SAMPLES,
    DIAGNOSE_BATCH,
    DIAGNOSE_SEED,
    DIAGNOSE_OUT
};

static const struct nn_arg_spec diagnose_args[] = {
    {.name = "trials",
     .type = NN_ARG_BOOL,
     .fallback = "yes",
     .help = "train copies for a few steps; not while a training runs"},
    {.name = "steps",
     .type = NN_ARG_INT,
     .fallback = "40",
     .min = 1,
     .max = 100000,
     .help = "of each trial"},
    {.name = "samples",
     .type = NN_ARG_INT,
     .fallback = "256",
     .min = 1,
     .max = 1000000,
     .help = "of the training data that are looked at"},
    {.name = "batch",
     .type = NN_ARG_INT,
     .fallback = "32",
     .min = 1,
     .max = 1000000,
     .unit = "samples",
     .help = "samples of a step"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of new weights and of the order; else the session's"},
    {.name = "out", .type = NN_ARG_FILE, .help = "the findings as .csv or .json"},
    {0},
};

struct examination {
    struct nn_diagnose_request request;
    struct nn_diagnosis diagnosis;
    char path[1024];
};

static void examination_free(void *data)
{
    struct examination *examination = data;
    nn_diagnosis_clear(&examination->diagnosis);
    nn_free(examination);
}

static enum nn_status examine(struct nn_job *job, void *data, struct nn_progress *progress,
                              struct nn_error *error)
{
    struct examination *examination = data;
    (void)job;
    examination->request.progress = progress;
    return nn_diagnose(&examination->request, &examination->diagnosis, error);
}

/* ---- results ---- */

static enum nn_status fill_findings(const struct nn_diagnosis *diagnosis, struct nn_result *table,
                                    struct nn_error *error)
{
    static const char *const columns[] = {"verdict", "check", "finding",
                                          "command", "tried", "figure"};
    enum nn_status status;
    NN_TRY(nn_result_table(table, columns, 6, diagnosis->count, error));
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct nn_finding *finding = &diagnosis->findings[i];
        NN_TRY(nn_result_set_text(table, i, 0, nn_verdict_names[finding->verdict], error));
        NN_TRY(nn_result_set_text(table, i, 1, finding->check->name, error));
        NN_TRY(nn_result_set_text(table, i, 2, finding->text, error));
        NN_TRY(nn_result_set_text(table, i, 3, finding->mend, error));
        NN_TRY(nn_result_set_text(table, i, 4, finding->proof, error));
        nn_result_set_number(table, i, 5, finding->figure, -1);
    }
    table->lead = 2;
out:
    return status;
}

static enum nn_status give_findings(struct nn_session *session, const char *path,
                                    struct nn_error *error)
{
    const struct nn_diagnosis *diagnosis = &session->diagnosis;
    struct nn_result *table = NULL;
    enum nn_status status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "diagnose", &table, error));
    NN_TRY(fill_findings(diagnosis, table, error));
    snprintf(table->title, sizeof table->title,
             "diagnosis: %zu checks, %zu warning%s, %zu failure%s", diagnosis->count,
             diagnosis->warnings, diagnosis->warnings == 1 ? "" : "s", diagnosis->failures,
             diagnosis->failures == 1 ? "" : "s");
    nn_result_figure(table, "warnings", (double)diagnosis->warnings);
    nn_result_figure(table, "failures", (double)diagnosis->failures);
    table->figures_hidden = true;
    table->sample = -1;
    status = nn_deliver(session, table, path, error);
    table = NULL;
out:
    nn_result_free(table);
    return status;
}

/* Layers with parameters, and activations. */
static bool worth_a_row(const struct nn_layer_health *layer)
{
    return !isnan(layer->norm) || layer->activation;
}

/* A layer without weights has no gradient and no update of them. */
static void set_if_known(struct nn_result *table, size_t row, size_t column, double value)
{
    if (isnan(value))
        nn_result_set_nothing(table, row, column);
    else
        nn_result_set_number(table, row, column, value, -1);
}

static void fill_layer(struct nn_result *table, size_t row, const struct nn_layer_health *layer)
{
    nn_result_set_number(table, row, 1, (double)layer->units, -2);
    nn_result_set_number(table, row, 2, (double)layer->dead, -2);
    nn_result_set_number(table, row, 3, (double)layer->saturated, -2);
    nn_result_set_number(table, row, 4, layer->mean, -1);
    nn_result_set_number(table, row, 5, layer->deviation, -1);
    set_if_known(table, row, 6, layer->gradient);
    set_if_known(table, row, 7, layer->update);
}

static enum nn_status give_layers(struct nn_session *session, struct nn_error *error)
{
    static const char *const columns[] = {"layer", "units", "dead",     "saturated",
                                          "mean",  "sd",    "gradient", "update"};
    const struct nn_diagnosis *diagnosis = &session->diagnosis;
    struct nn_result *table = NULL;
    size_t rows = 0;
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < diagnosis->layer_count; i++)
        rows += worth_a_row(&diagnosis->layers[i]);
    if (rows == 0)
        return NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "diagnose layers", &table, error));
    NN_TRY(nn_result_table(table, columns, 8, rows, error));
    for (size_t i = 0, row = 0; i < diagnosis->layer_count; i++) {
        if (!worth_a_row(&diagnosis->layers[i]))
            continue;
        NN_TRY(nn_result_set_text(table, row, 0, diagnosis->names[i], error));
        fill_layer(table, row++, &diagnosis->layers[i]);
    }
    snprintf(table->title, sizeof table->title,
             "layers: outputs, gradients (root mean square) and update by weight of a step");
    table->sample = -1;
    nn_session_give(session, table);
    table = NULL;
out:
    nn_result_free(table);
    return status;
}

static enum nn_status examination_finish(struct nn_session *session, void *data,
                                         enum nn_status status, struct nn_error *error)
{
    struct examination *examination = data;
    if (status != NN_OK)
        return status;
    nn_diagnosis_clear(&session->diagnosis);
    session->diagnosis = examination->diagnosis;
    examination->diagnosis = (struct nn_diagnosis){0};
    session->diagnosis_revision = nn_job_revision(session);
    session->at[NN_AT_FINDING] = 0;
    NN_TRY(give_layers(session, error));
    status = give_findings(session, *examination->path ? examination->path : NULL, error);
out:
    return status;
}

static const struct nn_job_class examination_job = {
    .name = "diagnose", .work = examine, .finish = examination_finish, .free = examination_free};

/* ---- the command ---- */

static enum nn_status make_request(struct nn_session *session, const struct nn_args *args,
                                   struct nn_diagnose_request *request, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    const struct nn_net *net = NULL;
    bool training = nn_job_training(session);
    enum nn_status status;
    NN_TRY(nn_subject_data(session, &data, error));
    if (session->net->count > 1)
        NN_TRY(nn_subject_net(session, &net, error));
    *request = (struct nn_diagnose_request){
        .net = net,
        .dataset = data,
        .recipe = &session->recipe,
        .state = training ? NULL : &session->state, /* the worker's while it trains */
        .history = training ? nn_job_history(session) : &session->history,
        .samples = (size_t)nn_args_int(args, DIAGNOSE_SAMPLES),
        .batch = (size_t)nn_args_int(args, DIAGNOSE_BATCH),
        .steps = (size_t)nn_args_int(args, DIAGNOSE_STEPS),
        .trials = nn_args_bool(args, DIAGNOSE_TRIALS) && !training,
        .seed = nn_args_is_set(args, DIAGNOSE_SEED) ? (uint64_t)nn_args_int(args, DIAGNOSE_SEED)
                                                    : session->seed,
    };
out:
    return status;
}

static enum nn_status run_diagnose(const struct nn_invocation *invocation, struct nn_error *error)
{
    const char *out = nn_args_text(invocation->args, DIAGNOSE_OUT);
    struct examination *examination = nn_calloc(1, sizeof *examination);
    enum nn_status status;
    if (!examination)
        return nn_fail_memory(error, sizeof *examination);
    NN_TRY(nn_result_path_check(out, error));
    if (out && (size_t)snprintf(examination->path, sizeof examination->path, "%s", out) >=
                   sizeof examination->path)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "out= is too long"));
    NN_TRY(make_request(invocation->session, invocation->args, &examination->request, error));
    return nn_job_run(invocation->session, &examination_job, examination, true, error);
out:
    examination_free(examination);
    return status;
}

const struct nn_command nn_command_diagnose = {
    .name = "diagnose",
    .group = "train",
    .summary = "Looks for what keeps the net from learning, and for the command that mends it",
    .details =
        "Looks at the data, the net and its curves, makes a few optimizer steps on a copy, and "
        "trains copies at five learning rates, with scaled inputs, and on a handful of samples. "
        "Each check says ok, warn or fail with the figure it rests on; - where it does not apply. "
        "What the mend would give has been tried on a copy where that is possible. Nothing of the "
        "session changes. Without a net only the data are looked at.",
    .args = diagnose_args,
    .examples =
        (const struct nn_example[]){
            {"diagnose",
             "data demo iris; add dense 16 relu; add dense 3 softmax; compile "
             "loss=categorical_crossentropy lr=10; train epochs=5",
             "A learning rate that is much too high"},
            {"diagnose trials=no", "data demo iris; add dense 3 softmax",
             "Only what can be seen without training"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_diagnose,
};
