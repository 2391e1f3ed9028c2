/* Model files that are cut, changed or made wrong on purpose. */
#include "unit/model/sample.h"

#include "base/mem.h"
#include "model/safetensors.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define M "m.safetensors"

/* Opens a copy of the bytes; what opens must save to the very bytes of `path`. */
static void open_damaged(const unsigned char *bytes, size_t length, size_t at, int change)
{
    unsigned char *copy = nn_calloc(length + 1, 1);
    cr_assert(copy != NULL);
    memcpy(copy, bytes, length);
    if (at < length)
        copy[at] ^= (unsigned char)change;
    struct nn_model model;
    struct nn_error error = {0};
    const enum nn_status status = nn_model_parse(copy, length, M, &model, &error);
    if (status != NN_OK) {
        cr_assert(status == NN_DAMAGED && error.status == NN_DAMAGED, "byte %zu: %s", at,
                  error.message);
        cr_assert(strcmp(error.file, M) == 0 && error.message[0] != '\0');
        return;
    }
    sample_save("m2.safetensors", &model);
    cr_assert(sample_same_files(M, "m2.safetensors"), "byte %zu xor %d changes the meaning", at,
              change);
    nn_model_clear(&model);
}

Test(model, every_truncation_is_refused, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model;
    sample_model(&model);
    sample_save(M, &model);
    nn_model_clear(&model);
    size_t length;
    unsigned char *bytes = sample_bytes(M, &length);
    for (size_t i = 0; i < length; i++) {
        unsigned char *copy = nn_calloc(i + 1, 1);
        memcpy(copy, bytes, i);
        struct nn_error error = {0};
        cr_assert(nn_model_parse(copy, i, M, &model, &error) == NN_DAMAGED, "%zu bytes", i);
        cr_assert(strcmp(error.file, M) == 0);
    }
    nn_free(bytes);
}

