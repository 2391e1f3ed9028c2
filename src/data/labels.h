/* Labels: from the cells of a column, or from a file of its own, to classes or targets.
 *
 * A column is read twice: first a survey of all its cells, then, once it is decided what they mean,
 * each cell again. A column of text has a class for each distinct text, in the order of the bytes;
 * a column of numbers has a class for each distinct number, in their order, if it is one of
 * classes. A labels file of whole numbers from 0 counts classes by their number, also those that do
 * not occur.
 *
 * Ownership: nn_labels_clear frees a survey; what is decided belongs to the samples.
 * Errors:    NN_DAMAGED with the cell or byte offset; NN_LIMIT above limits.classes.
 * Threads:   one writer.
 */
#ifndef NN_DATA_LABELS_H
#define NN_DATA_LABELS_H

#include "base/bytes.h"
#include "data/array.h"

struct nn_labels {
    const char *column; /* its name for messages, visible, or NULL; borrowed */
    char **names;       /* distinct texts, sorted by bytes */
    size_t count, capacity;
    bool many; /* there are more than limits.classes: `names` is not complete */
    size_t rows, numbers;
    bool whole; /* all numbers are whole */
    struct {
        size_t line, column;
        char text[64]; /* visible */
    } first_text;      /* the first cell that is no number */
    double *values;    /* once decided: the number of each class; NULL when classes are texts */
};

void nn_labels_init(struct nn_labels *labels, const char *column);
void nn_labels_clear(struct nn_labels *labels);
/* Looks at one cell. Empty cells, ?, nan and inf are refused. */
enum nn_status nn_labels_add(struct nn_labels *labels, const char *text, size_t length, size_t line,
                             size_t column, struct nn_error *error);
/* Where a text stands among the names, in their order; SIZE_MAX if it does not. */
size_t nn_labels_find(const struct nn_labels *labels, const char *text);
/* Decides and prepares the samples (whose count is set): task, classes, arrays. With NN_TASK_NONE,
 * texts are classes, and so are at most 20 distinct whole numbers that occur twice each on average;
 * other numbers are targets. */
enum nn_status nn_labels_decide(struct nn_labels *labels, enum nn_task task,
                                struct nn_samples *samples, struct nn_error *error);
/* Label or target of sample `i` from a cell that nn_labels_add has seen. */
void nn_labels_set(const struct nn_labels *labels, struct nn_samples *samples, size_t i,
                   const char *text, size_t length);

/* Reads labels=FILE (IDX, NPY, or text with one label a line; gzip is fine) for samples that have
 * none. Errors bear the labels file's name. */
enum nn_status nn_labels_read(const char *path, enum nn_task task, struct nn_samples *samples,
                              struct nn_error *error);
/* The same from arrays that follow each other, one row a sample: whole numbers are classes,
 * floating ones targets, unless the task says otherwise. */
enum nn_status nn_labels_arrays(const struct nn_array *parts, size_t part_count, enum nn_task task,
                                struct nn_samples *samples, struct nn_error *error);
/* The same from the content of the file. */
enum nn_status nn_labels_parse(struct nn_bytes *input, enum nn_task task,
                               struct nn_samples *samples, struct nn_error *error);

#endif
