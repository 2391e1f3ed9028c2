/* Market: daily returns of a price. Whether the price rises is decided by two days alone: it rises
 * if the returns LAG_NEAR and LAG_FAR days before had the same sign, but for a share of days that
 * go the other way. The mask of a window marks both days.
 *
 * The signs obey s(t) = s(t - NEAR) s(t - FAR), so each alone tells nothing, nor does any sum of
 * days. No other days of the window can stand in for one of the two: what the rule says of them
 * reaches beyond the window, as 2 NEAR, NEAR + FAR and 2 FAR - NEAR are larger than WINDOW. A model
 * that is blind to one of them is right every second time.
 *
 * The windows stand in the order of time; the last fifth is the test split. */
#include "base/mem.h"
#include "data/demo.h"
#include "data/generators/generate.h"

#include <math.h>
#include <stdio.h>

enum { WINDOW = 20, LAG_NEAR = 11, LAG_FAR = 17, WINDOWS = 6000 };
static const float surprise = 0.06F; /* share of the days against the rule */

/* A return of about one percent, seldom tiny: log-normal in size. */
static float draw_return(struct nn_random *random, bool up)
{
    float size = 0.01F * expf(0.4F * nn_random_normal(random));
    return up ? size : -size;
}

/* Fills the returns of `days` days; those of the first LAG_FAR days are free. */
static void walk(uint64_t seed, float *returns, size_t days)
{
    for (size_t t = 0; t < days; t++) {
        struct nn_random random = nn_generation_random(seed, t);
        bool up = nn_random_below(&random, 2);
        if (t >= LAG_FAR) {
            up = (returns[t - LAG_NEAR] > 0) == (returns[t - LAG_FAR] > 0);
            up = up != (nn_random_float(&random) < surprise);
        }
        returns[t] = draw_return(&random, up);
    }
}

static enum nn_status make(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    static const char *const classes[] = {"down", "up"};
    char texts[WINDOW][24];
    const char *features[WINDOW];
    size_t days = count + WINDOW;
    float *returns = nn_calloc(days, sizeof *returns);
    if (!returns)
        return nn_fail_memory(error, days * sizeof *returns);
    for (size_t j = 0; j < WINDOW; j++) {
        snprintf(texts[j], sizeof texts[j], "%zu days ago", WINDOW - j);
        features[j] = j + 1 < WINDOW ? texts[j] : "1 day ago";
    }
    struct nn_generation generation = {
        .count = count,
        .shape = demo->shape,
        .storage = NN_STORAGE_FLOAT,
        .classes = classes,
        .class_count = 2,
        .features = features,
        .mask_size = WINDOW,
    };
    enum nn_status status = nn_generation_begin(&generation, samples, error);
    if (status == NN_OK)
        walk(seed, returns, days);
    for (size_t i = 0; status == NN_OK && i < count; i++) {
        float *window = (float *)(*samples)->values + i * WINDOW;
        unsigned char *mask = (*samples)->mask + i * WINDOW;
        for (size_t j = 0; j < WINDOW; j++)
            window[j] = returns[i + j];
        mask[WINDOW - LAG_NEAR] = mask[WINDOW - LAG_FAR] = 1;
        (*samples)->labels[i] = returns[i + WINDOW] > 0;
    }
    if (status == NN_OK) {
        (*samples)->timely = true;
        (*samples)->train_count = count - count / 5;
    }
    nn_free(returns);
    return status;
}

const struct nn_demo nn_demo_market = {
    .name = "market",
    .summary = "generated: 20 daily returns of a price, rising or falling the next day, with the "
               "two days that decide it",
    .licence = "made by nnscope",
    .make = make,
    .count = WINDOWS,
    .shape = {1, {WINDOW}},
};
