/* The program's own atlas, asked through src/atlas/atlas.h as the faces ask it. */
#include "engine.h"

#include "atlas/view.h"
#include "db/db.h"
#include "domain/territory/territory.h"
#include "domain/theme/theme.h"
#include "formats/mvt.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUGGESTIONS    8
#define TILE_BYTES_MAX (4u << 20)
#define REQUEST_BYTES  (64 * 1024) /* a block of a request's arena */

struct numbered {
    int64_t entry;
    uint32_t ask;
};
static struct {
    struct atlas *atlas;
    struct atlas_options options;
    struct territories *territories;
    struct themes *themes;
    struct arena arena;
    struct atlas_result result;
    struct buf tile;
    uint64_t tile_total;
    struct numbered *documents; /* of plain.db, in their order */
    double open_cpu_s, open_s, rebuild_cpu_s, rebuild_s;
} ours;

static int64_t fixed_now(void *self) {
    (void)self;
    return bench_now_ms();
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void documents_read(void) {
    sqlite3_stmt *statement;
    ours.documents = calloc(bench_documents(), sizeof(*ours.documents));
    if (sqlite3_prepare_v2(bench_plain(), "SELECT entry, ask FROM doc ORDER BY id", -1, &statement,
                           NULL) != SQLITE_OK) {
        bench_fail("plain.db: %s", sqlite3_errmsg(bench_plain()));
    }
    for (uint32_t i = 0; sqlite3_step(statement) == SQLITE_ROW; i++) {
        ours.documents[i] = (struct numbered){.entry = sqlite3_column_int64(statement, 0),
                                              .ask = (uint32_t)sqlite3_column_int64(statement, 1)};
    }
    sqlite3_finalize(statement);
}

static void ours_open(const char *work) {
    static char store[4096];
    static char snapshot[4096];
    struct problem problem = {0};
    struct db_conn *conn = NULL;
    static const struct log log = {.fd = STDERR_FILENO, .least = LOG_WARN};
    snprintf(store, sizeof(store), "%s/data/agora.db", work);
    snprintf(snapshot, sizeof(snapshot), "%s/atlas.snapshot", work);
    unlink(snapshot);
    if (db_open(store, DB_READ, &conn, &problem) != OK ||
        territories_load(conn, &ours.territories) != OK || themes_load(conn, &ours.themes) != OK) {
        bench_fail("%s: %s", store, problem.what);
    }
    db_close(conn);
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    double wall = seconds_of(CLOCK_MONOTONIC);
    ours.options = (struct atlas_options){.store_path = store,
                                          .territories = ours.territories,
                                          .themes = ours.themes,
                                          .clock = {.now_ms = fixed_now},
                                          .log = &log,
                                          .snapshot_path = snapshot,
                                          .keeps_snapshot = true};
    if (atlas_open(&ours.options, &ours.atlas, &problem) != OK) {
        bench_fail("the atlas cannot be opened: %s", problem.what);
    }
    ours.open_cpu_s = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    ours.open_s = seconds_of(CLOCK_MONOTONIC) - wall;
    ours.arena = arena_make(REQUEST_BYTES, 0);
    ours.tile = buf_new(TILE_BYTES_MAX);
    documents_read();
}

static bool ours_can(const struct bench_question *question) {
    (void)question;
    return true;
}

static void search_run(const struct atlas_view *view, const struct atlas_request *request) {
    struct problem problem = {0};
    if (atlas_search(view, request, &ours.arena, &ours.result, &problem) != OK) {
        bench_fail("atlas_search: %s", problem.what);
    }
}

static int32_t tile_units(uint32_t grid, uint32_t tile, unsigned zoom) {
    uint64_t corner = (uint64_t)tile << (32 - zoom);
    return (int32_t)(((uint64_t)grid - corner) * MVT_EXTENT >> (32 - zoom));
}

/* As face/tile writes it, without the titles, which no rival gives. */
enum { TAG_COUNT, TAG_APPROXIMATE, TAG_ID, TAG_KIND, TAG_KINDS };

static void tile_write(struct geo_tile tile, const struct atlas_cell *cells, size_t count) {
    slice keys[TAG_KINDS + QUERY_KIND__COUNT] = {
        SLICE("count"),
        SLICE("approximate"),
        SLICE("id"),
        SLICE("kind"),
    };
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        keys[TAG_KINDS + kind] = query_kind_slug((enum query_kind)kind);
    }
    struct mvt_layer layer;
    mvt_layer_begin(&layer, &ours.arena, SLICE("entries"), MVT_EXTENT, keys, ARRAY_COUNT(keys));
    for (size_t i = 0; i < count; i++) {
        const struct atlas_cell *cell = &cells[i];
        ours.tile_total += cell->count;
        mvt_point(&layer, tile_units(cell->grid.x, tile.x, tile.z),
                  tile_units(cell->grid.y, tile.y, tile.z));
        mvt_tag_u64(&layer, TAG_COUNT, cell->count);
        if (cell->all_approximate) {
            mvt_tag_bool(&layer, TAG_APPROXIMATE, true);
        }
        if (cell->count == 1) {
            mvt_feature_id(&layer, (uint64_t)cell->entry.v);
            mvt_tag_u64(&layer, TAG_ID, (uint64_t)cell->entry.v);
            mvt_tag_text(&layer, TAG_KIND, query_kind_slug(cell->kind));
            continue;
        }
        for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
            if (cell->kinds[kind] > 0) {
                mvt_tag_u64(&layer, TAG_KINDS + kind, cell->kinds[kind]);
            }
        }
    }
    if (mvt_layer_end(&layer, &ours.tile) != OK) {
        bench_fail("a tile cannot be written");
    }
}

