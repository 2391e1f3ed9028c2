/* Specs: the arguments of commands that depend on what is chosen (compile: loss and optimizer;
 * explain: the method), joined to one list, so that a word is checked, suggested and placed as
 * everywhere.
 *
 * Ownership: the list belongs to the arena; names and texts are borrowed from the parts.
 */
#ifndef NN_COMMAND_SPECS_H
#define NN_COMMAND_SPECS_H

#include "base/arena.h"
#include "base/args.h"

/* The parts one after the other; a name that an earlier part has is left out. NULL parts are
 * skipped; NULL when there is no memory. */
struct nn_arg_spec *nn_specs_join(struct nn_arena *arena, const struct nn_arg_spec *const *parts,
                                  size_t count);
/* Of args parsed from a joined list, those of one part; unset ones get the part's defaults. Gives
 * *args. */
enum nn_status nn_specs_extract(struct nn_args *args, const struct nn_arg_spec *part,
                                const struct nn_args *joined, const char *what,
                                struct nn_error *error);
/* Value of key= among words, NULL if it is not there. */
const char *nn_words_key(const struct nn_word *words, size_t count, const char *key);

#endif
