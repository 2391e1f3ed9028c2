/* Reducing RGB to the palettes of terminals. The 16 colours are xterm's defaults; users change
 * them, so colour maps name them directly (nn_colormap) and only stray RGB comes through
 * nn_color_to_16. */
#include "view/colormap.h"

static const uint32_t basic[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                   0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                   0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
static const uint8_t cube[6] = {0, 95, 135, 175, 215, 255};

static int channel(uint32_t rgb, int shift)
{
    return (int)(rgb >> shift & 0xff);
}

/* Squared distance with the red mean weights (Riemersma, "Colour metric"), cheap and near to the
 * eye. */
static long distance(uint32_t a, uint32_t b)
{
    long mean = (channel(a, 16) + channel(b, 16)) / 2;
    long red = channel(a, 16) - channel(b, 16);
    long green = channel(a, 8) - channel(b, 8);
    long blue = channel(a, 0) - channel(b, 0);

    return ((512 + mean) * red * red >> 8) + 4 * green * green + ((767 - mean) * blue * blue >> 8);
}

uint32_t nn_color_from_256(int index)
{
    if (index < 0 || index > 255)
        return 0;
    if (index < 16)
        return basic[index];
    if (index >= 232) {
        int grey = 8 + 10 * (index - 232);
        return NN_COLOR_RGB(grey, grey, grey);
    }
    index -= 16;
    return NN_COLOR_RGB(cube[index / 36], cube[index / 6 % 6], cube[index % 6]);
}

static int nearest_level(int value)
{
    int best = 0;

    for (int i = 1; i < 6; i++) {
        int new_gap = value > cube[i] ? value - cube[i] : cube[i] - value;
        int old_gap = value > cube[best] ? value - cube[best] : cube[best] - value;
        if (new_gap < old_gap)
            best = i;
    }
    return best;
}

/* The nearer of the best cube entry and the best grey; never 0..15, which themes change. */
int nn_color_to_256(uint32_t rgb)
{
    int red = channel(rgb, 16), green = channel(rgb, 8), blue = channel(rgb, 0);
    int in_cube = 16 + 36 * nearest_level(red) + 6 * nearest_level(green) + nearest_level(blue);
    int mean = (red + green + blue) / 3;
    int step = mean < 8 ? 0 : (mean - 3) / 10;
    int grey = 232 + (step > 23 ? 23 : step);

    rgb &= 0xffffff;
    return distance(rgb, nn_color_from_256(grey)) < distance(rgb, nn_color_from_256(in_cube))
               ? grey
               : in_cube;
}

int nn_color_to_16(uint32_t rgb)
{
    int best = 0;

    rgb &= 0xffffff;
    for (int i = 1; i < 16; i++)
        if (distance(rgb, basic[i]) < distance(rgb, basic[best]))
            best = i;
    return best;
}
