/* The file of outlines, read into memory. */
#include "face/map/map_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID_MAX   (1u << BASEMAP_GRID_BITS)
#define POINTS_MAX 4000000u
#define NAME_MAX_  200u

struct reader {
    slice rest;
    struct arena *arena;
    uint64_t points_left; /* bounds what hostile bytes can make us allocate */
    bool failed;
};

static uint64_t take(struct reader *reader, uint64_t most) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 56 && reader->rest.n > 0; shift += 7) {
        uint8_t byte = (uint8_t)reader->rest.p[0];
        reader->rest = slice_sub(reader->rest, 1, reader->rest.n);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            reader->failed = reader->failed || value > most;
            return reader->failed ? 0 : value;
        }
    }
    reader->failed = true;
    return 0;
}

/* A count of things that take at least `bytes` each. */
static uint32_t take_count(struct reader *reader, uint64_t bytes) {
    return (uint32_t)take(reader, reader->rest.n / bytes);
}

static uint32_t take_step(struct reader *reader, uint32_t from) {
    uint64_t zigzag = take(reader, 4ull * GRID_MAX);
    int64_t at = from + ((int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1));
    reader->failed = reader->failed || at < 0 || at > (int64_t)GRID_MAX;
    return reader->failed ? 0 : (uint32_t)at;
}

static struct basemap_box box_of(const struct basemap_point *points, uint32_t count) {
    struct basemap_box box = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (uint32_t i = 0; i < count; i++) {
        box.west = points[i].x < box.west ? points[i].x : box.west;
        box.east = points[i].x > box.east ? points[i].x : box.east;
        box.north = points[i].y < box.north ? points[i].y : box.north;
        box.south = points[i].y > box.south ? points[i].y : box.south;
    }
    return box;
}

static void read_lines(struct reader *reader, struct basemap_level *level) {
    uint32_t count = take_count(reader, 2);
    struct basemap_line *lines = arena_new(reader->arena, struct basemap_line, count + (size_t)1);
    struct basemap_point last = {0, 0};
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        lines[i].kind = (enum basemap_kind)take(reader, BASEMAP_KIND__COUNT - 1);
        uint32_t n = take_count(reader, 2);
        struct basemap_point *points =
            arena_new(reader->arena, struct basemap_point, n + (size_t)1);
        for (uint32_t k = 0; k < n && !reader->failed; k++) {
            points[k].x = take_step(reader, last.x);
            points[k].y = take_step(reader, last.y);
            last = points[k];
        }
        last = n > 0 ? points[0] : last;
        lines[i].points = points;
        lines[i].count = n;
        lines[i].box = box_of(points, n);
    }
    level->lines = lines;
    level->line_count = count;
}

/* Joins the arcs of a ring; neighbours share a point. */
static void read_ring(struct reader *reader, const struct basemap_level *level,
                      struct basemap_ring *ring) {
    uint32_t arcs = take_count(reader, 1);
    uint32_t *refs = arena_new(reader->arena, uint32_t, arcs + (size_t)1);
    uint64_t total = 1;
    for (uint32_t i = 0; i < arcs && !reader->failed; i++) {
        refs[i] = (uint32_t)take(reader, 2 * (uint64_t)level->line_count);
        reader->failed = reader->failed || refs[i] / 2 >= level->line_count;
        total += reader->failed ? 0 : level->lines[refs[i] / 2].count;
    }
    reader->failed = reader->failed || total > reader->points_left;
    if (reader->failed) {
        return;
    }
    reader->points_left -= total;
    struct basemap_point *points = arena_new(reader->arena, struct basemap_point, total);
    uint32_t n = 0;
    for (uint32_t i = 0; i < arcs; i++) {
        const struct basemap_line *line = &level->lines[refs[i] / 2];
        for (uint32_t k = n > 0 ? 1 : 0; k < line->count; k++) {
            points[n++] = line->points[(refs[i] & 1) != 0 ? line->count - 1 - k : k];
        }
    }
    if (n > 0 && (points[0].x != points[n - 1].x || points[0].y != points[n - 1].y)) {
        points[n++] = points[0];
    }
    ring->points = points;
    ring->count = n;
    ring->box = box_of(points, n);
}

static void read_areas(struct reader *reader, struct basemap_level *level) {
    uint32_t areas = take_count(reader, 2);
    size_t room = 64;
    uint32_t count = 0;
    struct basemap_ring *rings = arena_new(reader->arena, struct basemap_ring, room);
    for (uint32_t i = 0; i < areas && !reader->failed; i++) {
        bool is_france = take(reader, 1) == 1;
        uint32_t n = take_count(reader, 1);
        for (uint32_t k = 0; k < n && !reader->failed; k++) {
            if (count == room) {
                struct basemap_ring *more = arena_new(reader->arena, struct basemap_ring, 2 * room);
                memcpy(more, rings, room * sizeof *rings);
                rings = more;
                room *= 2;
            }
            rings[count].is_france = is_france;
            read_ring(reader, level, &rings[count]);
            count += reader->failed ? 0 : 1;
        }
    }
    level->rings = rings;
    level->ring_count = count;
}

