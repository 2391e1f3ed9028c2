/* The table of colour maps.
 *
 * Source: magma, viridis (van der Walt, Smith 2015) and cividis (Nunez, Anderton, Renslow 2018), 17
 * of matplotlib's 256 entries, which are CC0; RdBu and PuOr: ColorBrewer 2 (Brewer, Harrower), 11
 * classes. The diverging maps are turned so that +1 is the warm end: red speaks for, blue against,
 * as in the literature on explanations. */
#include "view/colormap.h"

#include <math.h>
#include <string.h>

static const uint8_t magma[][3] = {
    {0, 0, 4},       {10, 8, 34},    {29, 17, 71},   {54, 16, 107},   {81, 18, 124},
    {106, 28, 129},  {131, 38, 129}, {156, 46, 127}, {183, 55, 121},  {207, 64, 112},
    {229, 80, 100},  {244, 105, 92}, {251, 135, 97}, {254, 165, 113}, {254, 194, 135},
    {253, 224, 161}, {252, 253, 191}};
static const uint8_t viridis[][3] = {
    {68, 1, 84},    {72, 24, 106},  {71, 45, 123},  {66, 64, 134},  {59, 82, 139},  {51, 99, 141},
    {44, 114, 142}, {38, 130, 142}, {33, 145, 140}, {31, 159, 136}, {39, 173, 129}, {61, 188, 116},
    {92, 200, 99},  {129, 211, 77}, {170, 220, 50}, {213, 226, 26}, {253, 231, 37}};
static const uint8_t cividis[][3] = {
    {0, 34, 78},     {0, 46, 106},    {26, 56, 111},   {50, 67, 109},   {67, 78, 108},
    {83, 90, 109},   {97, 101, 111},  {111, 112, 115}, {125, 124, 120}, {139, 135, 120},
    {154, 147, 118}, {170, 160, 115}, {187, 173, 109}, {204, 186, 100}, {221, 200, 88},
    {239, 215, 72},  {254, 232, 56}};
static const uint8_t grey[][3] = {{0, 0, 0}, {255, 255, 255}};
static const uint8_t rdbu[][3] = {{5, 48, 97},     {33, 102, 172},  {67, 147, 195},
                                  {146, 197, 222}, {209, 229, 240}, {247, 247, 247},
                                  {253, 219, 199}, {244, 165, 130}, {214, 96, 77},
                                  {178, 24, 43},   {103, 0, 31}};
static const uint8_t puor[][3] = {{45, 0, 75},     {84, 39, 136},   {128, 115, 172},
                                  {178, 171, 210}, {216, 218, 235}, {247, 247, 247},
                                  {254, 224, 182}, {253, 184, 99},  {224, 130, 20},
                                  {179, 88, 6},    {127, 59, 8}};

/* Paths through the 256 colours that rise in lightness (CIE L*) along the whole map, or up to the
 * middle of a diverging one; the nearest entry to each colour would not. */
static const uint8_t magma_256[] = {16, 234, 54, 90, 125, 168, 204, 209, 215, 222, 229};
static const uint8_t viridis_256[] = {53, 61, 31, 66, 36, 71, 78, 113, 155, 191, 226};
static const uint8_t cividis_256[] = {239, 240, 59,  241, 242, 243, 244, 102,
                                      245, 246, 247, 144, 179, 185, 221, 227};
static const uint8_t grey_256[] = {16,  232, 233, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243,
                                   244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 231};
static const uint8_t rdbu_256[] = {25, 32, 38, 110, 252, 255, 252, 216, 209, 167, 52};
static const uint8_t puor_256[] = {97, 103, 139, 146, 252, 255, 252, 215, 172, 166, 130};

/* The same with the 16 colours, as xterm shows them. */
static const uint8_t magma_16[] = {0, 4, 5, 9, 11, 15};
static const uint8_t viridis_16[] = {4, 2, 10, 11};
static const uint8_t cividis_16[] = {4, 8, 7, 11};
static const uint8_t grey_16[] = {0, 8, 7, 15};
static const uint8_t rdbu_16[] = {4, 12, 7, 15, 7, 9, 1};
static const uint8_t puor_16[] = {5, 13, 7, 15, 7, 3, 1};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define MAP(name, diverging)                                                                       \
    {                                                                                              \
#name, diverging, name, COUNT(name), name##_256, COUNT(name##_256), name##_16,             \
            COUNT(name##_16)                                                                       \
    }

const struct nn_colormap nn_colormaps[] = {
    MAP(magma, false), MAP(viridis, false), MAP(cividis, false),
    MAP(grey, false),  MAP(rdbu, true),     MAP(puor, true),
};
const size_t nn_colormap_count = sizeof nn_colormaps / sizeof *nn_colormaps;

const struct nn_colormap *nn_colormap_find(const char *name)
{
    for (size_t i = 0; i < nn_colormap_count; i++)
        if (strcmp(nn_colormaps[i].name, name) == 0)
            return &nn_colormaps[i];
    return NULL;
}

/* Place in [0,1] on the map. */
static double place(const struct nn_colormap *map, float value)
{
    double t = map->diverging ? ((double)value + 1) / 2 : (double)value;

    return t < 0 ? 0 : t > 1 ? 1 : t;
}

static uint32_t interpolate(const struct nn_colormap *map, double t)
{
    double at = t * (map->rgb_count - 1);
    int i = (int)at;
    uint8_t mixed[3];

    if (i > map->rgb_count - 2)
        i = map->rgb_count - 2;
    for (int k = 0; k < 3; k++) {
        double from = map->rgb[i][k], to = map->rgb[i + 1][k];
        mixed[k] = (uint8_t)lround(from + (to - from) * (at - i));
    }
    return NN_COLOR_RGB(mixed[0], mixed[1], mixed[2]);
}

/* Sequential maps split into equal steps; diverging ones round, so that zero has the middle colour.
 */
static int step_of(const struct nn_colormap *map, double t, int count)
{
    int i = map->diverging ? (int)lround(t * (count - 1)) : (int)(t * count);

    return i < count ? i : count - 1;
}

uint32_t nn_colormap_color(const struct nn_colormap *map, float value, enum nn_depth depth)
{
    double t;

    if (depth == NN_DEPTH_MONO)
        return NN_COLOR_DEFAULT;
    if (!isfinite(value))
        return depth == NN_DEPTH_16 ? NN_COLOR_ANSI(13) : NN_COLOR_RGB(255, 0, 255);
    t = place(map, value);
    if (depth == NN_DEPTH_RGB)
        return interpolate(map, t);
    if (depth == NN_DEPTH_256)
        return nn_color_from_256(map->palette[step_of(map, t, map->palette_count)]);
    return NN_COLOR_ANSI(map->ansi[step_of(map, t, map->ansi_count)]);
}
