/* A result's picture as PNG, through libpng's simplified interface. */
#include "base/mem.h"
#include "explain/explain.h"
#include "view/parts.h"
#include "view/study.h"

#include <math.h>
#include <png.h>
#include <string.h>

#define GAP         8 /* pixels between pictures */
#define MARGIN      0xffffff
#define AUTO_HEIGHT 256
#define MAX_PIXELS  ((size_t)64 << 20)

/* What the picture is made of: heatmaps in a grid, all of one size. */
struct montage {
    struct nn_heatmap first;  /* the input, if with_input */
    struct nn_heatmap second; /* the map, or the first of `count` maps that follow each other */
    bool with_input;
    size_t count, columns;
    size_t scale;         /* pixels for a value */
    size_t width, height; /* of the whole, in pixels */
    float *larger;        /* a map brought to the input's size; freed at the end */
};

static enum nn_status no_picture(struct nn_error *error)
{
    return nn_fail(error, NN_ARGUMENT,
                   "this result has no picture; write it as .csv, .json or .npy");
}

static enum nn_status add_input(const struct nn_result *result, struct montage *montage,
                                struct nn_error *error)
{
    struct nn_heatmap *map = &montage->second, *input = &montage->first;
    size_t size;

    montage->with_input = nn_heatmap_of(&result->input, true, 0, NN_SCALE_RANGE, input);
    if (!montage->with_input || (map->width == input->width && map->height == input->height))
        return NN_OK;
    if (map->channels != 1) {
        montage->with_input = false;
        return NN_OK;
    }
    size = input->width * input->height;
    montage->larger = nn_calloc(size, sizeof *montage->larger);
    if (!montage->larger)
        return nn_fail_memory(error, size * sizeof *montage->larger);
    nn_map_resize(map->values, map->height, map->width, montage->larger, input->height,
                  input->width);
    map->values = montage->larger;
    map->width = input->width;
    map->height = input->height;
    return NN_OK;
}

/* Feature maps: as square a grid as possible, on one scale. */
static void arrange_maps(struct montage *montage)
{
    struct nn_heatmap all = montage->second;
    float low, high;

    montage->count = montage->second.channels;
    montage->second.channels = 1;
    all.channels = 1;
    all.height *= montage->count;
    nn_heatmap_limits(&all, &low, &high);
    montage->second.low = low;
    montage->second.limit = high;
    montage->columns = (size_t)ceil(sqrt((double)montage->count));
}

static void arrange_gallery(const struct nn_result *result, struct montage *montage)
{
    montage->count = result->values.shape.dim[0];
    montage->second.channels /= montage->count;
    montage->second.rgb = montage->second.channels == 3 && result->scale == NN_SCALE_RANGE;
    montage->columns = (size_t)ceil(sqrt((double)montage->count));
    if (montage->count % 5 == 0 && montage->count <= 10)
        montage->columns = 5; /* ten classes in two full rows */
}

static enum nn_status compose(const struct nn_result *result, struct montage *montage,
                              struct nn_error *error)
{
    bool batched = result->kind == NN_RESULT_ATTRIBUTION;

    if (result->kind == NN_RESULT_TABLE || result->kind == NN_RESULT_SERIES ||
        nn_is_study(result) ||
        !nn_heatmap_of(&result->values, batched, 0, result->scale, &montage->second))
        return no_picture(error);
    montage->count = 1;
    if (result->kind == NN_RESULT_GALLERY) {
        arrange_gallery(result, montage);
        return NN_OK;
    }
    if (result->kind == NN_RESULT_MAPS) {
        montage->second.rgb = false;
        arrange_maps(montage);
        return NN_OK;
    }
    if (result->kind == NN_RESULT_MATRIX)
        montage->second.scale = NN_SCALE_POSITIVE;
    if (batched) {
        enum nn_status status = add_input(result, montage, error);
        if (status != NN_OK)
            return status;
    }
    montage->columns = montage->with_input ? 2 : 1;
    return NN_OK;
}

