/* The child tables: rows into the lists of a struct entry and back. */
#include "domain/entry/details.h"
#include "domain/entry/entry_int.h"

#include <string.h>

#define LIST_ROOM_FIRST 4

/* Room for one more item: lists grow by doubling, so their length tells when they are full. */
static void *list_room(struct arena *arena, void *items, uint32_t count, size_t size) {
    bool full = count == 0 || (count >= LIST_ROOM_FIRST && (count & (count - 1)) == 0);
    if (!full) {
        return items;
    }
    size_t room = count == 0 ? LIST_ROOM_FIRST : 2 * (size_t)count;
    void *larger = arena_alloc(arena, size, room, _Alignof(max_align_t));
    if (count > 0) {
        memcpy(larger, items, count * size);
    }
    return larger;
}
#define LIST_NEXT(arena, items, count)                                                             \
    ((items) = list_room((arena), (items), (count), sizeof(*(items))), &(items)[(count)++])

static slice text_copy(struct db_query *query, unsigned column, struct arena *arena) {
    slice text = db_text(query, column);
    return text.n ? arena_copy(arena, text) : SLICE_EMPTY;
}

static struct date date_column(struct db_query *query, unsigned column) {
    struct date date = {.precision = DATE_UNKNOWN};
    if (date_parse(db_text(query, column), &date) != OK) {
        date = (struct date){.precision = DATE_UNKNOWN};
    }
    return date;
}

static struct entry_link link_row(struct db_query *query, struct arena *arena) {
    struct entry_link link = {.relation = text_copy(query, 1, arena),
                              .target_key = text_copy(query, 2, arena),
                              .note = text_copy(query, 7, arena)};
    if (db_i64(query, 6) == ENTRY_PUBLISHED) { /* nothing is said of what is not public */
        link.target = (struct entry_id){db_i64(query, 3)};
        link.target_title = text_copy(query, 4, arena);
        link.target_kind = (enum entry_kind)db_i64(query, 5);
    }
    return link;
}

static struct entry_media media_row(struct db_query *query, struct arena *arena) {
    return (struct entry_media){.kind = (enum entry_media_kind)db_i64(query, 1),
                                .url = text_copy(query, 2, arena),
                                .title = text_copy(query, 3, arena),
                                .alt = text_copy(query, 4, arena),
                                .licence = text_copy(query, 5, arena),
                                .credit = text_copy(query, 6, arena),
                                .duration_s = (uint32_t)db_i64(query, 7),
                                .transcript = text_copy(query, 8, arena)};
}

/* A name that a later version wrote is left alone. */
static void detail_row(struct db_query *query, struct arena *arena, struct entry *entry) {
    slice name = db_text(query, 1);
    for (size_t i = 0; i < ENTRY_DETAIL__COUNT; i++) {
        if (slice_equal(slice_from_cstr(entry_detail_name((enum entry_detail)i)), name)) {
            entry->details[i] = text_copy(query, 2, arena);
        }
    }
}

void entry_list_row(enum entry_list list, struct db_query *query, struct arena *arena,
                    struct entry *entry) {
    switch (list) {
    case ENTRY_LIST_THEME:
        *LIST_NEXT(arena, entry->themes, entry->theme_count) = text_copy(query, 1, arena);
        break;
    case ENTRY_LIST_TAG:
        *LIST_NEXT(arena, entry->tags, entry->tag_count) = text_copy(query, 1, arena);
        break;
    case ENTRY_LIST_CONTACT:
        *LIST_NEXT(arena, entry->contacts, entry->contact_count) =
            (struct entry_contact){.kind = (enum entry_contact_kind)db_i64(query, 1),
                                   .visibility = (enum entry_visibility)db_i64(query, 2),
                                   .value = text_copy(query, 3, arena),
                                   .label = text_copy(query, 4, arena)};
        break;
    case ENTRY_LIST_DATE:
        *LIST_NEXT(arena, entry->dates, entry->date_count) =
            (struct entry_date){.role = (enum entry_date_role)db_i64(query, 1),
                                .start = date_column(query, 2),
                                .end = date_column(query, 3),
                                .zone = text_copy(query, 4, arena),
                                .note = text_copy(query, 5, arena),
                                .first_ms = db_i64(query, 6),
                                .last_ms = db_i64(query, 7),
                                .rule = text_copy(query, 8, arena)};
        break;
    case ENTRY_LIST_FIGURE:
        *LIST_NEXT(arena, entry->figures, entry->figure_count) =
            (struct entry_figure){.value = text_copy(query, 1, arena),
                                  .unit = text_copy(query, 2, arena),
                                  .label = text_copy(query, 3, arena),
                                  .date = text_copy(query, 4, arena),
                                  .source = text_copy(query, 5, arena)};
        break;
    case ENTRY_LIST_LINK:
        *LIST_NEXT(arena, entry->links, entry->link_count) = link_row(query, arena);
        break;
    case ENTRY_LIST_MEDIA:
        *LIST_NEXT(arena, entry->media, entry->media_count) = media_row(query, arena);
        break;
    case ENTRY_LIST_ASK:
        *LIST_NEXT(arena, entry->asks, entry->ask_count) =
            (struct entry_ask){.direction = (enum entry_ask_direction)db_i64(query, 1),
                               .sort = (enum entry_ask_sort)db_i64(query, 2),
                               .skill = text_copy(query, 3, arena),
                               .text = text_copy(query, 4, arena)};
        break;
    case ENTRY_LIST_TRANSLATION:
        *LIST_NEXT(arena, entry->translations, entry->translation_count) =
            (struct entry_translation){.language = text_copy(query, 1, arena),
                                       .field = (enum entry_translated)db_i64(query, 2),
                                       .position = (uint16_t)db_i64(query, 3),
                                       .value = text_copy(query, 4, arena)};
        break;
    case ENTRY_LIST_DETAIL:
        detail_row(query, arena, entry);
        break;
    case ENTRY_LIST__COUNT:
        break;
    }
}

