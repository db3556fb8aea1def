/* The cluster pyramid: matches by quarter-by-quarter of a tile. Documents stand in Z-order, so a
 * tile is one run of them and so is each of its cells; the quads say where they begin, and how many
 * of each kind they hold when nothing but kinds was chosen. */
#include "atlas/plan.h"
#include "atlas/quads.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CELLS          16 /* of a tile: 4 x 4 */
#define CELL_PX        (GEO_TILE_PX / 4)
#define MEAN_DOCUMENTS 64  /* of a cell that stands at their mean; of more at that of squares */
#define GONE_MAX       256 /* of a tile that are taken off one by one */

unsigned atlas_ring_px(uint64_t count) {
    return count < 10 ? 13 : count < 100 ? 15 : count < 1000 ? 17 : count < 10000 ? 20 : 24;
}

/* What a part of the index has for a tile. */
struct sight {
    const struct atlas_segment *segment;
    uint32_t from, to;             /* the tile's run of documents */
    const struct atlas_quad *quad; /* whose run it is; NULL: a piece of an undivided one's */
    unsigned kinds;                /* that may match */
    unsigned read;                 /* they, or the others when these are fewer: each has one kind */
    bool is_read_out;
    const uint64_t *bits; /* that match, from document `base` on; NULL: all of the kinds … */
    uint32_t base;
    const uint64_t *live;    /* … that are live here; NULL: all of them … */
    uint32_t gone[GONE_MAX]; /* … without these, ascending */
    uint32_t gone_count;
};
/* A part's documents in one cell. */
struct run {
    uint32_t first, last;
    const struct atlas_quad *quad; /* whose run it is; NULL: none */
    uint32_t count;                /* of them match */
};
struct heap {
    uint64_t count;
    uint32_t kinds[QUERY_KIND__COUNT];
    struct run runs[ATLAS_PART__COUNT];
};
struct tile_work {
    struct geo_tile tile;
    struct sight parts[ATLAS_PART__COUNT];
    struct heap heaps[CELLS];
};

/* The matches among the 64 documents of a word, beside the ends of any run too. */
static uint64_t sight_word(const struct sight *sight, const uint64_t *live, uint32_t word) {
    if (sight->bits) {
        return sight->bits[word - sight->base / 64];
    }
    uint64_t bits = 0;
    for (unsigned kinds = sight->read; kinds; kinds &= kinds - 1) {
        bits |= sight->segment->kinds[__builtin_ctz(kinds)][word];
    }
    bits = sight->is_read_out ? ~bits : bits;
    return live ? bits & live[word] : bits;
}

/* The matches of a run: `for (walk = …; sight_next(&walk, &document);)`. */
struct sight_walk {
    const struct sight *sight;
    const uint64_t *live;
    uint32_t word, last;
    uint64_t left;
};
/* `live`: the sight's, or NULL for what was built. */
static struct sight_walk sight_walk_of(const struct sight *sight, const uint64_t *live,
                                       uint32_t first, uint32_t last) {
    struct sight_walk walk = {.sight = sight, .live = live, .word = first / 64, .last = last};
    if (first < last) {
        walk.left = sight_word(sight, live, walk.word) & UINT64_MAX << first % 64;
    }
    return walk;
}
static struct sight_walk sight_walk(const struct sight *sight, const struct run *run) {
    return sight_walk_of(sight, sight->live, run->first, run->last);
}
static bool sight_next(struct sight_walk *walk, uint32_t *document) {
    while (!walk->left) {
        if (++walk->word * UINT64_C(64) >= walk->last) {
            return false;
        }
        walk->left = sight_word(walk->sight, walk->live, walk->word);
    }
    *document = walk->word * 64 + (uint32_t)__builtin_ctzll(walk->left);
    walk->left &= walk->left - 1;
    return *document < walk->last;
}

/* The last match of a run that has some. */
static uint32_t sight_last(const struct sight *sight, const struct run *run) {
    uint32_t word = (run->last - 1) / 64;
    uint64_t bits =
        sight_word(sight, sight->live, word) & UINT64_MAX >> (63 - (run->last - 1) % 64);
    while (!bits) {
        bits = sight_word(sight, sight->live, --word);
    }
    return word * 64 + 63 - (uint32_t)__builtin_clzll(bits);
}

