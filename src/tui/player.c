#include "tui/state.h"

#include "base/file.h"
#include "base/mem.h"
#include "command/job.h"
#include "command/lexer.h"

#include <signal.h>
#include <string.h>

#define HOLD 1.0 /* seconds that a picture of a script is seen at least */

void nn_player_init(struct nn_player *player)
{
    *player = (struct nn_player){0};
    nn_buffer_init(&player->queue, 0);
    nn_buffer_init(&player->methods, 0);
}

void nn_player_clear(struct nn_player *player)
{
    nn_buffer_clear(&player->queue);
    nn_buffer_clear(&player->methods);
    nn_free(player->told);
}

/* ---- one command ---- */

/* A command is still waiting for its job: only what acts on the job may run. */
static bool is_control(const char *line)
{
    static const char *const controls[] = {"pause", "resume", "stop", "step", "quit"};
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        if (strcmp(line, controls[i]) == 0)
            return true;
    return strncmp(line, "show ", 5) == 0;
}

static bool is_echo(const char *line)
{
    return strncmp(line, "echo ", 5) == 0;
}

/* The heading of a script says itself what it is. */
static void echo_command(struct nn_tui *tui, enum nn_player_kind kind, const char *line)
{
    if (kind != NN_PLAYER_SCRIPT || is_echo(line))
        nn_log_block(&tui->log);
    if (kind == NN_PLAYER_SCRIPT && is_echo(line))
        return;
    struct nn_buffer echo;
    nn_buffer_init(&echo, 0);
    nn_buffer_printf(&echo, "> %s", line);
    nn_log_add(&tui->log, NN_LOG_COMMAND, nn_buffer_string(&echo));
    nn_buffer_clear(&echo);
}

/* "FILE:3: message", under the command a caret. */
static void show_error(struct nn_tui *tui, const char *line, const struct nn_error *error)
{
    const struct nn_place *place = &tui->session->failed;
    bool elsewhere = error->file[0] && strcmp(error->file, place->file) != 0;
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    if (place->line > 0 && place->text[0] && !elsewhere) {
        if (strcmp(place->text, line) != 0) /* a part of a script or of a long line */
            nn_buffer_printf(&text, "  %s\n", place->text);
        nn_buffer_text(&text, "  ");
        nn_buffer_fill(&text, ' ', place->caret);
        nn_buffer_text(&text, "^\n");
    }
    if (error->file[0]) {
        nn_buffer_text(&text, error->file);
        if (error->line > 0)
            nn_buffer_printf(&text, ":%zu", error->line);
        if (error->line > 0 && error->column > 0)
            nn_buffer_printf(&text, ":%zu", error->column);
        nn_buffer_text(&text, ": ");
    }
    nn_buffer_text(&text, error->message);
    nn_log_add(&tui->log, NN_LOG_ERROR, nn_buffer_string(&text));
    nn_buffer_clear(&text);
    if (*error->hint)
        nn_log_add(&tui->log, NN_LOG_HINT, error->hint);
    tui->dirty = true;
}

static bool on_explain(const struct nn_tui *tui)
{
    const struct nn_screen *screen = tui->session->screen;
    return screen && strcmp(screen->name, "explain") == 0;
}

static bool queue_busy(const struct nn_player *player)
{
    return player->queue_at < player->queue.length;
}

/* The commands by which the scene's sample was explained, the oldest first. */
static void put_methods(const struct nn_scene *scene, struct nn_buffer *out)
{
    out->length = 0;
    for (size_t i = scene->explanation_count; i-- > 0;) {
        const struct nn_result *result = scene->explanations[i];
        if (result->kind == NN_RESULT_ATTRIBUTION)
            nn_buffer_printf(out, "explain %s %s%s%s\n", result->method, result->parameters,
                             *result->layer ? " layer=" : "", result->layer);
    }
}

/* Remembers by which commands the cursor's sample was explained. */
static void note_methods(struct nn_tui *tui)
{
    struct nn_player *player = &tui->player;
    struct nn_scene scene;
    if (player->unfinished)
        return;
    nn_session_scene(tui->session, &scene);
    put_methods(&scene, &player->methods);
}

/* Another sample is explained in the same ways. */
static void follow(struct nn_tui *tui)
{
    struct nn_player *player = &tui->player;
    struct nn_scene scene;
    nn_session_scene(tui->session, &scene);
    for (size_t i = 0; i < scene.explanation_count; i++)
        if (scene.explanations[i]->kind == NN_RESULT_ATTRIBUTION && !scene.explanation_old[i])
            return;
    player->unfinished = player->methods.length > 0;
    if (queue_busy(player)) /* typed lines, or the next step of the cursor */
        return;
    player->queue.length = player->queue_at = 0;
    player->queue_quiet = true;
    nn_buffer_append(&player->queue, nn_buffer_string(&player->methods), player->methods.length);
}

