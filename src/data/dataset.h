/* Dataset: samples, labels, names, splits and scaling. Immutable after loading; `data split` and
 * `data scale` make a new dataset that shares the samples.
 *
 * Ownership: reference-counted samples; nn_dataset_free gives up one dataset. Borrowed strings live
 * as long as the dataset. Threads:   any number of readers.
 */
#ifndef NN_DATA_DATASET_H
#define NN_DATA_DATASET_H

#include "base/args.h"
#include "engine/source.h"

#include <stdatomic.h>
#include <stdint.h>

enum nn_task { NN_TASK_NONE, NN_TASK_CLASSIFICATION, NN_TASK_REGRESSION };
enum nn_split { NN_SPLIT_TRAIN, NN_SPLIT_VALIDATION, NN_SPLIT_TEST, NN_SPLIT_COUNT };
enum nn_storage { NN_STORAGE_FLOAT, NN_STORAGE_BYTE };
/* Where the channels of images stand in a file: first, C x H x W, or last. */
enum nn_layout { NN_LAYOUT_GUESS, NN_LAYOUT_CHW, NN_LAYOUT_HWC };
/* What was done about cells of a table that hold nothing. */
enum nn_missing {
    NN_MISSING_REFUSE,
    NN_MISSING_DROP,         /* their rows were left out */
    NN_MISSING_MEAN,         /* filled with the mean of the column; texts count as unknown */
    NN_MISSING_MOST_FREQUENT /* filled with the most frequent value of the column */
};
enum nn_scaling { NN_SCALING_NONE, NN_SCALING_UNIT, NN_SCALING_MINMAX, NN_SCALING_STANDARD };

/* How pictures from files became samples: brought to this size and this many channels (1 grey, 3
 * colours); 0: as they came. A model keeps it, so that new pictures are read in the same way. */
struct nn_image_rule {
    size_t height, width, channels;
};

/* The samples as read: shared by all datasets made from them. Readers fill one. */
struct nn_samples {
    atomic_size_t references;
    struct nn_samples
        *owner; /* whose arrays these are (same samples in another shape); NULL = own */
    char *name; /* "digits", "fashion" or the file name, visible */
    size_t count;
    struct nn_shape shape; /* of one sample: features, or C x H x W */
    enum nn_storage storage;
    void *values; /* float or unsigned char, [count, shape...] */
    enum nn_task task;
    int32_t *labels; /* [count], classification; else NULL */
    char **classes;  /* visible names, "0".."9" or texts */
    size_t class_count;
    float *targets; /* [count, target_width], regression */
    size_t target_width;
    char *target_name; /* or NULL */
    char **features;   /* names of columns, visible; NULL for images without names */
    size_t feature_count;
    enum nn_missing missing_rule;
    size_t *missing;     /* [columns] cells of the file that held nothing, or NULL */
    bool gaps;           /* some values are NaN: missing cells, which a dataset fills */
    size_t *span;        /* [columns] how many, from this one on, are one category, whose last is
                            unknown; 1 for a number; NULL: all are numbers */
    size_t dropped;      /* rows left out: with DROP for them, else for a missing label */
    unsigned char *mask; /* [count, mask_size]: 1 at the pixels (h x w) or features that decide the
                            class, as far as that is known (generated sets); else NULL */
    size_t mask_size;
    unsigned char *cut; /* [count] 1: rows were left out before this one; NULL: nowhere */
    size_t series;      /* windows over a series: of how many columns, which stand one after the
                           other in a sample; else 0 */
    bool timely;        /* the values of a sample follow each other in time, though they are columns
                           of a table */
    size_t horizon;     /* of windows: how many rows behind its last one the target lies */
    size_t step;        /* of windows: rows from one to the next */
    size_t left_out;    /* windows without a target, or across rows that were left out */
    bool turned;        /* the file had the channels last, as was guessed */
    struct nn_image_rule images; /* of pictures */
    int8_t given_split;          /* -1, or the split that the loader was told (split=test) */
    size_t train_count;      /* samples [0, train_count) came as training and the rest as test set
                                (fashion); 0 = one undivided set */
    size_t validation_count; /* of that rest, so many come first as validation split */
};
/* Empty, with one reference. */
enum nn_status nn_samples_new(struct nn_samples **samples, struct nn_error *error);
void nn_samples_free(struct nn_samples *samples); /* gives up one reference; NULL is fine */

