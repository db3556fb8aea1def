/* Rows into structs, and the one view of an entry that others may see. */
#include "domain/entry/entry_int.h"
#include "domain/entry/place_int.h"

unsigned entry_row_read(struct db_query *query, struct arena *arena, struct entry *entry) {
    *entry = (struct entry){
        .id = {db_i64(query, ENTRY_COLUMN_ID)},
        .source = {db_i64(query, ENTRY_COLUMN_SOURCE_ID)},
        .source_key = arena_copy(arena, db_text(query, ENTRY_COLUMN_SOURCE_KEY)),
        .source_slug = arena_copy(arena, db_text(query, ENTRY_COLUMN_TEXTS + ENTRY_TEXT_COLUMNS)),
        .revision = db_i64(query, ENTRY_COLUMN_REVISION),
        .status = (enum entry_status)db_i64(query, ENTRY_COLUMN_STATUS),
        .kind = (enum entry_kind)db_i64(query, ENTRY_COLUMN_KIND),
        .state = (enum entry_state)db_i64(query, ENTRY_COLUMN_STATE),
        .wheelchair = (enum entry_wheelchair)db_i64(query, ENTRY_COLUMN_WHEELCHAIR),
        .is_example = db_i64(query, ENTRY_COLUMN_IS_EXAMPLE) != 0,
        .created_ms = db_i64(query, ENTRY_COLUMN_CREATED_MS),
        .updated_ms = db_i64(query, ENTRY_COLUMN_UPDATED_MS),
        .confirmed_ms = db_i64(query, ENTRY_COLUMN_CONFIRMED_MS),
        .source_updated_ms = db_i64(query, ENTRY_COLUMN_SOURCE_UPDATED_MS),
    };
    entry->checked_ms = db_i64(query, ENTRY_COLUMN_TEXTS + ENTRY_TEXT_COLUMNS + 1);
    entry->place.precision = (enum entry_precision)db_i64(query, ENTRY_COLUMN_PRECISION);
    entry->place.has_point = !db_is_null(query, ENTRY_COLUMN_LATITUDE_E7);
    entry->place.point.lat_e7 = (int32_t)db_i64(query, ENTRY_COLUMN_LATITUDE_E7);
    entry->place.point.lon_e7 = (int32_t)db_i64(query, ENTRY_COLUMN_LONGITUDE_E7);
    entry->place.territory_is_approximate =
        db_i64(query, ENTRY_COLUMN_TERRITORY_IS_APPROXIMATE) != 0;
    for (unsigned i = 0; i < ENTRY_TEXT_COLUMNS; i++) {
        slice text = db_text(query, ENTRY_COLUMN_TEXTS + i);
        *(slice *)(void *)((char *)entry + entry_text_columns[i]) =
            text.n ? arena_copy(arena, text) : SLICE_EMPTY;
    }
    return (unsigned)db_i64(query, ENTRY_COLUMN_LISTS);
}

err entry_load(struct db_conn *conn, struct entry_id id, struct arena *arena, struct entry *entry) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_GET);
    db_bind_i64(query, 1, id.v);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    unsigned lists = entry_row_read(query, arena, entry);
    db_done(query);
    TRY(entry_lists_load(conn, lists, arena, entry));
    return entry_is_sound(entry) ? OK : ERR_CORRUPT;
}

/* Contacts that are for everyone, in place. */
static void contacts_show(struct entry *entry) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].visibility == ENTRY_VISIBLE_PUBLIC) {
            entry->contacts[kept++] = entry->contacts[i];
        }
    }
    entry->contact_count = kept;
}

/* Links that lead somewhere: to an entry that is public, or to an address. */
static void links_show(struct entry *entry) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < entry->link_count; i++) {
        if (entry->links[i].target.v != 0 || entry_url_is_valid(entry->links[i].target_key)) {
            entry->links[kept++] = entry->links[i];
        }
    }
    entry->link_count = kept;
}

void entry_show(const struct territories *territories, struct entry_public *shown) {
    contacts_show(&shown->entry);
    links_show(&shown->entry);
    if (shown->entry.confirmed_ms < shown->entry.checked_ms) {
        shown->entry.confirmed_ms = shown->entry.checked_ms;
    }
    entry_place_show(territories, shown);
}

/* Who links here; behind the entry's own links. */
static err links_in_load(struct db_conn *conn, struct arena *arena, struct entry *entry) {
    struct entry_link *links =
        arena_new(arena, struct entry_link, (size_t)entry->link_count + ENTRY_LIST_MAX);
    uint32_t count = 0;
    while (count < entry->link_count) {
        links[count] = entry->links[count];
        count++;
    }
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LINKS_IN);
    db_bind_i64(query, 1, entry->id.v);
    db_bind_i64(query, 2, ENTRY_LIST_MAX);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        links[count++] = (struct entry_link){.relation = arena_copy(arena, db_text(query, 1)),
                                             .target = {db_i64(query, 0)},
                                             .target_title = arena_copy(arena, db_text(query, 2)),
                                             .target_kind = (enum entry_kind)db_i64(query, 3),
                                             .target_key = arena_copy(arena, db_text(query, 4)),
                                             .note = arena_copy(arena, db_text(query, 5)),
                                             .incoming = true};
    }
    entry->links = links;
    entry->link_count = count;
    return OK;
}

