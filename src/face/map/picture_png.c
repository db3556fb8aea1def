/* PNG (ISO/IEC 15948) with a palette: drawings have few colours, and a third of the bytes serves a
 * telephone better than shades that nobody sees. */
#include "face/map/picture_int.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COLOURS_MAX 256
#define BIN_BITS    6 /* of each channel: colours closer than that are one */
#define BINS        (1u << (3 * BIN_BITS))

struct bin {
    uint32_t count, red, green, blue; /* sums */
    int16_t colour;                   /* in the palette; -1: not known yet */
};
struct palette {
    struct bin *bins;
    uint32_t *used; /* bins that hold something */
    size_t used_count;
    uint8_t rgb[COLOURS_MAX][3];
    size_t count;
};

static uint32_t bin_of(uint32_t pixel) {
    return (pixel >> 18 & 0x3f) << 12 | (pixel >> 10 & 0x3f) << 6 | (pixel >> 2 & 0x3f);
}

static void count_pixels(struct palette *palette, const unsigned char *pixels, int width,
                         int height, int stride) {
    for (int y = 0; y < height; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)(pixels + (ptrdiff_t)y * stride);
        for (int x = 0; x < width; x++) {
            struct bin *bin = &palette->bins[bin_of(row[x])];
            if (bin->count == 0) {
                palette->used[palette->used_count++] = bin_of(row[x]);
            }
            bin->count++;
            bin->red += row[x] >> 16 & 255;
            bin->green += row[x] >> 8 & 255;
            bin->blue += row[x] & 255;
        }
    }
}

/* The most frequent first; equal ones by colour, so that the order is one. */
static int by_count(const void *a, const void *b) {
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x < *y) - (*x > *y);
}

static int nearest(const struct palette *palette, const uint8_t *colour) {
    int best = 0;
    int least = 1 << 20;
    for (size_t i = 0; i < palette->count; i++) {
        int red = palette->rgb[i][0] - colour[0];
        int green = palette->rgb[i][1] - colour[1];
        int blue = palette->rgb[i][2] - colour[2];
        int away = 2 * red * red + 4 * green * green + 3 * blue * blue;
        if (away < least) {
            least = away;
            best = (int)i;
        }
    }
    return best;
}

static void choose(struct palette *palette, struct arena *arena) {
    uint64_t *order = arena_new(arena, uint64_t, palette->used_count + 1);
    for (size_t i = 0; i < palette->used_count; i++) {
        order[i] = (uint64_t)palette->bins[palette->used[i]].count << 32 | palette->used[i];
    }
    qsort(order, palette->used_count, sizeof *order, by_count);
    for (size_t i = 0; i < palette->used_count; i++) {
        struct bin *bin = &palette->bins[order[i] & UINT32_MAX];
        uint8_t mean[3] = {(uint8_t)(bin->red / bin->count), (uint8_t)(bin->green / bin->count),
                           (uint8_t)(bin->blue / bin->count)};
        if (palette->count < COLOURS_MAX) {
            memcpy(palette->rgb[palette->count], mean, sizeof mean);
            bin->colour = (int16_t)palette->count++;
        } else {
            bin->colour = (int16_t)nearest(palette, mean);
        }
    }
}

static void number_add(struct buf *out, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        buf_add_char(out, (char)(value >> shift & 255));
    }
}

static void chunk_add(struct buf *png, const char *name, slice data) {
    number_add(png, (uint32_t)data.n);
    uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)name, 4);
    crc = data.n > 0 ? crc32(crc, (const Bytef *)data.p, (uInt)data.n) : crc;
    buf_add_bytes(png, name, 4);
    buf_add(png, data);
    number_add(png, (uint32_t)crc);
}

static err rows_add(struct buf *png, const struct palette *palette, const unsigned char *pixels,
                    int width, int height, int stride, struct arena *arena) {
    size_t line = (size_t)width + 1;
    uint8_t *raw = arena_new(arena, uint8_t, line * (size_t)height);
    for (int y = 0; y < height; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)(pixels + (ptrdiff_t)y * stride);
        for (int x = 0; x < width; x++) { /* the first byte of a line stays 0: no filter */
            raw[(size_t)y * line + 1 + (size_t)x] = (uint8_t)palette->bins[bin_of(row[x])].colour;
        }
    }
    uLongf room = compressBound((uLong)(line * (size_t)height));
    Bytef *packed = arena_new(arena, Bytef, room);
    if (compress2(packed, &room, raw, (uLong)(line * (size_t)height), 9) != Z_OK) {
        return ERR_MEMORY;
    }
    chunk_add(png, "IDAT", slice_of((const char *)packed, room));
    return OK;
}

err picture_png_palette(cairo_surface_t *surface, struct buf *png) {
    struct arena arena ARENA_CLEANUP = arena_make(1u << 20, 0);
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    int stride = cairo_image_surface_get_stride(surface);
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    if (pixels == NULL) {
        return ERR_MEMORY;
    }
    struct palette palette = {.bins = arena_new(&arena, struct bin, BINS),
                              .used = arena_new(&arena, uint32_t, BINS)};
    cairo_surface_flush(surface);
    count_pixels(&palette, pixels, width, height, stride);
    choose(&palette, &arena);
    struct buf head BUF_CLEANUP = buf_new(64);
    number_add(&head, (uint32_t)width);
    number_add(&head, (uint32_t)height);
    buf_add_bytes(&head, "\x08\x03\x00\x00\x00", 5); /* 8 bits, palette */
    buf_add_bytes(png, "\x89PNG\r\n\x1a\n", 8);
    chunk_add(png, "IHDR", buf_slice(&head));
    chunk_add(png, "PLTE", slice_of((const char *)palette.rgb, 3 * palette.count));
    TRY(rows_add(png, &palette, pixels, width, height, stride, &arena));
    chunk_add(png, "IEND", SLICE_EMPTY);
    return png->failed;
}