enum nn_order {
    NN_ORDER_RANDOM, /* drawn with the seed */
    NN_ORDER_LAST,   /* the last samples of the file are the test split and those before them the
                        validation split; how many is Keras' rule for validation_split */
    NN_ORDER_TIME    /* the same for a series; the last samples before each split whose target lies
                        in that split belong to none */
};

/* Names of classes or features: a copy (NULL without memory), and its end (NULL is fine). */
char **nn_names_copy(const char *const *names, size_t count);
void nn_names_free(char **names, size_t count);

struct nn_dataset {
    struct nn_samples *samples;
    size_t *index[NN_SPLIT_COUNT]; /* sample numbers of each split */
    size_t split_count[NN_SPLIT_COUNT];
    uint64_t split_seed;
    enum nn_order order; /* of the last division */
    bool divided;        /* there was one */
    enum nn_scaling scaling;
    double *offset, *factor; /* scaled = (raw - offset) * factor, in double; [features] for tables,
                                [C] for images, [columns] for windows; NULL = none */
    size_t scale_count;
    float *fill; /* what stands for missing cells, [columns]; NULL = there may be none */
    size_t fill_count;
    enum nn_missing fill_rule;
    bool fill_given; /* by a model */
};

/* Takes one reference of the samples, also on failure. Splits as given by the samples, else all is
 * training data; scaling none. Within a split, samples keep the order of the file. Missing cells
 * are filled by the rule of the samples, fitted on the training split (on all samples if it is
 * empty).
 */
enum nn_status nn_dataset_new(struct nn_samples *samples, struct nn_dataset **dataset,
                              struct nn_error *error);
void nn_dataset_free(struct nn_dataset *dataset);

/* How to divide all samples anew. */
struct nn_division {
    double test, validation; /* shares of all samples, in [0,1), sum < 1 */
    bool stratify;           /* with RANDOM: each class gives its share */
    uint64_t seed;
    enum nn_order order;
    size_t folds, fold; /* folds > 0: the test split is number `fold`, from 1, of that many equal
                           parts, and `test` is ignored */
};
/* Errors when a split would be empty. Scaling and filling are fitted again. */
enum nn_status nn_dataset_divide(const struct nn_dataset *dataset,
                                 const struct nn_division *division, struct nn_dataset **result,
                                 struct nn_error *error);
/* Seeded split of all samples, stratified by class if wanted (and classification): each class
 * contributes its share, rounded so that totals fit, and keeps at least one training sample. */
enum nn_status nn_dataset_split(const struct nn_dataset *dataset, double test, double validation,
                                bool stratify, uint64_t seed, struct nn_dataset **result,
                                struct nn_error *error);
/* Moves a share of the training split to validation (train validation=0.1): a seeded one,
 * stratified for classes; of data in the order of time, and of windows, the last samples, as
 * NN_ORDER_TIME has it. Scaling and filling stay as they are. */
enum nn_status nn_dataset_hold_out(const struct nn_dataset *dataset, double validation,
                                   uint64_t seed, struct nn_dataset **result,
                                   struct nn_error *error);
/* Windows over a series, whose rows are the samples of a table: window i holds rows i*step to
 * i*step + length - 1, as [length] of one column or [columns, length] of several. */
struct nn_windows {
    size_t length, step;
    size_t horizon; /* the target stands that many rows behind the last row of the window */
    enum { NN_WINDOW_LABEL, NN_WINDOW_COLUMN, NN_WINDOW_NONE } target; /* what it is */
    size_t column;                                                     /* from 0, for COLUMN */
    bool direction; /* not the value of that column, but the classes down and up: whether it is
                       above the last one of the window */
};
/* All windows are training data, but for those whose target is a missing cell and those across rows
 * that were left out (samples->left_out). A scaling is fitted again. NN_ARGUMENT when there is no
 * window. */
enum nn_status nn_dataset_window(const struct nn_dataset *dataset, const struct nn_windows *windows,
                                 struct nn_dataset **result, struct nn_error *error);

