/* The cells of one tile. Documents stand in Z-order, so a tile is one run of them and so is each of
 * its cells; the quads say where they begin, how many of each kind they hold and where these stand,
 * when nothing but kinds was chosen. */
#include "atlas/tile.h"
#include "atlas/quads.h"

#include <assert.h>
#include <string.h>

#define CELL_PX    (GEO_TILE_PX / 4)
#define GONE_MAX   4096 /* of a tile that are taken off one by one */
#define LONG_RUN   2048 /* documents: squares are counted, and with them the cell */
#define SHORT_RUN  512  /* documents: matches are looked at, not squares */
#define MEANS_NONE ATLAS_QUAD_OF__COUNT

/* What a part of the index has for a tile. */
struct sight {
    const struct atlas_segment *segment;
    enum atlas_part part;
    uint32_t from, to;             /* the tile's run of documents */
    const struct atlas_quad *quad; /* whose run it is; NULL: a piece of an undivided one's */
    unsigned kinds;                /* that may match */
    /* Nothing but kinds was chosen: what the quads say holds, apart from a few that are gone. */
    bool is_by_quads;
    enum atlas_quad_of of; /* what they say of these kinds in one; MEANS_NONE: nothing */
    const uint32_t *gone;  /* documents of the run that live no more, ascending */
    uint32_t gone_count;
    struct bits_sieve sieve; /* all that match */
};
/* A part's documents in one cell. */
struct run {
    uint32_t first, last;
    uint32_t count;                /* of them match */
    const struct atlas_quad *quad; /* whose run it is; NULL: a piece of an undivided one's */
    bool is_summed;                /* match by match into the heap */
    bool is_squared;               /* x and y are there: sums of the middles of their squares */
    uint64_t x, y;
};
struct heap {
    uint64_t count;
    uint32_t kinds[QUERY_KIND__COUNT];
    uint32_t first; /* match … */
    enum atlas_part part;
    struct geo_point point; /* … and where it stands */
    bool is_spread;         /* another stands elsewhere */
    bool is_precise;        /* one is known by more than its commune */
    uint64_t x, y;          /* sums of the matches of runs that are summed */
    struct run runs[ATLAS_PART__COUNT];
};
struct tile_work {
    struct geo_tile tile;
    unsigned square_zoom; /* of the squares of a cell; 32: the grid's own */
    struct sight parts[ATLAS_PART__COUNT];
    struct heap heaps[ATLAS_TILE_CELLS];
};

/* ---- what matches ---- */

/* The matches of a run: `for (walk = …; sight_next(&walk, &document);)`. */
struct sight_walk {
    const struct sight *sight;
    uint32_t word, last;
    uint64_t left;
};
static struct sight_walk sight_walk(const struct sight *sight, uint32_t first, uint32_t last) {
    struct sight_walk walk = {.sight = sight, .word = first / 64, .last = last};
    if (first < last) {
        walk.left = bits_sieve_word(&sight->sieve, walk.word) & UINT64_MAX << first % 64;
    }
    return walk;
}
static bool sight_next(struct sight_walk *walk, uint32_t *document) {
    while (!walk->left) {
        if (++walk->word * UINT64_C(64) >= walk->last) {
            return false;
        }
        walk->left = bits_sieve_word(&walk->sight->sieve, walk->word);
    }
    *document = walk->word * 64 + (uint32_t)__builtin_ctzll(walk->left);
    walk->left &= walk->left - 1;
    return *document < walk->last;
}

/* The first and the last match of a run that has some. */
static uint32_t sight_first(const struct sight *sight, const struct run *run) {
    uint32_t document = 0;
    struct sight_walk walk = sight_walk(sight, run->first, run->last);
    bool is_there = sight_next(&walk, &document);
    assert(is_there);
    (void)is_there;
    return document;
}
static uint32_t sight_last(const struct sight *sight, const struct run *run) {
    uint32_t word = (run->last - 1) / 64;
    uint64_t bits =
        bits_sieve_word(&sight->sieve, word) & UINT64_MAX >> (63 - (run->last - 1) % 64);
    while (!bits) {
        bits = bits_sieve_word(&sight->sieve, --word);
    }
    return word * 64 + 63 - (uint32_t)__builtin_clzll(bits);
}

/* A tile without words, box, dates and chosen values but kinds is read off the quads. */
static bool asks_for_kinds_only(const struct atlas_plan *plan) {
    const struct query *query = plan->query;
    return !plan->clause_count && !plan->has_dates && !atlas_has_area(plan) && !query->states &&
           !query->has && !query->themes.count && !query->territories.count &&
           !query->languages.count && !query->sources.count && !query->skills.count;
}

