/* What the figures of trust say, in words and beside the map. */
#include "explain/trust.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* Whether any of the figures that may speak against a map is there. */
static bool can_judge(const struct nn_trust *trust)
{
    return isfinite(trust->gain) || isfinite(trust->figure[NN_TRUST_GAP].value) ||
           isfinite(trust->figure[NN_TRUST_SENSITIVITY].value) ||
           isfinite(trust->figure[NN_TRUST_RANDOMIZATION].value);
}

void nn_trust_verdict(const struct nn_trust *trust, char *out, size_t capacity)
{
    const struct nn_trust_figure *figure = trust->figure;
    const struct nn_trust_figure *pointing = &figure[NN_TRUST_POINTING],
                                 *mass = &figure[NN_TRUST_MASS];
    struct objections to = {out, capacity, 0};
    out[0] = '\0';
    if (figure[NN_TRUST_GAP].value > 0.05)
        object(&to, "the shares miss the change of the answer by %.0f %%",
               100 * figure[NN_TRUST_GAP].value);
    judge_ranking(trust, &to);
    if (figure[NN_TRUST_RANDOMIZATION].value > 0.5)
        object(&to, "it hardly depends on what the net has learned");
    if (pointing->value < mass->chance && !(mass->value > mass->chance))
        object(&to, "it points elsewhere than to what decides the class");
    if (figure[NN_TRUST_SENSITIVITY].value > 0.5)
        object(&to, "it changes by %.0f %% under noise that no eye sees",
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
