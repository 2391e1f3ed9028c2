#include "app/batch.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/job.h"
#include "tui/plain.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what the terminal can do ---- */

static bool colored(const struct nn_session *session)
{
    const char *no_color = getenv("NO_COLOR");
    if (strcmp(session->color, "never") == 0)
        return false;
    return strcmp(session->color, "auto") != 0 ||
           (isatty(STDOUT_FILENO) && !(no_color && *no_color));
}

static struct nn_medium medium_of(const struct nn_session *session)
{
    struct nn_medium medium = {.depth = NN_DEPTH_MONO,
                               .ascii = session->ascii || !nn_text_locale_utf8(),
                               .plain = session->plain};
    const char *term = getenv("TERM"), *depth = getenv("COLORTERM");
    if (!colored(session))
        return medium;
    if (strcmp(session->color, "16") == 0)
        medium.depth = NN_DEPTH_16;
    else if (strcmp(session->color, "256") == 0)
        medium.depth = NN_DEPTH_256;
    else if (strcmp(session->color, "truecolor") == 0)
        medium.depth = NN_DEPTH_RGB;
    else if (!term || strcmp(term, "dumb") == 0)
        medium.depth = NN_DEPTH_MONO;
    else if (depth && (strcmp(depth, "truecolor") == 0 || strcmp(depth, "24bit") == 0))
        medium.depth = NN_DEPTH_RGB;
    else
        medium.depth = strstr(term, "256color") ? NN_DEPTH_256 : NN_DEPTH_16;
    return medium;
}

/* ---- output ---- */

static void clear_progress(struct nn_batch *batch)
{
    if (batch->progress_shown)
        fputs("\r\033[K", stderr);
    batch->progress_shown = false;
}

static void lose(struct nn_batch *batch, const struct nn_error *error)
{
    clear_progress(batch);
    nn_complain(error);
    batch->lost = true;
}

/* Prints all of the text, or nothing if it is not whole. */
static void print(struct nn_batch *batch, struct nn_buffer *text)
{
    struct nn_error error = {0};
    clear_progress(batch);
    if (nn_buffer_check(text, &error) == NN_OK) {
        fwrite(nn_buffer_string(text), 1, text->length, stdout);
        fflush(stdout);
    } else
        lose(batch, &error);
    nn_buffer_clear(text);
}

static bool is_format(const struct nn_batch *batch, const char *format)
{
    return strcmp(batch->session->format, format) == 0;
}

static void print_message(void *context, const char *text)
{
    struct nn_batch *batch = context;
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    if (is_format(batch, "json")) {
        nn_buffer_text(&out, "{\"message\": ");
        nn_json_quote(text, &out);
        nn_buffer_text(&out, "}\n");
    } else if (is_format(batch, "text"))
        nn_buffer_printf(&out, "%s\n", text);
    else { /* csv holds tables alone */
        clear_progress(batch);
        fprintf(stderr, "%s\n", text);
    }
    print(batch, &out);
}

static void print_result(void *context, const struct nn_result *result)
{
    struct nn_batch *batch = context;
    const struct nn_session *session = batch->session;
    struct nn_buffer out;
    struct nn_error error = {0};
    enum nn_status status;
    nn_buffer_init(&out, 0);
    if (is_format(batch, "json"))
        status = nn_result_json(result, &out, &error);
    else if (is_format(batch, "csv"))
        status = nn_result_csv(result, &out, &error);
    else
        status = nn_result_text(result, session->columns, medium_of(session), colored(session),
                                &out, &error);
    if (status != NN_OK) {
        lose(batch, &error);
        nn_buffer_clear(&out);
        return;
    }
    if (out.length > 0 && out.data[out.length - 1] != '\n')
        nn_buffer_char(&out, '\n');
    print(batch, &out);
}

