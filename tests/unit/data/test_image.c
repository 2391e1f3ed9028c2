#include "base/file.h"
#include "base/mem.h"
#include "data/picture.h"
#include "data_test.h"

#include <png.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* What Pillow 9.4 makes of the picture below: resize((3, 2), BILINEAR), resize((8, 6), BILINEAR)
 * and convert("L"). */
static const unsigned char smaller[18] = {104, 107, 93, 134, 126, 131, 126, 104, 123,
                                          112, 140, 96, 113, 137, 152, 106, 104, 114};
static const unsigned char larger[144] = {
    0,   38,  78,  98,  140, 185, 39,  87,  137, 90,  143, 142, 190, 137, 140, 179, 67,  133,
    86,  156, 179, 175, 249, 69,  35,  104, 100, 148, 160, 67,  185, 109, 79,  181, 139, 136,
    129, 116, 118, 87,  63,  84,  128, 131, 146, 171, 84,  52,  57,  103, 108, 139, 82,  40,
    148, 89,  85,  161, 151, 172, 111, 135, 136, 53,  82,  73,  122, 117, 170, 209, 34,  166,
    62,  100, 141, 126, 96,  55,  72,  93,  110, 106, 160, 192, 103, 144, 156, 50,  85,  98,
    97,  130, 177, 147, 30,  155, 74,  122, 172, 155, 208, 55,  62,  137, 118, 87,  163, 185,
    120, 127, 156, 86,  65,  117, 87,  152, 145, 64,  73,  19,  123, 127, 133, 220, 229, 31,
    91,  174, 110, 109, 173, 194, 209, 121, 148, 197, 51,  83,  103, 138, 128, 191, 231, 17};
static const unsigned char gray[35] = {31,  156, 43,  192, 102, 122, 206, 100, 161, 137, 176, 23,
                                       144, 73,  82,  48,  93,  203, 63,  120, 122, 109, 178, 68,
                                       192, 29,  159, 21,  126, 221, 106, 195, 93,  111, 195};

static struct nn_picture sample(void)
{
    struct nn_picture picture = {.width = 7, .height = 5, .channels = 3};
    picture.pixels = nn_calloc(105, 1);
    for (unsigned i = 0; i < 105; i++)
        picture.pixels[i] = (unsigned char)((i * 37 + i * i % 101) % 256);
    return picture;
}

static void expect_pixels(const struct nn_picture *picture, const unsigned char *want, size_t count)
{
    cr_assert(picture->width * picture->height * picture->channels == count);
    for (size_t i = 0; i < count; i++)
        cr_assert(picture->pixels[i] == want[i], "%zu: %u, not %u", i, picture->pixels[i], want[i]);
}

Test(picture, as_pillow_has_it)
{
    static const struct {
        size_t height, width, count;
        const unsigned char *want;
    } sizes[] = {{2, 3, sizeof smaller, smaller}, {6, 8, sizeof larger, larger}};
    struct nn_error error;
    for (size_t i = 0; i < 2; i++) {
        struct nn_picture picture = sample();
        expect_ok(nn_picture_resize(&picture, sizes[i].height, sizes[i].width, &error));
        expect_pixels(&picture, sizes[i].want, sizes[i].count);
        nn_picture_clear(&picture);
    }
    struct nn_picture picture = sample();
    expect_ok(nn_picture_recolor(&picture, 1, &error));
    expect_pixels(&picture, gray, sizeof gray);
    expect_ok(nn_picture_recolor(&picture, 3, &error));
    cr_assert(picture.pixels[0] == gray[0] && picture.pixels[104] == gray[34]);
    nn_picture_clear(&picture);
}

/* A PNG of the sample. */
static size_t make_png(unsigned char *out, size_t capacity, bool color)
{
    struct nn_picture picture = sample();
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = 7,
                       .height = 5,
                       .format = color ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t length = capacity;
    cr_assert(png_image_write_to_memory(&image, out, &length, 0, picture.pixels, 0, NULL));
    nn_picture_clear(&picture);
    return length;
}

