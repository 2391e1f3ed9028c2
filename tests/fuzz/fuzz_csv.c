#include "fuzz/fuzz.h"

const char fuzz_name[] = "csv";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader("csv", data, size);
    return 0;
}