struct entry_id entry_link_number(const struct entry_link *link) {
    struct entry_id id = {0};
    slice number = slice_sub(link->target_key, sizeof "entry:" - 1, link->target_key.n);
    bool is_ours = slice_starts_with(link->target_key, SLICE("entry:"));
    return is_ours && slice_to_i64(number, &id.v) && id.v > 0 ? id : (struct entry_id){0};
}

struct entry_id entry_link_inspired(const struct entry_link *link) {
    return slice_equal(link->relation, ENTRY_INSPIRED_BY) ? entry_link_number(link)
                                                          : (struct entry_id){0};
}

static uint32_t detail_count(const struct entry *entry) {
    uint32_t count = 0;
    for (size_t i = 0; i < ENTRY_DETAIL__COUNT; i++) {
        count += entry->details[i].n > 0;
    }
    return count;
}

static uint32_t list_count(const struct entry *entry, enum entry_list list) {
    switch (list) {
    case ENTRY_LIST_THEME:
        return entry->theme_count;
    case ENTRY_LIST_TAG:
        return entry->tag_count;
    case ENTRY_LIST_CONTACT:
        return entry->contact_count;
    case ENTRY_LIST_DATE:
        return entry->date_count;
    case ENTRY_LIST_FIGURE:
        return entry->figure_count;
    case ENTRY_LIST_LINK:
        return entry->link_count;
    case ENTRY_LIST_MEDIA:
        return entry->media_count;
    case ENTRY_LIST_ASK:
        return entry->ask_count;
    case ENTRY_LIST_TRANSLATION:
        return entry->translation_count;
    case ENTRY_LIST_DETAIL:
        return detail_count(entry);
    case ENTRY_LIST__COUNT:
        break;
    }
    return 0;
}

unsigned entry_lists_of(const struct entry *entry) {
    unsigned lists = 0;
    for (unsigned list = 0; list < ENTRY_LIST__COUNT; list++) {
        lists |= list_count(entry, (enum entry_list)list) > 0 ? 1u << list : 0;
    }
    return lists;
}

err entry_lists_load(struct db_conn *conn, unsigned lists, struct arena *arena,
                     struct entry *entry) {
    for (unsigned list = 0; list < ENTRY_LIST__COUNT; list++) {
        if (!(lists & 1u << list)) {
            continue;
        }
        struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LIST_OF_FIRST + list);
        db_bind_i64(query, 1, entry->id.v);
        for (;;) {
            bool row = false;
            TRY(db_next(query, &row));
            if (!row) {
                break;
            }
            entry_list_row((enum entry_list)list, query, arena, entry);
        }
    }
    return OK;
}

err entry_lists_drop(struct db_conn *conn, struct entry_id id, unsigned lists) {
    for (unsigned list = 0; list < ENTRY_LIST__COUNT; list++) {
        if (lists & 1u << list) {
            struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LIST_DROP_FIRST + list);
            db_bind_i64(query, 1, id.v);
            TRY(db_run(query));
        }
    }
    return OK;
}

static void texts_bind(struct db_query *query, unsigned first, const slice *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        db_bind_text_borrowed(query, first + (unsigned)i, texts[i]);
    }
}

/* Dates are kept as they are written outside; the arena holds the text until the row is in. */
static slice date_text(const struct date *date, struct buf *scratch) {
    buf_clear(scratch);
    date_format(date, scratch);
    return buf_slice(scratch);
}

static void date_bind(struct db_query *query, const struct entry_date *date) {
    struct buf scratch BUF_CLEANUP = buf_new(64);
    db_bind_i64(query, 3, date->role);
    db_bind_text(query, 4, date_text(&date->start, &scratch));
    db_bind_text(query, 5, date_text(&date->end, &scratch));
    db_bind_text_borrowed(query, 6, date->zone);
    db_bind_text_borrowed(query, 7, date->note);
    db_bind_i64(query, 8, date->first_ms);
    db_bind_i64(query, 9, date->last_ms);
    db_bind_text_borrowed(query, 10, date->rule);
}

