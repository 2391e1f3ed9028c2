#include "command/deliver.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"
#include "data/npy.h"
#include "view/draw.h"

#include <string.h>

static enum nn_status write_npy(const struct nn_result *result, const char *path,
                                struct nn_error *error)
{
    struct nn_shape shape = result->values.shape;
    if (!result->values.data)
        return nn_fail(error, NN_ARGUMENT, "%s: %s has no array to write", NN_VISIBLE(path),
                       result->command);
    bool single = result->kind == NN_RESULT_ATTRIBUTION && result->sample >= 0 && shape.rank > 1 &&
                  shape.dim[0] == 1;
    if (single) {
        shape.rank--;
        memmove(shape.dim, shape.dim + 1, (size_t)shape.rank * sizeof *shape.dim);
    }
    return nn_npy_write(path, &shape, result->values.data, error);
}

static enum nn_status write_csv(const struct nn_result *result, const char *path,
                                struct nn_error *error)
{
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    enum nn_status status = nn_result_csv(result, &out, error);
    if (status == NN_OK)
        status = nn_save_bytes(path, nn_buffer_string(&out), out.length, error);
    nn_buffer_clear(&out);
    return status;
}

static enum nn_status write_json(const struct nn_result *result, const char *path,
                                 struct nn_error *error)
{
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    enum nn_status status = nn_result_json(result, &out, error);
    if (status == NN_OK && out.length && out.data[out.length - 1] != '\n')
        nn_buffer_char(&out, '\n');
    if (status == NN_OK)
        status = nn_buffer_check(&out, error);
    if (status == NN_OK)
        status = nn_save_bytes(path, out.data, out.length, error);
    nn_buffer_clear(&out);
    return status;
}

static enum nn_status write_png(const struct nn_result *result, const char *path,
                                struct nn_error *error)
{
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    enum nn_status status = nn_result_png(result, 0, &out, error);
    if (status == NN_OK)
        status = nn_save_bytes(path, nn_buffer_string(&out), out.length, error);
    nn_buffer_clear(&out);
    return status;
}

static const struct {
    const char *extension;
    enum nn_status (*write)(const struct nn_result *, const char *, struct nn_error *);
} writers[] = {
    {".npy", write_npy}, {".csv", write_csv}, {".json", write_json}, {".png", write_png}};

static size_t find_writer(const char *path)
{
    size_t count = sizeof writers / sizeof *writers;
    for (size_t i = 0; i < count; i++)
        if (nn_text_equal_nocase(nn_path_extension(path), writers[i].extension))
            return i;
    return count;
}

enum nn_status nn_result_path_check(const char *path, struct nn_error *error)
{
    if (!path || find_writer(path) < sizeof writers / sizeof *writers)
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT, "%s: a result is written as .npy, .csv, .json or .png",
                   NN_VISIBLE(path));
}

enum nn_status nn_result_write(const struct nn_result *result, const char *path,
                               struct nn_error *error)
{
    enum nn_status status = nn_result_path_check(path, error);
    return status == NN_OK ? writers[find_writer(path)].write(result, path, error) : status;
}

enum nn_status nn_deliver(struct nn_session *session, struct nn_result *result, const char *path,
                          struct nn_error *error)
{
    enum nn_status status = path ? nn_result_write(result, path, error) : NN_OK;
    if (status == NN_OK)
        nn_session_give(session, result);
    else
        nn_result_free(result);
    return status;
}
