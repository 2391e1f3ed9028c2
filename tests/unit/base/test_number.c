#include "base/number.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse(const char *text, double *value)
{
    return nn_number_parse(text, strlen(text), value);
}

static const struct {
    const char *text;
    double value;
} good[] = {
    {"0", 0},
    {"-0", -0.0},
    {"1", 1},
    {"+1", 1},
    {" 42\t", 42},
    {"1.", 1},
    {".5", 0.5},
    {"-.5e1", -5},
    {"0.1", 0.1},
    {"1e5", 1e5},
    {"1E+5", 1e5},
    {"1e-5", 1e-5},
    {"00012.50", 12.5},
    {"123456789012345678901234567890", 123456789012345678901234567890.0},
    {"0.000000000000000000000000000000001", 1e-33},
    {"9007199254740992", 9007199254740992.0},
    {"9007199254740993", 9007199254740992.0},
    {"9007199254740993.00000000000000000000000000000000000000001", 9007199254740994.0},
    {"1e22", 1e22},
    {"1e23", 1e23},
    {"1.7976931348623157e308", DBL_MAX},
    {"1.7976931348623159e308", INFINITY},
    {"1e400", INFINITY},
    {"-1e400", -INFINITY},
    {"1e99999999999999999999", INFINITY},
    {"0e99999999999999999999", 0},
    {"1e-99999999999999999999", 0},
    {"4.9406564584124654e-324", 4.9406564584124654e-324},
    {"2.4703282292062327e-324", 0},
    {"2.4703282292062328e-324", 4.9406564584124654e-324},
    {"2.2250738585072011e-308", 2.2250738585072011e-308},
    {"inf", INFINITY},
    {"-inf", -INFINITY},
    {"+Infinity", INFINITY},
    {"INF", INFINITY},
};

static const char *const bad[] = {
    "",           " ",     ".",     "-",    "+",       "e5",        "1e",  "1e+",
    "1e5.5",      "1.2.3", "1,5",   "0x10", "0x1p3",   "1 2",       "--1", "+-1",
    "1f",         "nan()", "nano",  "in",   "infinit", "infinityy", "abc", "1e5x",
    "\xc2\xa0 1", "1_000", "1'000", "e",    "- 1",     "1e 5",
};

static void check_table(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double value = 77;
        cr_assert(parse(good[i].text, &value), "%s", good[i].text);
        cr_assert(memcmp(&value, &good[i].value, sizeof value) == 0, "%s: %a instead of %a",
                  good[i].text, value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double value = 77;
        cr_assert(!parse(bad[i], &value), "%s", bad[i]);
        cr_assert(value == 77, "%s", bad[i]);
    }
}

Test(number, table_of_texts)
{
    double value = 0;
    check_table();
    cr_assert(parse("NaN", &value) && isnan(value));
    cr_assert(parse("-nan", &value) && isnan(value));
    cr_assert(nn_number_parse("12345", 2, &value) && value == 12);
    cr_assert(!nn_number_parse("1\0002", 3, &value));
    cr_assert(!nn_number_parse(NULL, 0, &value));
}

Test(number, digits_beyond_any_buffer)
{
    double value;
    char text[5000];
    memset(text, '0', sizeof text);
    text[0] = '1';
    memcpy(text + sizeof text - 6, "e-4993", 6);
    cr_assert(nn_number_parse(text, sizeof text, &value) && value == 1, "%g", value);

    /* 1 + 2^-53 is half way between two doubles; a digit far behind decides. */
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125";
    memset(text, '0', sizeof text);
    memcpy(text, half, sizeof half - 1);
    cr_assert(nn_number_parse(text, sizeof text, &value) && value == 1);
    text[sizeof text - 1] = '1';
    cr_assert(nn_number_parse(text, sizeof text, &value) && value == 1 + DBL_EPSILON);
    text[0] = '0';
    text[2] = '1';
    cr_assert(nn_number_parse(text, sizeof text, &value) && fabs(value - 0.1) < 1e-15);
}

Test(number, agrees_with_strtod_on_random_texts)
{
    struct nn_random random;
    nn_random_init(&random, 3, NN_STREAM_GENERATE, 0);
    for (int round = 0; round < 100000; round++) {
        char text[64];
        size_t length = 0, digits = 1 + nn_random_below(&random, 25);
        size_t point = nn_random_below(&random, 30);
        for (size_t i = 0; i < digits; i++) {
            if (i == point)
                text[length++] = '.';
            text[length++] = (char)('0' + nn_random_below(&random, 10));
        }
        if (nn_random_below(&random, 2))
            length +=
                (size_t)snprintf(text + length, 8, "e%d", (int)nn_random_below(&random, 80) - 40);
        text[length] = '\0';
        double expected = strtod(text, NULL), value = -1;
        cr_assert(parse(text, &value) && value == expected, "%s: %a, %a", text, value, expected);
    }
}