static uint32_t quad_count(const struct sight *sight, const struct atlas_quad *quad) {
    uint32_t count = 0;
    if (sight->bits) {
        return (uint32_t)bits_count_run(sight->bits, quad->first - sight->base,
                                        quad->last - sight->base);
    }
    for (unsigned kinds = sight->kinds; kinds; kinds &= kinds - 1) {
        count += quad->kinds[__builtin_ctz(kinds)];
    }
    return count;
}

/* A tile without words, box, dates and chosen values but kinds is counted from the quads. */
static bool asks_for_kinds_only(const struct atlas_plan *plan) {
    const struct query *query = plan->query;
    return !plan->clause_count && !plan->has_dates && !query->has_box &&
           !(query->has_near && query->radius_m) && !query->states && !query->has &&
           !query->themes.count && !query->territories.count && !query->languages.count &&
           !query->sources.count && !query->skills.count;
}

/* Finds the few documents of the run that live no more; false when there are many. */
static bool find_gone(struct sight *sight) {
    uint64_t left = sight->to - sight->from - bits_count_run(sight->live, sight->from, sight->to);
    if (left > GONE_MAX) {
        return false;
    }
    for (uint32_t word = sight->from / 64; left; word++) {
        uint64_t gone = ~sight->live[word];
        for (; gone; gone &= gone - 1) {
            uint32_t document = word * 64 + (uint32_t)__builtin_ctzll(gone);
            if (document >= sight->from && document < sight->to) {
                sight->gone[sight->gone_count++] = document;
                left--;
            }
        }
    }
    return true;
}

static err look(struct atlas_plan *plan, enum atlas_part part, struct tile_work *work) {
    struct sight *sight = &work->parts[part];
    sight->segment = plan->view->parts[part];
    sight->kinds = plan->kinds ? plan->kinds : QUERY_KINDS_ALL;
    unsigned others = QUERY_KINDS_ALL & ~sight->kinds;
    sight->is_read_out = __builtin_popcount(others) < __builtin_popcount(sight->kinds);
    sight->read = sight->is_read_out ? others : sight->kinds;
    sight->quad = atlas_quads_tile(sight->segment, work->tile, &sight->from, &sight->to);
    if (sight->from == sight->to) {
        return OK;
    }
    if (asks_for_kinds_only(plan)) {
        sight->live = plan->view->live[part];
        if (!sight->live || find_gone(sight)) {
            return OK;
        }
    }
    struct atlas_window window = atlas_window(sight->from, sight->to);
    sight->base = window.base;
    return atlas_match_bits(plan, part, window, &sight->bits);
}

/* Shares out a run among the cells that it lies in. */
static void share_documents(struct tile_work *work, enum atlas_part part, uint32_t from,
                            uint32_t to) {
    const struct atlas_segment *segment = work->parts[part].segment;
    unsigned shift = 60 - 2 * work->tile.z;
    while (from < to) {
        uint64_t cell = atlas_segment_zorder(segment, from) >> shift;
        struct run *run = &work->heaps[cell % CELLS].runs[part];
        run->first = from;
        while (from < to && atlas_segment_zorder(segment, from) >> shift == cell) {
            from++;
        }
        run->last = from;
    }
}

static void share_quad(struct tile_work *work, enum atlas_part part,
                       const struct atlas_quad *quad) {
    const struct atlas_segment *segment = work->parts[part].segment;
    if (quad->zoom >= work->tile.z + 2) {
        uint64_t cell = atlas_segment_zorder(segment, quad->first) >> (60 - 2 * work->tile.z);
        work->heaps[cell % CELLS].runs[part] =
            (struct run){.first = quad->first, .last = quad->last, .quad = quad};
    } else if (!quad->children) {
        share_documents(work, part, quad->first, quad->last);
    } else {
        for (unsigned i = 0; i < quad->children; i++) { /* at most twice deep: to the cells */
            share_quad(work, part, &segment->quads[quad->child + i]);
        }
    }
}