/* One epoch: "epoch  3/10  loss 0.2153  accuracy 0.9371", an object, or a row. */
static void print_epoch(void *context, const struct nn_history *history,
                        const struct nn_train_progress *progress)
{
    struct nn_batch *batch = context;
    char number[NN_NUMBER_SIZE];
    struct nn_buffer out;
    if (history->epochs == 0)
        return;
    const double *row = history->rows + (history->epochs - 1) * history->columns;
    bool json = is_format(batch, "json"), csv = is_format(batch, "csv");
    nn_buffer_init(&out, 0);
    if (csv && progress->epoch == 1) {
        nn_buffer_text(&out, "epoch");
        for (size_t i = 0; i < history->columns; i++)
            nn_buffer_printf(&out, ",%s", history->names[i]);
        nn_buffer_char(&out, '\n');
    }
    int width = snprintf(NULL, 0, "%llu", (unsigned long long)progress->epochs);
    if (json)
        nn_buffer_printf(&out, "{\"epoch\": %llu", (unsigned long long)progress->epoch);
    else if (csv)
        nn_buffer_printf(&out, "%llu", (unsigned long long)progress->epoch);
    else
        nn_buffer_printf(&out, "epoch %*llu/%llu", width, (unsigned long long)progress->epoch,
                         (unsigned long long)progress->epochs);
    for (size_t i = 0; i < history->columns; i++) {
        bool known = isfinite(row[i]);
        if (json)
            nn_buffer_printf(&out, ", \"%s\": %s", history->names[i],
                             known ? nn_number_double(number, row[i]) : "null");
        else if (csv)
            nn_buffer_printf(&out, ",%s", known ? nn_number_double(number, row[i]) : "");
        else if (known && strcmp(history->names[i], "lr") != 0)
            nn_buffer_printf(&out, "  %s %s", history->names[i],
                             nn_number_fixed(number, row[i], 4));
    }
    nn_buffer_text(&out, json ? "}\n" : "\n");
    print(batch, &out);
}

static void print_progress(void *context, const char *what, double fraction)
{
    struct nn_batch *batch = context;
    if (!isatty(STDERR_FILENO) || batch->session->plain)
        return;
    fprintf(stderr, "\r%s %3.0f %%\033[K", what, 100 * fraction);
    fflush(stderr);
    batch->progress_shown = true;
}

static void print_report(struct nn_batch *batch, const struct nn_error *error)
{
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    clear_progress(batch);
    fflush(stdout);
    nn_session_report(batch->session, error, &out);
    if (out.failed)
        nn_complain(error); /* less, but it needs no memory */
    else
        fwrite(nn_buffer_string(&out), 1, out.length, stderr);
    nn_buffer_clear(&out);
}

static void print_warning(void *context, const struct nn_error *error)
{
    struct nn_batch *batch = context;
    clear_progress(batch);
    if (error->status != NN_OK)
        print_report(batch, error);
    else
        fprintf(stderr, "warning: %s\n", error->message);
}

static void print_screen(void *context, const struct nn_screen *screen)
{
    struct nn_batch *batch = context;
    struct nn_session *session = batch->session;
    struct nn_canvas canvas;
    struct nn_scene scene;
    struct nn_buffer out;
    struct nn_error error = {0};
    if (nn_canvas_init(&canvas, session->columns, session->rows, medium_of(session), &error) !=
        NN_OK) {
        lose(batch, &error);
        return;
    }
    nn_buffer_init(&out, 0);
    nn_session_scene(session, &scene);
    nn_scene_draw(&scene, screen, &canvas, 0);
    if (is_format(batch, "json")) {
        struct nn_buffer drawn;
        nn_buffer_init(&drawn, 0);
        nn_canvas_print(&canvas, false, true, &drawn);
        nn_buffer_printf(&out, "{\"screen\": \"%s\", \"text\": ", screen->name);
        nn_json_quote(nn_buffer_string(&drawn), &out);
        nn_buffer_text(&out, "}\n");
        nn_buffer_clear(&drawn);
    } else if (session->plain)
        nn_canvas_print_panes(&canvas, &out);
    else
        nn_canvas_print(&canvas, colored(session), true, &out);
    print(batch, &out);
    nn_canvas_clear(&canvas);
}

void nn_batch_output(struct nn_batch *batch, struct nn_output *output)
{
    *output = (struct nn_output){.context = batch,
                                 .message = print_message,
                                 .result = print_result,
                                 .epoch = print_epoch,
                                 .progress = print_progress,
                                 .warning = print_warning,
                                 .show = print_screen};
}

int nn_complain(const struct nn_error *error)
{
    fflush(stdout);
    fprintf(stderr, "nnscope: %s%serror: %s\n", error->file, *error->file ? ": " : "",
            error->message);
    if (*error->hint)
        fprintf(stderr, "%s\n", error->hint);
    return nn_status_exit(error->status);
}

