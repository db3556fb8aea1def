/* The cells of one tile. Documents stand in Z-order, so a tile is one run of them and so is each of
 * its cells; the quads say where they begin, how many of each kind they hold and where these stand,
 * when nothing but kinds was chosen. */
#include "atlas/tile.h"
#include "atlas/quads.h"
#include "atlas/shelf.h"
#include "atlas/sieve.h"

#include <assert.h>
#include <string.h>

#define CELL_PX    (GEO_TILE_PX / 4)
#define GONE_MAX   4096 /* of a tile that are taken off one by one */
#define LONG_RUN   512  /* documents of a tile: counted beforehand, word by word */
#define SHORT_RUN  256  /* documents of a square: added up, not divided further */
#define MEANS_NONE ATLAS_QUAD_OF__COUNT
#define SHELF_NONE QUERY_KIND__COUNT

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
    uint32_t *gone;        /* documents of the run that live no more, ascending */
    uint32_t gone_count;
    struct bits_sieve sieve; /* all that match */
    /* Nothing but kinds and frequent themes was chosen in a long run: kinds are counted on the
     * shelves, as they were built. */
    bool is_shelved;
    struct bits_sieve themes; /* on the shelves */
    struct bits_sieve built;  /* all that match, and those that would if they were not gone */
    /* Of a long run: what matches on the shelf of the one kind that is chosen, as it was built;
     * else of all documents. */
    bool is_counted;
    unsigned shelf;
    uint32_t shelf_from; /* place of the tile's first */
    struct sieve_counts counts;
};
/* A part's documents in one cell. */
struct run {
    uint32_t first, last;
    uint32_t count;                /* of them match */
    const struct atlas_quad *quad; /* whose run it is; NULL: a piece of an undivided one's */
    bool is_summed;                /* match by match into the heap */
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

static bool asks_for_kinds_and_themes(const struct atlas_plan *plan) {
    const struct query *query = plan->query;
    return !plan->clause_count && !plan->has_dates && !atlas_has_area(plan) && !query->states &&
           !query->has && !query->territories.count && !query->languages.count &&
           !query->sources.count && !query->skills.count;
}
/* A tile without words, box, dates and chosen values but kinds is read off the quads. */
static bool asks_for_kinds_only(const struct atlas_plan *plan) {
    return !plan->query->themes.count && asks_for_kinds_and_themes(plan);
}

/* Finds the documents of the run that live no more; *is_few: not more than a tile takes off. */
static err find_gone(const struct atlas_plan *plan, struct sight *sight, bool *is_few) {
    const uint64_t *live = plan->view->live[sight->part];
    uint64_t left = sight->to - sight->from;
    left -= live ? bits_count_run(live, sight->from, sight->to) : left;
    *is_few = left <= GONE_MAX;
    if (left == 0 || left > GONE_MAX) {
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
    return OK;
}

/* Of those that are gone, the ones that would match. */
static void keep_matching(struct sight *sight) {
    uint32_t *gone = sight->gone;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sight->gone_count; i++) {
        if (bits_sieve_word(&sight->built, gone[i] / 64) >> gone[i] % 64 & 1) {
            gone[kept++] = gone[i];
        }
    }
    sight->gone_count = kept;
}

/* Counts the words of a long run beforehand. */
static err count_ahead(const struct atlas_plan *plan, struct sight *sight,
                       const struct bits_sieve *sieve, uint32_t from, uint32_t to) {
    struct sieve_counts *counts = &sight->counts;
    counts->first = from / 64;
    counts->words = from < to ? (to - 1) / 64 - counts->first + 1 : 0;
    counts->bits = plan_new(plan, uint64_t, counts->words + 1);
    counts->before = plan_new(plan, uint32_t, counts->words + 1);
    if (!counts->bits || !counts->before) {
        return ERR_MEMORY;
    }
    sieve_count(sieve, counts);
    sight->is_counted = true;
    return OK;
}

/* Whether the run is long and can be counted on the shelves. */
static err look_on_shelves(const struct atlas_plan *plan, struct sight *sight, bool is_long) {
    const struct atlas_segment *segment = sight->segment;
    bool is_few = false;
    if (!is_long || !atlas_shelf_sieve(plan, segment, &sight->themes)) {
        return OK;
    }
    TRY(find_gone(plan, sight, &is_few));
    if (!is_few) {
        return OK;
    }
    keep_matching(sight);
    sight->is_shelved = true;
    if (!(sight->kinds & (sight->kinds - 1))) {
        sight->shelf = (unsigned)__builtin_ctz(sight->kinds);
        sight->shelf_from = atlas_shelf_place(segment, sight->shelf, sight->from);
    }
    return OK;
}

static err look(struct atlas_plan *plan, enum atlas_part part, struct tile_work *work) {
    struct sight *sight = &work->parts[part];
    sight->segment = plan->view->parts[part];
    sight->part = part;
    sight->quad = atlas_quads_tile(sight->segment, work->tile, &sight->from, &sight->to);
    sight->is_by_quads = false;
    sight->is_shelved = false;
    sight->is_counted = false;
    sight->shelf = SHELF_NONE;
    sight->gone_count = 0;
    if (sight->from == sight->to) {
        return OK;
    }
    sight->kinds = plan->kinds ? plan->kinds : QUERY_KINDS_ALL;
    sight->of = sight->kinds == QUERY_KINDS_ALL     ? ATLAS_QUAD_ALL
                : sight->kinds == QUERY_KINDS_ENTRY ? ATLAS_QUAD_ENTRIES
                                                    : MEANS_NONE;
    TRY(atlas_match_sieve(plan, part, atlas_window(sight->from, sight->to), &sight->sieve));
    bool is_long = sight->quad && sight->to - sight->from > LONG_RUN;
    if (asks_for_kinds_and_themes(plan)) {
        bool has_dead = plan->view->live[part] != NULL;
        bits_sieve_copy(&sight->built, &sight->sieve, sight->sieve.count - has_dead);
        TRY(plan->query->themes.count ? look_on_shelves(plan, sight, is_long)
                                      : find_gone(plan, sight, &sight->is_by_quads));
    }
    if (sight->is_by_quads || !is_long) {
        return OK;
    }
    if (sight->shelf == SHELF_NONE) {
        return count_ahead(plan, sight, &sight->sieve, sight->from, sight->to);
    }
    return count_ahead(plan, sight, &sight->themes, sight->shelf_from,
                       atlas_shelf_place(sight->segment, sight->shelf, sight->to));
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

/* What passes a sieve, match by match. */
static void sum_walk(const struct sight *sight, const struct bits_sieve *sieve, uint32_t first,
                     uint32_t last, struct sums *sums) {
    const void *pairs = sight->segment->grid;
    struct sieve_sums found = {0};
    sieve_sum(sieve, first, last, pairs, ~(square_side(sums) - 1), &found);
    sums->x += found.x;
    sums->y += found.y;
    sums->count += found.count;
}

/* From their corners to their middles. */
static void sum_end(struct sums *sums) {
    sums->x += sums->count * (square_side(sums) / 2);
    sums->y += sums->count * (square_side(sums) / 2);
}

/* What the numbers of a quad's documents are counted in: its documents, or those on the shelf. */
static uint32_t length_of(const struct sight *sight, const struct atlas_quad *quad) {
    return sight->shelf == SHELF_NONE ? quad->last - quad->first : quad->kinds[sight->shelf];
}

/* The matches of a quad of a long run by its squares; `at`: the number of its first document. On a
 * shelf those that are gone are in. */
static void sum_sieved(const struct sight *sight, const struct atlas_quad *quad, uint32_t at,
                       struct sums *sums) {
    const struct sieve_counts *counts = &sight->counts;
    uint32_t count = sieve_rank(counts, at + length_of(sight, quad)) - sieve_rank(counts, at);
    if (!count) {
        return;
    }
    if (quad->zoom >= sums->square_zoom) {
        sum_add(sums, quad->grid, count);
    } else if (!quad->children || quad->last - quad->first <= SHORT_RUN) {
        const struct bits_sieve *sieve = sight->shelf == SHELF_NONE ? &sight->sieve : &sight->built;
        sum_walk(sight, sieve, quad->first, quad->last, sums);
    } else {
        for (unsigned i = 0; i < quad->children; i++) { /* at most thrice deep: to the squares */
            const struct atlas_quad *child = &sight->segment->quads[quad->child + i];
            sum_sieved(sight, child, at, sums);
            at += length_of(sight, child);
        }
    }
}

/* The same for chosen kinds, as the quad was built: those that are gone are in. */
static void sum_built(const struct sight *sight, const struct atlas_quad *quad, struct sums *sums) {
    const struct atlas_segment *segment = sight->segment;
    uint64_t count = atlas_quad_count(quad, sight->kinds);
    if (quad->zoom >= sums->square_zoom) {
        sum_add(sums, quad->grid, count);
    } else if (quad->zoom + ATLAS_SQUARE_LEVELS == sums->square_zoom && sums->square_zoom < 32 &&
               sight->of != MEANS_NONE && count > ATLAS_MEAN_DOCUMENTS) {
        unsigned shift = 32 - sums->square_zoom;
        uint32_t inside = (UINT32_C(1) << (32 - quad->zoom)) - 1;
        struct geo_grid at = quad->grid;
        sums->x += count * (at.x & ~inside) + ((uint64_t)quad->at[sight->of].x << shift);
        sums->y += count * (at.y & ~inside) + ((uint64_t)quad->at[sight->of].y << shift);
        sums->count += count;
    } else if (!quad->children || quad->last - quad->first <= SHORT_RUN) {
        sum_walk(sight, &sight->built, quad->first, quad->last, sums);
    } else {
        for (unsigned i = 0; i < quad->children; i++) {
            sum_built(sight, &segment->quads[quad->child + i], sums);
        }
    }
}

static void take_off_gone(const struct sight *sight, const struct run *run, struct sums *sums) {
    uint32_t i;
    for (uint32_t end = gone_of(sight, run, &i); i < end; i++) {
        if (sight->kinds >> sight->segment->kind[sight->gone[i]] & 1) {
            sum_add(sums, sight->segment->grid[sight->gone[i]], (uint64_t)-1);
        }
    }
}

/* The number of a run's first document. */
static uint32_t number_of(const struct sight *sight, const struct run *run) {
    return sight->shelf == SHELF_NONE ? run->first
                                      : atlas_shelf_place(sight->segment, sight->shelf, run->first);
}

/* The matches of a run by their squares. */
static struct sums sum_run(const struct tile_work *work, const struct sight *sight,
                           const struct run *run) {
    struct sums sums = {.square_zoom = work->square_zoom};
    if (run->quad && sight->is_by_quads) {
        sum_built(sight, run->quad, &sums);
        take_off_gone(sight, run, &sums);
    } else if (run->quad && sight->is_counted) {
        sum_sieved(sight, run->quad, number_of(sight, run), &sums);
        if (sight->shelf != SHELF_NONE) {
            take_off_gone(sight, run, &sums);
        }
    } else {
        sum_walk(sight, &sight->sieve, run->first, run->last, &sums);
    }
    sum_end(&sums);
    return sums;
}

/* Takes those that are gone out of what was counted as it was built. */
static void discount_gone(const struct sight *sight, struct run *run, struct heap *heap) {
    uint32_t i;
    for (uint32_t end = gone_of(sight, run, &i); i < end; i++) {
        unsigned kind = sight->segment->kind[sight->gone[i]];
        if (sight->kinds >> kind & 1) {
            heap->kinds[kind]--;
            run->count--;
        }
    }
}

/* Counts what the quads say. */
static void count_built(const struct sight *sight, struct run *run, struct heap *heap) {
    for (unsigned kinds = sight->kinds; kinds; kinds &= kinds - 1) {
        unsigned kind = (unsigned)__builtin_ctz(kinds);
        heap->kinds[kind] += run->quad->kinds[kind];
        run->count += run->quad->kinds[kind];
    }
    discount_gone(sight, run, heap);
}

/* Counts on the shelves. */
static void count_shelved(const struct sight *sight, struct run *run, struct heap *heap) {
    for (unsigned kinds = sight->kinds; kinds; kinds &= kinds - 1) {
        unsigned kind = (unsigned)__builtin_ctz(kinds);
        uint32_t length = run->quad->kinds[kind];
        if (length) {
            uint32_t place = atlas_shelf_place(sight->segment, kind, run->first);
            uint32_t count = sight->shelf == SHELF_NONE
                                 ? (uint32_t)bits_sieve_count(&sight->themes, place, place + length)
                                 : sieve_rank(&sight->counts, place + length) -
                                       sieve_rank(&sight->counts, place);
            heap->kinds[kind] += count;
            run->count += count;
        }
    }
    discount_gone(sight, run, heap);
}

/* Counts by bitsets. */
static void count_sieved(const struct sight *sight, struct run *run, struct heap *heap) {
    struct bits_sieve sieve;
    if (sight->is_counted) {
        sieve.count = 0;
        bits_sieve_add(&sieve, sight->counts.bits, sight->counts.first, true);
        run->count = sieve_rank(&sight->counts, run->last) - sieve_rank(&sight->counts, run->first);
    } else {
        bits_sieve_copy(&sieve, &sight->sieve, sight->sieve.count);
        run->count = (uint32_t)bits_sieve_count(&sieve, run->first, run->last);
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
    struct heap *heap = &work->heaps[cell_of(work, quad->grid)];
    struct run *run = &heap->runs[sight->part];
    *run = (struct run){.first = quad->first, .last = quad->last, .quad = quad};
    if (sight->is_by_quads) {
        count_built(sight, run, heap);
    } else if (sight->is_shelved) {
        count_shelved(sight, run, heap);
    } else {
        count_sieved(sight, run, heap);
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
        struct sums sums = {.square_zoom = 32};
        if (!run->count || (is_few && run->is_summed)) {
            continue;
        }
        if (is_few && run->count == heap->count && run->quad && is_told(sight)) {
            return (struct geo_grid){run->quad->at[sight->of].x, run->quad->at[sight->of].y};
        }
        if (is_few) {
            sum_walk(sight, &sight->sieve, run->first, run->last, &sums);
        } else {
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