static enum nn_status decode_copy(const void *bytes, size_t length, struct nn_picture *picture,
                                  struct nn_error *error)
{
    unsigned char *copy = nn_calloc(length, 1);
    memcpy(copy, bytes, length);
    enum nn_status status = nn_picture_decode(copy, length, picture, error);
    nn_free(copy);
    return status;
}

Test(picture, png_and_netpbm)
{
    static const struct {
        const char *text;
        size_t length, channels;
        unsigned char want[6];
    } cases[] = {
        {"P5 2 1 255\n\x05\xff", 13, 1, {5, 255}},
        {"P6\n# a comment\n1 2\n255\n\x01\x02\x03\x04\x05\x06", 30, 3, {1, 2, 3, 4, 5, 6}},
        {"P2 2 1 5\n 1 5\n", 14, 1, {51, 255}},
        {"P3 1 1 255 7 8 9 ", 17, 3, {7, 8, 9}},
        {"P5 2 1 65535\n\x80\x80\xff\xff", 17, 1, {128, 255}},
    };
    unsigned char png[1024];
    struct nn_picture picture, want = sample();
    struct nn_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_ok(decode_copy(cases[i].text, cases[i].length, &picture, &error));
        cr_assert(picture.channels == cases[i].channels, "%zu", i);
        expect_pixels(&picture, cases[i].want, picture.width * picture.height * picture.channels);
        nn_picture_clear(&picture);
    }
    for (int color = 0; color < 2; color++) {
        size_t length = make_png(png, sizeof png, color);
        expect_ok(decode_copy(png, length, &picture, &error));
        cr_assert(picture.width == 7 && picture.height == 5);
        expect_pixels(&picture, want.pixels, color ? 105 : 35);
        nn_picture_clear(&picture);
    }
    nn_picture_clear(&want);
}

