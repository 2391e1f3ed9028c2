#include "model/weights.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/npz.h"
#include "model/read_net.h"
#include "model/safetensors.h"

#include <string.h>

/* A file of either format. */
struct weights {
    struct nn_safetensors tensors;
    struct nn_zip zip;
    unsigned char *bytes; /* of the zip; NULL: tensors */
    size_t count;
};

static void clear(struct weights *file)
{
    if (file->bytes)
        nn_zip_clear(&file->zip);
    nn_free(file->bytes);
    nn_safetensors_clear(&file->tensors);
}

static enum nn_status open_file(struct weights *file, const char *path, struct nn_error *error)
{
    unsigned char *bytes = NULL;
    size_t length, name;
    enum nn_status status = nn_file_read(path, 0, &bytes, &length, error);
    if (status != NN_OK)
        return status;
    if (!nn_zip_probe(bytes, length)) {
        status = nn_safetensors_parse(&file->tensors, bytes, length, path, error);
        file->count = file->tensors.count;
        return status;
    }
    status = nn_zip_open(&file->zip, bytes, length, error);
    if (status != NN_OK) {
        nn_free(bytes);
        return status;
    }
    file->bytes = bytes;
    for (size_t i = 0; i < file->zip.count; i++)
        file->count += nn_npz_is_array(&file->zip.members[i], &name);
    return NN_OK;
}

static enum nn_status check_shape(const char *name, const struct nn_shape *shape,
                                  const struct nn_param *param, struct nn_error *error)
{
    char is[NN_SHAPE_TEXT], wanted[NN_SHAPE_TEXT];
    if (nn_shape_equal(shape, &param->spec.shape))
        return NN_OK;
    return nn_fail(error, NN_DAMAGED, "tensor %s is %s, the net wants %s", name,
                   nn_shape_text(is, shape), nn_shape_text(wanted, &param->spec.shape));
}

/* The array NAME, or with / for the dots. */
static const struct nn_zip_member *find_array(const struct nn_zip *zip, const char *name)
{
    char other[2 * NN_NAME_SIZE];
    const struct nn_zip_member *member = nn_npz_find(zip, name);
    size_t length = strlen(name);
    if (member || length >= sizeof other)
        return member;
    for (size_t i = 0; i <= length; i++)
        other[i] = name[i] == '.' ? '/' : name[i];
    return nn_npz_find(zip, other);
}

static enum nn_status read_array(const struct nn_zip_member *member, const char *name,
                                 struct nn_param *param, struct nn_error *error)
{
    struct nn_array array;
    unsigned char *own = NULL;
    enum nn_status status = nn_npz_array(member, &array, &own, error);
    if (status == NN_OK)
        status = check_shape(name, &array.shape, param, error);
    if (status == NN_OK)
        status = nn_array_floats(&array, param->value.data, error);
    nn_free(own);
    return status;
}

/* Any kind of number, as floats. */
static enum nn_status read_param(const struct weights *file, const char *name,
                                 struct nn_param *param, struct nn_error *error)
{
    const size_t count = nn_shape_size(&param->spec.shape);
    if (file->bytes) {
        const struct nn_zip_member *member = find_array(&file->zip, name);
        if (member)
            return read_array(member, name, param, error);
    }
    const struct nn_st_tensor *tensor =
        file->bytes ? NULL : nn_safetensors_find(&file->tensors, name);
    if (!tensor)
        return nn_fail(error, NN_DAMAGED, "it has no tensor %s", name);
    enum nn_status status = check_shape(name, &tensor->shape, param, error);
    if (status == NN_OK)
        status = nn_st_tensor_floats(tensor, param->value.data, count, error);
    return status == NN_OK ? nn_check_finite(name, param->value.data, count, error) : status;
}

enum nn_status nn_weights_load(const char *path, const struct nn_net *net, struct nn_net **filled,
                               size_t *unused, struct nn_error *error)
{
    struct weights file = {.bytes = NULL};
    struct nn_net *copy = NULL;
    struct nn_param *param;
    struct nn_error local = {0};
    char name[2 * NN_NAME_SIZE];
    size_t count = 0;
    enum nn_status status;
    NN_TRY(open_file(&file, path, &local));
    NN_TRY(nn_net_copy(net, &copy, &local));
    for (; (param = nn_net_param(copy, count, NULL, name)); count++)
        NN_TRY(read_param(&file, name, param, &local));
    nn_net_touch(copy);
    *unused = file.count - count; /* each parameter was found, and names are unique */
    *filled = copy;
    copy = NULL;
out:
    if (status != NN_OK) {
        nn_fail_at(&local, NN_VISIBLE(path), 0, 0);
        if (error)
            *error = local;
    }
    nn_net_free(copy);
    clear(&file);
    return status;
}
