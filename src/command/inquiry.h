/* Inquiry: a question to net and data that takes a while. Runs as a job; its answer is one result,
 * which is shown and written to out=FILE.
 *
 * A command's own struct begins with struct nn_inquiry; its class says what to do. Ownership: the
 * inquiry owns a copy of the arguments, the samples and the result; the net is the session's.
 */
#ifndef NN_COMMAND_INQUIRY_H
#define NN_COMMAND_INQUIRY_H

#include "command/command.h"
#include "command/job.h"
#include "command/subject.h"

struct nn_inquiry_class;

struct nn_inquiry {
    const struct nn_inquiry_class *of;
    struct nn_session *session;
    struct nn_args args; /* a copy; RAW commands parse their words into it in `prepare` */
    const struct nn_word *words;
    size_t word_count;
    struct nn_arena arena;
    const struct nn_net *net;
    struct nn_subject subject;
    struct nn_result *result;
};

struct nn_inquiry_class {
    struct nn_job_class job; /* NN_INQUIRY_JOB(name): what the progress shows */
    size_t size;             /* of the struct that begins with the inquiry */
    /* Main thread: checks the arguments and collects what is asked about; the net is there. */
    enum nn_status (*prepare)(struct nn_inquiry *inquiry, struct nn_error *error);
    /* Worker: sets inquiry->result. */
    enum nn_status (*work)(struct nn_inquiry *inquiry, struct nn_progress *progress,
                           struct nn_error *error);
    void (*clear)(struct nn_inquiry *inquiry); /* of its own fields; NULL: nothing */
};
#define NN_INQUIRY_JOB(job_name)                                                                   \
    {                                                                                              \
        .name = job_name, .work = nn_inquiry_work, .finish = nn_inquiry_finish,                    \
        .free = nn_inquiry_free                                                                    \
    }
enum nn_status nn_inquiry_work(struct nn_job *job, void *data, struct nn_progress *progress,
                               struct nn_error *error);
enum nn_status nn_inquiry_finish(struct nn_session *session, void *data, enum nn_status status,
                                 struct nn_error *error);
void nn_inquiry_free(void *data);

enum nn_status nn_inquiry_run(const struct nn_invocation *invocation,
                              const struct nn_inquiry_class *inquiry_class, struct nn_error *error);
/* The text of an argument by its key, NULL if it is not set. */
const char *nn_inquiry_text(const struct nn_inquiry *inquiry, const char *key);
/* seed=, else the session's. */
uint64_t nn_inquiry_seed(const struct nn_inquiry *inquiry);
/* Every sample of the split that split= names (else the test split, or the training split), of the
 * shape that the net takes. */
enum nn_status nn_inquiry_all(struct nn_inquiry *inquiry, const char *split,
                              struct nn_error *error);
/* The sample that sample= and split= name; the cursor goes there. */
enum nn_status nn_inquiry_sample(struct nn_inquiry *inquiry, struct nn_error *error);

/* Bounds of a scaled input value in the training data: one pair for images, one for each feature of
 * tables (lows NULL otherwise). Without fitting data 0..1 for images, -2..2 for others. */
struct nn_bounds {
    float low, high;
    float *lows, *highs; /* [input]; owned */
};
enum nn_status nn_bounds_find(const struct nn_session *session, const struct nn_net *net,
                              struct nn_bounds *bounds, struct nn_error *error);
void nn_bounds_clear(struct nn_bounds *bounds);

#endif
