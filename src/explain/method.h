/* Explanation method: one file in methods/ with one `const struct nn_method`.
 *
 * A method explains F, one number per sample: the logit of the target class unless told otherwise.
 * It either matches its published definition for the given net, or refuses with the reason
 * (NN_REFUSED).
 *
 * Methods work on a batch of inputs through nn_explain's helpers and never touch session or screen.
 */
#ifndef NN_EXPLAIN_METHOD_H
#define NN_EXPLAIN_METHOD_H

#include "base/args.h"
#include "engine/cancel.h"
#include "engine/loss.h"
#include "engine/pass.h"
#include "engine/result.h"

#include <stdint.h>

enum nn_target_what {
    NN_EXPLAIN_CLASS,      /* output unit (logit before a final softmax or sigmoid) */
    NN_EXPLAIN_DIFFERENCE, /* unit minus other unit */
    NN_EXPLAIN_UNIT,       /* unit (or mean of a feature map) of a layer */
    NN_EXPLAIN_LOSS        /* cross-entropy of the true class, or the net's loss of true values */
};

/* A loss of values, of nets that answer no classes. */
struct nn_values_loss {
    const struct nn_loss_class *loss; /* NULL: none */
    const struct nn_args *args;
    bool logits;         /* it reads logits */
    int node;            /* whose output it reads */
    const float *values; /* [rows, node size]: the wanted answers */
};

struct nn_target {
    enum nn_target_what what;
    int node;            /* where F is read: nn_net_logits, the output, or the layer */
    bool binary;         /* one output stands for two classes: F = -z for class 0, z for class 1 */
    const int32_t *unit; /* [batch]: class, or unit (feature map) of the node, or row of loss.values
                          */
    struct nn_values_loss loss; /* LOSS of values; its loss is NULL for a loss of classes */
    int32_t other;              /* DIFFERENCE */
    int32_t place; /* UNIT of a feature map: 1 + the place in it; 0 = the mean of the map */
};

/* A pass, with room for gradients, that has run one input: whoever asks about the same array of it
 * need not run it again. pass NULL: none. */
struct nn_seen {
    struct nn_pass *pass;
    const float *x;
};

struct nn_explain_call {
    const struct nn_net *net;
    size_t batch;
    const float *x;          /* [batch, input shape...], scaled as the net sees it */
    const float *baseline;   /* [baselines, input shape...]: nn_explain_baseline */
    size_t baselines;        /* one for all samples, or one for each */
    const float *background; /* [backgrounds, input shape...]: samples that serve as baselines of
                                methods with NN_METHOD_BACKGROUND */
    size_t backgrounds;      /* 0 = there are none: the baseline serves */
    struct nn_seen seen;     /* x, if it is one sample */
    struct nn_target target;
    int layer; /* for methods with needs_layer: resolved node */
    const struct nn_args *args;
    struct nn_args *told; /* nn_explain_tell; NULL: nobody asks */
    uint64_t seed;
    struct nn_progress *progress; /* may be NULL */
};

/* What the result says of an argument that the method has chosen itself or taken otherwise than it
 * was given; value NULL: it had no part in the map. */
enum nn_status nn_explain_tell(const struct nn_explain_call *call, const char *key,
                               const char *value, struct nn_error *error);
enum nn_status nn_explain_tell_count(const struct nn_explain_call *call, const char *key,
                                     size_t count, struct nn_error *error);

/* What counts as nothing for a sample: [input shape...]. */
static inline const float *nn_explain_baseline(const struct nn_explain_call *call, size_t sample)
{
    return call->baseline + sample % call->baselines * call->net->nodes[0]->size;
}

enum nn_method_flags {
    NN_METHOD_LAYER = 1,    /* has a layer= argument; the map has that layer's size */
    NN_METHOD_SPATIAL = 2,  /* that layer must have feature maps; default the last convolution */
    NN_METHOD_BASELINE = 4, /* uses the baseline */
    NN_METHOD_RECTIFIERS =
        32, /* changes the backward step of relu: without one it is the gradient */
    NN_METHOD_CONSERVES = 16,  /* sums to F(x) but for what biases hold: the gap, which is that, is
                                  computed and shown */
    NN_METHOD_BACKGROUND = 64, /* may have several baselines: background= says how many */
    NN_METHOD_EFFECTS = 128,   /* its values are what each value of the input does against the
                                  baseline, or against 0 if it uses none, without a promise to sum
                                  up */
    NN_METHOD_PATH = 256,      /* goes the straight path from the baseline: explain/line.h */
    NN_METHOD_COMPLETE = 8     /* sums to F(x) - F(baseline): the gap is computed and shown */
};

/* For methods without arguments of their own. */
extern const struct nn_arg_spec nn_no_args[];

/* Axioms turn on property tests. */
enum nn_axiom {
    NN_AXIOM_COMPLETENESS = 1,
    NN_AXIOM_DUMMY = 2, /* a dead input gets zero */
    NN_AXIOM_BATCH = 4  /* a sample's map does not depend on its batch */
};