Test(picture, hostile)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"P5 0 1 255\n", "no pixels"},
        {"P5 2 2 255\nxxx", "missing"},
        {"P6 99999 99999 255\nabc", "larger"},
        {"P5 1 1 70000\n1", "header"},
        {"P5 1 1 0\n1", "header"},
        {"P2 1 1 9\n10", "missing"},
        {"P5 1 1 255", "header"},
        {"P5 99999999999999999999 1 255\n", "header"},
        {"P4 1 1\n1", "known format"},
        {"\x89PNG\r\n\x1a\n", "damaged"},
    };
    unsigned char png[1024];
    struct nn_picture picture = {.pixels = NULL};
    struct nn_error error = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(decode_copy(cases[i].text, strlen(cases[i].text), &picture, &error) ==
                  NN_DAMAGED);
        cr_assert(strstr(error.message, cases[i].part), "%zu: %s", i, error.message);
    }
    size_t length = make_png(png, sizeof png, true);
    for (size_t cut = 0; cut < length; cut++)
        cr_assert(decode_copy(png, cut, &picture, &error) == NN_DAMAGED, "cut at %zu", cut);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        png[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (decode_copy(png, length, &picture, &error) == NN_OK)
            nn_picture_clear(&picture);
        png[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    /* 16000 x 16000 pixels in a hundred bytes, the checksum of the header made right. */
    static const unsigned char huge[] = {0, 0, 0x3e, 0x80, 0, 0, 0x3e, 0x80, 8, 2, 0, 0, 0};
    memcpy(png + 16, huge, sizeof huge);
    unsigned long crc = crc32(0, png + 12, 17);
    for (int i = 0; i < 4; i++)
        png[29 + i] = (unsigned char)(crc >> (24 - 8 * i));
    cr_assert(decode_copy(png, length, &picture, &error) == NN_LIMIT, "%s", error.message);
}

/* 8 x 6 pixels of three colours, 0, 1, 2 ... 143, as Pillow saved them; nearly that comes out. */
Test(picture, jpeg)
{
    struct nn_picture picture = {.pixels = NULL};
    struct nn_error error = {0};
    unsigned char *bytes;
    size_t length;
    char path[400];
    int most = 0;
    snprintf(path, sizeof path, "%s/fuzz/corpus/image/jpeg", getenv("NN_TESTS"));
    expect_ok(nn_file_read(path, 0, &bytes, &length, &error));
    enum nn_status status = decode_copy(bytes, length, &picture, &error);
    if (status == NN_REFUSED) { /* built without libjpeg */
        cr_assert(strstr(error.message, "without libjpeg"));
        nn_free(bytes);
        return;
    }
    cr_assert(status == NN_OK, "%s", error.message);
    cr_assert(picture.width == 6 && picture.height == 8 && picture.channels == 3);
    for (int i = 0; i < 144; i++)
        most = abs(picture.pixels[i] - i) > most ? abs(picture.pixels[i] - i) : most;
    cr_assert(most <= 12, "%d", most);
    nn_picture_clear(&picture);
    for (size_t cut = 0; cut < length; cut++)
        cr_assert(decode_copy(bytes, cut, &picture, &error) == NN_DAMAGED, "cut at %zu", cut);
    nn_free(bytes);
}

/* ---- folders ---- */

static char folder[64];

static void make_folder(void)
{
    strcpy(folder, "/tmp/nn-image-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(chdir(folder) == 0);
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert(system(command) == 0);
}

/* A picture of one grey, or of one colour; folders are made as needed. */
static void put(const char *path, size_t side, bool color, unsigned char value)
{
    unsigned char bytes[400];
    char part[128];
    struct nn_error error;
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        mkdir(part, 0777);
    }
    int length = snprintf((char *)bytes, 40, "P%c %zu %zu 255\n", color ? '6' : '5', side, side);
    memset(bytes + length, value, 300);
    expect_ok(nn_save_bytes(path, bytes, (size_t)length + side * side * (color ? 3 : 1), &error));
}

Test(image_folder, classes_are_folders, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *data;
    struct nn_error error;
    put("set/dog/1.ppm", 4, false, 10);
    put("set/cat/2.pgm", 4, false, 20);
    put("set/cat/more/3.pgm", 4, false, 30);
    put("set/cat/notes.txt", 4, false, 30);
    put("set/empty/.hidden.pgm", 4, false, 30);
    expect_ok(nn_data_load("set/", &options, &data, &error));
    const struct nn_samples *s = data->samples;
    cr_assert(strcmp(s->name, "set") == 0, "%s", s->name);
    cr_assert(s->count == 3 && s->class_count == 2 && strcmp(s->classes[0], "cat") == 0);
    cr_assert(s->shape.dim[0] == 1 && s->shape.dim[2] == 4 && s->storage == NN_STORAGE_BYTE);
    cr_assert(s->labels[0] == 0 && ((unsigned char *)s->values)[0] == 20);
    cr_assert(s->labels[2] == 1 && ((unsigned char *)s->values)[2 * 16] == 10);
    nn_dataset_free(data);
    /* A picture of another size, or colour, needs a word. */
    put("set/dog/4.ppm", 5, true, 40);
    cr_assert(nn_data_load("set", &options, &data, &error) == NN_DAMAGED);
    cr_assert(strstr(error.hint, "resize=4x4") && strstr(error.file, "4.ppm"), "%s", error.hint);
    options.images = (struct nn_image_rule){.height = 3, .width = 2};
    cr_assert(nn_data_load("set", &options, &data, &error) == NN_DAMAGED);
    cr_assert(strstr(error.hint, "color=gray"), "%s", error.hint);
    options.images.channels = 3;
    expect_ok(nn_data_load("set", &options, &data, &error));
    cr_assert(data->samples->shape.dim[0] == 3 && data->samples->shape.dim[1] == 3);
    cr_assert(data->samples->shape.dim[2] == 2 && data->samples->images.channels == 3);
    cr_assert(((unsigned char *)data->samples->values)[17] == 20);
    nn_dataset_free(data);
}

Test(image_folder, splits_and_lone_pictures, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *data;
    struct nn_error error;
    put("set/train/b/1.pgm", 2, false, 1);
    put("set/train/a/1.pgm", 2, false, 2);
    put("set/val/b/1.pgm", 2, false, 3);
    put("set/test/a/1.pgm", 2, false, 4);
    put("set/test/c/1.pgm", 2, false, 5);
    expect_ok(nn_data_load("set", &options, &data, &error));
    for (int split = 0; split < NN_SPLIT_COUNT; split++)
        cr_assert(data->split_count[split] == (split == NN_SPLIT_VALIDATION ? 1 : 2));
    cr_assert(data->samples->class_count == 3 && data->samples->labels[4] == 2);
    nn_dataset_free(data);
    /* A folder of pictures alone, and one of them. */
    put("more/2.pgm", 2, false, 6);
    put("more/1.pgm", 2, false, 7);
    static const char *const paths[] = {"more", "more/1.pgm"};
    for (size_t i = 0; i < 2; i++) {
        expect_ok(nn_data_load(paths[i], &options, &data, &error));
        cr_assert(data->samples->count == 2 - i && !data->samples->labels);
        cr_assert(data->split_count[NN_SPLIT_TEST] == 2 - i);
        cr_assert(((unsigned char *)data->samples->values)[0] == 7);
        nn_dataset_free(data);
    }
    mkdir("none", 0777);
    cr_assert(nn_data_load("none", &options, &data, &error) == NN_DAMAGED);
    put("other/x.csv", 2, false, 7);
    cr_assert(nn_data_load("other", &options, &data, &error) == NN_DAMAGED);
    put("bad/a/1.png", 2, false, 7);
    cr_assert(nn_save_bytes("bad/a/2.png", "\x89PNG\r\n\x1a\n", 8, NULL) == NN_OK);
    cr_assert(nn_data_load("bad", &options, &data, &error) == NN_DAMAGED);
    cr_assert(strstr(error.file, "bad/a/2.png"), "%s", error.file);
    options.columns = "1";
    cr_assert(nn_data_load("more", &options, &data, &error) == NN_ARGUMENT);
}

/* ---- CIFAR-10 ---- */

static void put_cifar(const char *path, size_t records, unsigned char first)
{
    size_t length = records * 3073;
    unsigned char *bytes = nn_calloc(length, 1);
    struct nn_error error;
    for (size_t i = 0; i < records; i++) {
        bytes[i * 3073] = (unsigned char)((first + i) % 10);
        bytes[i * 3073 + 3072] = (unsigned char)(first + i);
    }
    expect_ok(nn_save_bytes(path, bytes, length, &error));
    nn_free(bytes);
}

Test(cifar10, file_and_folder, .init = make_folder, .fini = remove_folder)
{
    struct nn_read_options options = plain_options();
    struct nn_dataset *data;
    struct nn_error error;
    mkdir("c", 0777);
    put_cifar("c/data_batch_1.bin", 3, 1);
    put_cifar("c/data_batch_2.bin", 2, 4);
    expect_ok(nn_data_load("c/data_batch_1.bin", &options, &data, &error));
    cr_assert(data->samples->count == 3 && strcmp(data->samples->classes[9], "9") == 0);
    nn_dataset_free(data);
    put_cifar("c/test_batch.bin", 2, 6);
    expect_ok(nn_save_bytes("c/batches.meta.txt", "plane\ncar\nbird\n\n", 16, &error));
    expect_ok(nn_data_load("c", &options, &data, &error));
    const struct nn_samples *s = data->samples;
    cr_assert(s->count == 7 && data->split_count[NN_SPLIT_TEST] == 2 && s->class_count == 10);
    cr_assert(strcmp(s->classes[2], "bird") == 0 && strcmp(s->classes[3], "3") == 0);
    cr_assert(s->labels[3] == 4 && ((unsigned char *)s->values)[4 * 3072 - 1] == 4);
    cr_assert(s->shape.dim[0] == 3 && s->shape.dim[1] == 32);
    nn_dataset_free(data);
    /* Damaged ones, cut at every byte near an end. */
    for (size_t cut = 1; cut < 40; cut++) {
        unsigned char bytes[3073] = {0};
        expect_ok(nn_save_bytes("x.bin", bytes, sizeof bytes - cut, &error));
        cr_assert(nn_data_load("x.bin", &options, &data, &error) == NN_DAMAGED);
        cr_assert(strstr(error.message, "whole records"), "%s", error.message);
    }
    put_cifar("x.bin", 1, 0);
    unsigned char bytes[3073] = {10};
    expect_ok(nn_save_bytes("x.bin", bytes, sizeof bytes, &error));
    cr_assert(nn_data_load("x.bin", &options, &data, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "class 10 at byte offset 0"), "%s", error.message);
}
