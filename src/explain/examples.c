#include "explain/examples.h"

#include "base/mem.h"
#include "engine/pass.h"
#include "explain/features.h"

#include <math.h>

#define CHUNK 64

/* Puts an answer into its place among the best so far; `filled` of them are. */
static void insert(struct nn_example_of *best, size_t k, size_t filled, struct nn_example_of one)
{
    size_t at = filled < k ? filled : k;
    while (at > 0 && best[at - 1].value < one.value) {
        if (at < k)
            best[at] = best[at - 1];
        at--;
    }
    if (at < k)
        best[at] = one;
}

/* Answers that are not numbers rank last. */
static struct nn_example_of strongest(const float *map, size_t places, size_t sample)
{
    struct nn_example_of one = {sample, 0, -INFINITY};
    for (size_t p = 0; p < places; p++)
        if (map[p] > one.value) {
            one.value = map[p];
            one.place = p;
        }
    return one;
}

static void rank(struct nn_examples *examples, const float *y, size_t n, size_t first,
                 size_t places)
{
    for (size_t i = 0; i < n; i++)
        for (size_t unit = 0; unit < examples->units; unit++) {
            const float *map = y + (i * examples->units + unit) * places;
            insert(examples->best + unit * examples->k, examples->k, first + i,
                   strongest(map, places, first + i));
        }
}

enum nn_status nn_examples_find(const struct nn_net *net, int node, const struct nn_source *source,
                                size_t k, struct nn_examples *examples,
                                struct nn_progress *progress, struct nn_error *error)
{
    const struct nn_node *at = net->nodes[node];
    struct nn_examples made = {.k = k < source->count ? k : source->count};
    struct nn_pass *pass = NULL;
    size_t index[CHUNK], floats;
    enum nn_status status = NN_OK;
    made.units = at->shape.rank > 1 ? at->shape.dim[0] : at->size;
    if (!nn_size_mul(made.units, made.k, &floats))
        return nn_fail(error, NN_LIMIT, "so many examples do not fit into memory");
    made.best = nn_calloc(floats, sizeof *made.best);
    if (!made.best)
        return nn_fail_memory(error, floats * sizeof *made.best);
    size_t chunk = nn_samples_at_once(net, false, CHUNK);
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < source->count; first += chunk) {
        size_t n = source->count - first < chunk ? source->count - first : chunk;
        if (nn_cancelled(progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        for (size_t i = 0; i < n; i++)
            index[i] = first + i;
        source->fetch(source, index, n, nn_pass_input(pass), NULL, NULL);
        nn_pass_forward(pass, n, NULL);
        rank(&made, nn_pass_output(pass, node), n, first, at->size / made.units);
        nn_progress_set(progress, (double)(first + n) / (double)source->count);
    }
    *examples = made;
    made = (struct nn_examples){0};
out:
    nn_pass_free(pass);
    nn_examples_clear(&made);
    return status;
}

void nn_examples_clear(struct nn_examples *examples)
{
    nn_free(examples->best);
    *examples = (struct nn_examples){0};
}