err entry_public_load(struct db_conn *conn, const struct territories *territories,
                      struct entry_id id, struct arena *arena, struct entry_public *entry) {
    struct entry_public shown = {.territory = TERRITORY_NONE};
    TRY(entry_load(conn, id, arena, &shown.entry));
    if (shown.entry.status != ENTRY_PUBLISHED) {
        return ERR_NOT_FOUND;
    }
    shown.is_linked = shown.entry.link_count > 0;
    entry_show(territories, &shown);
    entry_dates_repeat(&shown.entry, arena);
    uint32_t own = shown.entry.link_count;
    TRY(links_in_load(conn, arena, &shown.entry));
    shown.is_linked = shown.is_linked || shown.entry.link_count > own;
    *entry = shown;
    return OK;
}

err entry_descendants(struct db_conn *conn, struct entry_id id, struct arena *arena,
                      struct entry_descendant **list, size_t room, size_t *count) {
    struct entry_descendant *found = arena_new(arena, struct entry_descendant, room);
    size_t used = 0;
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_DESCENDANTS);
    db_bind_i64(query, 1, id.v);
    db_bind_i64(query, 2, ENTRY_DESCENT_MAX);
    for (bool row = true; used < room;) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        struct entry_descendant next = {.id = {db_i64(query, 0)},
                                        .from = {db_i64(query, 1)},
                                        .depth = (unsigned)db_i64(query, 2)};
        bool is_new = true;
        for (size_t i = 0; i < used; i++) {
            is_new = is_new && found[i].id.v != next.id.v;
        }
        if (is_new) {
            found[used++] = next;
        }
    }
    db_done(query);
    *list = found;
    *count = used;
    return OK;
}

err entry_link_targets(struct db_conn *conn, struct entry_id id, struct entry_id *targets,
                       size_t room, size_t *count) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LINK_TARGETS);
    db_bind_i64(query, 1, id.v);
    db_bind_i64(query, 2, (int64_t)room);
    for (*count = 0;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        if (*count < room) {
            targets[(*count)++] = (struct entry_id){db_i64(query, 0)};
        }
    }
}

/* A walk over one child table beside the walk over the entries, both by id. */
struct list_walk {
    struct db_query *query;
    bool row; /* it stands on a row */
};

static err list_walk_next(struct list_walk *walk) {
    return walk->row ? db_next(walk->query, &walk->row) : OK;
}

/* Adds the rows of this entry; those of entries that are not visited are passed over. */
static err list_walk_read(struct list_walk *walk, enum entry_list list, struct arena *arena,
                          struct entry *entry) {
    while (walk->row && db_i64(walk->query, 0) < entry->id.v) {
        TRY(list_walk_next(walk));
    }
    while (walk->row && db_i64(walk->query, 0) == entry->id.v) {
        entry_list_row(list, walk->query, arena, entry);
        TRY(list_walk_next(walk));
    }
    return OK;
}

struct entry_walk {
    struct db_conn *conn;
    struct db_query *entries;
    struct list_walk lists[ENTRY_LIST__COUNT];
    struct arena arena; /* of the entry in hand */
};

static err walk_next(struct entry_walk *walk, const struct territories *territories,
                     struct entry_public *shown, bool *row) {
    TRY(db_next(walk->entries, row));
    if (!*row) {
        return OK;
    }
    arena_reset(&walk->arena);
    *shown = (struct entry_public){.territory = TERRITORY_NONE};
    unsigned lists = entry_row_read(walk->entries, &walk->arena, &shown->entry);
    for (unsigned list = 0; list < ENTRY_LIST__COUNT; list++) {
        if (!(lists & 1u << list)) {
            continue;
        }
        struct list_walk *inner = &walk->lists[list];
        if (!inner->query) { /* started late, so within the snapshot of the walk over entries */
            inner->query = db_query(walk->conn, &entry_catalogue, ENTRY_LIST_ALL_FIRST + list);
            inner->row = true;
            TRY(list_walk_next(inner));
        }
        TRY(list_walk_read(inner, (enum entry_list)list, &walk->arena, &shown->entry));
    }
    if (!entry_is_sound(&shown->entry)) {
        return ERR_CORRUPT;
    }
    entry_show(territories, shown);
    entry_dates_repeat(&shown->entry, &walk->arena);
    return OK;
}

static void walk_end(struct entry_walk *walk) {
    for (unsigned list = 0; list < ENTRY_LIST__COUNT; list++) {
        if (walk->lists[list].query && walk->lists[list].row) {
            db_done(walk->lists[list].query);
        }
    }
    arena_free(&walk->arena);
}

err entry_public_each(struct db_conn *conn, const struct territories *territories,
                      entry_public_visit *visit, void *self) {
    struct entry_walk walk = {.conn = conn,
                              .entries = db_query(conn, &entry_catalogue, ENTRY_ALL_PUBLIC),
                              .arena = arena_make(1u << 16, 0)};
    struct entry_public shown;
    bool row = true;
    err failed = OK;
    while (failed == OK && row) {
        failed = walk_next(&walk, territories, &shown, &row);
        if (failed == OK && row) {
            failed = visit(self, &shown);
        }
    }
    if (row) { /* the walk was broken off on an entry; at its end the query has closed itself */
        db_done(walk.entries);
    }
    walk_end(&walk);
    return failed;
}
