/* Plan of a split: the samples by class, and how many of each class leave the training split.
 * Shared by split.c and divide.c alone.
 */
#ifndef NN_DATA_PLAN_H
#define NN_DATA_PLAN_H

#include "data/dataset.h"

/* A class during the split; without labels all samples are one class. */
struct nn_plan_group {
    size_t number, begin, count; /* its members are order[begin .. begin + count) */
    size_t room;                 /* members that may still leave the training split */
    size_t share[NN_SPLIT_COUNT];
    double remainder;
};

struct nn_plan {
    struct nn_plan_group *groups;
    size_t group_count;
    size_t *order; /* sample numbers, by group */
    size_t count;
};

/* Sorts the `count` samples listed in `members` into groups. */
enum nn_status nn_plan_make(struct nn_plan *plan, const struct nn_samples *samples,
                            const size_t *members, size_t count, bool stratify,
                            struct nn_error *error);
void nn_plan_clear(struct nn_plan *plan);
/* Shuffles the members of each group; `stream` keeps unrelated splits unrelated. */
void nn_plan_shuffle(struct nn_plan *plan, uint64_t seed, uint32_t stream);
/* Moves seeded shares of the listed samples out of the training split. */
enum nn_status nn_plan_draw(const struct nn_samples *samples, const size_t *members, size_t count,
                            const struct nn_division *division, uint32_t stream,
                            unsigned char *part, struct nn_error *error);

/* The parts of all samples, by folds or in the order of the file. */
enum nn_status nn_divide_folds(const struct nn_samples *samples, const struct nn_division *division,
                               unsigned char *part, struct nn_error *error);
enum nn_status nn_divide_ordered(const struct nn_samples *samples,
                                 const struct nn_division *division, unsigned char *part,
                                 struct nn_error *error);
/* The last share of the training split goes to validation. */
enum nn_status nn_divide_last(const struct nn_dataset *dataset, double validation,
                              unsigned char *part, struct nn_error *error);

#endif
