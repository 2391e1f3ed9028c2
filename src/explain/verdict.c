/* What the figures of trust say, in words and beside the map. */
#include "explain/trust.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct nn_trust_figure *nn_trust_name(struct nn_trust *trust, enum nn_trust_kind kind)
{
    static const char *const words[NN_TRUST_COUNT][2] = {
        [NN_TRUST_GAP] = {"gap", "what the shares miss of the change of F; 0 is best"},
        [NN_TRUST_INSERTION] = {"insertion", "answer as the top values come in; high is good"},
        [NN_TRUST_DELETION] = {"deletion", "answer as the top values go; low is good"},
        [NN_TRUST_SENSITIVITY] = {"sensitivity", "change of the map under 2 % noise; 0 is best"},
        [NN_TRUST_INFIDELITY] = {"infidelity",
                                 "change of F that the map does not predict; 0 is best"},
        [NN_TRUST_SPARSENESS] = {"sparseness", "Gini index: 0 spread out, 1 in one place"},
        [NN_TRUST_RANDOMIZATION] = {"random net",
                                    "likeness to maps of random weights; low is good"},
        [NN_TRUST_POINTING] = {"pointing", "1: the maximum lies where the class is decided"},
        [NN_TRUST_MASS] = {"mass", "share of the positive values there; 1 is best"}};
    struct nn_trust_figure *figure = &trust->figure[kind];
    figure->name = words[kind][0];
    figure->meaning = words[kind][1];
    return figure;
}

void nn_trust_biases(struct nn_trust *trust)
{
    trust->figure[NN_TRUST_GAP].name = "biases";
    trust->figure[NN_TRUST_GAP].meaning = "share of F(x) that biases (and epsilon) hold: no error";
}

void nn_trust_put(const struct nn_trust *trust, struct nn_result *map)
{
    map->trust_count = 0;
    for (enum nn_trust_kind kind = 0; kind < NN_TRUST_COUNT; kind++)
        if (trust->figure[kind].name)
            map->trust[map->trust_count++] = trust->figure[kind];
    nn_trust_verdict(trust, map->trust_note, sizeof map->trust_note);
}

struct objections {
    char *out;
    size_t capacity, used;
};

static void object(struct objections *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void object(struct objections *to, const char *format, ...)
{
    va_list arguments;
    char text[120];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int length =
        snprintf(to->out + to->used, to->capacity - to->used, "%s%s", to->used ? "; " : "", text);
    to->used += (size_t)length < to->capacity - to->used ? (size_t)length : 0;
}

/* Against chance: twenty random orders say where it lies and how far it spreads. Within one
 * standard deviation lies one order in six; more could not be asked of four features, whose best
 * order of 24 is not two of them away. */
static void judge_ranking(const struct nn_trust *trust, struct objections *to)
{
    if (trust->gain <= trust->random_gain)
        object(to, "its ranking is no better than a random one");
    else if (trust->gain <= trust->random_gain + trust->gain_spread)
        object(to, "its ranking is hardly better than random ones");
}

/* Ranks of few values agree by chance alone: below ten no agreement could say anything. */
#define FEWEST_RANKED 10

static bool judges_likeness(const struct nn_trust *trust)
{
    return trust->ranked >= FEWEST_RANKED && isfinite(trust->figure[NN_TRUST_RANDOMIZATION].value);
}

static void judge_likeness(const struct nn_trust *trust, struct objections *to)
{
    const struct nn_trust_figure *likeness = &trust->figure[NN_TRUST_RANDOMIZATION];
    double chance = likeness->chance + 2 * likeness->spread;
    if (judges_likeness(trust) && trust->likeness > fmax(0.5, chance))
        object(to, "it hardly depends on what the net has learned");
}

/* Whether any of the figures that may speak against a map is there. */
static bool can_judge(const struct nn_trust *trust)
{
    return isfinite(trust->gain) || isfinite(trust->missed) ||
           isfinite(trust->figure[NN_TRUST_SENSITIVITY].value) || judges_likeness(trust);
}

void nn_trust_verdict(const struct nn_trust *trust, char *out, size_t capacity)
{
    const struct nn_trust_figure *figure = trust->figure;
    const struct nn_trust_figure *pointing = &figure[NN_TRUST_POINTING],
                                 *mass = &figure[NN_TRUST_MASS];
    struct objections to = {out, capacity, 0};
    out[0] = '\0';
    if (trust->missed > 0.05)
        object(&to, "the shares miss the change of the answer by %.0f %%", 100 * trust->missed);
    judge_ranking(trust, &to);
    judge_likeness(trust, &to);
    if (pointing->value < mass->chance && !(mass->value > mass->chance))
        object(&to, "it points elsewhere than to what decides the class");
    if (figure[NN_TRUST_SENSITIVITY].value > 0.5)
        object(&to, "it changes by %.0f %% under noise of 2 %% of the range",
               100 * figure[NN_TRUST_SENSITIVITY].value);
    if (to.used > 0)
        snprintf(out + to.used, capacity - to.used, ": do not rely on this map alone.");
    else if (figure[NN_TRUST_RANDOMIZATION].name)
        snprintf(out, capacity, "%s",
                 can_judge(trust) ? "Nothing speaks against this map."
                                  : "There is no figure that this map could be judged by.");
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 'a' + 'A');
}
