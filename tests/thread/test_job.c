/* A training in the background while the main thread looks, explains, saves, pauses and stops, for
 * ThreadSanitizer, which cannot run Criterion. Prints TAP. */
#include "command/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int tests, failures;

static void report(bool ok, const char *what)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++tests, what);
    failures += !ok;
}

static bool run(struct nn_session *session, const char *line)
{
    struct nn_error error = {0};
    bool ok = nn_session_run_line(session, line, NULL, 1, &error) == NN_OK;
    if (!ok)
        printf("# %s: %s\n", line, error.message);
    return ok;
}

static size_t epochs;

static void epoch(void *context, const struct nn_history *history,
                  const struct nn_train_progress *progress)
{
    (void)context;
    epochs += progress->epoch > 0 && history->epochs > 0;
}

/* What the event loop of the screen does. */
static bool look(struct nn_session *session, int rounds)
{
    bool ended = false, seen = false;
    for (int i = 0; i < rounds && !ended; i++) {
        struct nn_scene scene;
        if (nn_job_poll(session, &ended, NULL) != NN_OK)
            return false;
        nn_session_scene(session, &scene);
        seen = seen || (scene.training && scene.net && scene.prediction_count == 3);
        usleep(500);
    }
    return seen && !ended;
}

int main(void)
{
    struct nn_output output = {.epoch = epoch};
    struct nn_session *session = NULL;
    char folder[] = "/tmp/nnscope-job-XXXXXX", remove[64];
    if (!mkdtemp(folder) || chdir(folder) != 0 || nn_session_new(&output, &session, NULL) != NN_OK)
        return 99;
    session->interactive = true;
    puts("1..9");
    report(
        run(session, "data demo iris; add dense 16 relu; add dropout 0.2; add dense 3 softmax") &&
            run(session, "compile loss=categorical_crossentropy; set threads 2"),
        "a net");
    report(run(session, "train epochs=1000000 batch=8") && nn_job_training(session),
           "trains in the background");
    report(look(session, 200), "the scene shows snapshots");
    report(run(session,
               "evaluate; predict sample=all; ig sample=0; activations sample=1; weights dense1"),
           "commands work on snapshots");
    report(run(session, "save a.safetensors") && run(session, "save b.safetensors"),
           "it can be saved");
    report(run(session, "pause") && look(session, 20) && run(session, "evaluate") &&
               run(session, "save c.safetensors") && run(session, "step 3") && look(session, 20),
           "it pauses and steps");
    report(run(session, "resume") && look(session, 50), "and goes on");
    report(run(session, "stop") && !session->job && epochs > 0, "it stops");
    report(run(session, "train epochs=1000000"), "and starts again");
    nn_session_free(session); /* with the training still on */
    snprintf(remove, sizeof remove, "rm -rf %s", folder);
    return chdir("/") != 0 || system(remove) != 0 || failures > 0;
}
