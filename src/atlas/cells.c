/* The cluster pyramid as it is asked for: tiles, blocks of them, boxes; and matches by commune. */
#include "atlas/tile.h"

unsigned atlas_ring_px(uint64_t count) {
    return count < 10 ? 13 : count < 100 ? 15 : count < 1000 ? 17 : count < 10000 ? 20 : 24;
}

void atlas_cells_place(struct atlas_cell *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (cells[i].count > 1) { /* a pin has its place */
            cells[i].position = geo_point_from_grid(cells[i].grid);
        }
    }
}

/* The box's tiles of a zoom, from west to east; false when there are too many. */
static bool tiles_of(const struct geo_box *box, unsigned zoom, struct geo_tile *tiles,
                     size_t *count) {
    struct geo_grid from =
        geo_grid_from_point((struct geo_point){.lon_e7 = box->west_e7, .lat_e7 = box->north_e7});
    struct geo_grid to =
        geo_grid_from_point((struct geo_point){.lon_e7 = box->east_e7, .lat_e7 = box->south_e7});
    uint32_t side = UINT32_C(1) << zoom;
    uint32_t x_first = zoom ? from.x >> (32 - zoom) : 0;
    uint32_t y_first = zoom ? from.y >> (32 - zoom) : 0;
    uint32_t x_last = zoom ? to.x >> (32 - zoom) : 0;
    uint32_t y_last = zoom ? to.y >> (32 - zoom) : 0;
    uint32_t columns = ((x_last - x_first) & (side - 1)) + 1; /* across the antimeridian too */
    if (box->west_e7 > box->east_e7 && x_first == x_last && side > 1) {
        columns = side; /* all around the world, back into the same column */
    }
    uint32_t rows = y_last - y_first + 1;
    if ((uint64_t)columns * rows > ATLAS_TILES_MAX) {
        return false;
    }
    *count = 0;
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t column = 0; column < columns; column++) {
            tiles[(*count)++] = (struct geo_tile){
                .z = zoom, .x = (x_first + column) & (side - 1), .y = y_first + row};
        }
    }
    return true;
}

static err cells_of(const struct atlas_view *view, const struct atlas_request *request,
                    const struct geo_tile *tiles, size_t tile_count, struct arena *arena,
                    struct atlas_cell **cells, size_t *count, struct problem *problem) {
    ATLAS_DESK_CLEANUP struct atlas_desk *desk = atlas_desk_take(view->desks);
    if (!desk) {
        return ERR_MEMORY;
    }
    struct atlas_plan plan;
    TRY(atlas_plan_make(view, request, desk, &plan, problem));
    *count = 0;
    *cells = arena_try(arena, struct atlas_cell, tile_count * ATLAS_TILE_CELLS);
    if (!*cells) {
        return ERR_LIMIT;
    }
    for (size_t i = 0; i < tile_count; i++) {
        TRY(atlas_tile_cells(&plan, tiles[i], *cells, count));
    }
    return OK;
}

err atlas_tile(const struct atlas_view *view, const struct atlas_request *request,
               struct geo_tile tile, struct arena *arena, struct atlas_cell **cells, size_t *count,
               struct problem *problem) {
    if (!geo_tile_is_valid(tile)) {
        return problem_set(problem, ERR_INPUT, "tile", "no such tile");
    }
    return cells_of(view, request, &tile, 1, arena, cells, count, problem);
}

err atlas_block(const struct atlas_view *view, const struct atlas_request *request,
                struct geo_tile first, uint32_t columns, uint32_t rows, struct arena *arena,
                struct atlas_cell **cells, size_t *count, struct problem *problem) {
    struct geo_tile tiles[ATLAS_TILES_MAX];
    if (columns == 0 || rows == 0 || (uint64_t)columns * rows > ATLAS_TILES_MAX) {
        return problem_set(problem, ERR_INPUT, "size", "a block holds 1 to %d tiles",
                           ATLAS_TILES_MAX);
    }
    struct geo_tile last = {first.z, first.x + (columns - 1), first.y + (rows - 1)};
    if (!geo_tile_is_valid(first) || !geo_tile_is_valid(last)) {
        return problem_set(problem, ERR_INPUT, "size",
                           "the block reaches beyond the edge of the world");
    }
    for (uint32_t i = 0; i < columns * rows; i++) {
        tiles[i] = (struct geo_tile){first.z, first.x + i % columns, first.y + i / columns};
    }
    TRY(cells_of(view, request, tiles, columns * rows, arena, cells, count, problem));
    atlas_cells_place(*cells, *count);
    return OK;
}

err atlas_cells(const struct atlas_view *view, const struct atlas_request *request,
                const struct geo_box *box, unsigned zoom, struct arena *arena,
                struct atlas_cell **cells, size_t *count, struct problem *problem) {
    struct geo_tile tiles[ATLAS_TILES_MAX];
    size_t tile_count;
    if (zoom > GEO_ZOOM_MAX) {
        return problem_set(problem, ERR_INPUT, "zoom", "beyond %d", GEO_ZOOM_MAX);
    }
    if (!tiles_of(box, zoom, tiles, &tile_count)) {
        return problem_set(problem, ERR_LIMIT, "bbox", "more than %d tiles at zoom %u",
                           ATLAS_TILES_MAX, zoom);
    }
    TRY(cells_of(view, request, tiles, tile_count, arena, cells, count, problem));
    atlas_cells_place(*cells, *count);
    return OK;
}

err atlas_count_communes(const struct atlas_view *view, const struct atlas_request *request,
                         const uint32_t *communes, size_t count, uint64_t *counts,
                         struct problem *problem) {
    ATLAS_DESK_CLEANUP struct atlas_desk *desk = atlas_desk_take(view->desks);
    if (!desk) {
        return ERR_MEMORY;
    }
    struct atlas_plan plan;
    TRY(atlas_plan_make(view, request, desk, &plan, problem));
    uint32_t *within = arena_try(&desk->arena, uint32_t, view->territories->count);
    if (!within) {
        return ERR_MEMORY;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        struct atlas_match match;
        struct atlas_window window = atlas_window(0, view->parts[part]->count);
        TRY(atlas_match_make(&plan, (enum atlas_part)part, window, false, &match));
        uint32_t i;
        for (struct atlas_walk walk = atlas_walk(&match); atlas_walk_next(&walk, &i);) {
            if (match.segment->territory[i] != TERRITORY_NONE) {
                within[match.segment->territory[i]]++;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        counts[i] = communes[i] < view->territories->count ? within[communes[i]] : 0;
    }
    return OK;
}