/* Finds the documents of the run that live no more; they stay away when there are many. */
static err find_gone(const struct atlas_plan *plan, struct sight *sight) {
    const uint64_t *live = plan->view->live[sight->part];
    uint64_t left = sight->to - sight->from;
    left -= live ? bits_count_run(live, sight->from, sight->to) : left;
    if (left == 0 || left > GONE_MAX) {
        sight->is_by_quads = left == 0;
        return OK;
    }
    uint32_t *gone = plan_new(plan, uint32_t, left);
    if (!gone) {
        return ERR_MEMORY;
    }
    for (uint32_t word = sight->from / 64; sight->gone_count < left; word++) {
        for (uint64_t bits = ~live[word]; bits; bits &= bits - 1) {
            uint32_t document = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (document >= sight->from && document < sight->to) {
                gone[sight->gone_count++] = document;
            }
        }
    }
    sight->gone = gone;
    sight->is_by_quads = true;
    return OK;
}

static err look(struct atlas_plan *plan, enum atlas_part part, struct tile_work *work) {
    struct sight *sight = &work->parts[part];
    sight->segment = plan->view->parts[part];
    sight->part = part;
    sight->quad = atlas_quads_tile(sight->segment, work->tile, &sight->from, &sight->to);
    sight->is_by_quads = false;
    sight->gone_count = 0;
    if (sight->from == sight->to) {
        return OK;
    }
    sight->kinds = plan->kinds ? plan->kinds : QUERY_KINDS_ALL;
    sight->of = sight->kinds == QUERY_KINDS_ALL     ? ATLAS_QUAD_ALL
                : sight->kinds == QUERY_KINDS_ENTRY ? ATLAS_QUAD_ENTRIES
                                                    : MEANS_NONE;
    if (asks_for_kinds_only(plan)) {
        TRY(find_gone(plan, sight));
    }
    return atlas_match_sieve(plan, part, atlas_window(sight->from, sight->to), &sight->sieve);
}

/* ---- sharing out the documents among the cells, and counting them ---- */

/* Which of the tile's cells holds a place: their Z-order. */
static unsigned cell_of(const struct tile_work *work, struct geo_grid at) {
    unsigned x = at.x >> (30 - work->tile.z) & 3;
    unsigned y = at.y >> (30 - work->tile.z) & 3;
    return (x & 1) | (y & 1) << 1 | (x & 2) << 1 | (y & 2) << 2;
}

static void begin_heap(struct heap *heap, const struct sight *sight, uint32_t first) {
    heap->first = first;
    heap->part = sight->part;
    heap->point = sight->segment->point[first];
}

/* Some documents, match by match. */
static void take_few(struct tile_work *work, const struct sight *sight, uint32_t first,
                     uint32_t last) {
    const struct atlas_segment *segment = sight->segment;
    uint32_t document;
    for (struct sight_walk walk = sight_walk(sight, first, last); sight_next(&walk, &document);) {
        struct geo_grid at = segment->grid[document];
        struct heap *heap = &work->heaps[cell_of(work, at)];
        struct run *run = &heap->runs[sight->part];
        if (!heap->count++) {
            begin_heap(heap, sight, document);
        }
        if (!run->count++) {
            run->first = document;
            run->is_summed = true;
        }
        run->last = document + 1;
        heap->is_spread |= !geo_point_is_same(segment->point[document], heap->point);
        heap->is_precise |= !bits_has(segment->approximate, document);
        heap->kinds[segment->kind[document]]++;
        heap->x += at.x;
        heap->y += at.y;
    }
}

/* Whether a quad tells all of its documents without a look at them. */
static bool is_told(const struct sight *sight) {
    return sight->is_by_quads && !sight->gone_count && sight->of != MEANS_NONE;
}

/* Whether the matches of a run stand elsewhere than at the heap's first one. Those on other grid
 * points give themselves away at the ends of the run; at the rim of the world several points share
 * one. */
static bool is_spread(const struct sight *sight, const struct run *run, struct geo_point point,
                      uint32_t first) {
    const struct atlas_segment *segment = sight->segment;
    if (!geo_point_is_same(segment->point[first], point)) {
        return true;
    }
    if (is_told(sight) || run->quad->is_point) {
        return !run->quad->is_point;
    }
    if (!geo_point_is_same(segment->point[sight_last(sight, run)], point)) {
        return true;
    }
    struct geo_grid grid = segment->grid[first];
    bool is_rim = grid.x == 0 || grid.x == UINT32_MAX || grid.y == 0 || grid.y == UINT32_MAX;
    uint32_t document;
    for (struct sight_walk walk = sight_walk(sight, run->first, run->last);
         is_rim && sight_next(&walk, &document);) {
        if (!geo_point_is_same(segment->point[document], point)) {
            return true;
        }
    }
    return false;
}

