/* Whose the records of our own format are. An export of several sources comes in again as several
 * sources, each with its title, licence and attribution. */
#include "work/import/run_int.h"

static slice slug_said(const struct record *record) {
    slice slug = record_get(record, SLICE("source.slug"));
    return slug.n > 0 ? slug : record_get(record, SLICE("source")); /* in a table */
}

static struct source source_said(const struct record *record) {
    slice attribution = record_get(record, SLICE("source.attribution"));
    return (struct source){
        .slug = slug_said(record),
        .title = record_get(record, SLICE("source.title")),
        .url = record_get(record, SLICE("source.url")),
        .licence = record_get(record, SLICE("source.licence")),
        .attribution = attribution.n > 0 ? attribution : record_get(record, SLICE("attribution")),
    };
}

void native_source_first(struct run *run, const struct record *record) {
    struct source said = source_said(record);
    struct arena *arena = run->columns.arena;
    if (run->options->source.n > 0 || !source_slug_is_valid(said.slug)) {
        return;
    }
    run->said_by_records = true;
    run->slug = arena_copy(arena, said.slug);
    run->said = (struct source){.title = arena_copy(arena, said.title),
                                .url = arena_copy(arena, said.url),
                                .licence = arena_copy(arena, said.licence),
                                .attribution = arena_copy(arena, said.attribution)};
}

static err other_add(struct run *run, struct source *said, struct source_named *other,
                     struct problem *cause) {
    struct db_conn *conn = run->context->conn;
    int64_t now_ms = clock_now_ms(run->context->clock);
    if (source_may_import(conn, said->slug, cause) != OK) {
        return ERR_INPUT; /* this record is refused, the others go on */
    }
    *other = (struct source_named){.slug = arena_copy(run->columns.arena, said->slug)};
    if (run->options->dry_run) {
        return OK;
    }
    TRY(run_settle(run));
    said->fetched_ms = now_ms;
    TRY(db_begin_write(conn));
    err failed = source_store(conn, run->context->ids, said, now_ms, &other->id);
    failed = failed == OK ? db_commit(conn) : failed;
    if (failed != OK) {
        db_rollback(conn);
    }
    return failed;
}

err native_source(struct run *run, const struct record *record, struct entry *entry,
                  struct problem *cause) {
    slice key = record_get(record, SLICE("source.key"));
    if (key.n > 0) { /* of the API: its "id" is the number that the other instance gave */
        entry->source_key = key;
    }
    slice slug = run->options->source.n > 0 ? SLICE_EMPTY : slug_said(record);
    if (!source_slug_is_valid(slug) || slice_equal(slug, run->slug)) {
        return OK;
    }
    uint32_t i = 0;
    while (i < run->source_count && !slice_equal(run->sources[i].slug, slug)) {
        i++;
    }
    if (i == RUN_SOURCES_MAX) {
        return problem_set(cause, ERR_LIMIT, "source", "more than %d sources in one file",
                           RUN_SOURCES_MAX);
    }
    if (run->sources == NULL) {
        run->sources = arena_new(run->columns.arena, struct source_named, RUN_SOURCES_MAX);
    }
    if (i == run->source_count) {
        struct source said = source_said(record);
        TRY(other_add(run, &said, &run->sources[i], cause));
        run->source_count++;
    }
    entry->source = run->sources[i].id;
    entry->source_slug = run->sources[i].slug;
    return OK;
}
