/* A fuzz target: one parser, fed with any bytes. Each fuzz_NAME.c defines both names below. With
 * replay.c it becomes a test program (make check), with clang's libFuzzer a fuzzer (make fuzz).
 */
#ifndef NN_TESTS_FUZZ_H
#define NN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The folder of tests/fuzz/corpus/ that holds its samples. */
extern const char fuzz_name[];
/* Returns 0. Whatever the bytes, it must neither crash nor hang nor take much memory. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The body of a target for one reader of data ("csv"): reads, splits, scales and fetches samples.
 */
void fuzz_reader(const char *reader, const uint8_t *data, size_t size);

#endif