static bool is_precise(const struct sight *sight, const struct run *run) {
    const uint64_t *approximate = sight->segment->approximate;
    uint32_t document;
    if (is_told(sight) || run->quad->is_approximate) {
        return !run->quad->is_approximate;
    }
    for (struct sight_walk walk = sight_walk(sight, run->first, run->last);
         sight_next(&walk, &document);) {
        if (!bits_has(approximate, document)) {
            return true;
        }
        walk.left &= ~approximate[walk.word]; /* on to one that is not */
    }
    return false;
}

/* Positions of those gone that stand in a run: *from … the result - 1. */
static uint32_t gone_of(const struct sight *sight, const struct run *run, uint32_t *from) {
    *from = sorted_bound(sight->gone, sight->gone_count, run->first);
    return *from + sorted_bound(sight->gone + *from, sight->gone_count - *from, run->last);
}

/* Sums of the north-western corners of squares. */
struct sums {
    uint64_t x, y, count;
    unsigned square_zoom; /* 32: the grid's own */
};

static uint32_t square_side(const struct sums *sums) {
    return UINT32_C(1) << (32 - sums->square_zoom);
}

static void sum_add(struct sums *sums, struct geo_grid grid, uint64_t times) {
    uint32_t corner = ~(square_side(sums) - 1);
    sums->x += times * (grid.x & corner); /* below zero when `times` is: the sums are not */
    sums->y += times * (grid.y & corner);
    sums->count += times;
}

static void sum_walk(const struct sight *sight, uint32_t first, uint32_t last, struct sums *sums) {
    const uint32_t corner = ~(square_side(sums) - 1);
    const struct geo_grid *grid = sight->segment->grid;
    struct sums found = *sums;
    for (uint32_t word = first / 64; word * UINT64_C(64) < last; word++) {
        uint64_t bits = bits_sieve_word(&sight->sieve, word);
        bits &= word == first / 64 ? UINT64_MAX << first % 64 : UINT64_MAX;
        bits &= last - word * 64 < 64 ? (UINT64_C(1) << (last - word * 64)) - 1 : UINT64_MAX;
        for (; bits; bits &= bits - 1) {
            struct geo_grid at = grid[word * 64 + (uint32_t)__builtin_ctzll(bits)];
            found.x += at.x & corner;
            found.y += at.y & corner;
            found.count++;
        }
    }
    *sums = found;
}

/* From their corners to their middles. */
static void sum_end(struct sums *sums) {
    sums->x += sums->count * (square_side(sums) / 2);
    sums->y += sums->count * (square_side(sums) / 2);
}

/* The matches of a quad by its squares. */
static void sum_sieved(const struct sight *sight, const struct atlas_quad *quad,
                       struct sums *sums) {
    if (quad->zoom >= sums->square_zoom) {
        uint64_t count = bits_sieve_count(&sight->sieve, quad->first, quad->last);
        sum_add(sums, sight->segment->grid[quad->first], count);
    } else if (!quad->children || quad->last - quad->first <= SHORT_RUN) {
        sum_walk(sight, quad->first, quad->last, sums);
    } else {
        for (unsigned i = 0; i < quad->children; i++) { /* at most thrice deep: to the squares */
            sum_sieved(sight, &sight->segment->quads[quad->child + i], sums);
        }
    }
}

/* The same for chosen kinds, as the quad was built: those that are gone are in. */
static void sum_built(const struct sight *sight, const struct atlas_quad *quad, struct sums *sums) {
    const struct atlas_segment *segment = sight->segment;
    uint64_t count = atlas_quad_count(quad, sight->kinds);
    if (quad->zoom >= sums->square_zoom) {
        sum_add(sums, segment->grid[quad->first], count);
    } else if (quad->zoom + ATLAS_SQUARE_LEVELS == sums->square_zoom && sums->square_zoom < 32 &&
               sight->of != MEANS_NONE && count > ATLAS_MEAN_DOCUMENTS) {
        unsigned shift = 32 - sums->square_zoom;
        uint32_t inside = (UINT32_C(1) << (32 - quad->zoom)) - 1;
        struct geo_grid at = segment->grid[quad->first];
        sums->x += count * (at.x & ~inside) + ((uint64_t)quad->at[sight->of].x << shift);
        sums->y += count * (at.y & ~inside) + ((uint64_t)quad->at[sight->of].y << shift);
        sums->count += count;
    } else if (!quad->children) {
        for (uint32_t i = quad->first; i < quad->last; i++) {
            if (sight->kinds >> segment->kind[i] & 1) {
                sum_add(sums, segment->grid[i], 1);
            }
        }
    } else {
        for (unsigned i = 0; i < quad->children; i++) {
            sum_built(sight, &segment->quads[quad->child + i], sums);
        }
    }
}

