/* nnscope beside htop, btop and tig on a terminal of 80x24: start, idling, keys, memory; then what
 * nnscope alone does while it trains. Prints two tables in Markdown. `make compare-screens`.
 *
 * Each figure is taken at the pseudo-terminal, by the clock of this process. Nothing is judged
 * here: tests/pty/budgets does that.
 */
#include "pty/pty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STARTS 7
#define KEYS   60
#define IDLE   4.0 /* seconds */
#define QUIET  0.15

struct program {
    const char *name;
    const char *program; /* NULL: nnscope */
    const char *const *args;
    const char *const *keys; /* typed in turn; end with NULL */
    const char *begin;       /* typed once before the keys */
};

/* Sorted once, then read off. */
struct times {
    double values[256];
    int count;
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void add(struct times *times, double value)
{
    if (times->count < (int)(sizeof times->values / sizeof *times->values))
        times->values[times->count++] = value;
    qsort(times->values, (size_t)times->count, sizeof *times->values, ascending);
}

static double quantile(const struct times *times, double share)
{
    int at = (int)(share * times->count);
    return times->count == 0 ? -1 : times->values[at < times->count ? at : times->count - 1];
}

/* Reads until nothing comes for a while; the moment of the last byte. */
static double last_byte(struct pty *pty, double patience)
{
    double last = pty_now(), end = last + patience;
    for (double now = last; now - last < QUIET && now < end; now = pty_now())
        if (pty_pump(pty, 0.001) > 0)
            last = pty_now();
    return last;
}

/* Seconds until the first byte comes back. */
static double answer_time(struct pty *pty, const char *key)
{
    double start = pty_now(), end = start + 2;
    size_t before = pty->bytes;
    pty_send(pty, key);
    while (pty->bytes == before && pty_now() < end)
        pty_pump(pty, 0.0002);
    return pty_now() - start;
}

static bool measure_start(const struct program *program, struct times *first, struct times *full,
                          double *bytes)
{
    struct pty pty;
    double begin = pty_now();
    bool fine =
        pty_start(&pty, &(struct pty_options){.program = program->program, .args = program->args});
    while (fine && pty.bytes == 0 && pty_now() - begin < 3)
        pty_pump(&pty, 0.0002);
    fine = fine && pty.bytes > 0;
    if (fine) {
        add(first, pty_now() - begin);
        add(full, last_byte(&pty, 1) - begin);
        *bytes = (double)pty.bytes;
    }
    pty_clear(&pty);
    return fine;
}

static bool compare(const struct program *program)
{
    struct times first = {0}, full = {0}, keys = {0};
    double start_bytes = 0, key_bytes = 0;
    struct pty pty;
    for (int i = 0; i < STARTS; i++)
        if (!measure_start(program, &first, &full, &start_bytes)) {
            printf("| %s | not here |\n", program->name);
            return false;
        }
    if (!pty_start(&pty, &(struct pty_options){.program = program->program, .args = program->args}))
        return false;
    pty_pump(&pty, 1.5);
    double cpu = pty_cpu(&pty);
    double idle_bytes = (double)pty_pump(&pty, IDLE) / IDLE;
    double idle_cpu = (pty_cpu(&pty) - cpu) / IDLE;
    pty_send(&pty, program->begin);
    pty_pump(&pty, 0.3);
    for (int i = 0, key = 0; i < KEYS; i++, key = program->keys[key + 1] ? key + 1 : 0) {
        size_t before = pty.bytes;
        add(&keys, answer_time(&pty, program->keys[key]));
        pty_pump(&pty, 0.03);
        key_bytes += (double)(pty.bytes - before) / KEYS;
    }
    printf("| %s | %.1f | %.1f | %.0f | %.0f | %.1f | %.2f | %.2f | %.0f | %.1f |\n", program->name,
           1e3 * quantile(&first, 0.5), 1e3 * quantile(&full, 0.5), start_bytes, idle_bytes,
           100 * idle_cpu, 1e3 * quantile(&keys, 0.5), 1e3 * quantile(&keys, 0.99), key_bytes,
           1e-6 * pty_memory(&pty, "Rss:"));
    fflush(stdout);
    pty_clear(&pty);
    return true;
}

/* ---- nnscope while it trains ---- */

static const char *const build =
    "data demo digits; net new; add conv2d 32 3 relu padding=same; add flatten; add dense 10 "
    "softmax; compile loss=categorical_crossentropy\r";

static bool begin_training(struct pty *pty, int columns, int rows)
{
    if (!pty_start(pty, &(struct pty_options){.columns = columns, .rows = rows}))
        return false;
    bool fine = pty_see(pty, "[1 Net]");
    pty_send(pty, build);
    fine = fine && pty_see(pty, "parameters");
    pty_send(pty, "train epochs=100000 batch=128\r");
    return fine && pty_see(pty, "/s, ");
}

/* Characters at the prompt, and keys of the screen, until each is seen. */
static void keys_while_training(void)
{
    struct times echo = {0}, moved = {0};
    struct pty pty;
    char typed[KEYS + 8] = " > ", sample[32];
    bool fine = begin_training(&pty, 80, 24);
    for (int i = 0; i < KEYS && fine; i++) {
        char key[2] = {(char)('a' + i % 26), 0};
        strcat(typed, key);
        double start = pty_now();
        pty_send(&pty, key);
        while (strcmp(pty_prompt(&pty), typed) != 0 && pty_now() - start < 5)
            pty_pump(&pty, 0.0002);
        add(&echo, pty_now() - start);
        pty_pump(&pty, 0.02);
    }
    pty_send(&pty, "\025\t5");
    fine = fine && pty_see(&pty, "[5 Data]");
    for (int i = 0; i < KEYS && fine; i++) {
        snprintf(sample, sizeof sample, "test sample %d ", i + 1);
        double start = pty_now();
        pty_send(&pty, "n");
        while (vt_find(&pty.vt, 0, sample) != 0 && pty_now() - start < 5)
            pty_pump(&pty, 0.0002);
        add(&moved, pty_now() - start);
        pty_pump(&pty, 0.02);
    }
    printf("| a typed character is seen | %.2f ms (99 of 100: %.2f ms) |\n",
           1e3 * quantile(&echo, 0.5), 1e3 * quantile(&echo, 0.99));
    printf("| the next sample is seen | %.2f ms (99 of 100: %.2f ms) |\n",
           1e3 * quantile(&moved, 0.5), 1e3 * quantile(&moved, 0.99));
    fflush(stdout);
    pty_clear(&pty);
}

/* Bytes of a second of the screen Train. */
static void dashboard(int columns, int rows)
{
    struct pty pty;
    if (begin_training(&pty, columns, rows)) {
        pty_pump(&pty, 1);
        double bytes = (double)pty_pump(&pty, 4) / 4;
        printf("| dashboard at %dx%d, ten frames a second | %.0f bytes a frame, %.1f kB/s |\n",
               columns, rows, bytes / 10, 1e-3 * bytes);
    }
    fflush(stdout);
    pty_clear(&pty);
}

/* The feature maps of a trained net: the first view, then sample after sample. */
static void maps(int columns, int rows)
{
    struct pty pty;
    bool fine = pty_start(&pty, &(struct pty_options){.columns = columns, .rows = rows}) &&
                pty_see(&pty, "[1 Net]");
    pty_send(&pty, build);
    fine = fine && pty_see(&pty, "parameters");
    pty_send(&pty, "train 2\r");
    fine = fine && pty_see(&pty, "idle");
    pty_settle(&pty);
    pty_send(&pty, "\t");
    pty_settle(&pty);
    size_t before = pty.bytes;
    pty_send(&pty, "3");
    pty_settle(&pty);
    size_t first = pty.bytes - before;
    before = pty.bytes;
    for (int i = 0; i < 10; i++) {
        pty_send(&pty, "n");
        pty_settle(&pty);
    }
    if (fine)
        printf("| feature maps at %dx%d | %.1f kB first, %.1f kB for the next sample |\n", columns,
               rows, 1e-3 * (double)first, 1e-4 * (double)(pty.bytes - before));
    fflush(stdout);
    pty_clear(&pty);
}

/* Processor time of the thread that draws, which the training lacks when all processors work. */
static void slowdown(const char *screen, const char *keys)
{
    struct pty pty;
    if (begin_training(&pty, 80, 24)) {
        pty_send(&pty, keys);
        pty_pump(&pty, 1.2);
        double all = pty_cpu(&pty), drawing = pty_cpu_main(&pty);
        pty_pump(&pty, 10);
        all = pty_cpu(&pty) - all;
        drawing = pty_cpu_main(&pty) - drawing;
        printf("| processor time of the live screen %s | %.2f %% of the training's |\n", screen,
               100 * drawing / (all - drawing));
        fflush(stdout);
    }
    pty_clear(&pty);
}

int main(void)
{
    static const char *const arrows[] = {"\033[B", "\033[A", NULL}, *const jk[] = {"j", "k", NULL};
    static const char *const log[] = {"log", NULL}, *const samples[] = {"n", "n", "n", "p", NULL};
    static const char *const digits[] = {"-i", "-c", "data demo digits; show data", NULL};
    const struct program programs[] = {
        {"htop", "htop", NULL, arrows, ""},
        {"btop", "btop", NULL, arrows, ""},
        {"tig", "tig", log, jk, ""},
        {"nnscope", NULL, NULL, (const char *const[]){"a", "b", NULL}, ""},
        {"nnscope, digits", NULL, digits, samples, "\t"}};
    puts("| | first byte ms | full screen ms | its bytes | idle bytes/s | idle CPU % | key ms | "
         "key, 99 of 100 ms | bytes a key | memory MB |");
    puts("|---|---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        compare(&programs[i]);
    puts("\n| nnscope | |\n|---|---|");
    keys_while_training();
    dashboard(80, 24);
    dashboard(200, 50);
    maps(80, 24);
    maps(200, 50);
    slowdown("Train", "");
    slowdown("Layers", "\t3");
    return 0;
}
