/* Who wrote a revision, as everybody may see it. */
#include "domain/history/history.h"

static err by_source(struct db_conn *conn, slice slug, struct arena *arena,
                     struct history_author *found) {
    struct source source;
    err failed = source_find(conn, slug, arena, &source);
    found->sort = HISTORY_BY_SOURCE;
    found->source = arena_copy(arena, slug);
    found->name = failed == OK && source.title.n > 0 ? source.title : found->source;
    return failed == ERR_NOT_FOUND ? OK : failed;
}

static err by_person(struct db_conn *conn, slice number, struct arena *arena,
                     struct history_author *found) {
    struct person person;
    struct person_id id;
    if (!slice_to_i64(number, &id.v)) {
        return OK;
    }
    err failed = person_load(conn, id, arena, &person);
    if (failed == ERR_NOT_FOUND || (failed == OK && person.status == PERSON_DELETED)) {
        found->sort = HISTORY_BY_DELETED;
        return OK;
    }
    TRY(failed);
    found->sort = HISTORY_BY_PERSON;
    found->person = id;
    found->name = person_shown(&person, PERSON_NAME, (struct person_id){0});
    return OK;
}

err history_author(struct db_conn *conn, slice author, struct arena *arena,
                   struct history_author *found) {
    size_t colon = slice_find(author, 0, ':');
    slice sort = slice_sub(author, 0, colon);
    slice which = slice_sub(author, colon + 1, author.n);
    *found = (struct history_author){
        .sort = HISTORY_BY_UNKNOWN, .name = SLICE_EMPTY, .source = SLICE_EMPTY};
    if (slice_equal(sort, SLICE("import"))) {
        return by_source(conn, which, arena, found);
    }
    if (slice_equal(sort, SLICE("person"))) {
        return by_person(conn, which, arena, found);
    }
    if (slice_equal(sort, SLICE("guest"))) {
        found->sort = HISTORY_BY_GUEST;
    }
    return OK;
}