/* The matches of a run by their squares. */
static struct sums sum_run(const struct tile_work *work, const struct sight *sight,
                           const struct run *run) {
    struct sums sums = {.square_zoom = work->square_zoom};
    if (!run->quad) {
        sum_walk(sight, run->first, run->last, &sums);
    } else if (!sight->is_by_quads) {
        sum_sieved(sight, run->quad, &sums);
    } else {
        uint32_t i;
        sum_built(sight, run->quad, &sums);
        for (uint32_t end = gone_of(sight, run, &i); i < end; i++) {
            if (sight->kinds >> sight->segment->kind[sight->gone[i]] & 1) {
                sum_add(&sums, sight->segment->grid[sight->gone[i]], (uint64_t)-1);
            }
        }
    }
    sum_end(&sums);
    return sums;
}

/* Counts what the quads say. */
static void count_built(const struct sight *sight, struct run *run, struct heap *heap) {
    for (unsigned kinds = sight->kinds; kinds; kinds &= kinds - 1) {
        unsigned kind = (unsigned)__builtin_ctz(kinds);
        heap->kinds[kind] += run->quad->kinds[kind];
        run->count += run->quad->kinds[kind];
    }
    uint32_t i;
    for (uint32_t end = gone_of(sight, run, &i); i < end; i++) {
        unsigned kind = sight->segment->kind[sight->gone[i]];
        if (sight->kinds >> kind & 1) {
            heap->kinds[kind]--;
            run->count--;
        }
    }
}

/* Counts by bitsets; of a long run the squares, which tell where it stands as well. */
static void count_sieved(const struct tile_work *work, const struct sight *sight, struct run *run,
                         struct heap *heap) {
    if (run->last - run->first > LONG_RUN) {
        struct sums sums = sum_run(work, sight, run);
        run->is_squared = true;
        run->x = sums.x;
        run->y = sums.y;
        run->count = (uint32_t)sums.count;
    } else {
        run->count = (uint32_t)bits_sieve_count(&sight->sieve, run->first, run->last);
    }
    uint32_t left = run->count;
    uint32_t document;
    if (left <= ATLAS_MEAN_DOCUMENTS && sight->kinds & (sight->kinds - 1)) {
        for (struct sight_walk walk = sight_walk(sight, run->first, run->last);
             left && sight_next(&walk, &document); left--) {
            heap->kinds[sight->segment->kind[document]]++;
        }
        return;
    }
    struct bits_sieve sieve = sight->sieve;
    unsigned room = sieve.count;
    for (unsigned kinds = sight->kinds; kinds && left; kinds &= kinds - 1) {
        unsigned kind = (unsigned)__builtin_ctz(kinds);
        uint32_t count = left;
        if (kinds & (kinds - 1)) { /* the last one has what is left */
            sieve.count = room;
            bits_sieve_add(&sieve, sight->segment->kinds[kind], 0, true);
            count = (uint32_t)bits_sieve_count(&sieve, run->first, run->last);
        }
        heap->kinds[kind] += count;
        left -= count;
    }
}

/* A quad that lies in one cell. */
static void take_quad(struct tile_work *work, const struct sight *sight,
                      const struct atlas_quad *quad) {
    struct heap *heap = &work->heaps[cell_of(work, sight->segment->grid[quad->first])];
    struct run *run = &heap->runs[sight->part];
    *run = (struct run){.first = quad->first, .last = quad->last, .quad = quad};
    if (sight->is_by_quads) {
        count_built(sight, run, heap);
    } else {
        count_sieved(work, sight, run, heap);
    }
    if (!run->count) {
        return;
    }
    uint32_t first = is_told(sight) ? quad->first : sight_first(sight, run);
    if (!heap->count) {
        begin_heap(heap, sight, first);
    }
    heap->count += run->count;
    heap->is_spread = heap->is_spread || is_spread(sight, run, heap->point, first);
    heap->is_precise = heap->is_precise || is_precise(sight, run);
}