static size_t tiles(const struct montage *montage)
{
    return montage->count + (montage->with_input ? 1 : 0);
}

/* Sizes in pixels, checked. */
static enum nn_status measure(struct montage *montage, size_t scale, struct nn_error *error)
{
    size_t rows = (tiles(montage) + montage->columns - 1) / montage->columns;
    size_t high = montage->second.height * rows, width, height, pixels;
    bool fits;

    montage->scale = scale ? scale : high >= AUTO_HEIGHT ? 1 : AUTO_HEIGHT / high;
    fits = nn_size_mul(montage->second.width, montage->scale, &width) &&
           nn_size_mul(montage->second.height, montage->scale, &height) &&
           nn_size_add(width, GAP, &width) && nn_size_add(height, GAP, &height) &&
           nn_size_mul(width, montage->columns, &width) && nn_size_mul(height, rows, &height) &&
           nn_size_mul(width, height, &pixels) && pixels <= MAX_PIXELS;
    if (!fits)
        return nn_fail(error, NN_LIMIT, "the picture would have more than %zu megapixels",
                       MAX_PIXELS >> 20);
    montage->width = width - GAP;
    montage->height = height - GAP;
    return NN_OK;
}

static void paint_pixel(unsigned char *pixel, uint32_t color)
{
    pixel[0] = (unsigned char)(color >> 16);
    pixel[1] = (unsigned char)(color >> 8);
    pixel[2] = (unsigned char)color;
}

static void paint(const struct montage *montage, const struct nn_heatmap *heatmap, size_t tile,
                  unsigned char *pixels)
{
    size_t scale = montage->scale;
    size_t left = tile % montage->columns * (heatmap->width * scale + GAP);
    size_t top = tile / montage->columns * (heatmap->height * scale + GAP);
    float range[2];

    nn_heatmap_limits(heatmap, &range[0], &range[1]);
    for (size_t y = 0; y < heatmap->height * scale; y++)
        for (size_t x = 0; x < heatmap->width * scale; x++)
            paint_pixel(pixels + 3 * ((top + y) * montage->width + left + x),
                        nn_heatmap_color(heatmap, range, y / scale, x / scale));
}

static void paint_all(const struct montage *montage, unsigned char *pixels)
{
    size_t tile = 0;

    memset(pixels, MARGIN & 255, montage->width * montage->height * 3);
    if (montage->with_input)
        paint(montage, &montage->first, tile++, pixels);
    for (size_t i = 0; i < montage->count; i++) {
        struct nn_heatmap map = montage->second;
        map.values += i * map.channels * map.height * map.width;
        paint(montage, &map, tile++, pixels);
    }
}

static enum nn_status encode(const struct montage *montage, const unsigned char *pixels,
                             struct nn_buffer *out, struct nn_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)montage->width,
                       .height = (png_uint_32)montage->height,
                       .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *bytes = nn_calloc(size, 1);

    if (!bytes)
        return nn_fail_memory(error, size);
    if (!png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL)) {
        nn_free(bytes);
        return nn_fail(error, NN_FAILED, "the picture could not be encoded: %s", image.message);
    }
    nn_buffer_append(out, bytes, size);
    nn_free(bytes);
    return nn_buffer_check(out, error);
}

enum nn_status nn_result_png(const struct nn_result *result, size_t pixels_per_value,
                             struct nn_buffer *out, struct nn_error *error)
{
    struct montage montage = {.count = 0};
    unsigned char *pixels = NULL;
    enum nn_status status;

    NN_TRY(compose(result, &montage, error));
    NN_TRY(measure(&montage, pixels_per_value, error));
    pixels = nn_calloc(montage.width * montage.height, 3);
    if (!pixels) {
        status = nn_fail_memory(error, montage.width * montage.height * 3);
        goto out;
    }
    paint_all(&montage, pixels);
    status = encode(&montage, pixels, out, error);
out:
    nn_free(pixels);
    nn_free(montage.larger);
    return status;
}
