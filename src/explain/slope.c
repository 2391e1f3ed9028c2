#include "explain/slope.h"

#include "explain/noise.h"
#include "explain/pointing.h"

#include <math.h>

#define NEAREST 1e-6 /* distances from the baseline that can still be divided by */

/* The method whose kind the map is of, and its arguments; NULL: its defaults. */
static const struct nn_method *kind_of(const struct nn_explain_request *request,
                                       const struct nn_args **args)
{
    const struct nn_method *method = request->method, *inner = NULL;
    *args = request->args;
    if (method->args != nn_noise_args)
        return method;
    int key = nn_args_find(nn_noise_args, "method");
    inner = request->args ? nn_method_find(nn_args_text(request->args, key)) : NULL;
    *args = NULL;
    return inner ? inner : nn_method_find("gradient");
}

/* Whether each value of an input was changed by itself: not in groups, and in windows of one pixel
 * of one channel. A window that is not given is of one value where values have no neighbours. */
static bool each_alone(const struct nn_method *method, const struct nn_args *args,
                       const struct nn_shape *input)
{
    int groups = nn_args_find(method->args, "groups"),
        window = nn_args_find(method->args, "window");
    if (groups >= 0 && args && nn_args_is_set(args, groups))
        return false;
    if (window < 0)
        return true;
    if (!args || !nn_args_is_set(args, window))
        return input->rank < 2;
    return nn_args_dim(args, window, 0) == 1 && nn_args_dim(args, window, 1) == 1 &&
           nn_map_pixels(input) == nn_shape_size(input);
}

/* Where value i was taken away to. */
static double reference(const struct nn_explain_request *request, const struct nn_method *method,
                        size_t size, size_t i)
{
    if (method->flags & NN_METHOD_BACKGROUND && request->backgrounds > 0) {
        double sum = 0;
        for (size_t k = 0; k < request->backgrounds; k++)
            sum += (double)request->background[k * size + i];
        return sum / (double)request->backgrounds;
    }
    return method->flags & NN_METHOD_BASELINE && request->baseline ? (double)request->baseline[i]
                                                                   : 0;
}

const char *nn_map_slopes(const struct nn_explain_request *request, const float *map, float *out)
{
    const struct nn_shape *input = &request->net->nodes[0]->shape;
    const struct nn_args *args;
    const struct nn_method *method = kind_of(request, &args);
    size_t size = request->net->nodes[0]->size;
    bool effects = method->flags & (NN_METHOD_COMPLETE | NN_METHOD_CONSERVES | NN_METHOD_EFFECTS);
    if (request->method->scale != NN_SCALE_SIGNED || method->scale != NN_SCALE_SIGNED)
        return "a magnitude does not say which way the answer goes";
    if (!each_alone(method, args, input))
        return "its values are of windows or groups, whose parts it does not tell apart";
    for (size_t i = 0; i < size; i++) {
        double way = effects ? (double)request->x[i] - reference(request, method, size, i) : 1;
        out[i] = fabs(way) > NEAREST ? (float)((double)map[i] / way) : 0;
    }
    return NULL;
}