Test(model, every_changed_byte_is_refused_or_harmless, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model;
    sample_model(&model);
    sample_save(M, &model);
    nn_model_clear(&model);
    size_t length;
    unsigned char *bytes = sample_bytes(M, &length);
    const int changes[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
    for (size_t i = 0; i < length; i++)
        for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
            open_damaged(bytes, length, i, changes[k]);
    nn_free(bytes);
}

static const struct {
    const char *from, *to;
    const char *message; /* NULL: opens */
} defects[] = {
    {"{\"version\":1", "{\"version\":1", NULL},
    {"{\"version\":1", "{\"later\":[{}],\"version\":1", NULL},
    {"{\"version\":1", "{\"version\":2", "newer"},
    {"{\"version\":1", "{\"version\":0", "version"},
    {"{\"version\":1", "{\"version\":\"1\"", "version"},
    {"{\"version\":1", "{\"version\":1,\"version\":1", "duplicate"},
    {"{\"version\":1", "[\"version\"", "not valid JSON"},
    {"\"random\":1", "\"random\":2", "newer"},
    {"\"random\":1", "\"randem\":1", "random"},
    {"\"seed\":\"18446744073709551615\"", "\"seed\":\"18446744073709551616\"", "64 bits"},
    {"\"seed\":\"18446744073709551615\"", "\"seed\":\"-1\"", "64 bits"},
    {"\"seed\":\"18446744073709551615\"", "\"seed\":\"\"", "64 bits"},
    {"\"seed\":\"18446744073709551615\"", "\"seed\":1", "not a string"},
    {"\"net\":", "\"not\":", "no array nodes"},
    {"\"nodes\":[", "\"nodes\":{},\"x\":[", "no array nodes"},
    {"\"input\":[1,6,6]", "\"input\":[]", "1 to 8"},
    {"\"input\":[1,6,6]", "\"input\":[1,1,1,1,1,1,1,6,6]", "1 to 8"},
    {"\"input\":[1,6,6]", "\"input\":[1,0,6]", "dimension 2"},
    {"\"input\":[1,6,6]", "\"input\":[1,-6,6]", "dimension 2"},
    {"\"input\":[1,6,6]", "\"input\":[1,6.0,6]", "dimension 2"},
    {"\"input\":[1,6,6]", "\"input\":[1,4294967296,6]", "dimension 2"},
    {"\"input\":[1,6,6]", "\"input\":[2147483647,2147483647,6]", "too many"},
    {"\"input\":[1,6,6]", "\"input\":[2,6,6]", "conv.weight"},
    {"\"input\":[1,6,6]", "\"input\":[1,6,9]", "out.weight"},
    {"\"input\":[1,6,6]", "\"input\":[36]", "layer 1"},
    {"\"layer\":\"conv2d\"", "\"layer\":\"conv9d\"", "no layer conv9d"},
    {"\"layer\":\"conv2d\"", "\"layer\":\"input\"", "no layer input"},
    {"\"layer\":\"conv2d\"", "\"layer\":\"dense\"", "layer 1"},
    {"\"layer\":\"conv2d\"", "\"layer\":7", "not a string"},
    {"\"name\":\"conv\"", "\"name\":\"cnov\"", "cnov.weight is missing"},
    {"\"name\":\"conv\"", "\"name\":\"\\u001b[1m\"", "\\x1b"},
    {"\"name\":\"conv\"", "\"name\":\"\"", "layer 1"},
    {"\"name\":\"conv\"",
     "\"name\":\"0123456789012345678901234567890123456789012345678901234567890123\"", "longer"},
    {"\"name\":\"conv_relu\"", "\"name\":\"conv\"", "layer 2"},
    {"\"name\":\"conv_relu\"", "\"name\":\"77\"", "layer 2"},
    {"\"name\":\"conv_relu\"", "\"name\":\"input\"", "layer 2"},
    {"\"name\":\"conv_relu\"", "\"name\":\"a/b\"", "layer 2"},
    {"\"inputs\":[0]", "\"inputs\":[1]", "before it"},
    {"\"inputs\":[0]", "\"inputs\":[2]", "before it"},
    {"\"inputs\":[0]", "\"inputs\":[-1]", "before it"},
    {"\"inputs\":[0]", "\"inputs\":[4294967296]", "before it"},
    {"\"inputs\":[0]", "\"inputs\":[\"0\"]", "before it"},
    {"\"inputs\":[0]", "\"inputs\":[0,0]", "as many"},
    {"\"inputs\":[0]", "\"inputs\":[]", "as many"},
    {"\"inputs\":[0]", "\"inputs\":0", "as many"},
    {"\"tail\":2", "\"tail\":0", "tail"},
    {"\"tail\":2", "\"tail\":99", "tail"},
    {"\"tail\":2", "\"tail\":\"2\"", "tail"},
    {"\"args\":{", "\"args\":7,\"orgs\":{", "arguments of conv2d"},
    {"\"args\":{", "\"args\":{\"nonsense\":\"1\",", "nonsense"},
    {"\"args\":{", "\"args\":{\"nonsense\":1,", "not a string"},
    {"\"units\":\"3\"", "\"units\":\"4\"", "out.weight"},
    {"\"units\":\"3\"", "\"units\":\"0\"", "units"},
    {"\"units\":\"3\"", "\"units\":\"-3\"", "units"},
    {"\"units\":\"3\"", "\"units\":\"many\"", "units"},
    {"\"units\":\"3\"", "\"units\":\"2147483647\"", "out.weight"},
    {"\"units\":\"3\",", "", "units"},
    {"\"recipe\":", "\"recepi\":", "without a recipe"},
    {"\"loss\":\"categorical_crossentropy\"", "\"loss\":\"cat\"", "no loss cat"},
    {"\"loss\":\"categorical_crossentropy\"", "\"loss\":null", "not a string"},
    {"\"optimizer\":\"adam\"", "\"optimizer\":\"eve\"", "no optimizer eve"},
    {"\"optimizer\":\"adam\"", "\"optimizer\":3", "not a string"},
    {"\"loss_args\":{", "\"loss_args\":[],\"x\":{", "arguments"},
    {"\"lr\":\"0.3333333333333333\"", "\"lr\":\"nan\"", "lr"},
    {"\"lr\":\"0.3333333333333333\"", "\"lr\":\"-1\"", "lr"},
    {"\"lr\":\"0.3333333333333333\"", "\"lr\":\"0,5\"", "lr"},
    {"\"lr\":\"0.3333333333333333\"", "\"lr\":\"inf\"", "lr"},
    {"\"metrics\":[", "\"metrics\":[\"luck\"],\"x\":[", "no metric luck"},
    {"\"metrics\":[", "\"metrics\":[3],\"x\":[", "no metric"},
    {"\"metrics\":[", "\"metrics\":{},\"x\":[", "metrics is not"},
    {"\"step\":\"123456789012345678\"", "\"step\":\"12a\"", "64 bits"},
    {"\"epoch\":\"7\"", "\"epoch\":7", "not a string"},
    {"\"history\":[\"loss\",", "\"history\":[\"loss\",\"lr\",", "epochs"},
    {"\"history\":[\"loss\",", "\"history\":[\"loss\",\"loss\",", "twice"},
    {"\"history\":[\"loss\",", "\"history\":[\"\\u001b\",", "name 1"},
    {"\"history\":[\"loss\",", "\"history\":[1,", "name 1"},
    {"\"history\":[\"loss\",", "\"history\":[\"\",", "name 1"},
    {"\"history\":[", "\"history\":{},\"x\":[", "history is not"},
    {"\"data\":", "\"dota\":", "data is missing"},
    {"\"task\":\"classification\"", "\"task\":\"guessing\"", "guessing"},
    {"\"scaling\":\"standard\"", "\"scaling\":\"sideways\"", "sideways"},
    {"\"missing\":\"mean\"", "\"missing\":\"guess\"", "guess"},
    {"\"missing\":\"mean\"", "\"x\":\"mean\"", NULL},
    {"\"missing\":\"mean\"", "\"missing\":\"drop\"", NULL},
    {"\"classes\":[\"cat\"", "\"classes\":[1", "name 1 of classes"},
    {"\"classes\":[", "\"classes\":3,\"x\":[", "classes is missing"},
    {"\"features\":[", "\"features\":{},\"x\":[", "features is missing"},
};

Test(model, every_defect_is_refused_with_its_reason, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model;
    sample_later(&model);
    sample_save(M, &model);
    nn_model_clear(&model);
    struct nn_safetensors file;
    cr_assert(nn_safetensors_read(&file, M, NULL) == NN_OK);
    const char *json = nn_safetensors_metadata(&file, "nnscope");
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        char *changed = sample_replaced(json, defects[i].from, defects[i].to);
        sample_rewrite(M, "m2.safetensors", changed);
        nn_free(changed);
        struct nn_error error = {0};
        const enum nn_status status = nn_model_open("m2.safetensors", &model, &error);
        cr_assert(status == (defects[i].message ? NN_DAMAGED : NN_OK), "%s: %s", defects[i].to,
                  error.message);
        if (!defects[i].message) {
            nn_model_clear(&model);
            continue;
        }
        cr_assert(strstr(error.message, defects[i].message) != NULL, "%s: %s", defects[i].to,
                  error.message);
        cr_assert(strcmp(error.file, "m2.safetensors") == 0);
    }
    nn_safetensors_clear(&file);
}