enum nn_status nn_player_run(struct nn_tui *tui, enum nn_player_kind kind, const char *line,
                             const char *file, size_t number)
{
    struct nn_session *session = tui->session;
    struct nn_error error = {0};
    enum nn_status status = NN_OK;
    size_t sample = session->sample;
    enum nn_split split = session->split;
    long class = session->class_shown;
    bool outermost = !tui->waiting, watched = outermost && on_explain(tui) && !session->job;
    if (watched)
        note_methods(tui);
    echo_command(tui, kind, line);
    tui->player.showed = false;
    if (tui->waiting && !is_control(line))
        status = nn_fail(&error, NN_STATE, "a command still runs: Ctrl-C stops it");
    else
        status = nn_session_run_line(session, line, file, number, &error);
    if (status == NN_CANCELLED && kind != NN_PLAYER_KEY)
        nn_tui_say(tui, error.message);
    else if (status != NN_OK && status != NN_CANCELLED)
        show_error(tui, line, &error);
    else if (kind == NN_PLAYER_KEY)
        nn_log_block(&tui->log);
    if (kind == NN_PLAYER_TYPED && status == NN_OK)
        nn_log_block_start(&tui->log, (size_t)nn_tui_pane_rows(tui));
    if (outermost && !tui->signal)
        nn_interrupt(0);
    if (watched && status == NN_OK && on_explain(tui) &&
        (session->sample != sample || session->split != split || session->class_shown != class))
        follow(tui);
    tui->dirty = true;
    return status;
}

/* ---- scripts ---- */

/* A script and how much of it has run. */
struct playing {
    const char *text, *name; /* text NULL: none plays */
    size_t length, *at;
};

static struct playing playing(const struct nn_tui *tui)
{
    struct nn_player *player = (struct nn_player *)&tui->player;
    if (player->told)
        return (struct playing){player->told, player->told_name, player->told_length,
                                &player->told_at};
    if (player->script >= tui->options->script_count)
        return (struct playing){0};
    const struct nn_tui_script *script = &tui->options->scripts[player->script];
    return (struct playing){script->text, script->name, script->length, &player->at};
}

static void forget_told(struct nn_player *player)
{
    nn_free(player->told);
    player->told = NULL;
}

void nn_player_play(struct nn_tui *tui, const char *name, const char *text, size_t length)
{
    struct nn_player *player = &tui->player;
    forget_told(player);
    player->told = nn_strndup(text, length);
    player->told_length = player->told ? length : 0;
    player->told_at = 0;
    player->told_name = name;
}

const char *nn_player_name(const struct nn_tui *tui)
{
    return playing(tui).name;
}

double nn_player_due(const struct nn_tui *tui)
{
    if (tui->session->job || tui->waiting)
        return -1;
    if (queue_busy(&tui->player))
        return 0;
    if (!playing(tui).text)
        return -1;
    double left = tui->player.hold - nn_clock();
    return left > 0 ? left : 0;
}

void nn_player_stop(struct nn_tui *tui)
{
    tui->player.script = tui->options->script_count;
    forget_told(&tui->player);
    tui->player.queue_at = tui->player.queue.length;
    tui->player.unfinished = false;
}

void nn_player_hurry(struct nn_tui *tui)
{
    tui->player.hold = 0;
}

/* Bytes up to the end of the command that begins at `text`, and whether it is one at all. */
static size_t command_length(const char *text, size_t length)
{
    for (size_t end = 0; end < length; end++)
        if (text[end] == '\n' && !nn_lex_continues(text, end + 1))
            return end + 1;
    return length;
}

static bool is_blank(const char *line)
{
    line += strspn(line, " \t\r\n");
    return *line == '\0' || *line == '#';
}

static void trim(char *line)
{
    size_t length = strlen(line);
    while (length > 0 && strchr("\r\n", line[length - 1]))
        line[--length] = '\0';
}

/* Takes the next command off the script; NULL without memory. *number is its line. */
static char *next_line(struct nn_tui *tui, size_t *number)
{
    struct nn_player *player = &tui->player;
    struct playing script = playing(tui);
    const char *from = script.text + *script.at;
    size_t length = command_length(from, script.length - *script.at);
    char *line = nn_strndup(from, length);
    *number = 1;
    for (size_t i = 0; i < *script.at; i++)
        *number += script.text[i] == '\n';
    *script.at += length;
    if (*script.at < script.length)
        return line;
    if (player->told) {
        forget_told(player);
    } else {
        player->script++;
        player->at = 0;
    }
    return line;
}

static void step_script(struct nn_tui *tui)
{
    struct nn_player *player = &tui->player;
    const char *name = nn_player_name(tui);
    size_t number;
    char *line = next_line(tui, &number);
    if (!line)
        return;
    trim(line);
    enum nn_status status = NN_OK;
    if (!is_blank(line)) {
        status = nn_player_run(tui, NN_PLAYER_SCRIPT, line, name, number);
        if (player->showed)
            player->hold = nn_clock() + HOLD;
    }
    if (status != NN_OK && playing(tui).text && !tui->options->keep_going) {
        nn_tui_say(tui, "the script ends here");
        nn_player_stop(tui);
    }
    nn_free(line);
}

