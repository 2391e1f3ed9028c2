#include "base/mem.h"
#include "engine/metric.h"

int32_t nn_predicted_class(const float *y, size_t width, bool logits)
{
    if (width == 1)
        return y[0] >= (logits ? 0.0f : 0.5f);
    size_t best = 0;
    for (size_t k = 1; k < width; k++)
        if (y[k] > y[best])
            best = k;
    return (int32_t)best;
}

enum nn_status nn_confusion_init(struct nn_confusion *confusion, size_t classes,
                                 struct nn_error *error)
{
    size_t cells;
    if (!nn_size_mul(classes, classes, &cells))
        return nn_fail(error, NN_LIMIT, "too many classes for a confusion matrix: %zu", classes);
    uint64_t *counts = nn_calloc(cells, sizeof *counts);
    if (!counts)
        return nn_fail_memory(error, cells * sizeof *counts);
    *confusion = (struct nn_confusion){.classes = classes, .counts = counts};
    return NN_OK;
}

void nn_confusion_clear(struct nn_confusion *confusion)
{
    nn_free(confusion->counts);
    *confusion = (struct nn_confusion){0};
}

void nn_confusion_add(struct nn_confusion *confusion, int32_t truth, int32_t predicted)
{
    size_t row = (size_t)truth, column = (size_t)predicted;
    if (truth >= 0 && predicted >= 0 && row < confusion->classes && column < confusion->classes)
        confusion->counts[row * confusion->classes + column]++;
}
