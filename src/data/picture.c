#include "data/picture.h"

#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define FREE_SIZE   ((size_t)24 << 20)
#define MOST_RATIO  200
#define MOST_PIXELS ((size_t)1 << 28)

const char *nn_picture_format(const unsigned char *bytes, size_t length)
{
    if (length >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return "PNG";
    if (length >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        return "JPEG";
    if (length >= 3 && bytes[0] == 'P' && strchr("2356", bytes[1]) && bytes[1] &&
        strchr(" \t\r\n#", bytes[2]) && bytes[2])
        return "PNM";
    return NULL;
}

bool nn_picture_name(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".ppm", ".pgm", ".pnm"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (nn_text_equal_nocase(dot, endings[i]))
            return true;
    return false;
}

enum nn_status nn_picture_decode(const unsigned char *bytes, size_t length,
                                 struct nn_picture *picture, struct nn_error *error)
{
    const char *format = nn_picture_format(bytes, length);
    if (!format)
        return nn_fail(error, NN_DAMAGED, "not a picture of a known format (PNG, PPM, PGM, JPEG)");
    if (*format == 'J')
        return nn_picture_jpeg(bytes, length, picture, error);
    return format[2] == 'G' ? nn_picture_png(bytes, length, picture, error)
                            : nn_picture_pnm(bytes, length, picture, error);
}

void nn_picture_clear(struct nn_picture *picture)
{
    nn_free(picture->pixels);
    *picture = (struct nn_picture){.pixels = NULL};
}

enum nn_status nn_picture_allocate(struct nn_picture *picture, size_t width, size_t height,
                                   size_t channels, size_t length, struct nn_error *error)
{
    size_t pixels, bytes;
    if (width == 0 || height == 0)
        return nn_fail(error, NN_DAMAGED, "the picture has no pixels");
    if (!nn_size_mul(width, height, &pixels) || pixels > MOST_PIXELS)
        return nn_fail(error, NN_LIMIT, "the picture has more than %zu pixels", MOST_PIXELS);
    bytes = pixels * channels;
    if (bytes > FREE_SIZE && bytes / MOST_RATIO > length)
        return nn_fail(error, NN_LIMIT,
                       "the picture of %zux%zu pixels is more than %d times its "
                       "file",
                       height, width, MOST_RATIO);
    unsigned char *made = nn_alloc_aligned(bytes, 1);
    if (!made)
        return nn_fail_memory(error, bytes);
    *picture = (struct nn_picture){width, height, channels, made};
    return NN_OK;
}

/* ---- colours ---- */

enum nn_status nn_picture_recolor(struct nn_picture *picture, size_t channels,
                                  struct nn_error *error)
{
    size_t pixels = picture->width * picture->height;
    if (picture->channels == channels)
        return NN_OK;
    unsigned char *made = nn_alloc_aligned(pixels * channels, 1);
    if (!made)
        return nn_fail_memory(error, pixels * channels);
    for (size_t i = 0; i < pixels; i++) {
        const unsigned char *from = picture->pixels + i * picture->channels;
        if (channels == 3)
            memset(made + 3 * i, *from, 3);
        else
            made[i] =
                (unsigned char)((from[0] * 19595U + from[1] * 38470U + from[2] * 7471U + 0x8000U) >>
                                16);
    }
    nn_free(picture->pixels);
    picture->pixels = made;
    picture->channels = channels;
    return NN_OK;
}

void nn_picture_planes(const struct nn_picture *picture, unsigned char *out)
{
    size_t pixels = picture->width * picture->height, channels = picture->channels;
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++)
            out[c * pixels + i] = picture->pixels[i * channels + c];
}

/* ---- sizes ---- */

enum { BITS = 22 }; /* of the fraction of a weight; Pillow's Resample.c, 8 bits a channel */

/* One new pixel: which old ones it covers and with what weights. */
struct span {
    size_t first, count;
    int32_t *weights;
};

/* A triangle as wide as a new pixel, at least as an old one. */
static void fill_span(struct span *span, size_t i, size_t old, double scale, double *weights)
{
    double width = fmax(scale, 1), center = ((double)i + 0.5) * scale, sum = 0;
    double low = floor(center - width + 0.5), high = floor(center + width + 0.5);
    span->first = low > 0 ? (size_t)low : 0;
    span->count = nn_size_min(high > 0 ? (size_t)high : 0, old) - span->first;
    for (size_t k = 0; k < span->count; k++) {
        double away = fabs(((double)(k + span->first) - center + 0.5) / width);
        weights[k] = away < 1 ? 1 - away : 0;
        sum += weights[k];
    }
    for (size_t k = 0; k < span->count; k++)
        span->weights[k] = (int32_t)(0.5 + weights[k] / sum * (1 << BITS));
}

static unsigned char weigh(const struct span *span, const unsigned char *from, size_t step)
{
    int64_t sum = 1 << (BITS - 1);
    for (size_t k = 0; k < span->count; k++)
        sum += (int64_t)from[(span->first + k) * step] * span->weights[k];
    sum >>= BITS;
    return (unsigned char)(sum > 255 ? 255 : sum);
}

/* Lines of `old` values that lie `step` apart become lines of `fresh` ones. Line number n begins at
 * n / step * step * old + n % step, and the same for the new ones. */
static enum nn_status resize_lines(const unsigned char *from, size_t lines, size_t old, size_t step,
                                   unsigned char *to, size_t fresh, struct nn_error *error)
{
    double scale = (double)old / (double)fresh;
    size_t most = 2 * (size_t)ceil(fmax(scale, 1)) + 1;
    struct span span = {.weights = nn_calloc(most, sizeof *span.weights)};
    double *weights = nn_calloc(most, sizeof *weights);
    enum nn_status status = NN_OK;
    if (!span.weights || !weights)
        status = nn_fail_memory(error, most * sizeof *weights);
    for (size_t i = 0; i < fresh && status == NN_OK; i++) {
        fill_span(&span, i, old, scale, weights);
        for (size_t n = 0; n < lines; n++)
            to[n / step * step * fresh + n % step + i * step] =
                weigh(&span, from + n / step * step * old + n % step, step);
    }
    nn_free(span.weights);
    nn_free(weights);
    return status;
}

enum nn_status nn_picture_resize(struct nn_picture *picture, size_t height, size_t width,
                                 struct nn_error *error)
{
    size_t channels = picture->channels, bytes;
    if (picture->width != width) {
        if (!nn_size_mul(width * channels, picture->height, &bytes))
            return nn_fail(error, NN_LIMIT, "the picture is too large");
        unsigned char *made = nn_alloc_aligned(bytes, 1);
        if (!made)
            return nn_fail_memory(error, bytes);
        enum nn_status status = resize_lines(picture->pixels, picture->height * channels,
                                             picture->width, channels, made, width, error);
        nn_free(picture->pixels);
        picture->pixels = made;
        picture->width = width;
        if (status != NN_OK)
            return status;
    }
    if (picture->height == height)
        return NN_OK;
    if (!nn_size_mul(width * channels, height, &bytes))
        return nn_fail(error, NN_LIMIT, "the picture is too large");
    unsigned char *made = nn_alloc_aligned(bytes, 1);
    if (!made)
        return nn_fail_memory(error, bytes);
    enum nn_status status = resize_lines(picture->pixels, width * channels, picture->height,
                                         width * channels, made, height, error);
    nn_free(picture->pixels);
    picture->pixels = made;
    picture->height = height;
    return status;
}