static void take(struct tile_work *work, const struct sight *sight, const struct atlas_quad *quad) {
    bool is_small = quad->last - quad->first <= ATLAS_QUAD_DOCUMENTS;
    bool is_in_cell = quad->zoom >= work->tile.z + 2;
    if (is_in_cell && (!is_small || is_told(sight))) {
        take_quad(work, sight, quad);
    } else if (is_small || !quad->children) {
        take_few(work, sight, quad->first, quad->last);
    } else {
        for (unsigned i = 0; i < quad->children; i++) { /* at most twice deep: to the cells */
            take(work, sight, &sight->segment->quads[quad->child + i]);
        }
    }
}

/* ---- the cells ---- */

static struct geo_grid mean_of(const struct tile_work *work, const struct heap *heap) {
    bool is_few = heap->count <= ATLAS_MEAN_DOCUMENTS;
    uint64_t x = is_few ? heap->x : 0;
    uint64_t y = is_few ? heap->y : 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct sight *sight = &work->parts[part];
        const struct run *run = &heap->runs[part];
        struct sums sums = {.x = run->x, .y = run->y, .square_zoom = 32};
        if (!run->count || (is_few && run->is_summed)) {
            continue;
        }
        if (is_few && run->count == heap->count && run->quad && is_told(sight)) {
            return (struct geo_grid){run->quad->at[sight->of].x, run->quad->at[sight->of].y};
        }
        if (is_few) {
            sums = (struct sums){.square_zoom = 32};
            sum_walk(sight, run->first, run->last, &sums);
        } else if (!run->is_squared) {
            sums = sum_run(work, sight, run);
        }
        x += sums.x;
        y += sums.y;
    }
    return (struct geo_grid){.x = (uint32_t)(x / heap->count), .y = (uint32_t)(y / heap->count)};
}

/* Moves a coordinate so that the ring stays `radius_px` away from the cell's edges. */
static uint32_t keep_inside(uint32_t mean, uint32_t cell, unsigned zoom, unsigned radius_px) {
    uint64_t px = UINT64_C(1) << (24 - zoom); /* grid units of one pixel */
    uint64_t start = (uint64_t)cell * CELL_PX * px;
    uint64_t least = start + radius_px * px;
    uint64_t most = start + (CELL_PX - radius_px) * px - 1;
    return (uint32_t)(mean < least ? least : mean > most ? most : mean);
}

/* The cell of a heap that holds something; `cell` is zero. */
static void finish(const struct tile_work *work, unsigned index, struct atlas_cell *cell) {
    const struct heap *heap = &work->heaps[index];
    const struct atlas_segment *segment = work->parts[heap->part].segment;
    struct geo_tile tile = work->tile;
    cell->count = heap->count;
    cell->tile = (struct geo_tile){.z = tile.z + 2,
                                   .x = tile.x * 4 + ((index & 1) | (index >> 1 & 2)),
                                   .y = tile.y * 4 + ((index >> 1 & 1) | (index >> 2 & 2))};
    cell->all_approximate = !heap->is_precise;
    memcpy(cell->kinds, heap->kinds, sizeof(cell->kinds));
    cell->grid = segment->grid[heap->first];
    if (heap->count == 1) { /* a pin stands where its entry is */
        cell->position = heap->point;
        cell->entry = (struct entry_id){segment->entry[heap->first]};
        cell->kind = (enum query_kind)segment->kind[heap->first];
        cell->title = atlas_segment_title(segment, heap->first);
        cell->territory = segment->territory[heap->first];
        return;
    }
    cell->is_stack = !heap->is_spread;
    struct geo_grid at = cell->is_stack ? cell->grid : mean_of(work, heap);
    unsigned radius_px = atlas_ring_px(heap->count);
    cell->grid = (struct geo_grid){.x = keep_inside(at.x, cell->tile.x, tile.z, radius_px),
                                   .y = keep_inside(at.y, cell->tile.y, tile.z, radius_px)};
}

err atlas_tile_cells(struct atlas_plan *plan, struct geo_tile tile, struct atlas_cell *cells,
                     size_t *count) {
    struct tile_work work;
    unsigned squares = tile.z + 2 + (asks_for_kinds_only(plan) ? ATLAS_SQUARE_LEVELS : 2);
    work.tile = tile;
    work.square_zoom = squares < 32 ? squares : 32;
    memset(work.heaps, 0, sizeof(work.heaps));
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        TRY(look(plan, (enum atlas_part)part, &work));
        const struct sight *sight = &work.parts[part];
        if (sight->quad) {
            take(&work, sight, sight->quad);
        } else {
            take_few(&work, sight, sight->from, sight->to);
        }
    }
    for (unsigned index = 0; index < ATLAS_TILE_CELLS; index++) {
        if (work.heaps[index].count) {
            finish(&work, index, &cells[(*count)++]);
        }
    }
    return OK;
}
