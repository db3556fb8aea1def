/* atlas: the index behind search, facets and the map. In memory, rebuilt from the store, never
 * the truth. Readers pin a view: one generation, its delta, what is fresh, and tombstones,
 * unchanging while pinned, so that total, facets, cells and list of one request always agree. */
#ifndef AGORA_ATLAS_H
#define AGORA_ATLAS_H

#include "base/base.h"
#include "db/db.h"
#include "domain/entry/entry.h"
#include "geo/geo.h"
#include "query/query.h"

struct atlas;
struct atlas_view;

struct atlas_options {
    const char *store_path;                /* atlas opens its own read connection */
    const struct territories *territories; /* outlive the atlas */
    const struct themes *themes;
    struct clock clock;
    const struct log *log;
    size_t delta_limit; /* documents in delta and fresh part before a new generation; 0: default */
    uint32_t crowd_least;      /* documents of a word that more is kept of; 0: default (crowd.h) */
    const char *snapshot_path; /* the last generation as a file, for a quick start; NULL: none */
    bool keeps_snapshot;       /* writes it, too: for the one that serves the folder */
    /* Looked at while the store is read: atlas_open ends with ERR_BUSY. NULL: never. */
    const _Atomic bool *gives_up;
};
/* Takes the first generation from the snapshot, when that is whole and of this store and program,
 * else builds it from the store; starts the thread that follows the change feed. */
MUST_USE err atlas_open(const struct atlas_options *options, struct atlas **atlas,
                        struct problem *problem);
void atlas_close(struct atlas *atlas);
/* Applies everything committed so far, now, however long that takes. The following thread does the
 * same within 100 ms of any commit of any process. */
MUST_USE err atlas_catch_up(struct atlas *atlas);
/* Somebody who has just written and goes on once the next request sees it. Theirs again when `seen`
 * is called. */
typedef void atlas_seen(void *self);
struct atlas_waiter {
    atlas_seen *seen;
    void *self;
    struct atlas_waiter *next; /* the atlas's */
};
/* Calls `seen` from the following thread as soon as everything committed before is in: one view for
 * all who wait by then. Does not block. Who would wait for long (much has changed at once, the
 * atlas is being closed) is not made to: they are called before it is in, maybe by this thread. */
void atlas_wait(struct atlas *atlas, struct atlas_waiter *waiter);
/* Builds a new generation and swaps it in; readers go on meanwhile. */
MUST_USE err atlas_rebuild(struct atlas *atlas);

const struct atlas_view *atlas_pin(struct atlas *atlas); /* never NULL, any thread, cheap */
void atlas_unpin(struct atlas *atlas, const struct atlas_view *view);
/* Changes with every change of the content: for ETags and cursors. */
uint64_t atlas_view_version(const struct atlas_view *view);
/* The same of what tiles and a list show of a query: it stays when what changed is elsewhere. Two
 * views with one version give the same answer, but for what depends on the moment. That a list
 * shows of an entry what another one says (a link) is not in it: see entry_public.is_linked. */
uint64_t atlas_view_tiles_version(const struct atlas_view *view, const struct query *query,
                                  struct geo_tile first, uint32_t columns, uint32_t rows);
uint64_t atlas_view_list_version(const struct atlas_view *view, const struct query *query);
int64_t atlas_view_sequence(const struct atlas_view *view); /* of the last change that is in */
bool atlas_view_has_source(const struct atlas_view *view, slice slug);
uint64_t atlas_view_documents(const struct atlas_view *view); /* live ones of the seven kinds */

/* How it is doing, for /metrics. */
#define ATLAS_FIGURE_PARTS_MAX 16
struct atlas_figures {
    uint64_t documents;       /* live ones of the seven kinds */
    uint64_t all_documents;   /* needs and offers too */
    uint64_t delta_documents; /* of them in delta and fresh part: changed since the generation */
    uint64_t bytes;           /* of all parts, and of the generation kept for who turns its pages */
    struct {
        const char *name;
        uint64_t bytes;
    } parts
        [ATLAS_FIGURE_PARTS_MAX]; /* what takes them: "postings", "titles", …; adds up to bytes */
    size_t part_count;
    int64_t sequence;           /* of the change feed: the last change that is in */
    int64_t generation_made_ms; /* when the generation was put in place */
    int64_t generation_took_us; /* making it: reading, sorting, building */
    uint64_t generations;       /* made since the start */
    bool is_from_snapshot;      /* the generation was mapped, not made */
    uint64_t snapshots;         /* written since the start */
};
void atlas_figures_read(struct atlas *atlas, struct atlas_figures *figures);

/* A document: an entry, or one need or offer of an entry. */
struct atlas_hit {
    struct entry_id entry;
    enum query_kind kind;
    uint16_t ask; /* position in entry->asks for a need or offer */
    bool has_point, is_approximate;
    struct geo_point point;
    double distance_m; /* from query.near; -1 when there is none */
    uint32_t score;    /* the documented, quantised one: src/atlas/README.md */
    uint32_t taken_up; /* how often the entry was; asked for in this order only, else 0 */
    uint32_t group; /* index into groups when this hit stands for a folded group, else UINT32_MAX */
};
/* Many like things of one source and kind, folded into one line of the list (RULE SHOW-1). */
struct atlas_group {
    slice source; /* slug */
    enum query_kind kind;
    slice type; /* the most frequent type label, may be empty */
    uint64_t count;
    double nearest_m; /* -1 without query.near */
};
struct atlas_facet_value {
    slice value;    /* slug or territory code */
    uint32_t index; /* of the theme or territory, UINT32_MAX otherwise */
    uint64_t count;
};
enum atlas_facet {
    ATLAS_FACET_KIND,
    ATLAS_FACET_STATE,
    ATLAS_FACET_THEME,
    ATLAS_FACET_TERRITORY, /* children of the chosen one, or the country's régions; first 50 */
    ATLAS_FACET_HAS,
    ATLAS_FACET_LANGUAGE,
    ATLAS_FACET_SOURCE,
    ATLAS_FACET_SKILL,
    ATLAS_FACET__COUNT
};
struct atlas_facet_counts {
    struct atlas_facet_value *values; /* count > 0, or chosen; by count down, then value */
    uint32_t count;
    uint64_t others; /* matches in values beyond the first 50 (territory) */
    uint64_t total;  /* all matches when this facet's own choice is ignored */
};
#define ATLAS_FACETS_ALL ((1u << ATLAS_FACET__COUNT) - 1)

