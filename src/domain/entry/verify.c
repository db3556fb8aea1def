/* What a damaged store may hold, and how it is noticed. */
#include "domain/entry/entry_int.h"

#define IN_ENUM(value, last) ((unsigned)(value) < (unsigned)(last))
#define VERIFY_BYTES_MAX     (2 * ENTRY_JSON_MAX)

static bool contacts_and_dates_are_sound(const struct entry *entry) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (!IN_ENUM(entry->contacts[i].kind, ENTRY_CONTACT__COUNT) ||
            !IN_ENUM(entry->contacts[i].visibility, ENTRY_VISIBLE__COUNT)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < entry->date_count; i++) {
        if (!IN_ENUM(entry->dates[i].role, ENTRY_DATE__COUNT)) {
            return false;
        }
    }
    return true;
}

static bool lists_are_sound(const struct entry *entry) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        if (!IN_ENUM(entry->links[i].target_kind, ENTRY_KIND__COUNT)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (!IN_ENUM(entry->media[i].kind, ENTRY_MEDIA__COUNT)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        if (!IN_ENUM(entry->asks[i].direction, ENTRY_ASK_DIRECTION__COUNT) ||
            !IN_ENUM(entry->asks[i].sort, ENTRY_ASK_SORT__COUNT)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        if (!IN_ENUM(entry->translations[i].field, ENTRY_TR__COUNT)) {
            return false;
        }
    }
    return contacts_and_dates_are_sound(entry);
}

bool entry_is_sound(const struct entry *entry) {
    return IN_ENUM(entry->kind, ENTRY_KIND__COUNT) && IN_ENUM(entry->state, ENTRY_STATE__COUNT) &&
           entry->status >= ENTRY_PUBLISHED && IN_ENUM(entry->status, ENTRY_STATUS__COUNT) &&
           IN_ENUM(entry->wheelchair, ENTRY_WHEELCHAIR__COUNT) &&
           IN_ENUM(entry->place.precision, ENTRY_PRECISION__COUNT) &&
           (!entry->place.has_point || geo_point_is_valid(entry->place.point)) &&
           lists_are_sound(entry);
}

static err entry_compare(struct db_conn *conn, struct entry_id id, slice digest, int64_t revision,
                         struct buf *text) {
    struct arena arena ARENA_CLEANUP = arena_make(1u << 16, 0);
    struct entry entry;
    TRY(entry_load(conn, id, &arena, &entry));
    buf_clear(text);
    entry_content_write(&entry, text);
    TRY(text->failed);
    struct crypto_digest made = entry_content_digest(&entry, buf_slice(text));
    if (!slice_equal(digest, slice_of((const char *)made.bytes, CRYPTO_DIGEST_BYTES))) {
        return ERR_CORRUPT;
    }
    buf_clear(text);
    return entry_revision_json(conn, id, revision, text);
}

err entry_verify(struct db_conn *conn, int64_t *verified, struct problem *problem) {
    struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_DIGESTS);
    struct buf text BUF_CLEANUP = buf_new(VERIFY_BYTES_MAX);
    int64_t count = 0;
    for (bool row = true;; count++) {
        TRY(db_next(query, &row));
        if (!row) {
            *verified = count;
            return OK;
        }
        struct entry_id id = {db_i64(query, 0)};
        err failed = entry_compare(conn, id, db_blob(query, 1), db_i64(query, 2), &text);
        if (failed != OK) {
            db_done(query);
            return problem_set(problem, failed, "",
                               "entry %lld is not what was written (%s): stop the service and "
                               "restore the newest backup",
                               (long long)id.v, err_name(failed));
        }
    }
}
