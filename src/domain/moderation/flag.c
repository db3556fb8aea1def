/* Flags, and when they are independent of each other (RULE MOD-1, RULE MOD-4). */
#include <stdlib.h>
#include <string.h>

#include "domain/moderation/moderation_int.h"

static const char *const reason_slugs[FLAG_REASON__COUNT] = {
    [FLAG_GONE] = "gone",       [FLAG_WRONG] = "wrong",
    [FLAG_CHARTER] = "charter", [FLAG_PERSONAL_DATA] = "personal-data",
    [FLAG_DOUBLED] = "doubled", [FLAG_ILLEGAL] = "illegal"};

slice flag_reason_slug(enum flag_reason reason) {
    return slice_from_cstr(reason_slugs[reason]);
}

bool flag_reason_from_slug(slice slug, enum flag_reason *reason) {
    for (int i = FLAG_GONE; i < FLAG_REASON__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(reason_slugs[i]))) {
            *reason = (enum flag_reason)i;
            return true;
        }
    }
    return false;
}

/* ---- independent flags ---- */

/* What joins flags: one row for each thing a flag is known by. */
struct join {
    struct crypto_digest key;
    size_t flag;
};
struct judged {
    struct join *joins;
    size_t join_count, join_room;
    size_t *root;   /* of each flag, by union and find */
    bool *is_heard; /* counts by itself: an account that is old enough */
    int64_t *person;
    size_t count, root_room, heard_room, person_room;
    struct arena *arena;
};

static void join_add(struct judged *judged, size_t flag, slice sort, slice value) {
    const slice parts[] = {sort, value};
    judged->joins = arena_grow(judged->arena, struct join, judged->joins, judged->join_count,
                               &judged->join_room);
    judged->joins[judged->join_count++] =
        (struct join){.key = crypto_digest(parts, ARRAY_COUNT(parts)), .flag = flag};
}

static err join_address(struct judged *judged, size_t flag, slice address) {
    BUF_CLEANUP struct buf root = buf_new(ENTRY_JSON_MAX);
    moderation_mail_root(address, &root);
    TRY(root.failed);
    join_add(judged, flag, SLICE("mail:"), buf_slice(&root));
    return OK;
}

static err read_flags(struct db_conn *conn, struct entry_id entry, struct judged *judged) {
    struct db_query *query = moderation_query(conn, FLAG_JUDGED);
    db_bind_i64(query, 1, entry.v);
    db_bind_i64(query, 2, FLAG_ACCOUNT_MS);
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        size_t flag = judged->count;
        judged->root = arena_grow(judged->arena, size_t, judged->root, flag, &judged->root_room);
        judged->is_heard =
            arena_grow(judged->arena, bool, judged->is_heard, flag, &judged->heard_room);
        judged->person =
            arena_grow(judged->arena, int64_t, judged->person, flag, &judged->person_room);
        judged->count++;
        judged->root[flag] = flag;
        judged->person[flag] = db_i64(query, 0);
        judged->is_heard[flag] = db_i64(query, 3) != 0;
        if (db_blob(query, 1).n > 0) {
            join_add(judged, flag, SLICE("network:"), db_blob(query, 1));
        }
        if (db_text(query, 2).n > 0) {
            TRY(join_address(judged, flag, arena_copy(judged->arena, db_text(query, 2))));
        }
    }
}

