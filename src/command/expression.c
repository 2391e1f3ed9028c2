/* Expressions of `assert`: NAME OP NUMBER, joined by && and || (&& binds tighter). Names are
 * SPLIT.METRIC, SPLIT.loss, SPLIT.samples, epoch, params, a variable of `let`, or a figure of the
 * last result (gap). */
#include "base/number.h"
#include "base/text.h"
#include "command/evaluation.h"
#include "command/job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct parser {
    struct nn_session *session;
    const char *text;
    size_t next;
    char *shown; /* [200], what was compared */
    struct nn_error *error;
};

static void skip_blanks(struct parser *parser)
{
    while (parser->text[parser->next] == ' ')
        parser->next++;
}

static enum nn_status fail_here(struct parser *parser, size_t at, const char *message)
{
    enum nn_status status = nn_fail(parser->error, NN_SYNTAX, "%s", message);
    if (parser->error)
        parser->error->column = at + 1;
    nn_fail_hint(parser->error, "for example: assert test.accuracy >= 0.97 && epoch >= 3");
    return status;
}

/* The characters of a name or number: up to a blank or an operator. */
static size_t word_length(const char *text)
{
    return strcspn(text, " <>=!&|()");
}

static bool is_split(const char *word, size_t length, enum nn_split *split)
{
    for (int i = 0; i < NN_SPLIT_COUNT; i++)
        if (strlen(nn_split_names[i]) == length && memcmp(nn_split_names[i], word, length) == 0) {
            *split = (enum nn_split)i;
            return true;
        }
    return false;
}

/* "test.accuracy": evaluates the split if it has to. */
static enum nn_status split_value(struct parser *parser, enum nn_split split, const char *metric,
                                  size_t at, double *value)
{
    struct nn_session *session = parser->session;
    const struct nn_evaluation *evaluation = NULL;
    enum nn_split checked;
    enum nn_status status = NN_OK;
    if (!session->dataset)
        return nn_fail(parser->error, NN_STATE,
                       "there are no data: `data load FILE` or `data demo NAME` brings some");
    NN_TRY(nn_dataset_find_split(session->dataset, nn_split_names[split], &checked, parser->error));
    if (strcmp(metric, "samples") == 0) {
        *value = (double)session->dataset->split_count[split];
        return NN_OK;
    }
    NN_TRY(nn_evaluation_get(session, split, &evaluation, parser->error));
    if (strcmp(metric, "loss") == 0) {
        *value = evaluation->values[0];
        return NN_OK;
    }
    for (int i = 0; i < session->recipe.metric_count; i++)
        if (strcmp(session->recipe.metrics[i]->name, metric) == 0) {
            *value = evaluation->values[1 + i];
            return NN_OK;
        }
    status = nn_fail(parser->error, NN_SYNTAX, "`%s` is no metric of this net", NN_VISIBLE(metric));
    if (parser->error)
        parser->error->column = at + 1;
    nn_fail_hint(parser->error, "`compile metrics=...` chooses them");
out:
    return status;
}

static bool plain_value(struct nn_session *session, const char *name, double *value)
{
    const struct nn_result *result = nn_session_last_result(session);
    const char *variable = nn_session_get(session, name);
    if (strcmp(name, "epoch") == 0) {
        const struct nn_history *history = nn_job_history(session);
        *value = (double)(history ? history : &session->history)->epochs;
        return true;
    }
    if (strcmp(name, "params") == 0) {
        *value = (double)nn_net_param_count(session->net);
        return true;
    }
    for (size_t i = 0; result && i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0) {
            *value = result->figures[i].value;
            return true;
        }
    for (size_t i = 0; result && i < result->trust_count; i++)
        if (strcmp(result->trust[i].name, name) == 0) {
            *value = result->trust[i].value;
            return true;
        }
    return variable && nn_number_parse(variable, strlen(variable), value);
}

/* A number or a name's value. */
static enum nn_status parse_value(struct parser *parser, double *value)
{
    skip_blanks(parser);
    const char *word = parser->text + parser->next;
    size_t at = parser->next, length = word_length(word);
    char name[96];
    enum nn_split split = NN_SPLIT_TRAIN;
    if (length == 0)
        return fail_here(parser, at, "a name or a number is missing");
    parser->next += length;
    if (nn_number_parse(word, length, value))
        return NN_OK;
    snprintf(name, sizeof name, "%.*s", (int)(length < 95 ? length : 95), word);
    char *dot = strchr(name, '.');
    enum nn_status status = NN_OK;
    if (dot && is_split(name, (size_t)(dot - name), &split)) {
        status = split_value(parser, split, dot + 1, at, value);
    } else if (!plain_value(parser->session, name, value)) {
        status = nn_fail(parser->error, NN_SYNTAX, "nothing is known by the name `%s`",
                         NN_VISIBLE(name));
        if (parser->error)
            parser->error->column = at + 1;
        nn_fail_hint(
            parser->error,
            "SPLIT.METRIC, SPLIT.loss, epoch, params, a variable, or a figure of the last result");
    }
    if (status == NN_OK) {
        size_t used = strlen(parser->shown);
        char number[NN_NUMBER_SIZE];
        snprintf(parser->shown + used, 200 - used, "%s%s is %s", used ? ", " : "", NN_VISIBLE(name),
                 nn_number_short(number, *value, 6));
    }
    return status;
}

static const char *const operators[] = {">=", "<=", "==", "!=", ">", "<"};

static bool compare(size_t which, double a, double b)
{
    switch (which) {
    case 0:
        return a >= b;
    case 1:
        return a <= b;
    case 2:
        return a == b;
    case 3:
        return a != b;
    case 4:
        return a > b;
    default:
        return a < b;
    }
}

static enum nn_status parse_comparison(struct parser *parser, bool *holds)
{
    double left, right;
    enum nn_status status = parse_value(parser, &left);
    if (status != NN_OK)
        return status;
    skip_blanks(parser);
    size_t which = 0, count = sizeof operators / sizeof *operators;
    while (which < count && !nn_text_starts(parser->text + parser->next, operators[which]))
        which++;
    if (which == count)
        return fail_here(parser, parser->next, "one of >= <= == != > < is missing");
    parser->next += strlen(operators[which]);
    status = parse_value(parser, &right);
    *holds = status == NN_OK && compare(which, left, right);
    return status;
}

static bool take(struct parser *parser, const char *symbol)
{
    skip_blanks(parser);
    if (!nn_text_starts(parser->text + parser->next, symbol))
        return false;
    parser->next += strlen(symbol);
    return true;
}

static enum nn_status parse_all(struct parser *parser, bool *holds)
{
    bool one;
    enum nn_status status = parse_comparison(parser, holds);
    while (status == NN_OK && take(parser, "&&")) {
        status = parse_comparison(parser, &one);
        *holds = *holds && one;
    }
    return status;
}

enum nn_status nn_expression_check(struct nn_session *session, const char *text, bool *holds,
                                   char shown[200], struct nn_error *error)
{
    struct parser parser = {.session = session, .text = text, .shown = shown, .error = error};
    bool one;
    shown[0] = '\0';
    enum nn_status status = parse_all(&parser, holds);
    while (status == NN_OK && take(&parser, "||")) {
        status = parse_all(&parser, &one);
        *holds = *holds || one;
    }
    skip_blanks(&parser);
    if (status == NN_OK && text[parser.next])
        status = fail_here(&parser, parser.next, "something is left over after the comparison");
    return status;
}
