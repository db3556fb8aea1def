/* Names of towns among rings and pins: few, and never hidden. web/ts/names.ts does the same on the
 * live map. */
#include "face/map/map_int.h"

#include <math.h>
#include <stdlib.h>

#define LINE_PX      13 /* height of a name */
#define APART_PX     8  /* kept free between two names */
#define CLEAR_PX     1  /* kept free between a name and a mark */
#define EDGE_PX      4
#define ASIDE_PX     26 /* a name stands this far from its town at most */
#define BESIDE_COUNT 8
#define PX_PER_NAME  20000.0 /* a calm map: a name for so many square pixels */

/* The first of the towns by band that stands in this band, at y or further south, or behind it. */
static uint32_t town_from(const struct face_basemap *basemap, uint32_t band, uint32_t y) {
    uint64_t key = basemap_band_key(band, y);
    uint32_t from = 0;
    uint32_t to = basemap->town_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const struct basemap_town_at *at = &basemap->towns_by_band[middle];
        if (basemap_band_key(at->x >> BASEMAP_BAND_BITS, at->y) < key) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* How many towns are named up to a zoom: the first ones. */
static uint32_t towns_named(const struct face_basemap *basemap, unsigned zoom) {
    uint32_t from = 0;
    uint32_t to = basemap->town_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (basemap->towns[middle].zoom_first <= zoom) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static int by_naming(const void *a, const void *b) {
    const struct basemap_town *x = *(const struct basemap_town *const *)a;
    const struct basemap_town *y = *(const struct basemap_town *const *)b;
    return x->is_abroad != y->is_abroad ? x->is_abroad - y->is_abroad : (x > y) - (x < y);
}

/* A frame among the towns. */
struct looking {
    const struct map_canvas *canvas;
    const struct face_basemap *basemap;
    double scale;
    uint32_t west, north, east, south; /* of the frame on the grid, or a little more */
    uint32_t named;
    const struct basemap_town **towns;
    size_t count;
};

static void look_at(struct looking *looking, uint32_t town, const struct basemap_point *at) {
    double x = at->x * looking->scale - looking->canvas->left;
    double y = at->y * looking->scale - looking->canvas->top;
    if (town < looking->named && x >= 0 && y >= 0 && x < looking->canvas->width &&
        y < looking->canvas->height) {
        looking->towns[looking->count++] = &looking->basemap->towns[town];
    }
}

static void look_at_band(struct looking *looking, uint32_t band) {
    const struct basemap_town_at *towns = looking->basemap->towns_by_band;
    for (uint32_t i = town_from(looking->basemap, band, looking->north);
         i < looking->basemap->town_count && towns[i].x >> BASEMAP_BAND_BITS == band &&
         towns[i].y <= looking->south;
         i++) {
        look_at(looking, towns[i].town, &(struct basemap_point){towns[i].x, towns[i].y});
    }
}

static uint32_t grid_at(double units, double scale) {
    return (uint32_t)fmin(fmax(units / scale, 0), (1u << BASEMAP_GRID_BITS) - 1);
}

static struct looking looking_make(const struct map_canvas *canvas,
                                   const struct face_basemap *basemap, unsigned zoom) {
    double scale = (double)MAP_TILE * (double)(1u << canvas->zoom) / (1u << BASEMAP_GRID_BITS);
    return (struct looking){.canvas = canvas,
                            .basemap = basemap,
                            .scale = scale,
                            .west = grid_at(canvas->left - scale, scale),
                            .north = grid_at(canvas->top - scale, scale),
                            .east = grid_at(canvas->left + canvas->width + scale, scale),
                            .south = grid_at(canvas->top + canvas->height + scale, scale),
                            .named = towns_named(basemap, zoom)};
}

size_t map_towns_list(const struct map_canvas *canvas, const struct face_basemap *basemap,
                      unsigned zoom, const struct basemap_town ***list) {
    struct looking looking = looking_make(canvas, basemap, zoom);
    uint32_t first = looking.west >> BASEMAP_BAND_BITS;
    uint32_t last = looking.east >> BASEMAP_BAND_BITS;
    uint32_t within = town_from(basemap, last + 1, 0) - town_from(basemap, first, 0);
    bool is_narrow = within < looking.named; /* those of the frame's bands, or those named */
    looking.towns = arena_new(canvas->scratch, const struct basemap_town *,
                              (is_narrow ? within : looking.named) + (size_t)1);
    for (uint32_t band = first; is_narrow && band <= last; band++) {
        look_at_band(&looking, band);
    }
    for (uint32_t i = 0; !is_narrow && i < looking.named; i++) {
        look_at(&looking, i, &basemap->towns[i].at);
    }
    qsort(looking.towns, looking.count, sizeof(*looking.towns), by_naming);
    *list = looking.towns;
    return looking.count;
}

static bool meet(const struct map_rect *a, const struct map_rect *b, double apart) {
    return a->west < b->east + apart && b->west < a->east + apart && a->north < b->south + apart &&
           b->north < a->south + apart;
}

struct names {
    double width, height; /* px of the frame */
    const struct map_rect *marks;
    size_t mark_count;
    struct map_name *placed;
    size_t count;
};

/* From a point to the nearest one of a rectangle. */
static double distance(const struct map_rect *rect, double x, double y) {
    return hypot(x - fmin(fmax(x, rect->west), rect->east),
                 y - fmin(fmax(y, rect->north), rect->south));
}

/* Of the marks under a rectangle the one nearest to its middle. */
static const struct map_rect *mark_under(const struct names *names, const struct map_rect *rect) {
    const struct map_rect *nearest = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < names->mark_count; i++) {
        const struct map_rect *mark = &names->marks[i];
        if (!meet(rect, mark, CLEAR_PX)) {
            continue;
        }
        double away =
            distance(mark, (rect->west + rect->east) / 2, (rect->north + rect->south) / 2);
        if (away < least) {
            least = away;
            nearest = mark;
        }
    }
    return nearest;
}

static struct map_rect rect_at(double x, double y, double half) {
    return (struct map_rect){x - half, y - LINE_PX / 2.0, x + half, y + LINE_PX / 2.0};
}

static bool is_free(const struct names *names, const struct map_rect *rect) {
    if (rect->west < EDGE_PX || rect->north < EDGE_PX || rect->east > names->width - EDGE_PX ||
        rect->south > names->height - EDGE_PX || mark_under(names, rect) != NULL) {
        return false;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (meet(rect, &names->placed[i].rect, APART_PX)) {
            return false;
        }
    }
    return true;
}

/* Where a name may stand beside the mark that is in its way: below or above it, right or left of
 * it, then below or above towards one side. */
static struct map_rect beside(const struct map_rect *mark, double half, unsigned choice) {
    static const struct {
        int across, down;
    } choices[BESIDE_COUNT] = {{0, 1},  {0, -1}, {1, 0},   {-1, 0},
                               {-1, 1}, {1, 1},  {-1, -1}, {1, -1}};
    int across = choices[choice].across;
    int down = choices[choice].down;
    double reach_x = down == 0 ? (mark->east - mark->west) / 2 + half + CLEAR_PX + 2 : half;
    double reach_y = (mark->south - mark->north + LINE_PX) / 2 + CLEAR_PX;
    return rect_at((mark->west + mark->east) / 2 + across * reach_x,
                   (mark->north + mark->south) / 2 + down * reach_y, half);
}

/* On its place, or beside the mark that stands there. */
static void name_place(struct names *names, const struct basemap_town *town, double x, double y) {
    double half = basemap_town_half_width(town);
    struct map_rect rect = rect_at(x, y, half);
    const struct map_rect *mark = mark_under(names, &rect);
    bool found = is_free(names, &rect);
    for (unsigned choice = 0; mark != NULL && !found && choice < BESIDE_COUNT; choice++) {
        rect = beside(mark, half, choice);
        found = distance(&rect, x, y) <= ASIDE_PX && is_free(names, &rect);
    }
    if (found) {
        names->placed[names->count++] = (struct map_name){town, rect};
    }
}

size_t map_names_place(const struct map_canvas *canvas, const struct face_basemap *basemap,
                       const struct map_rect *marks, size_t mark_count, struct map_name **placed) {
    struct names names = {.width = (double)canvas->width / MAP_UNITS,
                          .height = (double)canvas->height / MAP_UNITS,
                          .marks = marks,
                          .mark_count = mark_count};
    size_t most = (size_t)(names.width * names.height / PX_PER_NAME) + 2;
    names.placed = arena_new(canvas->scratch, struct map_name, most);
    const struct basemap_town **towns = NULL;
    size_t count = map_towns_list(canvas, basemap, canvas->zoom + 1, &towns);
    double scale = 256.0 * (double)(1u << canvas->zoom) / (1u << BASEMAP_GRID_BITS);
    for (size_t i = 0; i < count && names.count < most; i++) {
        double x = towns[i]->at.x * scale - canvas->left / MAP_UNITS;
        double y = towns[i]->at.y * scale - canvas->top / MAP_UNITS;
        name_place(&names, towns[i], x, y);
    }
    *placed = names.placed;
    return names.count;
}
