#include "explain/cam.h"

#include "base/mem.h"

#include <string.h>

struct nn_plane nn_plane_of(const struct nn_shape *shape)
{
    bool channels = shape->rank > 1;
    size_t first = channels ? shape->dim[0] : 1, height = shape->rank > 2 ? shape->dim[1] : 1;
    return (struct nn_plane){first, height, nn_shape_size(shape) / (first * height)};
}

void nn_cam_shape(const struct nn_explain_call *call, struct nn_shape *shape)
{
    struct nn_plane plane = nn_plane_of(&call->net->nodes[call->layer]->shape);
    *shape = nn_shape_make(3, (size_t[]){1, plane.height, plane.width});
}

enum nn_status nn_cam_run(const struct nn_explain_call *call, nn_cam_combine *combine, float *out,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_node *layer = call->net->nodes[call->layer];
    size_t count, channels = layer->shape.dim[0], size = layer->size / channels;
    float *gradient = NULL, *activation = NULL;
    if (!nn_size_mul(call->batch, layer->size, &count))
        return nn_fail(error, NN_LIMIT, "too many samples");
    gradient = nn_calloc(count, sizeof *gradient);
    activation = nn_calloc(count, sizeof *activation);
    if (!gradient || !activation)
        NN_TRY(nn_fail_memory(error, 2 * count * sizeof *gradient));
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .x = call->x,
                                  .n = call->batch,
                                  .seen = call->seen,
                                  .to = call->layer,
                                  .dx = gradient,
                                  .activation = activation};
    NN_TRY(nn_explain_gradient(&job, call->progress, error));
    for (size_t s = 0; s < call->batch; s++) {
        combine(activation + s * layer->size, gradient + s * layer->size, channels, size,
                out + s * size);
        for (size_t i = 0; i < size; i++)
            out[s * size + i] = out[s * size + i] > 0 ? out[s * size + i] : 0;
    }
out:
    nn_free(gradient);
    nn_free(activation);
    return status;
}

enum nn_status nn_cam_activations(const struct nn_explain_call *call, float **activations,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_net *net = call->net;
    struct nn_pass *pass = NULL;
    size_t in = net->nodes[0]->size, size = net->nodes[call->layer]->size, count;
    size_t chunk = nn_explain_chunk(net, call->batch, NN_PASS_FORWARD);
    if (!nn_size_mul(call->batch, size, &count))
        return nn_fail(error, NN_LIMIT, "too many samples");
    float *made = nn_calloc(count, sizeof *made);
    if (!made)
        return nn_fail_memory(error, count * sizeof *made);
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < call->batch; first += chunk) {
        size_t n = call->batch - first < chunk ? call->batch - first : chunk;
        memcpy(nn_pass_input(pass), call->x + first * in, n * in * sizeof *made);
        NN_TRY(nn_explain_forward(pass, n, call->progress, error));
        memcpy(made + first * size, nn_pass_output(pass, call->layer), n * size * sizeof *made);
        nn_progress_set(call->progress, (double)(first + n) / (double)call->batch);
    }
    *activations = made;
    made = NULL;
out:
    nn_pass_free(pass);
    nn_free(made);
    return status;
}
