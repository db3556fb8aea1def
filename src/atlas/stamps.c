#include "atlas/stamps.h"
#include "atlas/blocks.h"
#include "atlas/view.h"

#define LIST_BLOCK_SIDE 4 /* tiles: what a list's box is rounded up to */

static size_t slot_of(unsigned zoom, uint32_t x, uint32_t y) {
    return hash_mix((uint64_t)x << 32 | y, zoom) % ATLAS_STAMP_COUNT;
}

void atlas_stamps_set(struct atlas_stamps *stamps, struct geo_grid at, int64_t sequence) {
    for (unsigned zoom = 0; zoom <= ATLAS_STAMP_ZOOM_MAX; zoom++) {
        uint32_t x = zoom ? at.x >> (32 - zoom) : 0;
        uint32_t y = zoom ? at.y >> (32 - zoom) : 0;
        atomic_store_explicit(&stamps->last[slot_of(zoom, x, y)], sequence, memory_order_relaxed);
    }
}

int64_t atlas_stamps_of(const struct atlas_stamps *stamps, struct geo_tile first, uint32_t columns,
                        uint32_t rows) {
    unsigned up = first.z > ATLAS_STAMP_ZOOM_MAX ? first.z - ATLAS_STAMP_ZOOM_MAX : 0;
    int64_t newest = 0;
    for (uint32_t y = first.y >> up; y <= (first.y + rows - 1) >> up; y++) {
        for (uint32_t x = first.x >> up; x <= (first.x + columns - 1) >> up; x++) {
            int64_t last = atomic_load_explicit(&stamps->last[slot_of(first.z - up, x, y)],
                                                memory_order_relaxed);
            newest = last > newest ? last : newest;
        }
    }
    return newest;
}

bool atlas_stamps_block(const struct geo_box *box, uint32_t side, struct geo_tile *first,
                        uint32_t *columns, uint32_t *rows) {
    if (box->west_e7 > box->east_e7) {
        return false;
    }
    struct geo_grid from = geo_grid_from_point((struct geo_point){box->west_e7, box->north_e7});
    struct geo_grid to = geo_grid_from_point((struct geo_point){box->east_e7, box->south_e7});
    for (unsigned zoom = ATLAS_STAMP_ZOOM_MAX; zoom > 0; zoom--) {
        unsigned shift = 32 - zoom;
        *first = (struct geo_tile){zoom, from.x >> shift, from.y >> shift};
        *columns = (to.x >> shift) - first->x + 1;
        *rows = (to.y >> shift) - first->y + 1;
        if (*columns <= side && *rows <= side) {
            return true;
        }
    }
    *first = (struct geo_tile){0};
    *columns = *rows = 1;
    return true;
}

/* ---- what an answer depends on ---- */

/* Words are like those of all documents (README, "Typo"), a page goes on in a view of its own, and
 * what took something up stands anywhere. */
static bool is_of_its_place(const struct query *query) {
    return query->words.n == 0 && query->cursor.n == 0 && query->sort != QUERY_SORT_TAKEN_UP;
}

/* `others`: also by what has no place. A view that is older than a stamp, which is one of the next
 * view, goes by its own version: so a stamp always stands for what the view holds. */
static uint64_t version_of(const struct atlas_view *view, int64_t stamp, bool others) {
    if (stamp > view->sequence) {
        return view->version;
    }
    stamp = others && view->others_sequence > stamp ? view->others_sequence : stamp;
    return hash_mix(view->origin, (uint64_t)stamp);
}

uint64_t atlas_view_tiles_version(const struct atlas_view *view, const struct query *query,
                                  struct geo_tile first, uint32_t columns, uint32_t rows) {
    bool is_block = columns > 0 && columns <= ATLAS_TILES_MAX && rows > 0 &&
                    rows <= ATLAS_TILES_MAX; /* else there is no answer: atlas_block */
    if (!is_block || !is_of_its_place(query)) {
        return view->version;
    }
    bool others = query->sources.count > 0; /* which may be known, or not any more */
    return version_of(view, atlas_stamps_of(view->stamps, first, columns, rows), others);
}

uint64_t atlas_view_list_version(const struct atlas_view *view, const struct query *query) {
    struct geo_tile first;
    uint32_t columns;
    uint32_t rows;
    if (!is_of_its_place(query) || !query->has_box ||
        !atlas_stamps_block(&query->box, LIST_BLOCK_SIDE, &first, &columns, &rows)) {
        return view->version;
    }
    int64_t stamp = atlas_stamps_of(view->stamps, first, columns, rows);
    return hash_mix(version_of(view, stamp, true), view->generation); /* as the cursor tells */
}

bool atlas_view_sources_alike(const struct atlas_view *a, const struct atlas_view *b) {
    bool alike = a->source_count == b->source_count;
    for (uint32_t i = 0; alike && i < a->source_count; i++) {
        const struct atlas_source *left = &a->sources[i];
        const struct atlas_source *right = &b->sources[i];
        alike = slice_equal(left->slug, right->slug);
        for (unsigned kind = 0; alike && kind < QUERY_KIND__COUNT; kind++) {
            alike =
                atlas_source_points(left->counts[kind]) == atlas_source_points(right->counts[kind]);
        }
    }
    return alike;
}