/* Counts a part's matches in a cell. */
static void count_run(const struct sight *sight, struct run *run, struct heap *heap) {
    const struct atlas_segment *segment = sight->segment;
    if (!sight->bits && run->quad) {
        for (unsigned kinds = sight->kinds; kinds; kinds &= kinds - 1) {
            unsigned kind = (unsigned)__builtin_ctz(kinds);
            heap->kinds[kind] += run->quad->kinds[kind];
            run->count += run->quad->kinds[kind];
        }
        for (uint32_t i = 0; i < sight->gone_count; i++) {
            unsigned kind = segment->kind[sight->gone[i]];
            if (sight->gone[i] >= run->first && sight->gone[i] < run->last &&
                sight->kinds >> kind & 1) {
                heap->kinds[kind]--;
                run->count--;
            }
        }
    } else if (run->last - run->first <= ATLAS_QUAD_DOCUMENTS) {
        uint32_t document;
        for (struct sight_walk walk = sight_walk(sight, run); sight_next(&walk, &document);) {
            heap->kinds[segment->kind[document]]++;
            run->count++;
        }
    } else {
        uint32_t left = (uint32_t)bits_count_run(sight->bits, run->first - sight->base,
                                                 run->last - sight->base);
        run->count = left;
        for (unsigned kinds = sight->kinds; kinds && left; kinds &= kinds - 1) {
            unsigned kind = (unsigned)__builtin_ctz(kinds);
            uint32_t count = left;
            if (kinds & (kinds - 1)) { /* the last one has what is left */
                count = (uint32_t)bits_count_and_run(
                    sight->bits, segment->kinds[kind] + sight->base / 64, run->first - sight->base,
                    run->last - sight->base);
            }
            heap->kinds[kind] += count;
            left -= count;
        }
    }
    heap->count += run->count;
}

static bool is_same_point(struct geo_point a, struct geo_point b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

/* The first match of a cell that has some. */
static uint32_t first_match(const struct tile_work *work, const struct heap *heap,
                            enum atlas_part *part) {
    uint32_t document = 0;
    *part = ATLAS_GENERATION;
    while (!heap->runs[*part].count) {
        (*part)++;
    }
    struct sight_walk walk = sight_walk(&work->parts[*part], &heap->runs[*part]);
    bool is_there = sight_next(&walk, &document);
    assert(is_there);
    (void)is_there;
    return document;
}

/* Whether all matches of a cell stand on one point. Those on other grid points give themselves away
 * at the ends of the run; at the rim of the world several points share one. */
static bool is_stack(const struct tile_work *work, const struct heap *heap,
                     struct geo_point point) {
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct sight *sight = &work->parts[part];
        const struct run *run = &heap->runs[part];
        uint32_t document;
        struct sight_walk walk = sight_walk(sight, run);
        if (!run->count || !sight_next(&walk, &document)) {
            continue;
        }
        const struct atlas_segment *segment = sight->segment;
        struct geo_grid grid = segment->grid[document];
        bool is_rim = grid.x == 0 || grid.x == UINT32_MAX || grid.y == 0 || grid.y == UINT32_MAX;
        if (!is_same_point(segment->point[document], point) ||
            !is_same_point(segment->point[sight_last(sight, run)], point)) {
            return false;
        }
        while (is_rim && sight_next(&walk, &document)) {
            if (!is_same_point(segment->point[document], point)) {
                return false;
            }
        }
    }
    return true;
}

static bool is_all_approximate(const struct tile_work *work, const struct heap *heap) {
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const uint64_t *approximate = work->parts[part].segment->approximate;
        uint32_t document;
        struct sight_walk walk = sight_walk(&work->parts[part], &heap->runs[part]);
        while (sight_next(&walk, &document)) {
            if (!bits_has(approximate, document)) {
                return false;
            }
            walk.left &= ~approximate[walk.word]; /* on to one that is not */
        }
    }
    return true;
}

/* Sums of positions, and how they are rounded: to squares of 1/8 of a cell, or not at all. */
struct sums {
    uint64_t x, y;
    unsigned square_zoom; /* 32: exact */
};

static void sum_add(struct sums *sums, struct geo_grid grid, uint64_t times) {
    if (sums->square_zoom < 32) {
        uint32_t side = UINT32_C(1) << (32 - sums->square_zoom);
        grid.x = (grid.x & ~(side - 1)) + side / 2;
        grid.y = (grid.y & ~(side - 1)) + side / 2;
    }
    sums->x += times * grid.x; /* below zero when `times` is: the sums are not */
    sums->y += times * grid.y;
}

static void sum_walk(struct sight_walk walk, struct sums *sums) {
    uint32_t document;
    while (sight_next(&walk, &document)) {
        sum_add(sums, walk.sight->segment->grid[document], 1);
    }
}

/* The quads of a run as they were built: without bits, those that are gone are in. */
static void sum_quads(const struct sight *sight, const struct atlas_quad *quad, struct sums *sums) {
    if (quad->zoom >= sums->square_zoom) {
        sum_add(sums, sight->segment->grid[quad->first], quad_count(sight, quad));
    } else if (!quad->children) {
        sum_walk(sight_walk_of(sight, NULL, quad->first, quad->last), sums);
    } else {
        for (unsigned i = 0; i < quad->children; i++) { /* at most thrice deep: to the squares */
            sum_quads(sight, &sight->segment->quads[quad->child + i], sums);
        }
    }
}

