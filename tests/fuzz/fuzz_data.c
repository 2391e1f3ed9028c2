/* The target of one reader of data: FUZZ_NAME. */
#include "fuzz/fuzz.h"

const char fuzz_name[] = FUZZ_NAME;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader(fuzz_name, data, size);
    return 0;
}
