/* Which towns are named at which zoom, and their list for the live map. */
#include "face/map/map_int.h"

#include "text/text.h"

#include <stdlib.h>

#define ZOOM_FIRST    3
#define ZOOM_LAST     16
#define CELL_W        180.0 /* px of a cell of the grid that finds collisions */
#define CELL_H        32.0
#define LINE_H        14.0
#define GAP_W         10.0  /* px kept free around a name */
#define HALF_MAX      175.0 /* 2 * HALF_MAX + GAP_W < 2 * CELL_W */
#define GAP_H         12.0
#define ZOOMS_AHEAD   1 /* more names than a map shows, to choose from when marks are in the way */
#define SCRATCH_BYTES (1u << 18)

/* How much a town counts: the country's before those abroad, the seats of its départements
 * first. */
static uint64_t weight_of(const struct basemap_town *town) {
    return (uint64_t)town->population * (town->is_abroad ? 1 : town->is_seat ? 8 : 2);
}

/* A map of the whole country names large towns only: so much weight at least, by zoom. */
static uint32_t weight_needed(unsigned zoom) {
    static const uint32_t needed[] = {0,     0,     0,     4000000, 1200000, 400000, 200000,
                                      90000, 30000, 12000, 4000,    1600,    0};
    return zoom < ARRAY_COUNT(needed) ? needed[zoom] : 0;
}

static unsigned town_px(const struct basemap_town *town) {
    if (town->is_abroad) {
        return 12;
    }
    return town->population >= 150000 ? 14 : town->is_seat || town->population >= 15000 ? 13 : 12;
}

double basemap_town_half_width(const struct basemap_town *town) {
    double half = 0.28 * town_px(town) * (double)text_codepoints(town->name);
    return half < HALF_MAX ? half : HALF_MAX;
}

/* Names that stand already, by cells of the world at one zoom. */
struct placed {
    uint64_t cell;    /* 0: free */
    float x, y, half; /* px; the middle of the name */
};
struct board {
    struct placed *slots;
    uint32_t mask;
    double scale; /* px per grid unit */
};

static uint64_t cell_of(int64_t column, int64_t row) {
    return ((uint64_t)column << 32 | (uint64_t)row) + 1;
}

static bool is_taken(const struct board *board, uint64_t cell, double x, double y, double half) {
    uint32_t at = (uint32_t)hash_mix(cell, 7) & board->mask;
    for (; board->slots[at].cell != 0; at = (at + 1) & board->mask) {
        const struct placed *other = &board->slots[at];
        double dx = x < other->x ? other->x - x : x - other->x;
        double dy = y < other->y ? other->y - y : y - other->y;
        if (other->cell == cell && dx < half + other->half + GAP_W && dy < LINE_H + GAP_H) {
            return true;
        }
    }
    return false;
}

static void put(struct board *board, uint64_t cell, double x, double y, double half) {
    uint32_t at = (uint32_t)hash_mix(cell, 7) & board->mask;
    while (board->slots[at].cell != 0) {
        at = (at + 1) & board->mask;
    }
    board->slots[at] = (struct placed){cell, (float)x, (float)y, (float)half};
}

/* Names the town at this zoom unless another name stands there (or it must be named). A name is
 * entered in the cell of its middle; two names that collide are at most two columns and one row
 * apart. */
static bool name_town(struct board *board, const struct basemap_town *town, bool must) {
    double x = town->at.x * board->scale;
    double y = town->at.y * board->scale;
    double half = basemap_town_half_width(town);
    int64_t column = (int64_t)(x / CELL_W);
    int64_t row = (int64_t)(y / CELL_H);
    for (int64_t c = column - 2; !must && c <= column + 2; c++) {
        for (int64_t r = row - 1; r <= row + 1; r++) {
            if (c >= 0 && r >= 0 && is_taken(board, cell_of(c, r), x, y, half)) {
                return false;
            }
        }
    }
    put(board, cell_of(column, row), x, y, half);
    return true;
}

/* Heaviest first. */
static int by_weight(const void *a, const void *b) {
    const struct basemap_town *x = a;
    const struct basemap_town *y = b;
    uint64_t px = weight_of(x);
    uint64_t py = weight_of(y);
    if (px != py) {
        return px > py ? -1 : 1;
    }
    int order = slice_compare(x->name, y->name);
    if (order != 0) {
        return order;
    }
    return x->at.x != y->at.x ? (x->at.x < y->at.x ? -1 : 1)
                              : (x->at.y > y->at.y) - (x->at.y < y->at.y);
}

