/* What is kept here of one person, for the download of their data: what they flagged, what they
 * answered to decisions, and decisions about them. */
#include "domain/moderation/moderation_int.h"

static void add_time(struct buf *out, const char *name, int64_t at_ms) {
    buf_addf(out, ",\"%s\":", name);
    if (at_ms == 0) {
        buf_add_cstr(out, "null");
        return;
    }
    buf_add_char(out, '"');
    time_format_rfc3339(at_ms, out);
    buf_add_char(out, '"');
}

static void add_text(struct buf *out, const char *name, slice text) {
    buf_addf(out, ",\"%s\":", name);
    buf_add_json_string(out, text);
}

static void add_flag(struct db_query *row, struct buf *out) {
    buf_addf(out, "{\"entry\":%lld", (long long)db_i64(row, 0));
    add_time(out, "at", db_i64(row, 1));
    add_text(out, "reason", flag_reason_slug((enum flag_reason)db_i64(row, 2)));
    add_text(out, "words", db_text(row, 3));
    if (db_text(row, 4).n + db_text(row, 5).n > 0) {
        add_text(out, "name", db_text(row, 4));
        add_text(out, "place", db_text(row, 5));
    }
    add_time(out, "answered", db_i64(row, 6));
    buf_add_char(out, '}');
}

static void add_reply(struct db_query *row, struct buf *out) {
    buf_addf(out, "{\"entry\":%lld", (long long)db_i64(row, 0));
    add_time(out, "at", db_i64(row, 1));
    add_text(out, "to", db_i64(row, 2) ? SLICE("decision") : SLICE("question"));
    add_text(out, "words", db_text(row, 3));
    add_text(out, "answer", db_text(row, 4));
    add_time(out, "answered", db_i64(row, 5));
    buf_add_char(out, '}');
}

static void add_decision(struct db_query *row, struct buf *out) {
    buf_addf(out, "{\"entry\":%lld", (long long)db_i64(row, 0));
    add_time(out, "at", db_i64(row, 1));
    add_text(out, "act", moderation_act_slug((enum moderation_act)db_i64(row, 2)));
    add_text(out, "reason", db_text(row, 3));
    add_time(out, "until", db_i64(row, 4));
    add_time(out, "reversed", db_i64(row, 5));
    buf_add_char(out, '}');
}

err moderation_person_to_json(struct db_conn *conn, struct person_id person, struct buf *out) {
    static const struct {
        const char *name;
        enum moderation_statement which;
        void (*add)(struct db_query *row, struct buf *out);
    } lists[] = {{"flags", FLAG_OF_PERSON, add_flag},
                 {"replies", REPLY_OF_PERSON, add_reply},
                 {"decisions", DECISION_OF_PERSON, add_decision}};
    for (size_t i = 0; i < ARRAY_COUNT(lists); i++) {
        struct db_query *query = moderation_query(conn, lists[i].which);
        db_bind_i64(query, 1, person.v);
        buf_addf(out, "%s\"%s\":[", i > 0 ? "," : "", lists[i].name);
        for (bool is_first = true;; is_first = false) {
            bool row = false;
            TRY(db_next(query, &row));
            if (!row) {
                break;
            }
            buf_add_cstr(out, is_first ? "" : ",");
            lists[i].add(query, out);
        }
        buf_add_char(out, ']');
    }
    return out->failed;
}
