#include "session.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void message(void *context, const char *text)
{
    struct nn_test_session *test = context;
    nn_buffer_printf(&test->out, "%s\n", text);
}

static void result(void *context, const struct nn_result *shown)
{
    struct nn_test_session *test = context;
    test->results++;
    nn_buffer_printf(&test->out, "[%s] %s\n", shown->command, shown->title);
}

static void epoch(void *context, const struct nn_history *history,
                  const struct nn_train_progress *progress)
{
    struct nn_test_session *test = context;
    test->epochs++;
    nn_buffer_printf(&test->out, "epoch %zu of %zu, row %zu\n", (size_t)progress->epoch,
                     (size_t)progress->epochs, history->epochs);
}

static void warning(void *context, const struct nn_error *error)
{
    struct nn_test_session *test = context;
    nn_buffer_printf(&test->warnings, "%zu:%zu %s\n", error->line, error->column, error->message);
}

static char folder[64];

void nn_test_start(struct nn_test_session *test)
{
    struct nn_output output = {
        .context = test, .message = message, .result = result, .epoch = epoch, .warning = warning};
    *test = (struct nn_test_session){0};
    nn_buffer_init(&test->out, 0);
    nn_buffer_init(&test->warnings, 0);
    snprintf(folder, sizeof folder, "/tmp/nnscope-test-XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    cr_assert(nn_session_new(&output, &test->session, NULL) == NN_OK);
}

void nn_test_end(struct nn_test_session *test)
{
    char command[96];
    nn_session_free(test->session);
    nn_buffer_clear(&test->out);
    nn_buffer_clear(&test->warnings);
    cr_assert(chdir("/") == 0);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert(system(command) == 0);
}

struct nn_error nn_test_run(struct nn_test_session *test, const char *line, enum nn_status wanted)
{
    struct nn_error error = {0};
    enum nn_status status = nn_session_run_line(test->session, line, NULL, 1, &error);
    cr_assert(status == wanted, "`%s`: %s, not %s: %s", line, nn_status_text(status),
              nn_status_text(wanted), error.message);
    cr_assert(status == NN_OK || error.status == status, "`%s`: the error says %s", line,
              nn_status_text(error.status));
    return error;
}

void nn_test_write(const char *name, const char *text)
{
    cr_assert(nn_save_bytes(name, text, strlen(text), NULL) == NN_OK);
}
