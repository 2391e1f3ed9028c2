/* JPEG through libjpeg, where it is there; its errors jump back here. What it would only warn of,
 * such as a picture that ends too early, is an error too. */
#include "config.h"

#include "base/mem.h"
#include "data/picture.h"

#ifdef NN_HAVE_JPEG

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

struct decoding {
    struct jpeg_error_mgr manager; /* first: libjpeg knows no other place */
    jmp_buf back;
    struct nn_picture picture;
    enum nn_status status;
    struct nn_error error;
};

static _Noreturn void stop(j_common_ptr jpeg)
{
    struct decoding *decoding = (struct decoding *)(void *)jpeg->err;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    if (decoding->status == NN_OK)
        decoding->status =
            nn_fail(&decoding->error, NN_DAMAGED, "the JPEG is damaged (%s)", message);
    longjmp(decoding->back, 1);
}

static void note(j_common_ptr jpeg, int level)
{
    if (level < 0)
        stop(jpeg);
}

static void decode(struct jpeg_decompress_struct *jpeg, const unsigned char *bytes, size_t length,
                   struct decoding *decoding)
{
    struct nn_picture *picture = &decoding->picture;
    jpeg_mem_src(jpeg, bytes, length);
    jpeg_read_header(jpeg, TRUE);
    jpeg->out_color_space = jpeg->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    decoding->status =
        nn_picture_allocate(picture, jpeg->image_width, jpeg->image_height,
                            jpeg->num_components == 1 ? 1 : 3, length, &decoding->error);
    if (decoding->status != NN_OK)
        return;
    jpeg->mem->max_memory_to_use = (long)1 << 30;
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = picture->pixels + jpeg->output_scanline * picture->width * picture->channels;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_decompress(jpeg);
}

enum nn_status nn_picture_jpeg(const unsigned char *bytes, size_t length,
                               struct nn_picture *picture, struct nn_error *error)
{
    struct decoding decoding = {.status = NN_OK};
    struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&decoding.manager)};
    decoding.manager.error_exit = stop;
    decoding.manager.emit_message = note;
    if (setjmp(decoding.back) == 0) {
        jpeg_create_decompress(&jpeg);
        decode(&jpeg, bytes, length, &decoding);
    }
    jpeg_destroy_decompress(&jpeg);
    if (decoding.status == NN_OK) {
        *picture = decoding.picture;
        return NN_OK;
    }
    nn_picture_clear(&decoding.picture);
    if (error)
        *error = decoding.error;
    return decoding.status;
}

#else

enum nn_status nn_picture_jpeg(const unsigned char *bytes, size_t length,
                               struct nn_picture *picture, struct nn_error *error)
{
    (void)bytes;
    (void)length;
    (void)picture;
    return nn_fail(error, NN_REFUSED,
                   "this nnscope was built without libjpeg; PNG and PPM are "
                   "read");
}

#endif