static void tile_run(const struct atlas_view *view, const struct atlas_request *request,
                     const struct bench_question *question) {
    struct problem problem = {0};
    struct atlas_cell *cells = NULL;
    size_t count = 0;
    struct geo_tile tile = {.z = question->z, .x = question->x, .y = question->y};
    if (atlas_tile(view, request, tile, &ours.arena, &cells, &count, &problem) != OK) {
        bench_fail("atlas_tile: %s", problem.what);
    }
    buf_clear(&ours.tile);
    ours.tile_total = 0;
    tile_write(tile, cells, count);
}

static void suggest_run(const struct atlas_view *view, const char *typed) {
    struct atlas_suggestion found[SUGGESTIONS];
    size_t count = 0;
    if (atlas_suggest(view, slice_from_cstr(typed), &ours.arena, found, SUGGESTIONS, &count) !=
        OK) {
        bench_fail("atlas_suggest: %s", typed);
    }
    ours.result = (struct atlas_result){.total = count};
}

static void ours_run(const struct bench_question *question, unsigned number,
                     struct bench_answer *answer) {
    (void)number;
    (void)answer;
    const struct atlas_request request = {
        .query = question->query,
        .facets = question->shape == BENCH_SEARCH ? ATLAS_FACETS_ALL : 0,
        .now_ms = bench_now_ms()};
    const struct atlas_view *view = atlas_pin(ours.atlas);
    arena_reset(&ours.arena);
    switch (question->shape) {
    case BENCH_SEARCH:
        search_run(view, &request);
        break;
    case BENCH_TILE:
        tile_run(view, &request, question);
        break;
    case BENCH_SUGGEST:
        suggest_run(view, question->text);
        break;
    }
    atlas_unpin(ours.atlas, view);
}

/* ---- told in the bench's own numbers, outside the measured time ---- */

