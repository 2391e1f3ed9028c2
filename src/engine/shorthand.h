/* Shorthand: one `add` for several layers, a common piece of nets. One file in shorthands/ with one
 * `const struct nn_shorthand` per piece; the registry is derived from the list of sources.
 *
 * Its layers are ordinary ones and bear its name: `add residual 32 name=res1` gives res1.conv1,
 * res1.bn1 ..., and the last one is res1, so that from=res1 reads the whole piece. All or nothing.
 */
#ifndef NN_ENGINE_SHORTHAND_H
#define NN_ENGINE_SHORTHAND_H

#include "engine/net.h"

/* One shorthand on its way into a net. */
struct nn_piece {
    struct nn_net *net;
    const struct nn_args *args;
    const char *name;
    int source; /* the node that it reads */
    int last;   /* the node added last; source before that */
};

struct nn_shorthand {
    const char *name;
    const char *prefix; /* automatic names: "res" gives res1, res2 ... */
    const char *summary;
    const char *formula; /* its layers */
    const char *source;
    const struct nn_arg_spec *args;
    enum nn_status (*build)(struct nn_piece *piece, struct nn_error *error);
};

/* The registry, sorted by name; NULL when there is no such shorthand. */
extern const struct nn_shorthand *const nn_shorthands[];
extern const size_t nn_shorthand_count;
const struct nn_shorthand *nn_shorthand_find(const char *name);

/* The whole of `add SHORTHAND words...`; words[0] is its name. */
enum nn_status nn_shorthand_add(struct nn_net *net, const struct nn_shorthand *shorthand,
                                const struct nn_word *words, size_t count, struct nn_error *error);

/* For build: adds a layer with some words of its arguments behind piece->last, or behind from[0],
 * from[1] ..., as NAME.role (role NULL: NAME, the end of the piece). */
enum nn_status nn_piece_add(struct nn_piece *piece, const char *role, const char *layer,
                            const struct nn_word *words, size_t count, struct nn_error *error);
enum nn_status nn_piece_join(struct nn_piece *piece, const char *role, const char *layer,
                             const struct nn_word *words, size_t count, const int *from,
                             int from_count, struct nn_error *error);
/* "conv2d" for an image, "conv1d" for a series. */
enum nn_status nn_piece_convolution(const struct nn_piece *piece, const char **layer,
                                    struct nn_error *error);

/* Arguments that several pieces have. */
#define NN_PIECE_FILTERS                                                                           \
    {                                                                                              \
        .name = "filters", .type = NN_ARG_INT, .min = 1, .max = INT32_MAX,                         \
        .help = "number of output channels", .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED          \
    }
#define NN_PIECE_KERNEL                                                                            \
    {                                                                                              \
        .name = "kernel", .type = NN_ARG_DIMS, .fallback = "3", .unit = "pixels",                  \
        .help = "size of the windows: N or HxW", .flags = NN_ARG_POSITIONAL                        \
    }
#define NN_PIECE_ACTIVATION                                                                        \
    {                                                                                              \
        .name = "activation", .type = NN_ARG_TEXT, .fallback = "relu", .choices = "@activations",  \
        .help = "kind of the activations", .flags = NN_ARG_POSITIONAL                              \
    }

#endif
