#include "model/weights.h"

#include "base/text.h"
#include "model/read_net.h"
#include "model/safetensors.h"

#include <string.h>

/* Any kind of number, as floats. */
static enum nn_status read_param(const struct nn_safetensors *file, const char *name,
                                 struct nn_param *param, struct nn_error *error)
{
    const struct nn_st_tensor *tensor = nn_safetensors_find(file, name);
    const size_t count = nn_shape_size(&param->spec.shape);
    char is[NN_SHAPE_TEXT], wanted[NN_SHAPE_TEXT];
    if (!tensor)
        return nn_fail(error, NN_DAMAGED, "it has no tensor %s", name);
    if (!nn_shape_equal(&tensor->shape, &param->spec.shape))
        return nn_fail(error, NN_DAMAGED, "tensor %s is %s, the net wants %s", name,
                       nn_shape_text(is, &tensor->shape),
                       nn_shape_text(wanted, &param->spec.shape));
    enum nn_status status = nn_st_tensor_floats(tensor, param->value.data, count, error);
    return status == NN_OK ? nn_check_finite(name, param->value.data, count, error) : status;
}

enum nn_status nn_weights_load(const char *path, const struct nn_net *net, struct nn_net **filled,
                               size_t *unused, struct nn_error *error)
{
    struct nn_safetensors file = {0};
    struct nn_net *copy = NULL;
    struct nn_param *param;
    struct nn_error local = {0};
    char name[2 * NN_NAME_SIZE];
    size_t count = 0;
    enum nn_status status;
    NN_TRY(nn_safetensors_read(&file, path, &local));
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
    nn_safetensors_clear(&file);
    return status;
}