/* Writes the file at M anew as m2.safetensors, with one tensor changed: another dtype, another
 * shape, left out (rank -1), or with a value that is not finite. */
static void rewrite_tensor(const char *name, enum nn_dtype dtype, int rank, bool infinite)
{
    static float bad[128]; /* as many bytes as any case asks for */
    bad[0] = infinite ? INFINITY : 0;
    struct nn_safetensors file;
    cr_assert(nn_safetensors_read(&file, M, NULL) == NN_OK);
    struct nn_st_entry *entries = nn_calloc(file.count, sizeof *entries);
    size_t count = 0;
    for (size_t i = 0; i < file.count; i++) {
        const struct nn_st_tensor *tensor = &file.tensors[i];
        struct nn_st_entry entry = {tensor->name, tensor->dtype, tensor->shape, tensor->data};
        if (strcmp(tensor->name, name) == 0) {
            if (rank < 0)
                continue;
            entry.dtype = dtype;
            entry.data = bad;
            if (rank > 0)
                entry.shape = (struct nn_shape){.rank = 1, .dim = {(size_t)rank}};
        }
        entries[count++] = entry;
    }
    const char *const key = "nnscope", *const value = nn_safetensors_metadata(&file, "nnscope");
    cr_assert(nn_safetensors_write("m2.safetensors", entries, count, &key, &value, 1, NULL) ==
              NN_OK);
    nn_free(entries);
    nn_safetensors_clear(&file);
}

Test(model, tensors_that_do_not_fit_are_refused, .init = sample_folder,
     .fini = sample_folder_remove)
{
    static const struct {
        const char *name;
        enum nn_dtype dtype;
        int rank;
        bool infinite;
        const char *message;
    } cases[] = {
        {"conv.weight", NN_DTYPE_F32, -1, false, "conv.weight is missing"},
        {"conv.weight", NN_DTYPE_I32, 0, false, "conv.weight is I32"},
        {"conv.weight", NN_DTYPE_F32, 18, false, "conv.weight is 18"},
        {"conv.weight", NN_DTYPE_F32, 0, true, "not finite"},
        {"optimizer/conv.weight/exp_avg", NN_DTYPE_F32, -1, false, "exp_avg is missing"},
        {"optimizer/out.bias/exp_avg_sq", NN_DTYPE_F32, 5, false, "exp_avg_sq is 5"},
        {"history/epochs", NN_DTYPE_F32, 0, false, "history/epochs is not F64"},
        {"history/epochs", NN_DTYPE_F64, 15, false, "history/epochs is not F64"},
        {"history/batch_loss", NN_DTYPE_I32, 0, false, "batch_loss is I32"},
        {"scaling/offset", NN_DTYPE_F64, -1, false, "scaling/offset is missing"},
        {"scaling/factor", NN_DTYPE_F64, -1, false, "factor is missing"},
        {"scaling/offset", NN_DTYPE_F64, 40, false, "does not fit the input"},
        {"scaling/factor", NN_DTYPE_F64, 5, false, "1 offsets and 5 factors"},
        {"scaling/factor", NN_DTYPE_F32, 0, true, "not finite"},
        {"scaling/factor", NN_DTYPE_F32, 0, false, "is 0"},
        {"missing/fill", NN_DTYPE_F32, -1, false, "missing/fill is missing"},
        {"missing/fill", NN_DTYPE_F32, 40, false, "does not fit the input"},
        {"missing/fill", NN_DTYPE_F32, 0, true, "not finite"},
    };
    struct nn_model model;
    sample_later(&model);
    sample_save(M, &model);
    nn_model_clear(&model);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_error error = {0};
        rewrite_tensor(cases[i].name, cases[i].dtype, cases[i].rank, cases[i].infinite);
        cr_assert(nn_model_open("m2.safetensors", &model, &error) == NN_DAMAGED, "%s",
                  cases[i].message);
        cr_assert(strstr(error.message, cases[i].message) != NULL, "%s: %s", cases[i].message,
                  error.message);
    }
}