struct nn_method {
    const char *name;
    const char *alias; /* short form ("ig"), or NULL; also a command of its own */
    const char *summary;
    const char *formula;
    const char *source; /* authors, year, equation; deviations */
    const struct nn_arg_spec
        *args; /* beside the common ones (sample, target, layer, baseline, out) */
    unsigned flags, axioms;
    enum nn_scale_kind scale;
    /* Shape of one sample's map; NULL: the input's. */
    void (*shape)(const struct nn_explain_call *call, struct nn_shape *shape);
    /* Fills out [batch, map shape...]; gap[batch] (sum - (F(x) - F(baseline))) for COMPLETE
     * methods. */
    enum nn_status (*run)(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error);
};
extern const struct nn_method *const nn_methods[];
extern const size_t nn_method_count;
/* By name or alias. */
const struct nn_method *nn_method_find(const char *name);

/* Most samples in one pass of a method that evaluates many inputs. */
#define NN_EXPLAIN_CHUNK 64
/* How many of n inputs, at most NN_EXPLAIN_CHUNK, to run at a time in a pass with these flags
 * (engine/pass.h): as many as leave its activations in the cache, which is faster than more. What
 * comes out does not depend on it. */
size_t nn_explain_chunk(const struct nn_net *net, size_t n, unsigned flags);

/* F of the last forward of a pass, to out[batch]; sample 0 of the pass has target->unit[first]. */
void nn_target_value(const struct nn_target *target, const struct nn_pass *pass, size_t first,
                     double *out);
/* dF/d(output of target->node), to seed [batch, node size]. */
void nn_target_seed(const struct nn_target *target, const struct nn_pass *pass, size_t first,
                    float *seed);
/* "logit of class 7", for people: names are made visible. */
void nn_target_text(const struct nn_target *target, const struct nn_net *net, char **classes,
                    size_t class_count, size_t sample, char *out, size_t capacity);
/* The gradient of F (or what the rules make of it) for n inputs at once; target.unit holds one
 * entry for each of them. */
struct nn_gradient_job {
    const struct nn_net *net;
    struct nn_target target;
    int at;         /* the node at which the pass starts: 0 = the input */
    const float *x; /* [n, shape of `at`...] */
    size_t n;
    struct nn_seen seen; /* that of the call */
    int to;              /* the node at whose output the gradient is wanted; 0 = the input */
    struct nn_rule_choice (*choose)(void *context, const struct nn_node *node);
    void *context;
    size_t walk_scratch;
    bool relevance;    /* start with the outputs themselves instead of ones (LRP) */
    float *dx;         /* [n, shape of `to`...] */
    float *activation; /* the same shape: the output of `to`; NULL = not wanted */
    double *value;     /* [n]: F; NULL = not wanted */
};
/* Forward of the n inputs that stand in a pass; NN_CANCELLED when it was asked to stop before or
 * meanwhile. A backward walk of the pass stops then, too. */
enum nn_status nn_explain_forward(struct nn_pass *pass, size_t n, struct nn_progress *progress,
                                  struct nn_error *error);
/* A pass to start at node `at`: what does not come from its output is computed once, here. */
enum nn_status nn_explain_pass_after(const struct nn_net *net, int at, size_t n,
                                     size_t walk_scratch, struct nn_pass **pass,
                                     struct nn_error *error);
/* Forward of the n values that stand in the output of node `at` of such a pass. */
enum nn_status nn_explain_forward_after(struct nn_pass *pass, int at, size_t n,
                                        struct nn_progress *progress, struct nn_error *error);
/* Runs in chunks of NN_EXPLAIN_CHUNK; their progress is that of the work at hand. */
enum nn_status nn_explain_gradient(const struct nn_gradient_job *job, struct nn_progress *progress,
                                   struct nn_error *error);
/* The gradient at the input for the samples of a call, with the rule for rectifiers (NULL: plain).
 */
enum nn_status nn_explain_input_gradient(const struct nn_explain_call *call,
                                         const struct nn_rule *rectifier, float *out,
                                         struct nn_error *error);
/* Another target's F of one input x, which the call may have seen. */
enum nn_status nn_explain_answer(const struct nn_explain_call *call, const struct nn_target *target,
                                 const float *x, double *value, struct nn_error *error);
/* F of the baseline for the target of sample `s`, or the mean of F over the background. */
enum nn_status nn_explain_base(const struct nn_explain_call *call, size_t s, double *base,
                               struct nn_error *error);
/* F of sample `s` of a call and F of the baseline for its target: ends[1] and ends[0]. */
enum nn_status nn_explain_ends(const struct nn_explain_call *call, size_t s, double ends[2],
                               struct nn_error *error);
/* Parts of the progress for the samples of a call, one after the other: nn_progress_back when a
 * sample is done. */
static inline struct nn_progress_part nn_explain_enter(const struct nn_explain_call *call, size_t s)
{
    return nn_progress_enter(call->progress, (double)s, (double)call->batch);
}
/* Inputs that are made chunk by chunk (of at most NN_EXPLAIN_CHUNK), and F of each for the target
 * of one sample: for methods that ask what changes of this sample do. Their progress is that of the
 * work at hand. */
struct nn_trials {
    const struct nn_explain_call *call;
    size_t sample, n;
    void (*make)(void *context, size_t first, size_t n, float *x);
    void (*take)(void *context, size_t first, size_t n, const double *value);
    void *context;
};
enum nn_status nn_explain_trials(const struct nn_trials *trials, struct nn_error *error);
/* F for n inputs; units as in the job. Says nothing of its progress. */
enum nn_status nn_explain_value(const struct nn_net *net, const struct nn_target *target,
                                const float *x, size_t n, double *value,
                                struct nn_progress *progress, struct nn_error *error);

#endif