static void queue_line(struct nn_player *player, const char *line)
{
    if (!queue_busy(player))
        player->queue.length = player->queue_at = 0;
    nn_buffer_printf(&player->queue, "%s\n", line);
}

void nn_player_enter(struct nn_tui *tui, const char *line, bool pasted)
{
    bool early = tui->waiting && !is_control(line);
    if (!pasted && !early) {
        nn_player_run(tui, NN_PLAYER_TYPED, line, NULL, 1);
        return;
    }
    if (tui->player.queue_quiet)
        tui->player.queue.length = tui->player.queue_at = 0;
    queue_line(&tui->player, line);
    tui->player.queue_quiet = false;
    if (early) {
        struct nn_buffer text;
        nn_buffer_init(&text, 0);
        nn_buffer_printf(&text, "waits: %s", line);
        nn_log_add(&tui->log, NN_LOG_COMMAND, nn_buffer_string(&text));
        nn_buffer_clear(&text);
    }
    tui->dirty = true;
}

/* An explanation runs; a training is none. */
static bool explaining(const struct nn_tui *tui)
{
    return tui->session->job && !nn_job_training(tui->session);
}

/* Once nothing runs or waits, all that was asked for is there. */
static void settle(struct nn_tui *tui)
{
    if (!queue_busy(&tui->player) && !explaining(tui) && !tui->waiting)
        tui->player.unfinished = false;
}

/* The cursor moves on: explanations of the sample that it leaves are no longer wanted. */
static void leave_sample(struct nn_tui *tui)
{
    struct nn_player *player = &tui->player;
    const char *next = nn_buffer_string(&player->queue) + player->queue_at;
    if (!player->unfinished)
        return;
    if (strncmp(next, "explain ", 8) == 0)
        player->queue.length = player->queue_at = 0;
    if (tui->waiting)
        nn_interrupt(SIGINT);
    else if (explaining(tui))
        nn_job_stop(tui->session, NULL);
}

void nn_player_press(struct nn_tui *tui, const char *command)
{
    struct nn_player *player = &tui->player;
    settle(tui);
    bool quiet = player->unfinished || (queue_busy(player) && player->queue_quiet);
    bool moves = strncmp(command, "select sample", 13) == 0;
    if (moves)
        leave_sample(tui);
    /* an explanation that was typed is waited for: the next sample is explained in the same way */
    bool awaited = explaining(tui) && !queue_busy(player);
    if ((quiet && tui->waiting && !is_control(command)) || (quiet && queue_busy(player)) ||
        (moves && awaited)) {
        queue_line(player, command);
        player->queue_quiet = true;
    } else {
        nn_player_run(tui, NN_PLAYER_KEY, command, NULL, 1);
    }
}

static void step_queue(struct nn_tui *tui)
{
    struct nn_player *player = &tui->player;
    const char *from = nn_buffer_string(&player->queue) + player->queue_at;
    size_t length = command_length(from, player->queue.length - player->queue_at);
    char *line = nn_strndup(from, length);
    player->queue_at += length;
    if (!line)
        return;
    trim(line);
    nn_player_run(tui, player->queue_quiet ? NN_PLAYER_KEY : NN_PLAYER_TYPED, line, NULL, 1);
    player->unfinished = player->unfinished && (queue_busy(player) || explaining(tui));
    nn_free(line);
}

void nn_player_step(struct nn_tui *tui)
{
    if (queue_busy(&tui->player))
        step_queue(tui);
    else if (playing(tui).text)
        step_script(tui);
}

/* Explains the cursor's sample in the same ways once more, unseen but for the pictures. */
static void explain_again(struct nn_tui *tui, const struct nn_buffer *methods)
{
    int pane = tui->pane;
    const struct nn_screen *screen = tui->session->screen;
    tui->session->source_depth++; /* nobody typed it: it is not recorded */
    tui->quiet = true;
    nn_session_run_script(tui->session, nn_buffer_string((struct nn_buffer *)methods),
                          methods->length, NULL, false, NULL);
    tui->quiet = false;
    tui->session->source_depth--;
    tui->session->screen = screen;
    tui->pane = pane;
    tui->dirty = true;
}

void nn_player_refresh(struct nn_tui *tui)
{
    struct nn_player *player = &tui->player;
    struct nn_scene scene;
    double now = nn_clock();
    if (!nn_job_training(tui->session) || nn_job_paused(tui->session) || !on_explain(tui) ||
        queue_busy(player) || now < player->refresh)
        return;
    nn_session_scene(tui->session, &scene);
    if (scene.explanation_count == 0 || !scene.explanation_old[0])
        return;
    struct nn_buffer methods;
    nn_buffer_init(&methods, 0);
    put_methods(&scene, &methods);
    if (!methods.failed && methods.length > 0)
        explain_again(tui, &methods);
    nn_buffer_clear(&methods);
    double end = nn_clock(), rest = 20 * (end - now); /* the keys come first */
    player->refresh = end + (rest > 0.5 ? rest : 0.5);
}
