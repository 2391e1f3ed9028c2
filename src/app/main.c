/* nnscope: the program. Options, then batch mode or the screen. */
#include "app/batch.h"
#include "app/docs.h"
#include "app/options.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/text.h"
#include "command/job.h"
#include "command/keep.h"
#include "kernels/kernels.h"
#include "tui/tui.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Size of printed pictures: as asked for, else the terminal's, else 80x24. */
static void set_size(struct nn_session *session, const struct nn_options *options)
{
    struct winsize size;
    session->columns = 80;
    session->rows = 24;
    if (options->columns > 0) {
        session->columns = options->columns;
        session->rows = options->rows;
    } else if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
               size.ws_col >= 20 && size.ws_row >= 6) {
        session->columns = size.ws_col;
        session->rows = size.ws_row;
    }
}

static enum nn_status replace(char **text, const char *with, struct nn_error *error)
{
    char *copy = nn_strdup(with);
    if (!copy)
        return nn_fail_memory(error, strlen(with));
    nn_free(*text);
    *text = copy;
    return NN_OK;
}

/* The option, the environment variable (so that tests can run with each set), or the best set. */
static const char *kernels_of(const struct nn_options *options)
{
    const char *wish = options->kernels ? options->kernels : getenv("NNSCOPE_KERNELS");
    return wish && *wish ? wish : "auto";
}

/* Options that are settings of the session or the process. */
static enum nn_status apply(struct nn_session *session, const struct nn_options *options,
                            struct nn_error *error)
{
    enum nn_status status = NN_OK;
    set_size(session, options);
    session->ascii = options->ascii;
    session->fps = options->fps;
    session->plain = options->plain;
    if (options->seeded)
        session->seed = options->seed;
    if (options->format)
        NN_TRY(replace(&session->format, options->format, error));
    if (options->color)
        NN_TRY(replace(&session->color, options->color, error));
    if (options->threads)
        NN_TRY(nn_pool_set_threads(options->threads, error));
    if (nn_kernels_select(kernels_of(options), error) != NN_OK)
        NN_TRY(error->status = NN_USAGE);
    if (options->screen && !nn_screen_find(options->screen)) {
        status = nn_fail(error, NN_USAGE, "--screen=%s: there is no such screen",
                         NN_VISIBLE(options->screen));
        const char *names[16];
        for (size_t i = 0; i < nn_screen_count && i < 16; i++)
            names[i] = nn_screens[i]->name;
        const char *near =
            nn_text_nearest(options->screen, names, nn_screen_count < 16 ? nn_screen_count : 16);
        if (near)
            nn_fail_hint(error, "did you mean %s?", near);
    }
out:
    return status;
}

static enum nn_color_wish wish_of(const char *color)
{
    return strcmp(color, "never") == 0       ? NN_WISH_NEVER
           : strcmp(color, "16") == 0        ? NN_WISH_16
           : strcmp(color, "256") == 0       ? NN_WISH_256
           : strcmp(color, "truecolor") == 0 ? NN_WISH_RGB
                                             : NN_WISH_AUTO;
}

/* init.nns in the user's folder of settings, if it is there and can be read. */
static void read_init(struct nn_tui_script *init, struct nn_error *error)
{
    char *path = NULL;
    unsigned char *text = NULL;
    size_t length = 0;
    if (nn_path_config("init.nns", &path, NULL) == NN_OK && nn_file_exists(path) &&
        nn_file_read(path, nn_limit(NN_LIMIT_SCRIPT), &text, &length, error) == NN_OK)
        *init = (struct nn_tui_script){(const char *)text, length, "init.nns"};
    nn_free(path);
}

/* The screen; scripts run in it first. */
static int run_screen(struct nn_session *session, const struct nn_options *options)
{
    struct nn_error error = {0};
    struct nn_tui_options tui = {.color = wish_of(session->color),
                                 .ascii = session->ascii,
                                 .keep_going = options->keep_going};
    struct nn_tui_script *scripts = nn_calloc(options->input_count + 1, sizeof *scripts);
    struct nn_tui_script init = {0};
    int exit_status = 0;
    enum nn_status status = scripts ? NN_OK : nn_fail_memory(&error, sizeof *scripts);
    for (size_t i = 0; status == NN_OK && i < options->input_count; i++) {
        const struct nn_input *input = &options->inputs[i];
        unsigned char *text = NULL;
        size_t length = 0;
        if (input->standard_input)
            continue; /* the keyboard */
        if (input->path)
            status = nn_file_read(input->path, nn_limit(NN_LIMIT_SCRIPT), &text, &length, &error);
        else {
            text = (unsigned char *)nn_strdup(input->text);
            length = strlen(input->text);
            if (!text)
                status = nn_fail_memory(&error, length);
        }
        if (status == NN_OK)
            scripts[tui.script_count++] =
                (struct nn_tui_script){(const char *)text, length, input->name};
    }
    tui.scripts = scripts;
    read_init(&init, &error);
    tui.init = init.text ? &init : NULL;
    if (status == NN_OK)
        status = nn_tui_run(session, &tui, &exit_status, &error);
    if (status != NN_OK)
        exit_status = nn_complain(&error);
    for (size_t i = 0; scripts && i < tui.script_count; i++)
        nn_free((void *)scripts[i].text);
    nn_free(scripts);
    nn_free((void *)init.text);
    return exit_status;
}

/* Training that nobody saved is not lost when a person quits or a signal ends the program; a script
 * that ends by itself means what it says. */
static void keep_training(struct nn_session *session)
{
    char kept[NN_RESCUE_SIZE] = "";
    if (!session->interactive && !nn_interrupted())
        return;
    nn_job_stop(session, NULL);
    nn_session_rescue(session, kept);
    if (*kept)
        fprintf(stderr, "nnscope: %s\n", kept);
}

static int run(struct nn_options *options)
{
    struct nn_error error = {0};
    struct nn_batch batch = {0};
    struct nn_output output;
    int exit_status;
    nn_batch_output(&batch, &output);
    if (nn_session_new(&output, &batch.session, &error) != NN_OK)
        return nn_complain(&error);
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (apply(batch.session, options, &error) != NN_OK)
        exit_status = nn_complain(&error);
    else if (options->plain)
        exit_status = nn_batch_run(&batch, options);
    else if (options->stay ? terminal : terminal && !options->scripted && !options->screen)
        exit_status = run_screen(batch.session, options);
    else if (options->stay) {
        nn_fail(&error, NN_USAGE, "-i needs a terminal as standard input and output");
        exit_status = nn_complain(&error);
    } else
        exit_status = nn_batch_run(&batch, options);
    keep_training(batch.session);
    nn_session_free(batch.session);
    return exit_status;
}

int main(int argc, char **argv)
{
    struct nn_options options;
    struct nn_error error = {0};
    int exit_status = 0;
    signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error of the write */
    setlocale(LC_CTYPE, "");  /* for widths alone: numbers stay in the C locale */
    if (nn_options_parse(argc, argv, &options, &error) != NN_OK) {
        exit_status = nn_complain(&error);
        fputs("`nnscope --help` lists the options.\n", stderr);
        return exit_status;
    }
    switch (options.start) {
    case NN_START_HELP:
        nn_docs_help(stdout);
        break;
    case NN_START_VERSION:
        nn_docs_version(stdout);
        break;
    case NN_START_MAN:
        nn_docs_man(stdout);
        break;
    case NN_START_RUN:
        exit_status = run(&options);
    }
    nn_options_clear(&options);
    nn_pool_shutdown();
    if (fclose(stdout) != 0 && exit_status == 0)
        exit_status = 1;
    return exit_status;
}
