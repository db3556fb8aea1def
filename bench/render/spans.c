#include "spans.h"

#include "atlas/atlas.h"
#include "db/db.h"
#include "domain/entry/entry.h"
#include "domain/news/news.h"
#include "domain/source/source.h"

#include <time.h>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

#define CALIBRATIONS 20000

/* Of the thread that measures; the wrapped functions have no other way to know of it. */
static _Thread_local struct spans *current;
static _Thread_local uint64_t look_cost_ns; /* of looking at the clock */

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void span_begin(struct spans *spans, enum span span) {
    if (spans != NULL && spans->depth++ == 0) {
        CALLGRIND_TOGGLE_COLLECT;
        spans->entered++;
        spans->of[span] -= now_ns();
    }
}

static void span_end(struct spans *spans, enum span span) {
    if (spans != NULL && --spans->depth == 0) {
        spans->of[span] += now_ns();
        CALLGRIND_TOGGLE_COLLECT;
    }
}

void spans_begin(struct spans *spans) {
    *spans = (struct spans){0};
    current = spans;
    spans->begun = now_ns();
    CALLGRIND_TOGGLE_COLLECT;
}

void spans_end(struct spans *spans) {
    CALLGRIND_TOGGLE_COLLECT;
    spans->whole = now_ns() - spans->begun;
    current = NULL;
}

void spans_dump(const char *name) {
    CALLGRIND_DUMP_STATS_AT(name);
}

uint64_t spans_rest(const struct spans *spans) {
    /* Of the two looks of a span one, from return to return, is a part of it; so is that of the
     * whole. */
    uint64_t off = (spans->entered + 1) * look_cost_ns;
    for (size_t i = 0; i < SPAN__COUNT; i++) {
        off += spans->of[i];
    }
    return spans->whole > off ? spans->whole - off : 0;
}

void spans_open(void) {
    CALLGRIND_START_INSTRUMENTATION;
    uint64_t begun = now_ns();
    for (unsigned i = 0; i < CALIBRATIONS; i++) {
        now_ns();
    }
    look_cost_ns = (now_ns() - begun) / CALIBRATIONS;
}

/* ---- what counts as a query: bench/render/meson.build names the same functions ---- */

#define WRAP(name) extern __typeof__(name) __real_##name, __wrap_##name
/* One that returns something. */
#define SPAN(span, call)                                                                           \
    struct spans *spans = current;                                                                 \
    span_begin(spans, span);                                                                       \
    __typeof__(call) result = call;                                                                \
    span_end(spans, span);                                                                         \
    return result

WRAP(atlas_search);
err __wrap_atlas_search(const struct atlas_view *view, const struct atlas_request *request,
                        struct arena *arena, struct atlas_result *found, struct problem *problem) {
    SPAN(SPAN_ATLAS, __real_atlas_search(view, request, arena, found, problem));
}

WRAP(atlas_cells);
err __wrap_atlas_cells(const struct atlas_view *view, const struct atlas_request *request,
                       const struct geo_box *box, unsigned zoom, struct arena *arena,
                       struct atlas_cell **cells, size_t *count, struct problem *problem) {
    SPAN(SPAN_ATLAS, __real_atlas_cells(view, request, box, zoom, arena, cells, count, problem));
}

WRAP(db_begin_read);
err __wrap_db_begin_read(struct db_conn *conn) {
    SPAN(SPAN_STORE, __real_db_begin_read(conn));
}

WRAP(db_rollback);
void __wrap_db_rollback(struct db_conn *conn) {
    struct spans *spans = current;
    span_begin(spans, SPAN_STORE);
    __real_db_rollback(conn);
    span_end(spans, SPAN_STORE);
}

WRAP(entry_public_load);
err __wrap_entry_public_load(struct db_conn *conn, const struct territories *territories,
                             struct entry_id id, struct arena *arena, struct entry_public *entry) {
    SPAN(SPAN_STORE, __real_entry_public_load(conn, territories, id, arena, entry));
}

WRAP(entry_descendants);
err __wrap_entry_descendants(struct db_conn *conn, struct entry_id id, struct arena *arena,
                             struct entry_descendant **list, size_t room, size_t *count) {
    SPAN(SPAN_STORE, __real_entry_descendants(conn, id, arena, list, room, count));
}

WRAP(entry_revisions);
err __wrap_entry_revisions(struct db_conn *conn, struct entry_id id, struct arena *arena,
                           struct entry_revision **revisions, size_t *count) {
    SPAN(SPAN_STORE, __real_entry_revisions(conn, id, arena, revisions, count));
}

WRAP(entry_confirmation_last);
err __wrap_entry_confirmation_last(struct db_conn *conn, struct entry_id id, struct arena *arena,
                                   struct entry_confirmation *last) {
    SPAN(SPAN_STORE, __real_entry_confirmation_last(conn, id, arena, last));
}

WRAP(news_of_entry);
err __wrap_news_of_entry(struct db_conn *conn, struct entry_id entry, const struct news *before,
                         bool all, size_t room, struct arena *arena, struct news **news,
                         size_t *count) {
    SPAN(SPAN_STORE, __real_news_of_entry(conn, entry, before, all, room, arena, news, count));
}

WRAP(source_find);
err __wrap_source_find(struct db_conn *conn, slice slug, struct arena *arena,
                       struct source *source) {
    SPAN(SPAN_STORE, __real_source_find(conn, slug, arena, source));
}
