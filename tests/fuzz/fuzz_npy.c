#include "fuzz/fuzz.h"

const char fuzz_name[] = "npy";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader("npy", data, size);
    return 0;
}
