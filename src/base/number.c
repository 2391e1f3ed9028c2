#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number taken apart: mantissa * 10^exponent. */
struct decimal {
    bool negative;
    bool exact;         /* `mantissa` holds all digits that are not zero */
    uint64_t mantissa;  /* the first 19 significant digits */
    int64_t exponent;   /* for the mantissa */
    const char *digits; /* from the first significant digit on, perhaps with a point between */
    const char *end;    /* of the digits */
    int64_t written;    /* the exponent behind "e" */
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void trim(const char **begin, const char **end)
{
    while (*begin < *end && is_blank(**begin))
        ++*begin;
    while (*begin < *end && is_blank((*end)[-1]))
        --*end;
}

/* "e-12" at `at`; true when the text ends with it. Huge exponents saturate. */
static bool scan_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = false;
    int64_t value = 0;
    at++;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end)
        return false;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (value < INT64_MAX / 20)
            value = value * 10 + (*at - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

/* Digits with at most one point, then perhaps an exponent; all of [at, end). */
static bool scan_decimal(const char *at, const char *end, struct decimal *decimal)
{
    bool point = false, any = false;
    int significant = 0;
    decimal->exact = true;
    for (; at < end; at++) {
        if (*at == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(*at))
            break;
        any = true;
        decimal->exponent -= point;
        if (significant == 0 && *at == '0')
            continue;
        if (significant == 0)
            decimal->digits = at;
        if (significant < 19) {
            decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(*at - '0');
            significant++;
        } else {
            decimal->exact = decimal->exact && *at == '0';
            decimal->exponent++;
        }
    }
    decimal->end = at;
    if (!any)
        return false;
    if (at < end && ((*at | 0x20) != 'e' || !scan_exponent(at, end, &decimal->written)))
        return false;
    decimal->exponent += decimal->written;
    return true;
}

/* Any number of digits, correctly rounded: strtod on "DIGITSeEXPONENT", which has no radix
 * character and so reads the same in every locale. 800 digits decide every rounding (767 can
 * matter), if a digit that is not zero among the rest leaves a trace. */
static double convert_slowly(const struct decimal *decimal)
{
    char text[832];
    size_t length = 0;
    bool rest = false;
    if (decimal->mantissa == 0)
        return 0;
    for (const char *at = decimal->digits; at < decimal->end; at++) {
        if (*at == '.')
            continue;
        if (length < 800)
            text[length++] = *at;
        else
            rest = rest || *at != '0';
    }
    /* The decimal's exponent belongs to at most 19 digits. */
    int64_t exponent = decimal->exponent - (length > 19 ? (int64_t)length - 19 : 0);
    if (rest) {
        text[length++] = '1';
        exponent--;
    }
    exponent = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : exponent;
    snprintf(text + length, sizeof text - length, "e%d", (int)exponent);
    return strtod(text, NULL);
}

static double convert(const struct decimal *decimal)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    /* Both operands exact, one rounding (Clinger 1990, "How to read floating point numbers
     * accurately"). */
    if (decimal->exact && decimal->mantissa <= (uint64_t)1 << 53 && FLT_EVAL_METHOD == 0) {
        if (decimal->exponent >= 0 && decimal->exponent <= 22)
            return (double)decimal->mantissa * power[decimal->exponent];
        if (decimal->exponent < 0 && decimal->exponent >= -22)
            return (double)decimal->mantissa / power[-decimal->exponent];
    }
    return convert_slowly(decimal);
}

static bool is_word(const char *begin, const char *end, const char *word)
{
    for (; begin < end && *word; begin++, word++)
        if ((*begin | 0x20) != *word)
            return false;
    return begin == end && *word == '\0';
}

