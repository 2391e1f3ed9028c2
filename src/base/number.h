/* Numbers: read and printed in the C locale, whatever setlocale says.
 *
 * Threads: reentrant.
 */
#ifndef NN_BASE_NUMBER_H
#define NN_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a whole string (surrounding blanks allowed) as a decimal number; true when all of it is
 * one. "nan", "inf" and "infinity" with sign, in any case, are numbers, hexadecimal is not;
 * overflow gives +-inf. */
bool nn_number_parse(const char *text, size_t length, double *value);
/* A whole decimal integer with optional sign; false on anything else or overflow. */
bool nn_number_parse_int(const char *text, size_t length, int64_t *value);

/* Shortest text that reads back as the same float (double): up to 9 (17) digits. Returns `out`.
 * 24 bytes would do, but printf may first write the decimal point of some locale, of MB_LEN_MAX. */
#define NN_NUMBER_SIZE 48
char *nn_number_float(char out[NN_NUMBER_SIZE], float value);
char *nn_number_double(char out[NN_NUMBER_SIZE], double value);
/* `digits` significant digits in %g form, "nan", "inf", "-inf"; never "-0". For people to read. */
char *nn_number_short(char out[NN_NUMBER_SIZE], double value, int digits);
/* 1234567 as "1 234 567". */
char *nn_number_group(char out[NN_NUMBER_SIZE], uint64_t value);
/* Fixed decimals ("0.975"), C locale; never "-0.000". */
char *nn_number_fixed(char out[NN_NUMBER_SIZE], double value, int decimals);

#endif
