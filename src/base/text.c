#include "base/text.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

struct range {
    uint32_t first, last;
};

/* Format characters, invisible letters and private use: what a terminal may hide, reorder text by
 * or show as anything. */
static const struct range hidden[] = {
    {0x00AD, 0x00AD},    /* soft hyphen */
    {0x034F, 0x034F},    /* combining grapheme joiner */
    {0x0600, 0x0605},    /* Arabic number signs */
    {0x061C, 0x061C},    /* Arabic letter mark */
    {0x06DD, 0x06DD},    /* Arabic end of ayah */
    {0x070F, 0x070F},    /* Syriac abbreviation mark */
    {0x115F, 0x1160},    /* Hangul fillers */
    {0x17B4, 0x17B5},    /* Khmer inherent vowels */
    {0x180B, 0x180F},    /* Mongolian selectors */
    {0x200B, 0x200F},    /* zero width, directional marks */
    {0x2028, 0x202E},    /* line and paragraph separators, bidi embeddings and overrides */
    {0x2060, 0x206F},    /* word joiner, bidi isolates, deprecated controls */
    {0x3164, 0x3164},    /* Hangul filler */
    {0xD800, 0xF8FF},    /* surrogates, private use */
    {0xFDD0, 0xFDEF},    /* noncharacters */
    {0xFEFF, 0xFEFF},    /* byte order mark */
    {0xFFA0, 0xFFA0},    /* halfwidth Hangul filler */
    {0xFFF0, 0xFFFB},    /* interlinear annotations */
    {0xFFFE, 0xFFFF},    /* noncharacters */
    {0x1BCA0, 0x1BCA3},  /* shorthand format controls */
    {0x1D173, 0x1D17A},  /* musical format controls */
    {0x40000, 0x10FFFF}, /* unassigned planes, tags, further variation selectors, private use */
};

/* For locales other than UTF-8, where wcwidth knows nothing: the East Asian wide blocks and emoji
 * (Unicode EastAsianWidth.txt, W and F), and the blocks of combining marks. */
static const struct range wide[] = {
    {0x1100, 0x115E},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},
    {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
    {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF},
    {0x1AFF0, 0x1B2FB}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3E0, 0x1F3F0}, {0x1F3F8, 0x1F43E},
    {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F550, 0x1F567}, {0x1F5FB, 0x1F64F},
    {0x1F680, 0x1F6C5}, {0x1F7E0, 0x1F7EB}, {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD},
};
static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1ACE}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0}, {0x302A, 0x302D}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

#define IN(ranges, point) in_ranges(ranges, sizeof(ranges) / sizeof(ranges)[0], point)

/* Binary search in ascending ranges. */
static bool in_ranges(const struct range *ranges, size_t count, uint32_t point)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > ranges[middle].last)
            low = middle + 1;
        else if (point < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

size_t nn_utf8_decode(const char *text, size_t length, uint32_t *point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (length == 0) {
        *point = 0;
        return 0;
    }
    unsigned char first = (unsigned char)text[0];
    *point = first;
    if (first < 0x80)
        return 1;
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || length < size)
        return 0;
    uint32_t value = first & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3F);
    }
    if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return size;
}

size_t nn_utf8_encode(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)((0xF00U >> size & 0xFF) | point);
    return size;
}

bool nn_text_locale_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int nn_text_point_width(uint32_t point)
{
    if (point < 0x7F)
        return point < 0x20 ? -1 : 1;
    if (point < 0xA0 || point > 0x10FFFF || (point & 0xFFFE) == 0xFFFE || IN(hidden, point))
        return -1;
    if (nn_text_locale_utf8())
        return wcwidth((wchar_t)point);
    return IN(wide, point) ? 2 : IN(combining, point) ? 0 : 1;
}

/* One character as it is shown: itself, or its escape. */
struct piece {
    char text[16];
    size_t length; /* bytes of `text` */
    size_t cells;
    size_t used; /* bytes of the source */
};

static void escape(struct piece *piece, const char *format, unsigned value)
{
    piece->length = piece->cells = (size_t)snprintf(piece->text, sizeof piece->text, format, value);
}

