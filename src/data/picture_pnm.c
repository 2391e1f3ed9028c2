/* PPM and PGM: numbers in the header, then pixels as bytes, as 16-bit numbers, or as text.
 * Source: netpbm, ppm(5) and pgm(5). */
#include "base/mem.h"
#include "data/picture.h"

#include <string.h>

enum { MOST_VALUE = 65535 };

struct text {
    const unsigned char *bytes;
    size_t length, at;
};

static bool is_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number behind blanks and comments; false when there is none, or one above the limit. */
static bool read_number(struct text *text, size_t most, size_t *number)
{
    size_t value = 0, begin;
    while (text->at < text->length &&
           (is_blank(text->bytes[text->at]) || text->bytes[text->at] == '#')) {
        if (text->bytes[text->at] == '#')
            while (text->at < text->length && text->bytes[text->at] != '\n')
                text->at++;
        else
            text->at++;
    }
    begin = text->at;
    while (text->at < text->length && text->bytes[text->at] >= '0' &&
           text->bytes[text->at] <= '9') {
        value = 10 * value + (size_t)(text->bytes[text->at++] - '0');
        if (value > most)
            return false;
    }
    *number = value;
    return text->at > begin;
}

static enum nn_status damaged(const struct text *text, const char *what, struct nn_error *error)
{
    return nn_fail(error, NN_DAMAGED, "%s at byte offset %zu of the picture", what, text->at);
}

/* The next pixel, of 8 or 16 bits or a text. */
static bool read_value(struct text *text, bool plain, size_t most, size_t *value)
{
    size_t size = most > 255 ? 2 : 1;
    if (plain)
        return read_number(text, most, value);
    if (text->length - text->at < size)
        return false;
    *value = text->bytes[text->at++];
    if (size == 2)
        *value = *value << 8 | text->bytes[text->at++];
    return *value <= most;
}

enum nn_status nn_picture_pnm(const unsigned char *bytes, size_t length, struct nn_picture *picture,
                              struct nn_error *error)
{
    struct text text = {bytes, length, 2};
    struct nn_picture made = {.pixels = NULL};
    size_t width, height, most, count;
    bool plain = bytes[1] < '4', color = bytes[1] == '3' || bytes[1] == '6';
    const size_t side = (size_t)1 << 28;
    enum nn_status status;
    if (!read_number(&text, side, &width) || !read_number(&text, side, &height) ||
        !read_number(&text, MOST_VALUE, &most) || most == 0 || text.at == length ||
        !is_blank(bytes[text.at]))
        return damaged(&text, "the header is damaged", error);
    text.at++;
    /* A pixel takes a byte at least. */
    if (!nn_size_mul(width, height, &count) || !nn_size_mul(count, color ? 3 : 1, &count) ||
        count > length)
        return nn_fail(error, NN_DAMAGED,
                       "truncated: the picture of %zux%zu pixels is larger than "
                       "its file",
                       height, width);
    NN_TRY(nn_picture_allocate(&made, width, height, color ? 3 : 1, length, error));
    for (size_t i = 0; i < count; i++) {
        size_t value;
        if (!read_value(&text, plain, most, &value)) {
            status = damaged(&text, "a pixel is missing or above the largest value", error);
            goto out;
        }
        made.pixels[i] = (unsigned char)(most == 255 ? value : (value * 255 + most / 2) / most);
    }
    *picture = made;
    made.pixels = NULL;
out:
    nn_free(made.pixels);
    return status;
}