struct atlas_request {
    const struct query *query;
    uint32_t facets;  /* bits of enum atlas_facet */
    bool fold;        /* fold groups of like things (the explorer; never the API) */
    bool seven_kinds; /* when the query chooses no kind: entries only (else needs and offers too) */
    int64_t now_ms;   /* for when=upcoming|past and sort=soon */
};
struct atlas_result {
    uint64_t total;    /* matching documents, folded ones included */
    uint64_t unplaced; /* of them, those that are never drawn */
    struct atlas_hit *hits;
    uint32_t hit_count;
    struct atlas_group *groups;
    uint32_t group_count;
    struct atlas_facet_counts facets[ATLAS_FACET__COUNT];
    slice next_cursor;   /* empty: no more */
    bool cursor_expired; /* the generation of query.cursor is gone: the list starts anew */
    struct geo_box box;  /* of the matches that can be drawn */
    bool has_box;
    slice corrected; /* the words as searched when a typo was forgiven, else empty */
};
/* Everything of one request from one view. Results live in the arena. ERR_INPUT for an unknown
 * theme, territory or source slug (problem names it), ERR_LIMIT. */
MUST_USE err atlas_search(const struct atlas_view *view, const struct atlas_request *request,
                          struct arena *arena, struct atlas_result *result,
                          struct problem *problem);

/* A cell of the cluster pyramid: the matches whose points fall into one quarter-by-quarter of a
 * tile (4 x 4 cells, 64 px). `position` is their mean (README, "Cells"), moved so that a ring of
 * `atlas_ring_px` fits into its cell: rings never overlap, on any tile of any zoom. */
struct atlas_cell {
    struct geo_grid grid;      /* the position … */
    struct geo_point position; /* … in degrees: see atlas_tile */
    struct geo_tile tile;      /* of the cell: zoom + 2 */
    uint64_t count;
    uint32_t kinds[QUERY_KIND__COUNT];
    bool all_approximate;  /* known by their commune only */
    struct entry_id entry; /* when count is 1 */
    enum query_kind kind;  /* likewise, and so … */
    slice title;           /* … its title (for as long as the view is pinned) … */
    uint32_t territory;    /* … and the smallest known, or TERRITORY_NONE */
    bool is_stack;         /* more than one, all on one and the same point */
};
/* The cells of a tile; their counts add up to the matches inside it. `position` is left to
 * atlas_cells_place, since a vector tile needs the grid only; the calls below fill it in. */
MUST_USE err atlas_tile(const struct atlas_view *view, const struct atlas_request *request,
                        struct geo_tile tile, struct arena *arena, struct atlas_cell **cells,
                        size_t *count, struct problem *problem);
void atlas_cells_place(struct atlas_cell *cells, size_t count);
/* The same for a block of tiles, `columns` x `rows` from its north-west one: tile after tile, row
 * by row. ERR_INPUT for none, for more than ATLAS_TILES_MAX, for one beyond the edge of the
 * world. */
#define ATLAS_TILES_MAX 64
MUST_USE err atlas_block(const struct atlas_view *view, const struct atlas_request *request,
                         struct geo_tile first, uint32_t columns, uint32_t rows,
                         struct arena *arena, struct atlas_cell **cells, size_t *count,
                         struct problem *problem);
/* The same for all tiles of a zoom that meet a box (the map drawn by the server); at most
 * ATLAS_TILES_MAX tiles. */
MUST_USE err atlas_cells(const struct atlas_view *view, const struct atlas_request *request,
                         const struct geo_box *box, unsigned zoom, struct arena *arena,
                         struct atlas_cell **cells, size_t *count, struct problem *problem);
/* Ring radius in px for a count: 13, 15, 17, 20, 24 (the same steps in web/ts). */
unsigned atlas_ring_px(uint64_t count);

/* All matches in ascending order of entry id, for exports: ids (and ask positions) in the arena. */
struct atlas_document {
    struct entry_id entry;
    enum query_kind kind;
    uint16_t ask;
};
MUST_USE err atlas_all(const struct atlas_view *view, const struct atlas_request *request,
                       struct arena *arena, struct atlas_document **documents, size_t *count,
                       struct problem *problem);

/* Matches per commune of a territory (for its drawn map): parallel to the commune list asked
 * for. */
MUST_USE err atlas_count_communes(const struct atlas_view *view,
                                  const struct atlas_request *request, const uint32_t *communes,
                                  size_t count, uint64_t *counts, struct problem *problem);

/* What someone may mean while typing: entries by a prefix of a title word, best first. (Themes and
 * communes are suggested by their own rooms; faces put the three together.) */
struct atlas_suggestion {
    struct entry_id entry;
    enum query_kind kind;
    slice title;        /* in the arena */
    uint32_t territory; /* index or TERRITORY_NONE */
};
MUST_USE err atlas_suggest(const struct atlas_view *view, slice typed, struct arena *arena,
                           struct atlas_suggestion *found, size_t room, size_t *count);

#endif