/* Fits the scaling on the training split, for each feature of a table, each channel of images and
 * each column of a series.
 * unit: bytes by 1/255, floats by the largest magnitude; minmax to [0,1]; standard to mean 0,
 * deviation 1 (population); constant columns get factor 1. NN_STATE without training samples. */
enum nn_status nn_dataset_scale(const struct nn_dataset *dataset, enum nn_scaling scaling,
                                struct nn_dataset **result, struct nn_error *error);
/* Uses a given scaling (of a model file) instead of fitting. Copies the arrays. */
enum nn_status nn_dataset_scale_with(const struct nn_dataset *dataset, enum nn_scaling scaling,
                                     const double *offset, const double *factor, size_t count,
                                     struct nn_dataset **result, struct nn_error *error);
/* Uses given values for missing cells. Copies the array; the scaling stays as it is. */
enum nn_status nn_dataset_fill_with(const struct nn_dataset *dataset, enum nn_missing rule,
                                    const float *fill, size_t count, struct nn_dataset **result,
                                    struct nn_error *error);
/* NN_DAMAGED when a column has missing cells but no value to take their place: none stands in the
 * training split, and no model brought one. Until then its samples hold NaN. */
enum nn_status nn_dataset_check_fill(const struct nn_dataset *dataset, struct nn_error *error);
/* The same samples seen as another shape (shape=CxHxW); the product must fit. A scaling is fitted
 * again. */
enum nn_status nn_dataset_reshape(const struct nn_dataset *dataset, const struct nn_shape *shape,
                                  struct nn_dataset **result, struct nn_error *error);

/* Gives the labels the numbers that a model's classes have, by name, so that data loaded for it
 * mean the same; classes that the data lack are added, and those that the model does not know
 * follow behind (*unknown of them). Only right after loading, before the samples are shared.
 * NN_ARGUMENT (nothing changes) when the model knows none of them. */
enum nn_status nn_dataset_match_classes(struct nn_dataset *dataset, char *const *classes,
                                        size_t count, size_t *unknown, struct nn_error *error);

/* Samples of another file take the place of one split: a table for training and one for the test
 * become one data set. The fresh ones have the classes of the first (nn_dataset_match_classes). A
 * scaling is fitted again. */
enum nn_status nn_dataset_join(const struct nn_dataset *dataset, const struct nn_dataset *fresh,
                               enum nn_split split, struct nn_dataset **result,
                               struct nn_error *error);
/* Whether they belong together: same shape and kind of label, and other splits are there. */
bool nn_dataset_can_join(const struct nn_dataset *dataset, const struct nn_dataset *fresh,
                         enum nn_split split);

/* A source over one split; borrows the dataset. */
void nn_dataset_source(const struct nn_dataset *dataset, enum nn_split split,
                       struct nn_source *source);
/* Sample `i` of a split, scaled, to x. */
void nn_dataset_sample(const struct nn_dataset *dataset, enum nn_split split, size_t i, float *x);
/* Sample number `at` of the whole set, unscaled, missing cells filled. */
void nn_dataset_raw(const struct nn_dataset *dataset, size_t at, float *x);
/* And back from scaled to raw values, in place (for showing an input in its own units). */
void nn_dataset_unscale(const struct nn_dataset *dataset, float *x);
/* The target_width targets of a sample; NULL if it has none. */
const float *nn_dataset_targets(const struct nn_dataset *dataset, enum nn_split split, size_t i);
/* -1 if unlabelled. */
int32_t nn_dataset_label(const struct nn_dataset *dataset, enum nn_split split, size_t i);
/* The known truth of a sample: [h, w] of an image, [features] of a table; 1 where the class is
 * decided. NULL when nothing is known. */
const unsigned char *nn_dataset_mask(const struct nn_dataset *dataset, enum nn_split split,
                                     size_t i);
bool nn_dataset_is_image(const struct nn_dataset *dataset); /* rank 3 */
/* The split that `name` names; fails with the choices, or when that split is empty. */
enum nn_status nn_dataset_find_split(const struct nn_dataset *dataset, const char *name,
                                     enum nn_split *split, struct nn_error *error);
extern const char *const nn_split_names[NN_SPLIT_COUNT]; /* train validation test */
extern const char *const nn_scaling_names[];             /* none unit minmax standard */
extern const char *const nn_missing_names[];             /* refuse drop mean mostfrequent */

#endif