bool nn_number_parse(const char *text, size_t length, double *value)
{
    const char *at = text, *end = length ? text + length : text; /* text may be NULL then */
    struct decimal decimal = {0};
    double result;
    trim(&at, &end);
    if (at < end && (*at == '+' || *at == '-'))
        decimal.negative = *at++ == '-';
    if (scan_decimal(at, end, &decimal))
        result = convert(&decimal);
    else if (is_word(at, end, "nan"))
        result = NAN;
    else if (is_word(at, end, "inf") || is_word(at, end, "infinity"))
        result = INFINITY;
    else
        return false;
    *value = decimal.negative ? -result : result;
    return true;
}

bool nn_number_parse_int(const char *text, size_t length, int64_t *value)
{
    const char *at = text, *end = text + length;
    bool negative = false;
    int64_t result = 0;
    trim(&at, &end);
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end)
        return false;
    for (; at < end; at++) {
        /* Downwards, as INT64_MIN has no positive counterpart. */
        if (!is_digit(*at) || __builtin_mul_overflow(result, 10, &result) ||
            __builtin_sub_overflow(result, *at - '0', &result))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, result, &result))
        return false;
    *value = result;
    return true;
}

/* Replaces the locale's radix character, which may have several bytes, by a point. */
static void fix_radix(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool plain = is_digit(*from) || strchr("+-e", *from);
        if (plain)
            *to++ = *from;
        else if (to == text || to[-1] != '.')
            *to++ = '.';
    }
    *to = '\0';
}

static char *put_not_finite(char out[NN_NUMBER_SIZE], double value)
{
    snprintf(out, NN_NUMBER_SIZE, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return out;
}

/* %g prints in `from`..`to` digits, the first that reads back. Any number of up to FLT_DIG
 * (DBL_DIG) digits survives the way to a normal float (double) and back, and %g drops trailing
 * zeros: so that many digits find every shorter text at once. */
char *nn_number_float(char out[NN_NUMBER_SIZE], float value)
{
    if (!isfinite(value))
        return put_not_finite(out, (double)value);
    int digits = fabsf(value) < FLT_MIN ? 1 : FLT_DIG;
    for (; digits <= 9; digits++) {
        double back = 0;
        snprintf(out, NN_NUMBER_SIZE, "%.*g", digits, (double)value);
        /* Both ways of reading a float: at once, and through a double. */
        bool same = strtof(out, NULL) == value;
        fix_radix(out);
        if (same && nn_number_parse(out, strlen(out), &back) && (float)back == value)
            break;
    }
    return out;
}

char *nn_number_double(char out[NN_NUMBER_SIZE], double value)
{
    if (!isfinite(value))
        return put_not_finite(out, value);
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    for (; digits <= 17; digits++) {
        double back = 0;
        snprintf(out, NN_NUMBER_SIZE, "%.*g", digits, value);
        fix_radix(out);
        if (nn_number_parse(out, strlen(out), &back) && back == value)
            break;
    }
    return out;
}

/* A negative number that rounds to zero is zero. */
static char *drop_minus_of_zero(char *out)
{
    if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
        memmove(out, out + 1, strlen(out));
    return out;
}

char *nn_number_short(char out[NN_NUMBER_SIZE], double value, int digits)
{
    if (!isfinite(value))
        return put_not_finite(out, value);
    digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
    snprintf(out, NN_NUMBER_SIZE, "%.*g", digits, value);
    fix_radix(out);
    return drop_minus_of_zero(out);
}

char *nn_number_fixed(char out[NN_NUMBER_SIZE], double value, int decimals)
{
    if (!isfinite(value))
        return put_not_finite(out, value);
    decimals = decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
    /* Longer than the buffer: the digits of the exponent form. */
    int length = snprintf(out, NN_NUMBER_SIZE, "%.*f", decimals, value);
    if (length < 0 || length >= NN_NUMBER_SIZE)
        return nn_number_short(out, value, 17);
    fix_radix(out);
    return drop_minus_of_zero(out);
}

char *nn_number_group(char out[NN_NUMBER_SIZE], uint64_t value)
{
    char digits[NN_NUMBER_SIZE];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ' ';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}
