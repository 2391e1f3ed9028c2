/* PNG through libpng, whose errors jump back here. */
#include "base/mem.h"
#include "data/picture.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

enum { MOST_SIDE = 1 << 24 };

struct decoding {
    const unsigned char *bytes;
    size_t length, at;
    struct nn_picture picture;
    png_bytep *rows;
    enum nn_status status;
    struct nn_error error;
};

static png_voidp take(png_structp png, png_alloc_size_t size)
{
    struct decoding *decoding = png_get_mem_ptr(png);
    void *block = nn_calloc(size, 1);
    if (!block)
        decoding->status = nn_fail_memory(&decoding->error, size);
    return block;
}

static void give(png_structp png, png_voidp block)
{
    (void)png;
    nn_free(block);
}

static _Noreturn void stop(png_structp png, png_const_charp message)
{
    struct decoding *decoding = png_get_error_ptr(png);
    if (decoding->status == NN_OK)
        decoding->status =
            nn_fail(&decoding->error, NN_DAMAGED, "the PNG is damaged (%s)", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void read_some(png_structp png, png_bytep out, size_t length)
{
    struct decoding *decoding = png_get_io_ptr(png);
    if (decoding->length - decoding->at < length)
        png_error(png, "truncated");
    memcpy(out, decoding->bytes + decoding->at, length);
    decoding->at += length;
}

/* Eight bits, grey or red, green and blue. */
static void normalize(png_structp png, png_infop info)
{
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

static void decode(png_structp png, png_infop info, struct decoding *decoding)
{
    struct nn_picture *picture = &decoding->picture;
    png_set_user_limits(png, MOST_SIDE, MOST_SIDE);
    png_set_read_fn(png, decoding, read_some);
    png_read_info(png, info);
    bool color = png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR;
    size_t height = png_get_image_height(png, info);
    decoding->status = nn_picture_allocate(picture, png_get_image_width(png, info), height,
                                           color ? 3 : 1, decoding->length, &decoding->error);
    if (decoding->status != NN_OK)
        return;
    normalize(png, info);
    size_t row = png_get_rowbytes(png, info);
    if (row != picture->width * picture->channels)
        png_error(png, "an unknown kind of pixels");
    decoding->rows = nn_calloc(height, sizeof *decoding->rows);
    if (!decoding->rows) {
        decoding->status = nn_fail_memory(&decoding->error, height * sizeof *decoding->rows);
        return;
    }
    for (size_t y = 0; y < height; y++)
        decoding->rows[y] = picture->pixels + y * row;
    png_read_image(png, decoding->rows);
    png_read_end(png, NULL);
}

enum nn_status nn_picture_png(const unsigned char *bytes, size_t length, struct nn_picture *picture,
                              struct nn_error *error)
{
    struct decoding decoding = {.bytes = bytes, .length = length};
    png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &decoding, stop, ignore,
                                               &decoding, take, give);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info)
        decoding.status = nn_fail_memory(&decoding.error, 0);
    else if (setjmp(png_jmpbuf(png)) == 0)
        decode(png, info, &decoding);
    png_destroy_read_struct(&png, &info, NULL);
    nn_free(decoding.rows);
    if (decoding.status == NN_OK) {
        *picture = decoding.picture;
        return NN_OK;
    }
    nn_picture_clear(&decoding.picture);
    if (error)
        *error = decoding.error;
    return decoding.status;
}