/* The piece at `text` (length > 0). *marks counts the combining marks in a row: more than 4 would
 * pile up over the neighbouring lines. */
static struct piece next_piece(const char *text, size_t length, unsigned *marks)
{
    struct piece piece = {.used = 1};
    uint32_t point;
    size_t used = nn_utf8_decode(text, length, &point);
    int width = used ? nn_text_point_width(point) : -1;
    if (used)
        piece.used = used;
    *marks = width == 0 ? *marks + 1 : 0;
    if (width > 0 || (width == 0 && *marks <= 4)) {
        memcpy(piece.text, text, used);
        piece.length = used;
        piece.cells = (size_t)width;
    } else if (point == '\n' || point == '\t' || point == '\r') {
        escape(&piece, "\\%c", point == '\n' ? 'n' : point == '\t' ? 't' : 'r');
    } else if (point < 0x100 && (used == 0 || point < 0xA0)) {
        escape(&piece, "\\x%02x", point);
    } else {
        escape(&piece, "\\u{%04x}", point);
    }
    return piece;
}

size_t nn_text_width(const char *text)
{
    size_t length = strlen(text), cells = 0;
    unsigned marks = 0;
    for (size_t at = 0; at < length;) {
        struct piece piece = next_piece(text + at, length - at, &marks);
        cells += piece.cells;
        at += piece.used;
    }
    return cells;
}

char *nn_text_visible(char *out, size_t capacity, const char *text, size_t length, size_t max_cells)
{
    if (capacity == 0)
        return out;
    size_t room = capacity - 1, limit = max_cells ? max_cells : SIZE_MAX;
    size_t dots = limit < 3 ? limit : 3; /* how much of "..." there is place for */
    if (dots > room)
        dots = room;
    size_t bytes = 0, cells = 0, cut = 0; /* cut: where "..." still fits behind a whole character */
    unsigned marks = 0;
    for (size_t at = 0; at < length;) {
        struct piece piece = next_piece(text + at, length - at, &marks);
        if (piece.cells > 0 && bytes + dots <= room && cells + dots <= limit)
            cut = bytes;
        if (piece.length > room - bytes || piece.cells > limit - cells) {
            memcpy(out + cut, "...", dots);
            bytes = cut + dots;
            break;
        }
        memcpy(out + bytes, piece.text, piece.length);
        bytes += piece.length;
        cells += piece.cells;
        at += piece.used;
    }
    out[bytes] = '\0';
    return out;
}

struct nn_visible nn_visible_of(const char *text)
{
    struct nn_visible visible;
    nn_text_visible(visible.text, sizeof visible.text, text, text ? strlen(text) : 0, 0);
    return visible;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool nn_text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool nn_text_equal_nocase(const char *a, const char *b)
{
    for (; lower(*a) == lower(*b); a++, b++)
        if (*a == '\0')
            return true;
    return false;
}

#define LONGEST_WORD 64

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost 1.
 * Longer strings are not compared; their distance is then the length of the longer. */
size_t nn_text_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_WORD + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > LONGEST_WORD || b_length > LONGEST_WORD)
        return a_length > b_length ? a_length : b_length;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *spare = before;
        before = above, above = row, row = spare;
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t other = lower(a[i - 1]) != lower(b[j - 1]);
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + other);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
    }
    return row[b_length];
}

static bool starts_nocase(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if (lower(*text) != lower(*prefix))
            return false;
    return true;
}

const char *nn_text_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word), best = SIZE_MAX;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = candidates[i];
        size_t distance = nn_text_distance(word, candidate);
        size_t enough = distance * distance + 1; /* letters: 2 for one mistake, 5 for two */
        if (distance > 2 || smaller(length, strlen(candidate)) < enough) {
            const char *part = strchr(candidate, '_');
            if (length >= 3 && starts_nocase(candidate, word))
                distance = 3;
            else if (length >= 5 && part && nn_text_equal_nocase(part + 1, word))
                distance = 4;
            else
                continue;
        }
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

bool nn_text_is_choice(const char *word, const char *choices)
{
    size_t length = strlen(word);
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strcspn(at, "|") == length && length > 0 && starts_nocase(at, word))
            return true;
    return false;
}
