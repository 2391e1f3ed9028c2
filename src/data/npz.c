#include "data/npz.h"

#include "base/mem.h"
#include "base/text.h"
#include "data/npy.h"

#include <stdio.h>
#include <string.h>

#define SUFFIX ".npy"
enum { SUFFIX_LENGTH = 4, NAME_SIZE = 256, LISTED = 12 };

bool nn_npz_is_array(const struct nn_zip_member *member, size_t *length)
{
    size_t all = strlen(member->name);
    if (all < SUFFIX_LENGTH || strcmp(member->name + all - SUFFIX_LENGTH, SUFFIX) != 0)
        return false;
    *length = all - SUFFIX_LENGTH;
    return true;
}

const struct nn_zip_member *nn_npz_find(const struct nn_zip *zip, const char *name)
{
    char file[NAME_SIZE];
    int length = snprintf(file, sizeof file, "%s" SUFFIX, name);
    return length > 0 && (size_t)length < sizeof file ? nn_zip_find(zip, file) : NULL;
}

enum nn_status nn_npz_array(const struct nn_zip_member *member, struct nn_array *array,
                            unsigned char **own, struct nn_error *error)
{
    struct nn_error local = {0};
    const unsigned char *bytes;
    unsigned char *unpacked = NULL;
    unsigned char *head = nn_calloc(NN_NPY_HEAD, 1);
    struct nn_array read;
    size_t got = 0;
    enum nn_status status;
    if (!head)
        return nn_fail_memory(error, NN_NPY_HEAD);
    NN_TRY(nn_zip_peek(member, head, NN_NPY_HEAD, &got, &local));
    NN_TRY(nn_npy_parse_head(&read, head, got, member->size, &local));
    NN_TRY(nn_zip_read(member, &bytes, &unpacked, &local));
    NN_TRY(nn_npy_parse(&read, bytes, member->size, &local));
    *array = read;
    *own = unpacked;
    unpacked = NULL;
out:
    if (status != NN_OK) {
        nn_fail(error, status, "%s: %s", NN_VISIBLE(member->name), local.message);
        if (*local.hint)
            nn_fail_hint(error, "%s", local.hint);
    }
    nn_free(unpacked);
    nn_free(head);
    return status;
}

void nn_npz_list(const struct nn_zip *zip, struct nn_buffer *out)
{
    size_t listed = 0, length;
    for (size_t i = 0; i < zip->count; i++) {
        if (!nn_npz_is_array(&zip->members[i], &length))
            continue;
        struct nn_visible name = nn_visible_of(zip->members[i].name);
        if (listed == LISTED) {
            nn_buffer_text(out, " ...");
            return;
        }
        nn_buffer_printf(out, "%s%.*s", listed++ > 0 ? ", " : "",
                         (int)strlen(name.text) - SUFFIX_LENGTH, name.text);
    }
}
