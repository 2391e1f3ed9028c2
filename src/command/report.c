/* Errors and their places: from a byte offset in a script to FILE:LINE:COLUMN, the line and a
 * caret. */
#include "command/report.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NN_SHOWN_BYTES 120 /* of a long line */

void nn_place_set(struct nn_place *place, const struct nn_script *script, size_t offset)
{
    size_t line, column, start, end;
    nn_lex_position(script->text, script->length, offset, &line, &column, &start, &end);
    *place = (struct nn_place){.line = script->line + line - 1, .column = column};
    if (script->file)
        nn_text_visible(place->file, sizeof place->file, script->file, strlen(script->file), 0);
    /* Of a long line, the part around the caret, beginning at a whole character. */
    size_t from = start;
    if (column > NN_SHOWN_BYTES / 2 && end - start > NN_SHOWN_BYTES)
        from = start + column - NN_SHOWN_BYTES / 2;
    while (from > start && ((unsigned char)script->text[from] & 0xc0) == 0x80)
        from--;
    size_t shown = end - from > NN_SHOWN_BYTES ? NN_SHOWN_BYTES : end - from;
    nn_text_visible(place->text, sizeof place->text, script->text + from, shown, 0);
    char before[sizeof place->text];
    nn_text_visible(before, sizeof before, script->text + from, start + column - 1 - from, 0);
    place->caret = nn_text_width(before);
}

/* "FILE:LINE:COLUMN: ", as much of it as is known. */
static void put_place(struct nn_buffer *out, const char *file, size_t line, size_t column)
{
    if (!*file)
        return;
    nn_buffer_text(out, file);
    if (line)
        nn_buffer_printf(out, ":%zu", line);
    if (line && column)
        nn_buffer_printf(out, ":%zu", column);
    nn_buffer_text(out, ": ");
}

void nn_session_report(const struct nn_session *session, const struct nn_error *error,
                       struct nn_buffer *out)
{
    const struct nn_place *place = &session->failed;
    const char *word = error->status == NN_OK ? "warning" : "error";
    bool in_script = place->line > 0;
    bool elsewhere = error->file[0] && strcmp(error->file, place->file) != 0;
    if (elsewhere || !in_script)
        put_place(out, error->file, error->line, error->column);
    else
        put_place(out, place->file, place->line, place->column);
    nn_buffer_printf(out, "%s: %s\n", word, error->message);
    if (in_script && elsewhere && place->file[0]) {
        put_place(out, place->file, place->line, place->column);
        nn_buffer_text(out, "note: in this command\n");
    }
    if (in_script && place->text[0]) {
        nn_buffer_printf(out, "  %s\n  ", place->text);
        nn_buffer_fill(out, ' ', place->caret);
        nn_buffer_text(out, "^\n");
    }
    if (error->hint[0])
        nn_buffer_printf(out, "hint: %s\n", error->hint);
}
