/* Picture: pixels of an image file, PNG, PPM, PGM or (where libjpeg is there) JPEG, as bytes.
 *
 * 16 bits a channel become 8, palettes become colours, transparency is dropped; gamma and colour
 * profiles are not applied, nor is the orientation that a camera noted: the pixels are those that
 * Pillow and torchvision give.
 *
 * A picture of more than 24 MiB that is also more than 200 times its file is refused (NN_LIMIT), as
 * is one of more than 2^28 pixels, before anything is allocated for it.
 *
 * Ownership: nn_picture_clear frees the pixels.
 * Errors:    NN_DAMAGED with what is wrong; NN_LIMIT; NN_MEMORY.
 * Threads:   reentrant.
 */
#ifndef NN_DATA_PICTURE_H
#define NN_DATA_PICTURE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct nn_picture {
    size_t width, height, channels; /* 1 grey, 3 red, green, blue */
    unsigned char *pixels;          /* height x width x channels */
};

/* What the bytes are: "PNG", "PNM", "JPEG", or NULL. */
const char *nn_picture_format(const unsigned char *bytes, size_t length);
/* Whether a file name ends like that of a picture. */
bool nn_picture_name(const char *name);
enum nn_status nn_picture_decode(const unsigned char *bytes, size_t length,
                                 struct nn_picture *picture, struct nn_error *error);
void nn_picture_clear(struct nn_picture *picture);

/* To 1 or 3 channels, in place. Grey is L of Pillow: 0.299 R + 0.587 G + 0.114 B. */
enum nn_status nn_picture_recolor(struct nn_picture *picture, size_t channels,
                                  struct nn_error *error);
/* To another size, in place: bilinear, and where it shrinks over all pixels that a new one covers.
 * The same bytes as Pillow's Image.resize(..., BILINEAR). */
enum nn_status nn_picture_resize(struct nn_picture *picture, size_t height, size_t width,
                                 struct nn_error *error);
/* Writes channels x height x width. */
void nn_picture_planes(const struct nn_picture *picture, unsigned char *out);

/* For the decoders: checks the size against the file's, and allocates the pixels. */
enum nn_status nn_picture_allocate(struct nn_picture *picture, size_t width, size_t height,
                                   size_t channels, size_t length, struct nn_error *error);
enum nn_status nn_picture_png(const unsigned char *bytes, size_t length, struct nn_picture *picture,
                              struct nn_error *error);
enum nn_status nn_picture_jpeg(const unsigned char *bytes, size_t length,
                               struct nn_picture *picture, struct nn_error *error);
enum nn_status nn_picture_pnm(const unsigned char *bytes, size_t length, struct nn_picture *picture,
                              struct nn_error *error);

#endif
