/* What a start costs: time until the prompt stands there, resident memory, bytes of the first
 * screen. Prints the figures and checks the budgets. TAP.
 */
#include "pty/pty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STARTS          15
#define BUDGET_SECONDS  0.020
#define BUDGET_RESIDENT 10e6 /* bytes */
#define BUDGET_ECHO     0.1
#define KEYS            61

struct start {
    double seconds;
    size_t bytes;
    double resident, proportional; /* bytes; -1 = not known here */
};

static bool measure(struct start *start)
{
    struct pty pty;
    double begin = pty_now();
    if (!pty_start(&pty, &(struct pty_options){0})) {
        pty_clear(&pty);
        return false;
    }
    while (strcmp(pty_prompt(&pty), " >") != 0 && pty_now() - begin < PTY_PATIENCE)
        pty_pump(&pty, 0.0005);
    start->seconds = pty_now() - begin;
    pty_settle(&pty);
    start->bytes = pty.bytes;
    start->resident = pty_memory(&pty, "Rss:");
    start->proportional = pty_memory(&pty, "Pss:");
    pty_clear(&pty);
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct start *x = a, *y = b;
    return x->seconds < y->seconds ? -1 : x->seconds > y->seconds;
}

static int report(int number, bool fine, const char *what)
{
    if (SANITIZED)
        printf("ok %d - %s # SKIP a sanitizer runs\n", number, what);
    else
        printf("%sok %d - %s\n", fine ? "" : "not ", number, what);
    return SANITIZED || fine ? 0 : 1;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Seconds until each of KEYS keys stands at the prompt, sorted. */
static bool measure_echo(double *times)
{
    static const char build[] = "data demo digits; net new; add conv2d 32 3 relu padding=same; "
                                "add flatten; add dense 10 softmax; "
                                "compile loss=categorical_crossentropy\r";
    struct pty pty;
    char typed[KEYS + 8] = " > ";
    if (!pty_start(&pty, &(struct pty_options){0}))
        return false;
    bool fine = pty_see(&pty, "[1 Net]");
    pty_send(&pty, build);
    fine = fine && pty_see(&pty, "parameters");
    pty_send(&pty, "train epochs=100000 batch=128\r");
    fine = fine && pty_see(&pty, "/s, ");
    for (int i = 0; i < KEYS && fine; i++) {
        char key[2] = {(char)('a' + i % 26), 0};
        strcat(typed, key);
        double start = pty_now();
        pty_send(&pty, key);
        while (strcmp(pty_prompt(&pty), typed) != 0 && pty_now() - start < 5)
            pty_pump(&pty, 0.0005);
        times[i] = pty_now() - start;
        pty_pump(&pty, 0.02);
    }
    qsort(times, KEYS, sizeof *times, by_size);
    pty_clear(&pty);
    return fine;
}

int main(void)
{
    struct start starts[STARTS];
    double echo[KEYS];
    for (int i = 0; i < STARTS; i++)
        if (!measure(&starts[i])) {
            puts("1..0 # SKIP no pseudo-terminal, or no locale C.UTF-8");
            return 0;
        }
    qsort(starts, STARTS, sizeof *starts, by_time);
    const struct start *middle = &starts[STARTS / 2];
    bool typed = measure_echo(echo);
    puts("1..3");
    printf("# start to prompt: median %.1f ms, best %.1f ms (of %d)\n", 1e3 * middle->seconds,
           1e3 * starts[0].seconds, STARTS);
    printf("# memory at the prompt: resident %.1f MB, proportional share %.1f MB\n",
           1e-6 * middle->resident, 1e-6 * middle->proportional);
    printf("# first screen at 80x24: %zu bytes\n", middle->bytes);
    if (typed)
        printf("# key to echo while training: median %.1f ms, 9 of 10 within %.1f ms\n",
               1e3 * echo[KEYS / 2], 1e3 * echo[KEYS * 9 / 10]);
    /* The best of many: what else the machine does is not the program's fault. */
    int faults = report(1, starts[0].seconds <= BUDGET_SECONDS, "start to prompt within 20 ms");
    faults += report(2, middle->resident <= BUDGET_RESIDENT, "resident memory within 10 MB");
    faults +=
        report(3, typed && echo[KEYS / 2] <= BUDGET_ECHO, "keys echo within 100 ms while training");
    return faults > 0;
}