static struct geo_grid mean_of(const struct tile_work *work, const struct heap *heap) {
    struct sums sums = {.square_zoom = heap->count > MEAN_DOCUMENTS ? work->tile.z + 5 : 32};
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct sight *sight = &work->parts[part];
        const struct run *run = &heap->runs[part];
        if (sums.square_zoom == 32 || !run->quad) {
            sum_walk(sight_walk(sight, run), &sums);
            continue;
        }
        sum_quads(sight, run->quad, &sums);
        for (uint32_t i = 0; !sight->bits && i < sight->gone_count; i++) {
            uint32_t document = sight->gone[i];
            if (document >= run->first && document < run->last &&
                sight->kinds >> sight->segment->kind[document] & 1) {
                sum_add(&sums, sight->segment->grid[document], (uint64_t)-1);
            }
        }
    }
    return (struct geo_grid){.x = (uint32_t)(sums.x / heap->count),
                             .y = (uint32_t)(sums.y / heap->count)};
}

/* Moves a coordinate so that the ring stays `radius_px` away from the cell's edges. */
static uint32_t keep_inside(uint32_t mean, uint32_t cell, unsigned zoom, unsigned radius_px) {
    uint64_t px = UINT64_C(1) << (24 - zoom); /* grid units of one pixel */
    uint64_t start = (uint64_t)cell * CELL_PX * px;
    uint64_t least = start + radius_px * px;
    uint64_t most = start + (CELL_PX - radius_px) * px - 1;
    return (uint32_t)(mean < least ? least : mean > most ? most : mean);
}

/* The cell of a heap that holds something. */
static struct atlas_cell finish(const struct tile_work *work, unsigned index) {
    const struct heap *heap = &work->heaps[index];
    struct geo_tile tile = work->tile;
    enum atlas_part part;
    uint32_t document = first_match(work, heap, &part);
    const struct atlas_segment *segment = work->parts[part].segment;
    struct atlas_cell cell = {
        .count = heap->count,
        .tile = {.z = tile.z + 2,
                 .x = tile.x * 4 + ((index & 1) | (index >> 1 & 2)),
                 .y = tile.y * 4 + ((index >> 1 & 1) | (index >> 2 & 2))},
        .position = segment->point[document],
        .all_approximate = is_all_approximate(work, heap),
    };
    memcpy(cell.kinds, heap->kinds, sizeof(cell.kinds));
    if (heap->count == 1) { /* a pin stands where its entry is */
        cell.entry = (struct entry_id){segment->entry[document]};
        cell.kind = (enum query_kind)segment->kind[document];
        cell.title = atlas_segment_title(segment, document);
        cell.territory = segment->territory[document];
        return cell;
    }
    cell.is_stack = is_stack(work, heap, cell.position);
    struct geo_grid at = cell.is_stack ? segment->grid[document] : mean_of(work, heap);
    unsigned radius_px = atlas_ring_px(heap->count);
    cell.position = geo_point_from_grid(
        (struct geo_grid){.x = keep_inside(at.x, cell.tile.x, tile.z, radius_px),
                          .y = keep_inside(at.y, cell.tile.y, tile.z, radius_px)});
    return cell;
}

/* Adds the cells of one tile to those found so far. */
static err add_tile(struct atlas_plan *plan, struct geo_tile tile, struct atlas_cell *cells,
                    size_t *count) {
    struct tile_work work = {.tile = tile};
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        TRY(look(plan, (enum atlas_part)part, &work));
        struct sight *sight = &work.parts[part];
        if (sight->quad) {
            share_quad(&work, (enum atlas_part)part, sight->quad);
        } else {
            share_documents(&work, (enum atlas_part)part, sight->from, sight->to);
        }
    }
    for (unsigned index = 0; index < CELLS; index++) {
        struct heap *heap = &work.heaps[index];
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            count_run(&work.parts[part], &heap->runs[part], heap);
        }
        if (heap->count) {
            cells[(*count)++] = finish(&work, index);
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
    struct atlas_cell *found = arena_try(&desk->arena, struct atlas_cell, tile_count * CELLS);
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
    return cells_of(view, request, tiles, columns * rows, arena, cells, count, problem);
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
    return cells_of(view, request, tiles, tile_count, arena, cells, count, problem);
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