/* ---- inputs ---- */

/* Standard input, command by command as it arrives, so that another program can hold a
 * conversation. */
static enum nn_status run_standard_input(struct nn_batch *batch, bool keep_going,
                                         struct nn_error *error)
{
    struct nn_session *session = batch->session;
    enum nn_status status, first = NN_OK;
    struct nn_buffer text;
    char line[4096];
    size_t number = 1, lines = 0;
    nn_buffer_init(&text, 0);
    while (!session->quit && !nn_interrupted() && fgets(line, sizeof line, stdin)) {
        nn_buffer_text(&text, line);
        if (text.failed)
            break;
        bool whole = text.length > 0 && text.data[text.length - 1] == '\n';
        lines += whole;
        if (!whole || nn_lex_continues(text.data, text.length))
            continue;
        struct nn_error now = {0};
        bool marked =
            number == 1 && strncmp(text.data, "\xef\xbb\xbf", 3) == 0; /* a byte order mark */
        status =
            nn_session_run_line(session, text.data + (marked ? 3 : 0), "<stdin>", number, &now);
        number += lines;
        lines = 0;
        text.length = 0;
        text.data[0] = '\0';
        if (status == NN_OK)
            continue;
        if (first == NN_OK) {
            first = status;
            *error = now;
        }
        if (!keep_going)
            break;
        print_warning(batch, &now);
    }
    if (text.failed && first == NN_OK)
        first = nn_buffer_check(&text, error);
    if (first == NN_OK && text.length > 0 && !session->quit) /* no newline at the end */
        first = nn_session_run_line(session, text.data, "<stdin>", number, error);
    nn_buffer_clear(&text);
    return first;
}

/* A person types at a prompt: an error is told, and it goes on. */
static void run_dialog(struct nn_batch *batch)
{
    struct nn_session *session = batch->session;
    nn_plain_open(session);
    for (char *line; !session->quit && (line = nn_plain_read("nnscope> "));) {
        struct nn_error now = {0};
        if (nn_session_run_line(session, line, NULL, 1, &now) != NN_OK)
            print_warning(batch, &now);
        nn_free(line);
        clear_progress(batch);
        fflush(stdout);
        if (nn_interrupted() != SIGINT && nn_interrupted() != 0)
            break;
        nn_interrupt(0);
    }
    nn_plain_close();
}

static enum nn_status run_input(struct nn_batch *batch, const struct nn_input *input,
                                bool keep_going, struct nn_error *error)
{
    if (input->dialog) {
        run_dialog(batch);
        return NN_OK;
    }
    if (input->standard_input)
        return run_standard_input(batch, keep_going, error);
    if (!input->path)
        return nn_session_run_script(batch->session, input->text, strlen(input->text), input->name,
                                     keep_going, error);
    unsigned char *text;
    size_t length;
    enum nn_status status =
        nn_file_read(input->path, nn_limit(NN_LIMIT_SCRIPT), &text, &length, error);
    if (status != NN_OK)
        return status;
    status = nn_session_run_script(batch->session, (const char *)text, length, input->path,
                                   keep_going, error);
    nn_free(text);
    return status;
}

static void on_signal(int number)
{
    nn_interrupt(number);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int nn_batch_run(struct nn_batch *batch, const struct nn_options *options)
{
    int exit_status = 0;
    struct nn_error error = {0};
    catch_signals();
    for (size_t i = 0; i < options->input_count && !batch->session->quit; i++) {
        struct nn_error now = {0};
        if (run_input(batch, &options->inputs[i], options->keep_going, &now) == NN_OK)
            continue;
        if (exit_status == 0) {
            exit_status = nn_status_exit(now.status);
            error = now;
        }
        if (!options->keep_going || nn_interrupted())
            break;
    }
    if (exit_status && !options->keep_going) /* with -k every error was reported as it came */
        print_report(batch, &error);
    if (options->screen && !nn_interrupted()) {
        const struct nn_screen *screen = nn_screen_find(options->screen);
        if (screen)
            print_screen(batch, screen);
    }
    clear_progress(batch);
    if (nn_interrupted())
        return 128 + nn_interrupted();
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("nnscope: error: standard output cannot be written\n", stderr);
        return exit_status ? exit_status : 1;
    }
    return exit_status || !batch->lost ? exit_status : 1;
}