/* Any bit pattern that is a finite number, and every second time one of ordinary size. */
static double random_double(struct nn_random *random)
{
    for (;;) {
        uint64_t bits = (uint64_t)nn_random_u32(random) << 32 | nn_random_u32(random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (nn_random_below(random, 2))
            return ((double)bits - 9e18) * 1e-18;
        if (isfinite(value))
            return value;
    }
}

static void sweep_round_trip(void)
{
    static const double edges[] = {0, 0.1, 1.0 / 3, 5e-324, DBL_MIN, DBL_MAX, 1e22, 1e23, 123456};
    struct nn_random random;
    nn_random_init(&random, 4, NN_STREAM_GENERATE, 0);
    for (size_t round = 0; round < 100000; round++) {
        char text[NN_NUMBER_SIZE];
        double back = -77;
        double value = round < 9 ? edges[round] : random_double(&random);
        nn_number_double(text, value);
        cr_assert(strlen(text) < NN_NUMBER_SIZE && parse(text, &back) && back == value, "%a: %s",
                  value, text);

        uint32_t bits = nn_random_u32(&random);
        float single, single_back;
        memcpy(&single, &bits, sizeof single);
        nn_number_float(text, single);
        cr_assert(parse(text, &back), "%s", text);
        single_back = (float)back;
        cr_assert(isnan(single) ? isnan(back) : single == single_back, "%a: %s", (double)single,
                  text);
    }
}

Test(number, what_is_printed_reads_back)
{
    sweep_round_trip();
}

Test(number, shortest)
{
    char out[NN_NUMBER_SIZE];
    static const struct {
        double value;
        const char *text;
    } doubles[] = {
        {0, "0"},
        {-0.0, "-0"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e21, "1e+21"},
        {5e-324, "5e-324"},
        {100, "100"},
        {-1.5, "-1.5"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {123456, "123456"},
        {9007199254740992, "9007199254740992"},
        {DBL_MAX, "1.7976931348623157e+308"},
    };
    static const struct {
        float value;
        const char *text;
    } floats[] = {
        {0.1F, "0.1"},
        {1.0F / 3, "0.33333334"},
        {16777216, "16777216"},
        {1e-45F, "1e-45"},
        {FLT_MAX, "3.4028235e+38"},
        {0.3F, "0.3"},
        {(float)NAN, "nan"},
        {-2.5F, "-2.5"},
    };
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        cr_assert(!strcmp(nn_number_double(out, doubles[i].value), doubles[i].text), "%s", out);
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        cr_assert(!strcmp(nn_number_float(out, floats[i].value), floats[i].text), "%s", out);
}

Test(number, for_people)
{
    char out[NN_NUMBER_SIZE];
    cr_assert(!strcmp(nn_number_short(out, 0.123456, 3), "0.123"), "%s", out);
    cr_assert(!strcmp(nn_number_short(out, -0.0, 3), "0"), "%s", out);
    cr_assert(!strcmp(nn_number_short(out, 1234567, 3), "1.23e+06"), "%s", out);
    cr_assert(!strcmp(nn_number_short(out, 1.5, -4), "2"), "%s", out);
    cr_assert(!strcmp(nn_number_short(out, -DBL_MAX, 99), "-1.7976931348623157e+308"), "%s", out);
    cr_assert(!strcmp(nn_number_short(out, -INFINITY, 3), "-inf"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, 0.975, 3), "0.975"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, -0.0001, 3), "0.000"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, -0.4, 0), "0"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, -0.01, 2), "-0.01"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, NAN, 2), "nan"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, -DBL_MAX, 3), "-1.7976931348623157e+308"), "%s", out);
    cr_assert(!strcmp(nn_number_group(out, 0), "0"));
    cr_assert(!strcmp(nn_number_group(out, 999), "999"));
    cr_assert(!strcmp(nn_number_group(out, 1234567), "1 234 567"));
    cr_assert(!strcmp(nn_number_group(out, UINT64_MAX), "18 446 744 073 709 551 615"));
}

Test(number, integers)
{
    static const struct {
        const char *text;
        bool right;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {" +12 ", true, 12},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"1 2", false, 0},
        {"12a", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 77;
        bool right = nn_number_parse_int(cases[i].text, strlen(cases[i].text), &value);
        cr_assert(right == cases[i].right, "%s", cases[i].text);
        cr_assert(value == (right ? cases[i].value : 77), "%s", cases[i].text);
    }
}

Test(number, a_decimal_comma_locale_changes_nothing)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_DE",      "fr_FR.UTF-8",
                                        "nl_NL.UTF-8", "es_ES.UTF-8", "ps_AF.UTF-8"};
    char out[NN_NUMBER_SIZE];
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_ALL, names[i]) && localeconv()->decimal_point[0] != '.';
    if (!found)
        cr_skip_test("no locale with a decimal comma is installed");
    check_table();
    sweep_round_trip();
    cr_assert(!strcmp(nn_number_double(out, -1.5e-7), "-1.5e-07"), "%s", out);
    cr_assert(!strcmp(nn_number_float(out, 0.1F), "0.1"), "%s", out);
    cr_assert(!strcmp(nn_number_fixed(out, 1234.5, 2), "1234.50"), "%s", out);
    cr_assert(!strcmp(nn_number_short(out, 1234.5, 5), "1234.5"), "%s", out);
}