static err read_addresses(struct db_conn *conn, struct judged *judged) {
    for (size_t flag = 0; flag < judged->count; flag++) {
        struct person_address *addresses;
        size_t count = 0;
        if (judged->person[flag] == 0) {
            continue;
        }
        TRY(person_addresses(conn, (struct person_id){judged->person[flag]}, judged->arena,
                             &addresses, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(join_address(judged, flag, addresses[i].address));
        }
    }
    return OK;
}

static size_t root_of(size_t *root, size_t flag) {
    while (root[flag] != flag) {
        root[flag] = root[root[flag]];
        flag = root[flag];
    }
    return flag;
}

static int by_key(const void *a, const void *b) {
    return memcmp(&((const struct join *)a)->key, &((const struct join *)b)->key,
                  sizeof(struct crypto_digest));
}

/* How many independent ones of the flags that wait: what is joined, even through others, is one. */
static err count_independent(struct db_conn *conn, struct entry_id entry, size_t *count) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct judged judged = {.arena = &scratch};
    *count = 0;
    TRY(read_flags(conn, entry, &judged));
    TRY(read_addresses(conn, &judged));
    if (judged.join_count > 0) {
        qsort(judged.joins, judged.join_count, sizeof *judged.joins, by_key);
    }
    for (size_t i = 1; i < judged.join_count; i++) {
        if (by_key(&judged.joins[i - 1], &judged.joins[i]) == 0) {
            judged.root[root_of(judged.root, judged.joins[i].flag)] =
                root_of(judged.root, judged.joins[i - 1].flag);
        }
    }
    bool *is_counted = arena_new(&scratch, bool, judged.count + 1);
    for (size_t flag = 0; flag < judged.count; flag++) {
        size_t root = root_of(judged.root, flag);
        if (judged.is_heard[flag] && !is_counted[root]) {
            is_counted[root] = true;
            *count += 1;
        }
    }
    return OK;
}

/* ---- adding ---- */

static err store(struct db_conn *conn, struct id_source *ids, const struct flag_send *flag,
                 slice words, int64_t now_ms) {
    struct person_id person = flag->actor->person;
    if (person.v) {
        struct db_query *again = moderation_query(conn, FLAG_AGAIN);
        db_bind_i64(again, 1, flag->entry.v);
        db_bind_i64(again, 2, person.v);
        db_bind_i64(again, 3, flag->reason);
        db_bind_text_borrowed(again, 4, words);
        db_bind_text_borrowed(again, 5, flag->name);
        db_bind_text_borrowed(again, 6, flag->place);
        db_bind_i64(again, 7, flag->news);
        TRY(db_run(again));
        if (db_changed(conn) > 0) {
            return OK;
        }
    }
    do { /* another process may have taken the number in the same millisecond */
        struct db_query *query = moderation_query(conn, FLAG_ADD);
        db_bind_i64(query, 1, id_next(ids));
        db_bind_i64(query, 2, flag->entry.v);
        db_bind_i64(query, 3, flag->reason);
        db_bind_text_borrowed(query, 4, words);
        if (person.v) {
            db_bind_i64(query, 5, person.v);
        } else {
            db_bind_null(query, 5);
        }
        db_bind_text_borrowed(query, 6, person.v ? SLICE_EMPTY : flag->address);
        db_bind_text_borrowed(query, 7, flag->language);
        db_bind_blob_borrowed(query, 8, person_network_key(&flag->network));
        db_bind_i64(query, 9, now_ms);
        db_bind_text_borrowed(query, 10, flag->name);
        db_bind_text_borrowed(query, 11, flag->place);
        db_bind_i64(query, 12, flag->news);
        TRY(db_run(query));
    } while (db_changed(conn) == 0);
    return OK;
}

static err hold(struct db_conn *conn, const struct contribution_world *world, struct entry_id entry,
                int64_t now_ms, struct arena *arena, struct moderation_outcome *outcome) {
    const struct moderation_decision decision = {
        .entry = entry, .act = MODERATION_HOLD, .reason = SLICE("RULE MOD-1")};
    const struct moderation_record record = {.decision = &decision, .status_after = ENTRY_PENDING};
    TRY(entry_set_status(conn, world->ids, entry, ENTRY_PENDING, SLICE("rule:MOD-1"), SLICE_EMPTY,
                         now_ms));
    TRY(moderation_record(conn, world, &record, now_ms, arena, outcome));
    outcome->is_held = true;
    return OK;
}

