#include "fuzz/fuzz.h"
#include "fuzz/fuzz_net.h"

#include "base/mem.h"

#include <string.h>

const char fuzz_name[] = "model";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *bytes = nn_calloc(size + 1, 1);
    if (!bytes)
        return 0;
    if (size > 0)
        memcpy(bytes, data, size);
    struct nn_model model;
    if (nn_model_parse(bytes, size, "fuzz", &model, NULL) == NN_OK)
        fuzz_model_use(&model);
    return 0;
}
