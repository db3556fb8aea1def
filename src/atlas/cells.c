/* The cluster pyramid: matches by quarter-by-quarter of a tile. Documents stand in Z-order, so a
 * tile is one run of them and so is each of its cells. */
#include "atlas/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_BLOCK_BYTES (64u << 10)
#define CELLS               16 /* of a tile: 4 x 4 */
#define CELL_PX             (GEO_TILE_PX / 4)
#define TILES_MAX           64

unsigned atlas_ring_px(uint64_t count) {
    return count < 10 ? 13 : count < 100 ? 15 : count < 1000 ? 17 : count < 10000 ? 20 : 24;
}

/* What gathers in one cell. */
struct heap {
    uint64_t count, sum_x, sum_y, approximate;
    uint32_t kinds[QUERY_KIND__COUNT];
    struct geo_point first;
    const struct atlas_segment *segment; /* of its first document */
    uint32_t document;
    bool is_spread; /* not all on one point */
};

static void gather(struct heap *heap, const struct atlas_segment *segment, uint32_t document) {
    struct geo_point point = segment->point[document];
    if (heap->count++ == 0) {
        heap->first = point;
        heap->segment = segment;
        heap->document = document;
    }
    heap->is_spread =
        heap->is_spread || point.lon_e7 != heap->first.lon_e7 || point.lat_e7 != heap->first.lat_e7;
    heap->sum_x += segment->grid[document].x;
    heap->sum_y += segment->grid[document].y;
    heap->approximate += bits_has(segment->approximate, document);
    heap->kinds[segment->kind[document]]++;
}

/* Moves a coordinate so that the ring stays `radius_px` away from the cell's edges. */
static uint32_t keep_inside(uint64_t mean, uint32_t cell, unsigned zoom, unsigned radius_px) {
    uint64_t px = UINT64_C(1) << (24 - zoom); /* grid units of one pixel */
    uint64_t start = (uint64_t)cell * CELL_PX * px;
    uint64_t least = start + radius_px * px;
    uint64_t most = start + (CELL_PX - radius_px) * px - 1;
    return (uint32_t)(mean < least ? least : mean > most ? most : mean);
}

/* The cell of a heap that holds something. */
static struct atlas_cell finish(const struct heap *heap, struct geo_tile tile, unsigned index) {
    assert(heap->count > 0);
    struct atlas_cell cell = {
        .count = heap->count,
        .tile = {.z = tile.z + 2,
                 .x = tile.x * 4 + ((index & 1) | (index >> 1 & 2)),
                 .y = tile.y * 4 + ((index >> 1 & 1) | (index >> 2 & 2))},
        .all_approximate = heap->approximate == heap->count,
        .is_stack = heap->count > 1 && !heap->is_spread,
    };
    memcpy(cell.kinds, heap->kinds, sizeof(cell.kinds));
    if (heap->count == 1) { /* a pin stands where its entry is */
        cell.position = heap->first;
        cell.entry = (struct entry_id){heap->segment->entry[heap->document]};
        cell.kind = (enum query_kind)heap->segment->kind[heap->document];
        cell.title = atlas_segment_title(heap->segment, heap->document);
        cell.territory = heap->segment->territory[heap->document];
        return cell;
    }
    unsigned radius_px = atlas_ring_px(heap->count);
    cell.position = geo_point_from_grid((struct geo_grid){
        .x = keep_inside(heap->sum_x / heap->count, cell.tile.x, tile.z, radius_px),
        .y = keep_inside(heap->sum_y / heap->count, cell.tile.y, tile.z, radius_px)});
    return cell;
}

/* Adds the cells of one tile to those found so far. */
static err add_tile(struct atlas_plan *plan, struct geo_tile tile, struct atlas_cell *cells,
                    size_t *count) {
    struct heap heaps[CELLS] = {0};
    uint64_t first;
    uint64_t last;
    geo_tile_zorder(tile, &first, &last);
    unsigned shift = 64 - 2 * (tile.z + 2);
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        uint32_t from;
        uint32_t to;
        struct atlas_match match;
        atlas_segment_zrange(plan->view->parts[part], first, last, &from, &to);
        if (from == to) {
            continue;
        }
        TRY(atlas_match_make(plan, (enum atlas_part)part, atlas_window(from, to), false, &match));
        uint32_t document;
        for (struct atlas_walk walk = atlas_walk(&match); atlas_walk_next(&walk, &document);) {
            gather(&heaps[atlas_segment_zorder(match.segment, document) >> shift & (CELLS - 1)],
                   match.segment, document);
        }
    }
    for (unsigned index = 0; index < CELLS; index++) {
        if (heaps[index].count) {
            cells[(*count)++] = finish(&heaps[index], tile, index);
        }
    }
    return OK;
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
    if ((uint64_t)columns * rows > TILES_MAX) {
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
    ARENA_CLEANUP struct arena scratch = arena_make(SCRATCH_BLOCK_BYTES, 0);
    struct atlas_plan plan;
    TRY(atlas_plan_make(view, request, &scratch, &plan, problem));
    struct atlas_cell *found = arena_try(&scratch, struct atlas_cell, tile_count * CELLS);
    size_t found_count = 0;
    if (!found) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < tile_count; i++) {
        TRY(add_tile(&plan, tiles[i], found, &found_count));
    }
    *cells = arena_try(arena, struct atlas_cell, found_count);
    if (!*cells) {
        return ERR_LIMIT;
    }
    if (found_count) {
        memcpy(*cells, found, found_count * sizeof(*found));
    }
    *count = found_count;
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

err atlas_cells(const struct atlas_view *view, const struct atlas_request *request,
                const struct geo_box *box, unsigned zoom, struct arena *arena,
                struct atlas_cell **cells, size_t *count, struct problem *problem) {
    struct geo_tile tiles[TILES_MAX];
    size_t tile_count;
    if (zoom > GEO_ZOOM_MAX) {
        return problem_set(problem, ERR_INPUT, "zoom", "beyond %d", GEO_ZOOM_MAX);
    }
    if (!tiles_of(box, zoom, tiles, &tile_count)) {
        return problem_set(problem, ERR_LIMIT, "bbox", "more than %d tiles at zoom %u", TILES_MAX,
                           zoom);
    }
    return cells_of(view, request, tiles, tile_count, arena, cells, count, problem);
}

err atlas_count_communes(const struct atlas_view *view, const struct atlas_request *request,
                         const uint32_t *communes, size_t count, uint64_t *counts,
                         struct problem *problem) {
    ARENA_CLEANUP struct arena scratch = arena_make(SCRATCH_BLOCK_BYTES, 0);
    struct atlas_plan plan;
    TRY(atlas_plan_make(view, request, &scratch, &plan, problem));
    uint32_t *within = arena_try(&scratch, uint32_t, view->territories->count);
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
