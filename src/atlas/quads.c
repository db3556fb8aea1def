#include "atlas/quads.h"

/* Levels on which all codes between two agree: pairs of bits. */
static uint8_t zoom_of(uint64_t first, uint64_t last) {
    return (uint8_t)(first == last ? 32 : __builtin_clzll(first ^ last) / 2);
}

/* The first document of from … to - 1 whose code is not below, by code. */
static uint32_t bound(const struct atlas_segment *segment, uint32_t from, uint32_t to,
                      uint64_t code) {
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (atlas_segment_zorder(segment, middle) < code) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* Sums over the documents of a run, of all or of entries only. */
static void place(const struct atlas_segment *segment, enum atlas_quad_of of,
                  struct atlas_quad *quad) {
    unsigned kinds = of == ATLAS_QUAD_ALL ? QUERY_KINDS_ALL : QUERY_KINDS_ENTRY;
    uint64_t count = atlas_quad_count(quad, kinds);
    bool is_mean = count <= ATLAS_MEAN_DOCUMENTS;
    unsigned deepest = quad->zoom + ATLAS_SQUARE_LEVELS;
    uint64_t x = 0;
    uint64_t y = 0;
    if (!count || (!is_mean && deepest >= 32)) {
        return;
    }
    unsigned shift = is_mean ? 0 : 32 - deepest;
    uint32_t mask = is_mean ? UINT32_MAX : (1u << ATLAS_SQUARE_LEVELS) - 1;
    for (uint32_t i = quad->first; i < quad->last; i++) {
        if (kinds >> segment->kind[i] & 1) {
            x += segment->grid[i].x >> shift & mask;
            y += segment->grid[i].y >> shift & mask;
        }
    }
    quad->at[of].x = (uint32_t)(is_mean ? x / count : x);
    quad->at[of].y = (uint32_t)(is_mean ? y / count : y);
}

/* Points of one grid square may differ: those at the rim of the world do. */
static bool is_point(const struct atlas_segment *segment, const struct atlas_quad *quad) {
    struct geo_point point = segment->point[quad->first];
    for (uint32_t i = quad->first; i < quad->last && quad->zoom == 32; i++) {
        if (!geo_point_is_same(segment->point[i], point)) {
            return false;
        }
    }
    return quad->zoom == 32;
}

static struct atlas_quad quad_of(const struct atlas_segment *segment, uint32_t first,
                                 uint32_t last) {
    struct atlas_quad quad = {.first = first, .last = last, .grid = segment->grid[first]};
    quad.zoom =
        zoom_of(atlas_segment_zorder(segment, first), atlas_segment_zorder(segment, last - 1));
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        quad.kinds[kind] = (uint32_t)bits_count_run(segment->kinds[kind], first, last);
    }
    quad.is_point = is_point(segment, &quad);
    quad.is_approximate = bits_count_run(segment->approximate, first, last) == last - first;
    place(segment, ATLAS_QUAD_ALL, &quad);
    place(segment, ATLAS_QUAD_ENTRIES, &quad);
    return quad;
}

/* Where the quarters begin; bounds[4] is the end of the last. */
static void divide(const struct atlas_segment *segment, const struct atlas_quad *quad,
                   uint32_t bounds[5]) {
    unsigned shift = 62 - 2u * quad->zoom;
    uint64_t code = geo_zorder(quad->grid) >> shift & ~UINT64_C(3);
    bounds[0] = quad->first;
    for (unsigned quarter = 1; quarter < 4; quarter++) {
        bounds[quarter] =
            bound(segment, bounds[quarter - 1], quad->last, (code | quarter) << shift);
    }
    bounds[4] = quad->last;
}

static err add(const struct atlas_segment *segment, uint32_t first, uint32_t last,
               struct pool *quads) {
    TRY(pool_reserve(quads, sizeof(struct atlas_quad), 1));
    POOL(quads, struct atlas_quad)[quads->count++] = quad_of(segment, first, last);
    return OK;
}

err atlas_quads_make(const struct atlas_segment *segment, struct pool *quads) {
    if (segment->placed) {
        TRY(add(segment, 0, segment->placed, quads));
    }
    for (size_t at = 0; at < quads->count; at++) {
        struct atlas_quad quad = POOL(quads, struct atlas_quad)[at];
        if (quad.last - quad.first <= ATLAS_QUAD_DOCUMENTS || quad.zoom == 32) {
            continue;
        }
        uint32_t bounds[5];
        divide(segment, &quad, bounds);
        quad.child = (uint32_t)quads->count;
        for (unsigned quarter = 0; quarter < 4; quarter++) {
            if (bounds[quarter] < bounds[quarter + 1]) {
                TRY(add(segment, bounds[quarter], bounds[quarter + 1], quads));
                quad.children++;
            }
        }
        POOL(quads, struct atlas_quad)[at] = quad;
    }
    return OK;
}

const struct atlas_quad *atlas_quads_tile(const struct atlas_segment *segment, struct geo_tile tile,
                                          uint32_t *from, uint32_t *to) {
    uint64_t first;
    uint64_t last;
    *from = *to = 0;
    geo_tile_zorder(tile, &first, &last);
    if (!segment->placed) {
        return NULL;
    }
    const struct atlas_quad *quad = segment->quads;
    while (quad->zoom < tile.z && quad->children) {
        /* The last quarter that begins at or before the tile. */
        const struct atlas_quad *quarter = &segment->quads[quad->child];
        const struct atlas_quad *end = quarter + quad->children;
        while (quarter + 1 < end && geo_zorder(quarter[1].grid) <= last) {
            quarter++;
        }
        quad = quarter;
    }
    if (quad->zoom >= tile.z) {
        uint64_t code = geo_zorder(quad->grid);
        if (code < first || code > last) {
            return NULL;
        }
        *from = quad->first;
        *to = quad->last;
        return quad;
    }
    *from = bound(segment, quad->first, quad->last, first);
    *to = last == UINT64_MAX ? quad->last : bound(segment, *from, quad->last, last + 1);
    return NULL;
}
