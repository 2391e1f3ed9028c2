/* External data: tensors in files beside the model. */
#include "base/mem.h"
#include "model/onnx/build.h"

#include <string.h>

static enum nn_status map_of(const struct nn_onnx_files *files, struct nn_onnx_text location,
                             const struct nn_map **map, struct nn_error *error)
{
    size_t count = *files->count;
    char *path;
    for (size_t i = 0; i < count; i++)
        if (files->locations[i].length == location.length &&
            !memcmp(files->locations[i].at, location.at, location.length)) {
            *map = &files->maps[i];
            return NN_OK;
        }
    if (count == files->capacity)
        return nn_fail(error, NN_LIMIT, "more than %zu files of external data", files->capacity);
    if (memchr(location.at, '\0', location.length))
        return nn_fail(error, NN_DAMAGED, "the name of its external data holds a NUL");
    path = nn_strndup(location.at, location.length);
    if (!path)
        return nn_fail_memory(error, location.length);
    enum nn_status status = nn_map_open_beneath(&files->maps[count], files->folder, path, error);
    nn_free(path);
    if (status != NN_OK)
        return status;
    files->locations[count] = location;
    *map = &files->maps[count];
    ++*files->count;
    return NN_OK;
}

enum nn_status nn_onnx_external(const struct nn_onnx_files *files, struct nn_onnx_tensor *tensor,
                                struct nn_error *error)
{
    const struct nn_map *map = NULL;
    size_t bytes;
    enum nn_status status;
    if (!files || !files->folder)
        return nn_fail(error, NN_REFUSED, "tensor '%s' has external data",
                       NN_ONNX_TEXT(tensor->name));
    if (!nn_size_mul(tensor->count, nn_onnx_type_size(tensor->type), &bytes))
        return nn_fail(error, NN_LIMIT, "tensor '%s' is too large", NN_ONNX_TEXT(tensor->name));
    NN_TRY(map_of(files, tensor->location, &map, error));
    if ((tensor->length != 0 && tensor->length != bytes) || tensor->offset > map->length ||
        bytes > map->length - tensor->offset)
        return nn_fail(error, NN_DAMAGED, "the data of tensor '%s' do not lie in %s",
                       NN_ONNX_TEXT(tensor->name), NN_ONNX_TEXT(tensor->location));
    tensor->data = map->data ? map->data + tensor->offset : (const unsigned char *)"";
    tensor->map = map;
out:
    return status;
}
