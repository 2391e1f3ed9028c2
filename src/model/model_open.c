#include "model/model.h"

#include "base/file.h"
#include "base/text.h"
#include "model/onnx/onnx.h"

#include <stddef.h>

/* Formats that can run code when they are read, or need their framework, and what to do instead. */
static const struct {
    const char *extension, *advice;
} foreign[] = {
    {".pt", "torch.onnx.export(model, example, 'model.onnx')"},
    {".pth", "torch.onnx.export(model, example, 'model.onnx')"},
    {".h5", "keras.models.load_model('model.h5').export('model.onnx', format='onnx')"},
    {".keras", "keras.models.load_model('model.keras').export('model.onnx', format='onnx')"},
};

enum nn_status nn_model_open(const char *path, struct nn_model *model, struct nn_error *error)
{
    const char *extension = nn_path_extension(path);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (nn_text_equal_nocase(extension, foreign[i].extension)) {
            nn_fail(error, NN_REFUSED, "%s is read by its own framework alone: convert it there",
                    foreign[i].extension);
            nn_fail_hint(error, "%s", foreign[i].advice);
            return nn_fail_at(error, NN_VISIBLE(path), 0, 0), NN_REFUSED;
        }
    if (nn_text_equal_nocase(extension, ".onnx"))
        return nn_onnx_open(path, NULL, model, error);
    return nn_model_open_native(path, model, error);
}
