#include "command/record.h"

#include "base/file.h"
#include "base/mem.h"

#include <string.h>

enum nn_status nn_record_start(struct nn_session *session, const char *path, struct nn_error *error)
{
    unsigned char *old = NULL;
    size_t length = 0;
    char *copy = NULL;
    enum nn_status status = NN_OK;
    if (path) {
        if (nn_file_exists(path))
            NN_TRY(nn_file_read(path, session->recorded.limit, &old, &length, error));
        copy = nn_strdup(path);
        if (!copy)
            NN_TRY(nn_fail_memory(error, strlen(path)));
        NN_TRY(nn_save_bytes(path, old ? (void *)old : "", length, error));
    }
    size_t limit = session->recorded.limit;
    nn_buffer_clear(&session->recorded);
    nn_buffer_init(&session->recorded, limit);
    nn_buffer_append(&session->recorded, old ? (void *)old : "", length);
    if (length && old[length - 1] != '\n')
        nn_buffer_char(&session->recorded, '\n');
    nn_free(session->record);
    session->record = copy;
    copy = NULL;
out:
    nn_free(old);
    nn_free(copy);
    return status;
}

enum nn_status nn_record(struct nn_session *session, const char *text, size_t length,
                         struct nn_error *error)
{
    if (!session->record)
        return NN_OK;
    if (length >= 6 && memcmp(text, "record", 6) == 0)
        return NN_OK;
    nn_buffer_append(&session->recorded, text, length);
    nn_buffer_char(&session->recorded, '\n');
    enum nn_status status = nn_buffer_check(&session->recorded, error);
    if (status == NN_OK)
        status =
            nn_save_bytes(session->record, session->recorded.data, session->recorded.length, error);
    return status;
}