static uint32_t document_of(const struct atlas_hit *hit) {
    bool is_ask = hit->kind == QUERY_KIND_NEED || hit->kind == QUERY_KIND_OFFER;
    uint32_t ask = is_ask ? hit->ask + 1u : 0;
    uint32_t low = 0;
    uint32_t high = bench_documents();
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct numbered *it = &ours.documents[middle];
        if (it->entry < hit->entry.v || (it->entry == hit->entry.v && it->ask < ask)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low + 1;
}

static const enum bench_facet facet_of[ATLAS_FACET__COUNT] = {
    [ATLAS_FACET_KIND] = BENCH_KIND,     [ATLAS_FACET_STATE] = BENCH_STATE,
    [ATLAS_FACET_THEME] = BENCH_THEME,   [ATLAS_FACET_TERRITORY] = BENCH_TERRITORY,
    [ATLAS_FACET_HAS] = BENCH_HAS,       [ATLAS_FACET_LANGUAGE] = BENCH_LANGUAGE,
    [ATLAS_FACET_SOURCE] = BENCH_SOURCE, [ATLAS_FACET_SKILL] = BENCH_SKILL,
};

static void facets_tell(const struct bench_question *question, struct bench_answer *answer) {
    for (unsigned i = 0; i < ATLAS_FACET__COUNT; i++) {
        const struct atlas_facet_counts *facet = &ours.result.facets[i];
        enum bench_facet which = facet_of[i];
        if (which == BENCH_TERRITORY && question->territory) {
            continue;
        }
        for (uint32_t j = 0; j < facet->count; j++) {
            slice slug = facet->values[j].value;
            uint32_t value = bench_value_find(which, slug.p, slug.n);
            if (value == BENCH_NONE) {
                bench_fail("a facet value that plain.db does not know: %.*s", SLICE_ARG(slug));
            }
            answer->counts[which][value] = (uint32_t)facet->values[j].count;
        }
    }
}

static void ours_tell(const struct bench_question *question, struct bench_answer *answer) {
    if (question->shape == BENCH_TILE) {
        answer->total = ours.tile_total;
        answer->tile = ours.tile.p;
        answer->tile_bytes = ours.tile.n;
        return;
    }
    answer->total = ours.result.total;
    if (question->shape == BENCH_SUGGEST) {
        return;
    }
    answer->has_facets = true;
    answer->best_count = ours.result.hit_count;
    for (uint32_t i = 0; i < ours.result.hit_count; i++) {
        answer->best[i] = document_of(&ours.result.hits[i]);
    }
    facets_tell(question, answer);
}

/* Ready again from the snapshot that the first atlas has left. */
static double restart_s(bool *is_from_snapshot) {
    struct atlas *again = NULL;
    struct problem problem = {0};
    struct atlas_figures figures;
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    double wall = seconds_of(CLOCK_MONOTONIC);
    if (atlas_open(&ours.options, &again, &problem) != OK) {
        bench_fail("the atlas cannot be opened again: %s", problem.what);
    }
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    atlas_figures_read(again, &figures);
    *is_from_snapshot = figures.is_from_snapshot;
    atlas_close(again);
    return wall < cpu ? wall : cpu;
}

static void ours_figures(void) {
    struct atlas_figures figures;
    bool is_from_snapshot = false;
    double restart = restart_s(&is_from_snapshot);
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    double wall = seconds_of(CLOCK_MONOTONIC);
    atlas_figures_read(ours.atlas, &figures);
    if (atlas_compact(ours.atlas) != OK) {
        bench_fail("the atlas cannot be rebuilt");
    }
    printf(",\"documents\":%llu,\"all_documents\":%llu,\"bytes\":%llu,\"open_s\":%.3f,"
           "\"open_cpu_s\":%.3f,\"restart_s\":%.3f,\"rebuild_s\":%.3f,\"rebuild_cpu_s\":%.3f",
           (unsigned long long)figures.documents, (unsigned long long)figures.all_documents,
           (unsigned long long)figures.bytes, ours.open_s, ours.open_cpu_s,
           is_from_snapshot ? restart : -1.0, seconds_of(CLOCK_MONOTONIC) - wall,
           seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}

int main(int argc, char **argv) {
    static const struct bench_engine engine = {.name = "ours",
                                               .open = ours_open,
                                               .can = ours_can,
                                               .run = ours_run,
                                               .tell = ours_tell,
                                               .figures = ours_figures};
    return bench_main(argc, argv, &engine);
}