static void read_towns(struct reader *reader, struct face_basemap *basemap) {
    basemap->town_count = take_count(reader, 4);
    basemap->towns = arena_new(reader->arena, struct basemap_town, basemap->town_count + (size_t)1);
    for (uint32_t i = 0; i < basemap->town_count && !reader->failed; i++) {
        struct basemap_town *town = &basemap->towns[i];
        town->population = (uint32_t)take(reader, UINT32_MAX);
        town->at.x = (uint32_t)take(reader, GRID_MAX);
        town->at.y = (uint32_t)take(reader, GRID_MAX);
        town->is_abroad = true;
        uint64_t n = take(reader, NAME_MAX_);
        reader->failed = reader->failed || n > reader->rest.n;
        if (!reader->failed) {
            town->name = slice_sub(reader->rest, 0, (size_t)n);
            reader->rest = slice_sub(reader->rest, (size_t)n, reader->rest.n);
        }
    }
}

err basemap_decode(slice bytes, struct face_basemap *basemap, struct problem *problem) {
    struct reader reader = {
        .rest = slice_sub(bytes, 5, bytes.n), .arena = &basemap->arena, .points_left = POINTS_MAX};
    if (!slice_starts_with(bytes, SLICE("AGBM\x01"))) {
        return problem_set(problem, ERR_CORRUPT, "basemap", "not a basemap of version 1");
    }
    basemap->level_count = (uint32_t)take(&reader, BASEMAP_LEVELS_MAX);
    for (uint32_t i = 0; i < basemap->level_count && !reader.failed; i++) {
        struct basemap_level *level = &basemap->levels[i];
        level->zoom_first = (unsigned)take(&reader, GEO_ZOOM_MAX);
        level->zoom_last = (unsigned)take(&reader, GEO_ZOOM_MAX);
        read_lines(&reader, level);
        read_areas(&reader, level);
    }
    read_towns(&reader, basemap);
    if (reader.failed || reader.rest.n > 0 || basemap->level_count == 0) {
        return problem_set(problem, ERR_CORRUPT, "basemap", "damaged");
    }
    return OK;
}

static struct basemap_point grid_of(struct geo_point place) {
    struct geo_grid grid = geo_grid_from_point(place);
    return (struct basemap_point){grid.x >> (32 - BASEMAP_GRID_BITS),
                                  grid.y >> (32 - BASEMAP_GRID_BITS)};
}

/* Communes whose place is known join the towns abroad. */
static void add_communes(struct face_basemap *basemap) {
    const struct territories *all = basemap->territories;
    uint32_t communes = all == NULL ? 0 : all->commune_count;
    struct basemap_town *towns =
        arena_new(&basemap->arena, struct basemap_town, basemap->town_count + (size_t)communes + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < communes; i++) {
        const struct territory *commune = &all->items[i];
        if (commune->has_centre && !commune->centre_is_approximate) {
            towns[n++] = (struct basemap_town){.at = grid_of(commune->centre),
                                               .population = commune->population,
                                               .is_seat = slice_equal(commune->kind, SLICE("seat")),
                                               .name = commune->name};
        }
    }
    memcpy(towns + n, basemap->towns, basemap->town_count * sizeof *towns);
    basemap->towns = towns;
    basemap->town_count += n;
}

/* Tells one drawing from another: the file, the names, and whether there are polygons. */
static void make_etag(struct face_basemap *basemap, slice bytes) {
    uint64_t hash = hash_bytes(bytes, 4); /* raise with every change of how things are drawn */
    for (uint32_t i = 0; i < basemap->town_count; i++) {
        hash = hash_mix(hash, hash_bytes(basemap->towns[i].name, basemap->towns[i].at.x));
    }
    const struct territories *all = basemap->territories;
    if (all != NULL && all->areas != NULL) {
        hash = hash_mix(hash, geo_areas_bytes(all->areas));
        for (uint32_t i = 0; i < all->commune_count; i++) {
            hash = hash_mix(
                hash, hash_bytes(
                          slice_of((const char *)&all->items[i].box, sizeof all->items[i].box), 0));
        }
    }
    if (all != NULL && all->departement_areas != NULL) {
        hash = hash_mix(hash, geo_areas_bytes(all->departement_areas));
    }
    snprintf(basemap->etag, sizeof basemap->etag, "\"%016llx\"", (unsigned long long)hash);
}

err face_basemap_new(slice bytes, const struct territories *territories,
                     struct face_basemap **basemap, struct problem *problem) {
    struct face_basemap *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ERR_MEMORY;
    }
    made->arena = arena_make(1u << 20, 0);
    made->territories = territories;
    err result = basemap_decode(bytes, made, problem);
    if (result != OK) {
        face_basemap_free(made);
        return result;
    }
    add_communes(made);
    make_etag(made, bytes);
    struct arena scratch ARENA_CLEANUP = arena_make(1u << 20, 0);
    basemap_towns_place(made->towns, made->town_count, &scratch);
    basemap_towns_order(made);
    *basemap = made;
    return OK;
}

void face_basemap_free(struct face_basemap *basemap) {
    if (basemap != NULL) {
        arena_free(&basemap->arena);
        free(basemap);
    }
}