static void media_bind(struct db_query *query, const struct entry_media *media) {
    db_bind_i64(query, 3, media->kind);
    texts_bind(query, 4,
               (const slice[]){media->url, media->title, media->alt, media->licence, media->credit},
               5);
    db_bind_i64(query, 9, media->duration_s);
    db_bind_text_borrowed(query, 10, media->transcript);
}

/* The row at `position` among the details that it has. */
static void detail_bind(struct db_query *query, const struct entry *entry, uint32_t position) {
    size_t i = 0;
    for (uint32_t seen = 0; seen + (entry->details[i].n > 0) <= position; i++) {
        seen += entry->details[i].n > 0;
    }
    db_bind_text_borrowed(query, 3, slice_from_cstr(entry_detail_name((enum entry_detail)i)));
    db_bind_text_borrowed(query, 4, entry->details[i]);
}

static void item_bind(struct db_query *query, const struct entry *entry, enum entry_list list,
                      uint32_t i) {
    switch (list) {
    case ENTRY_LIST_THEME:
        db_bind_text_borrowed(query, 3, entry->themes[i]);
        break;
    case ENTRY_LIST_TAG:
        db_bind_text_borrowed(query, 3, entry->tags[i]);
        break;
    case ENTRY_LIST_CONTACT:
        db_bind_i64(query, 3, entry->contacts[i].kind);
        db_bind_i64(query, 4, entry->contacts[i].visibility);
        texts_bind(query, 5, (const slice[]){entry->contacts[i].value, entry->contacts[i].label},
                   2);
        break;
    case ENTRY_LIST_DATE:
        date_bind(query, &entry->dates[i]);
        break;
    case ENTRY_LIST_FIGURE:
        texts_bind(query, 3,
                   (const slice[]){entry->figures[i].value, entry->figures[i].unit,
                                   entry->figures[i].label, entry->figures[i].date,
                                   entry->figures[i].source},
                   5);
        break;
    case ENTRY_LIST_LINK:
        texts_bind(query, 3, (const slice[]){entry->links[i].relation, entry->links[i].target_key},
                   2);
        db_bind_i64(query, 5, entry->source.v);
        db_bind_i64(query, 6, entry_link_number(&entry->links[i]).v);
        texts_bind(query, 7, &entry->links[i].note, 1);
        break;
    case ENTRY_LIST_MEDIA:
        media_bind(query, &entry->media[i]);
        break;
    case ENTRY_LIST_ASK:
        db_bind_i64(query, 3, entry->asks[i].direction);
        db_bind_i64(query, 4, entry->asks[i].sort);
        texts_bind(query, 5, (const slice[]){entry->asks[i].skill, entry->asks[i].text}, 2);
        break;
    case ENTRY_LIST_TRANSLATION:
        db_bind_text_borrowed(query, 3, entry->translations[i].language);
        db_bind_i64(query, 4, entry->translations[i].field);
        db_bind_i64(query, 5, entry->translations[i].position);
        db_bind_text_borrowed(query, 6, entry->translations[i].value);
        break;
    case ENTRY_LIST_DETAIL:
        detail_bind(query, entry, i);
        break;
    case ENTRY_LIST__COUNT:
        break;
    }
}

/* Themes and tags, which nearly every entry has, go into the bulk when there is one. */
static err texts_bulk(struct db_conn *conn, struct entry_bulk *bulk, const struct entry *entry) {
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        TRY(entry_bulk_row_add(conn, &bulk->themes, ENTRY_THEME_ADD_MANY,
                               (struct entry_bulk_row){entry->id.v, i, entry->themes[i]}));
    }
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        TRY(entry_bulk_row_add(conn, &bulk->tags, ENTRY_TAG_ADD_MANY,
                               (struct entry_bulk_row){entry->id.v, i, entry->tags[i]}));
    }
    return OK;
}

err entry_lists_add(struct db_conn *conn, struct entry_bulk *bulk, const struct entry *entry) {
    unsigned list = 0;
    if (bulk) {
        TRY(texts_bulk(conn, bulk, entry));
        list = ENTRY_LIST_CONTACT; /* the first behind them */
    }
    for (; list < ENTRY_LIST__COUNT; list++) {
        uint32_t count = list_count(entry, (enum entry_list)list);
        for (uint32_t i = 0; i < count; i++) {
            struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_LIST_ADD_FIRST + list);
            db_bind_i64(query, 1, entry->id.v);
            db_bind_i64(query, 2, i);
            item_bind(query, entry, (enum entry_list)list, i);
            TRY(db_run(query));
        }
    }
    return OK;
}
