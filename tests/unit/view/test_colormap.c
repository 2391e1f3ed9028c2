#include "unit/view/drawing.h"

#include <math.h>
#include <string.h>

static double linear(int channel)
{
    double c = channel / 255.0;

    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* CIE L* of an sRGB colour. */
static double lightness(uint32_t rgb)
{
    double y = 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) +
               0.0722 * linear(rgb & 255);

    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y;
}

static double lightness_at(const struct nn_colormap *map, double t, enum nn_depth depth)
{
    uint32_t color = nn_colormap_color(map, (float)t, depth);

    return lightness(color >> 24 == 0xfe ? nn_color_from_256((int)(color & 15)) : color);
}

Test(colormap, lightness_rises_in_every_depth)
{
    for (size_t m = 0; m < nn_colormap_count; m++)
        for (enum nn_depth depth = NN_DEPTH_16; depth <= NN_DEPTH_RGB; depth++) {
            const struct nn_colormap *map = &nn_colormaps[m];
            for (int sign = 1; sign >= (map->diverging ? -1 : 1); sign -= 2) {
                /* sequential maps rise, the arms of diverging ones fall from the middle */
                double direction = map->diverging ? -1 : 1;
                double before = lightness_at(map, 0, depth);
                for (int i = 1; i <= 200; i++) {
                    double now = lightness_at(map, sign * i / 200.0, depth);
                    cr_assert((now - before) * direction >= -0.3,
                              "%s depth %d at %+.3f: L* %.2f after %.2f", map->name, (int)depth,
                              sign * i / 200.0, now, before);
                    before = now;
                }
            }
        }
}

Test(colormap, steps_of_palettes_differ)
{
    for (size_t m = 0; m < nn_colormap_count; m++) {
        const struct nn_colormap *map = &nn_colormaps[m];
        for (int i = 1; i < map->palette_count; i++)
            cr_assert(map->palette[i] != map->palette[i - 1], "%s %d", map->name, i);
        cr_assert(nn_colormap_find(map->name) == map);
    }
    cr_assert_null(nn_colormap_find("jet"));
}

Test(colormap, ends_middle_and_faults)
{
    const struct nn_colormap *rdbu = nn_colormap_find("rdbu"), *magma = nn_colormap_find("magma");
    uint32_t plus = nn_colormap_color(rdbu, 1, NN_DEPTH_RGB);
    uint32_t minus = nn_colormap_color(rdbu, -1, NN_DEPTH_RGB);

    cr_assert((plus >> 16 & 255) > (plus & 255), "positive is red");
    cr_assert((minus >> 16 & 255) < (minus & 255), "negative is blue");
    cr_assert_eq(nn_colormap_color(rdbu, 0, NN_DEPTH_256), nn_color_from_256(255));
    cr_assert_eq(nn_colormap_color(rdbu, 5, NN_DEPTH_RGB), plus, "beyond the end is the end");
    cr_assert_eq(nn_colormap_color(magma, -3, NN_DEPTH_RGB), NN_COLOR_RGB(0, 0, 4));
    for (enum nn_depth depth = NN_DEPTH_16; depth <= NN_DEPTH_RGB; depth++) {
        uint32_t fault = nn_colormap_color(magma, NAN, depth);
        cr_assert_eq(fault, nn_colormap_color(magma, INFINITY, depth));
        for (int i = 0; i <= 100; i++)
            cr_assert_neq(fault, nn_colormap_color(magma, (float)i / 100, depth));
    }
    cr_assert_eq(nn_colormap_color(magma, 0.5f, NN_DEPTH_MONO), NN_COLOR_DEFAULT);
}

Test(color, palette_entries_find_themselves)
{
    for (int i = 16; i < 256; i++)
        cr_assert_eq(nn_color_to_256(nn_color_from_256(i)), i);
    for (int i = 0; i < 16; i++)
        cr_assert_eq(nn_color_to_16(nn_color_from_256(i)), i);
    cr_assert_eq(nn_color_from_256(-1), 0u);
    cr_assert_eq(nn_color_from_256(256), 0u);
}

Test(color, nearest_is_never_far)
{
    for (uint32_t rgb = 0; rgb < 0x1000000; rgb += 0x01357) {
        uint32_t found = nn_color_from_256(nn_color_to_256(rgb));
        for (int shift = 0; shift <= 16; shift += 8) {
            int gap = (int)(rgb >> shift & 255) - (int)(found >> shift & 255);
            cr_assert(abs(gap) <= 76, "%06x became %06x", (unsigned)rgb, (unsigned)found);
        }
    }
}
