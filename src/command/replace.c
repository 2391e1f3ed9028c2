#include "command/replace.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

typedef bool recognize(const unsigned char *bytes, size_t length);

static bool starts_with(const unsigned char *bytes, size_t length, const char *text)
{
    return length >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

/* The length of the header, eight bytes, then an object of JSON. */
static bool is_model(const unsigned char *bytes, size_t length)
{
    return length > 8 && bytes[8] == '{' && bytes[6] == 0 && bytes[7] == 0;
}

static bool is_csv_log(const unsigned char *bytes, size_t length)
{
    return starts_with(bytes, length, "epoch,loss");
}

static bool is_json_log(const unsigned char *bytes, size_t length)
{
    return starts_with(bytes, length, "{\"epoch\": ");
}

static enum nn_status check(const char *path, recognize *known, const char *what,
                            struct nn_error *error)
{
    struct nn_bytes *input = NULL;
    const unsigned char *bytes;
    size_t length = 0;
    bool other = false;
    if (nn_bytes_open(path, &input, NULL) != NN_OK)
        return NN_OK;
    if (nn_bytes_peek(input, &bytes, &length, NULL) == NN_OK)
        other = length > 0 && !known(bytes, length);
    nn_bytes_close(input);
    if (!other)
        return NN_OK;
    nn_fail(error, NN_STATE, "%s is there and is not %s: it stays as it is", NN_VISIBLE(path),
            what);
    nn_fail_hint(error, "choose another name, or remove that file first");
    return NN_STATE;
}

enum nn_status nn_may_write_model(const char *path, struct nn_error *error)
{
    static const char *const others[] = {".onnx",  ".csv", ".tsv", ".npy",  ".npz", ".json",
                                         ".jsonl", ".png", ".txt", ".nns",  ".gz",  ".h",
                                         ".h5",    ".pt",  ".pth", ".keras"};
    const char *extension = nn_path_extension(path);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!nn_text_equal_nocase(extension, others[i]))
            continue;
        nn_fail(error, NN_ARGUMENT, "%s: a model is saved as a .safetensors file, not as %s",
                NN_VISIBLE(path), others[i]);
        nn_fail_hint(error, "`export` writes other formats");
        return NN_ARGUMENT;
    }
    return check(path, is_model, "a model", error);
}

enum nn_status nn_may_write_log(const char *path, bool json, struct nn_error *error)
{
    return check(path, json ? is_json_log : is_csv_log, "the log of a training", error);
}
