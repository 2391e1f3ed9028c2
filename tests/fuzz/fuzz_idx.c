#include "fuzz/fuzz.h"

const char fuzz_name[] = "idx";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader("idx", data, size);
    return 0;
}