/* RULE MOD-8 */
static err check_notice(const struct flag_send *flag, slice words, struct problem *problem) {
    bool is_known = flag->actor->person.v != 0 || flag->address.n > 0;
    if (words.n == 0) {
        return problem_set(problem, ERR_INPUT, "words", "a notice says why it is illegal");
    }
    if (!flag->is_abuse_of_children && slice_trim(flag->name).n == 0) {
        return problem_set(problem, ERR_INPUT, "name", "a notice says who sends it");
    }
    if (!flag->is_abuse_of_children && !is_known) {
        return problem_set(problem, ERR_INPUT, "address", "a notice says where to answer");
    }
    if (!flag->is_in_good_faith) {
        return problem_set(problem, ERR_INPUT, "faith", "a notice is in good faith, and says so");
    }
    return flag->name.n <= FLAG_NAME_MAX && flag->place.n <= FLAG_PLACE_MAX
               ? OK
               : problem_set(problem, ERR_LIMIT, flag->name.n > FLAG_NAME_MAX ? "name" : "place",
                             "too long");
}

/* Whether the entry shows the news item that a flag is about, if it is about one. */
static err check_news(struct db_conn *conn, const struct flag_send *flag) {
    bool is_shown = false;
    if (flag->news == 0) {
        return OK;
    }
    struct db_query *query = moderation_query(conn, FLAG_NEWS);
    db_bind_i64(query, 1, flag->news);
    db_bind_i64(query, 2, flag->entry.v);
    TRY(db_next(query, &is_shown));
    db_done(query);
    return is_shown ? OK : ERR_NOT_FOUND;
}

/* RULE MOD-1 */
err flag_add(struct db_conn *conn, const struct contribution_world *world,
             const struct flag_send *flag, int64_t now_ms, struct arena *arena,
             struct moderation_outcome *outcome, struct problem *problem) {
    slice words = slice_trim(flag->words);
    size_t independent = 0;
    *outcome = (struct moderation_outcome){.title = SLICE_EMPTY};
    if (words.n > FLAG_WORDS_MAX) {
        return problem_set(problem, ERR_LIMIT, "words", "more than %d bytes", FLAG_WORDS_MAX);
    }
    if (flag->reason == FLAG_ILLEGAL) {
        TRY(check_notice(flag, words, problem));
    }
    struct db_query *query = moderation_query(conn, FLAG_ENTRY);
    db_bind_i64(query, 1, flag->entry.v);
    bool row = false;
    TRY(db_next(query, &row));
    bool is_published = row && db_i64(query, 0) == ENTRY_PUBLISHED;
    outcome->title = row ? arena_copy(arena, db_text(query, 1)) : SLICE_EMPTY;
    db_done(query);
    if (!is_published) {
        return ERR_NOT_FOUND;
    }
    TRY(check_news(conn, flag));
    TRY(person_try(conn, PERSON_TRY_FLAG, person_network_key(&flag->network), now_ms, problem));
    TRY(store(conn, world->ids, flag, words, now_ms));
    if (flag->actor->person.v) {
        TRY(count_independent(conn, flag->entry, &independent));
    }
    return independent >= FLAG_INDEPENDENT ? hold(conn, world, flag->entry, now_ms, arena, outcome)
                                           : OK;
}

err flags_of(struct db_conn *conn, struct entry_id entry, size_t room, struct arena *arena,
             struct flag **flags, size_t *count) {
    struct db_query *query = moderation_query(conn, FLAG_LIST);
    db_bind_i64(query, 1, entry.v);
    db_bind_i64(query, 2, (int64_t)room);
    *flags = arena_new(arena, struct flag, room);
    *count = 0;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        (*flags)[(*count)++] = (struct flag){.reason = (enum flag_reason)db_i64(query, 0),
                                             .words = arena_copy(arena, db_text(query, 1)),
                                             .at_ms = db_i64(query, 2),
                                             .has_account = db_i64(query, 3) != 0,
                                             .name = arena_copy(arena, db_text(query, 4)),
                                             .place = arena_copy(arena, db_text(query, 5)),
                                             .news = db_i64(query, 6),
                                             .news_title = arena_copy(arena, db_text(query, 7))};
    }
}