static int by_zoom(const void *a, const void *b) {
    const struct basemap_town *x = a;
    const struct basemap_town *y = b;
    return x->zoom_first != y->zoom_first ? (x->zoom_first < y->zoom_first ? -1 : 1)
                                          : by_weight(a, b);
}

void basemap_towns_place(struct basemap_town *towns, uint32_t count, struct arena *scratch) {
    qsort(towns, count, sizeof *towns, by_weight);
    for (uint32_t i = 0; i < count; i++) {
        towns[i].zoom_first = BASEMAP_NEVER;
    }
    uint32_t slots = 1024;
    while (slots < 2ull * count) {
        slots *= 2;
    }
    for (unsigned zoom = ZOOM_FIRST; zoom <= ZOOM_LAST; zoom++) {
        arena_reset(scratch);
        struct board board = {.slots = arena_new(scratch, struct placed, slots),
                              .mask = slots - 1,
                              .scale = 256.0 * (double)(1u << zoom) / (1u << BASEMAP_GRID_BITS)};
        for (uint32_t i = 0; i < count; i++) {
            if (towns[i].zoom_first != BASEMAP_NEVER) {
                name_town(&board, &towns[i], true);
            }
        }
        for (uint32_t i = 0; i < count; i++) {
            if (towns[i].zoom_first == BASEMAP_NEVER &&
                weight_of(&towns[i]) >= weight_needed(zoom) &&
                name_town(&board, &towns[i], false)) {
                towns[i].zoom_first = (uint8_t)zoom;
            }
        }
    }
    qsort(towns, count, sizeof *towns, by_zoom);
}

static int by_band(const void *a, const void *b) {
    const struct basemap_town_at *left = a;
    const struct basemap_town_at *right = b;
    uint64_t left_key = basemap_band_key(left->x >> BASEMAP_BAND_BITS, left->y);
    uint64_t right_key = basemap_band_key(right->x >> BASEMAP_BAND_BITS, right->y);
    return left_key != right_key ? (left_key < right_key ? -1 : 1)
                                 : (left->town > right->town) - (left->town < right->town);
}

void basemap_towns_order(struct face_basemap *basemap) {
    basemap->towns_by_band =
        arena_new(&basemap->arena, struct basemap_town_at, basemap->town_count + (size_t)1);
    for (uint32_t i = 0; i < basemap->town_count; i++) {
        const struct basemap_point *at = &basemap->towns[i].at;
        basemap->towns_by_band[i] = (struct basemap_town_at){.x = at->x, .y = at->y, .town = i};
    }
    qsort(basemap->towns_by_band, basemap->town_count, sizeof(*basemap->towns_by_band), by_band);
}

slice face_basemap_version(const struct face_basemap *basemap) {
    return basemap != NULL ? slice_from_cstr(basemap->etag) : SLICE_EMPTY;
}

void map_towns_write(const struct map_block *block, const struct face_basemap *basemap,
                     struct buf *out) {
    struct arena scratch ARENA_CLEANUP = arena_make(SCRATCH_BYTES, 0);
    struct map_canvas canvas = map_canvas_block(block, &scratch, out);
    const struct basemap_town **towns = NULL;
    size_t count = basemap != NULL
                       ? map_towns_list(&canvas, basemap, block->first.z + ZOOMS_AHEAD, &towns)
                       : 0;
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        struct geo_point at =
            geo_point_from_grid((struct geo_grid){towns[i]->at.x << (32 - BASEMAP_GRID_BITS),
                                                  towns[i]->at.y << (32 - BASEMAP_GRID_BITS)});
        buf_add_cstr(out, i > 0 ? ",[" : "[");
        buf_add_e7(out, at.lon_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, at.lat_e7);
        buf_add_char(out, ',');
        buf_add_i64(out, towns[i] - basemap->towns);
        buf_add_cstr(out, towns[i]->is_abroad ? ",1," : ",0,");
        buf_add_json_string(out, towns[i]->name);
        buf_add_char(out, ']');
    }
    buf_add_char(out, ']');
}
