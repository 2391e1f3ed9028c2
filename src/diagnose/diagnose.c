#include "diagnose/diagnose.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NN_CHECK(name) extern const struct nn_check name;
#include "diagnose/checks.def"
#undef NN_CHECK

/* Their names in checks.def begin with data, net or train, so they stand in that order. */
const struct nn_check *const nn_checks[] = {
#define NN_CHECK(name) &name,
#include "diagnose/checks.def"
#undef NN_CHECK
};
const size_t nn_check_count = sizeof nn_checks / sizeof *nn_checks;
_Static_assert(sizeof nn_checks / sizeof *nn_checks <= NN_MAX_FINDINGS, "room for every finding");

const char *const nn_verdict_names[] = {"ok", "warn", "fail", "-"};

void nn_finding_set(struct nn_finding *finding, enum nn_verdict verdict, double figure,
                    const char *format, ...)
{
    va_list arguments;
    finding->verdict = verdict;
    finding->figure = figure;
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
}

enum nn_verdict nn_verdict_of(double figure, double warn, double fail)
{
    return figure >= fail ? NN_VERDICT_FAIL : figure >= warn ? NN_VERDICT_WARN : NN_VERDICT_OK;
}

void nn_finding_skip(struct nn_finding *finding, const char *reason)
{
    finding->verdict = NN_VERDICT_SKIPPED;
    snprintf(finding->text, sizeof finding->text, "%s", reason);
}

void nn_diagnosis_clear(struct nn_diagnosis *diagnosis)
{
    nn_free(diagnosis->layers);
    nn_free(diagnosis->names);
    *diagnosis = (struct nn_diagnosis){0};
}

/* The reason why a check cannot run, NULL if it can. */
static const char *lacks(const struct nn_evidence *evidence, enum nn_check_needs needs)
{
    if (needs >= NN_NEEDS_NET && !evidence->net)
        return "there is no net";
    if (needs >= NN_NEEDS_RECIPE && !evidence->recipe)
        return "not compiled";
    if (needs >= NN_NEEDS_TRIALS && isnan(evidence->rate_losses[0]))
        return "no trials were asked for";
    return NULL;
}

static void run_checks(const struct nn_evidence *evidence, struct nn_diagnosis *diagnosis)
{
    for (size_t i = 0; i < nn_check_count; i++) {
        struct nn_finding *finding = &diagnosis->findings[diagnosis->count++];
        *finding = (struct nn_finding){
            .check = nn_checks[i], .verdict = NN_VERDICT_SKIPPED, .figure = (double)NAN};
        const char *lacking = lacks(evidence, nn_checks[i]->needs);
        if (lacking)
            nn_finding_skip(finding, lacking);
        else
            nn_checks[i]->run(evidence, finding);
        diagnosis->warnings += finding->verdict == NN_VERDICT_WARN;
        diagnosis->failures += finding->verdict == NN_VERDICT_FAIL;
    }
}

/* The layers' figures outlive the evidence. */
static enum nn_status take_layers(struct nn_evidence *evidence, struct nn_diagnosis *diagnosis,
                                  struct nn_error *error)
{
    if (!evidence->layers)
        return NN_OK;
    size_t count = (size_t)evidence->net->count;
    diagnosis->names = nn_calloc(count, sizeof *diagnosis->names);
    if (!diagnosis->names)
        return nn_fail_memory(error, count * sizeof *diagnosis->names);
    for (size_t i = 0; i < count; i++)
        memcpy(diagnosis->names[i], evidence->net->nodes[i]->name, NN_NAME_SIZE);
    diagnosis->layer_count = count;
    diagnosis->layers = evidence->layers;
    evidence->layers = NULL;
    return NN_OK;
}

enum nn_status nn_diagnose(const struct nn_diagnose_request *request,
                           struct nn_diagnosis *diagnosis, struct nn_error *error)
{
    struct nn_evidence evidence = {0};
    struct nn_diagnosis made = {0};
    enum nn_status status;
    NN_TRY(nn_evidence_gather(request, &evidence, error));
    run_checks(&evidence, &made);
    memcpy(made.rates, evidence.rates, sizeof made.rates);
    memcpy(made.rate_losses, evidence.rate_losses, sizeof made.rate_losses);
    NN_TRY(take_layers(&evidence, &made, error));
    *diagnosis = made;
    made = (struct nn_diagnosis){0};
out:
    nn_diagnosis_clear(&made);
    nn_evidence_clear(&evidence);
    return status;
}
