/* Columns as a model knows them: by the names of its inputs, so that another file for the same
 * model gives the same inputs, whatever values or columns it has more or less, in whatever order.
 */
#include "base/mem.h"
#include "data/columns.h"

#include <string.h>

enum { SEARCH_LIMIT = 100 * 1000 * 1000 }; /* comparisons: a hostile file must not take hours */

struct search {
    struct nn_columns *columns;
    size_t next;  /* most files have the columns in the same order */
    size_t spent; /* comparisons */
};

/* The column that bears the first `length` bytes of a name. */
static struct nn_column *find(struct search *search, const char *name, size_t length)
{
    size_t count = search->columns->count;
    for (size_t i = 0; i < count && search->spent < SEARCH_LIMIT; i++, search->spent++) {
        size_t at = (search->next + i) % count;
        struct nn_column *column = &search->columns->items[at];
        if (strncmp(column->name, name, length) == 0 && column->name[length] == '\0') {
            search->next = at;
            return column;
        }
    }
    return NULL;
}

/* The column of an input NAME=VALUE, and where the value begins. */
static struct nn_column *find_category(struct search *search, const char *name, const char **value)
{
    for (const char *sign = strchr(name, '='); sign; sign = strchr(sign + 1, '=')) {
        struct nn_column *column = find(search, name, (size_t)(sign - name));
        if (column) {
            *value = sign + 1;
            return column;
        }
    }
    return NULL;
}

/* Input i of the model. False when the file has no such column, or not as it should be. */
static bool adopt_input(struct search *search, const char *name, size_t i)
{
    const char *value = NULL;
    struct nn_column *column = find(search, name, strlen(name));
    if (column) {
        bool fresh = !column->chosen;
        column->chosen = true;
        column->kind = NN_COLUMN_NUMBERS;
        column->first = i;
        return fresh;
    }
    column = find_category(search, name, &value);
    if (!column || column->kind == NN_COLUMN_NUMBERS || column->kind == NN_COLUMN_KNOWN)
        return false;
    if (!column->chosen)
        column->first = i;
    column->chosen = true;
    column->kind = NN_COLUMN_ANY; /* until NAME=? closes it */
    if (i != column->first + column->values.count)
        return false;
    if (strcmp(value, "?") == 0) {
        column->kind = NN_COLUMN_KNOWN;
        return true;
    }
    return nn_labels_add(&column->values, value, strlen(value), 0, 0, NULL) == NN_OK &&
           strcmp(column->values.names[column->values.count - 1], value) == 0;
}

/* A label that somebody asked for is no input; one that was guessed may be. */
static bool label_fits(struct nn_columns *columns, const struct nn_read_options *options)
{
    if (columns->label == NN_NO_COLUMN || !columns->items[columns->label].chosen)
        return true;
    if (options->label)
        return false;
    columns->label = NN_NO_COLUMN;
    return true;
}

static bool adopt_all(struct nn_columns *columns, const struct nn_read_options *options)
{
    struct search search = {.columns = columns};
    for (size_t i = 0; i < options->known_count; i++) {
        if (!adopt_input(&search, options->known[i], i))
            return false;
    }
    for (size_t i = 0; i < columns->count; i++) {
        const struct nn_column *column = &columns->items[i];
        bool left_out = !column->chosen && i != columns->label;
        if (column->kind == NN_COLUMN_ANY || (left_out && !options->known_alone))
            return false;
    }
    return label_fits(columns, options);
}

void nn_columns_adopt(struct nn_columns *columns, const struct nn_read_options *options)
{
    columns->adopted = options->known_count > 0 && adopt_all(columns, options);
    if (columns->adopted) {
        columns->width = options->known_count;
        return;
    }
    for (size_t i = 0; i < columns->count; i++) {
        struct nn_column *column = &columns->items[i];
        column->chosen = false;
        column->kind = NN_COLUMN_OPEN;
        nn_labels_clear(&column->values);
    }
}
