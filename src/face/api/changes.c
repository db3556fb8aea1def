/* /api/v1/changes and /api/v1/news: what people changed lately, and what teams tell, by territory
 * and theme, the latest first. Beside /changes.atom and /news.atom, which say the same. */
#include "domain/history/history.h"
#include "domain/news/news.h"
#include "face/api/api_int.h"

#define CHANGES_MAX     100 /* each is two whole versions, compared */
#define CHANGES_DEFAULT 30
#define CHANGES_BYTES   (8u << 20)

struct asked {
    uint32_t territory;
    uint16_t theme;
    int64_t cursor; /* what comes before it; 0: from the latest */
    size_t limit;
};

/* Reads the keys that a route takes; `keys` ends with NULL. */
static err read_asked(const struct face *face, const struct http_request *request,
                      const char *const *keys, struct asked *asked, struct problem *problem) {
    slice value;
    uint64_t limit;
    *asked =
        (struct asked){.territory = TERRITORY_NONE, .theme = THEME_NONE, .limit = CHANGES_DEFAULT};
    TRY(face_machine_keys(request, keys, problem));
    if (query_raw_value(request->query, SLICE("territory"), request->arena, &value) &&
        value.n > 0) {
        asked->territory = territories_find(face->territories, value);
        if (asked->territory == TERRITORY_NONE) {
            return problem_set(problem, ERR_INPUT, "territory", "there is no such territory");
        }
    }
    if (query_raw_value(request->query, SLICE("theme"), request->arena, &value) && value.n > 0) {
        asked->theme = themes_find(face->themes, value);
        if (asked->theme == THEME_NONE) {
            return problem_set(problem, ERR_INPUT, "theme", "there is no such theme");
        }
    }
    if (query_raw_value(request->query, SLICE("cursor"), request->arena, &value) &&
        (!slice_to_i64(value, &asked->cursor) || asked->cursor < 1)) {
        return problem_set(problem, ERR_INPUT, "cursor", "comes in next");
    }
    if (query_raw_value(request->query, SLICE("limit"), request->arena, &value) && value.n > 0) {
        if (!slice_to_u64(value, &limit) || limit < 1 || limit > CHANGES_MAX) {
            return problem_set(problem, ERR_INPUT, "limit", "a number from 1 to %d", CHANGES_MAX);
        }
        asked->limit = (size_t)limit;
    }
    return OK;
}

static slice absolute(const struct http_request *request, slice path) {
    return arena_concat_of(request->arena, request->base_url, path);
}

static void add_time(struct buf *out, bool *first, const char *key, int64_t at_ms) {
    api_key(out, first, key);
    buf_add_char(out, '"');
    time_format_rfc3339(at_ms, out);
    buf_add_char(out, '"');
}

/* `"next":` the same question from `cursor` on; null when there is nothing more. */
static void write_next(const struct face *face, const struct http_request *request,
                       const struct asked *asked, bool has_more, int64_t cursor, struct buf *out) {
    buf_add_cstr(out, "],\"next\":");
    if (!has_more) {
        buf_add_cstr(out, "null}\n");
        return;
    }
    struct buf url BUF_CLEANUP = buf_new(4096);
    buf_addf(&url, "%.*s%.*s?", SLICE_ARG(request->base_url), SLICE_ARG(request->path));
    if (asked->territory != TERRITORY_NONE) {
        buf_addf(&url, "territory=%.*s&",
                 SLICE_ARG(face->territories->items[asked->territory].code));
    }
    if (asked->theme != THEME_NONE) {
        buf_addf(&url, "theme=%.*s&", SLICE_ARG(face->themes->items[asked->theme].slug));
    }
    buf_addf(&url, "limit=%zu&cursor=%lld", asked->limit, (long long)cursor);
    buf_add_json_string(out, buf_slice(&url));
    buf_add_cstr(out, "}\n");
}

static err finish(const struct http_request *request, struct http_response *response) {
    struct buf *body = &response->body;
    response->media_type = API_JSON;
    response->etag = arena_printf(request->arena, "\"%llx\"",
                                  (unsigned long long)hash_bytes(buf_slice(body), 1));
    return body->failed;
}

/* ---- changes ---- */

static void write_author(const struct history_author *author, struct buf *out, bool *first) {
    static const char *const sorts[] = {
        [HISTORY_BY_SOURCE] = "source",   [HISTORY_BY_PERSON] = "person",
        [HISTORY_BY_GUEST] = "guest",     [HISTORY_BY_DELETED] = "deleted",
        [HISTORY_BY_UNKNOWN] = "unknown",
    };
    bool first_text = true;
    api_key(out, first, "author");
    buf_add_char(out, '{');
    api_text(out, &first_text, "sort", slice_from_cstr(sorts[author->sort]));
    api_text(out, &first_text, "name", author->name);
    buf_add_char(out, '}');
}

/* What everybody may see of both versions: the keys that differ. */
static err write_fields(const struct face *face, const struct http_request *request,
                        const struct history_change *change, struct buf *out, bool *first) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0); /* two whole versions */
    struct db_conn *reader = face_reader(request);
    struct entry_public before;
    struct entry_public after;
    struct history_difference *differences;
    size_t count;
    TRY(entry_revision_public(reader, face->territories, change->entry, change->older, &scratch,
                              &before));
    TRY(entry_revision_public(reader, face->territories, change->entry, change->revision, &scratch,
                              &after));
    history_differences(&before, &after, face->themes, 0, &scratch, &differences, &count);
    api_key(out, first, "fields");
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buf_add_cstr(out, i > 0 ? "," : "");
        buf_add_json_string(out, history_field_slug(differences[i].field));
    }
    buf_add_char(out, ']');
    return OK;
}

static err write_change(const struct face *face, const struct http_request *request,
                        const struct history_change *change, struct buf *out) {
    struct history_author author;
    bool first = true;
    TRY(history_author(face_reader(request), change->author, request->arena, &author));
    buf_add_char(out, '{');
    api_number(out, &first, "id", change->revision);
    api_text(out, &first, "url",
             arena_printf(request->arena, "%.*s/entries/%lld/history/%lld",
                          SLICE_ARG(request->base_url), (long long)change->entry.v,
                          (long long)change->revision));
    api_number(out, &first, "entry", change->entry.v);
    api_text(out, &first, "entry_url",
             absolute(request, face_entry_path(change->entry, change->title, request->arena)));
    api_text(out, &first, "title", change->title);
    add_time(out, &first, "at", change->at_ms);
    write_author(&author, out, &first);
    api_text(out, &first, "reason", change->reason);
    api_key(out, &first, "is_new");
    buf_add_cstr(out, change->older == 0 ? "true" : "false");
    if (change->older != 0) {
        TRY(write_fields(face, request, change, out, &first));
    }
    buf_add_char(out, '}');
    return OK;
}

static err write_changes(const struct face *face, const struct http_request *request,
                         const struct asked *asked, struct buf *out) {
    const struct history_asked question = {.territories = face->territories,
                                           .themes = face->themes,
                                           .territory = asked->territory,
                                           .theme = asked->theme,
                                           .before = asked->cursor,
                                           .room = asked->limit};
    struct history_recent recent;
    TRY(history_recent(face_reader(request), &question, request->arena, &recent));
    buf_add_cstr(out, "{\"items\":[");
    for (size_t i = 0; i < recent.count; i++) {
        buf_add_cstr(out, i > 0 ? "," : "");
        TRY(write_change(face, request, &recent.items[i], out));
    }
    write_next(face, request, asked, recent.has_more, recent.last, out);
    return OK;
}

err api_changes(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    static const char *const keys[] = {"territory", "theme", "cursor", "limit", NULL};
    const struct face *face = app;
    struct asked asked;
    TRY(read_asked(face, request, keys, &asked, problem));
    response->body = buf_new(CHANGES_BYTES);
    err answered = face_snapshot_begin(request);
    if (answered == OK) {
        answered = write_changes(face, request, &asked, &response->body);
    }
    face_snapshot_end(request);
    return answered == OK ? finish(request, response) : answered;
}

/* ---- news ---- */

static void write_media(const struct http_request *request, const struct news *news,
                        struct buf *out, bool *first) {
    uint32_t count;
    const struct entry_media *media = news_media_shown(news, request->arena, &count);
    if (count == 0) {
        return;
    }
    api_key(out, first, "media");
    for (uint32_t i = 0; i < count; i++) {
        bool first_text = true;
        buf_add_cstr(out, i == 0 ? "[{" : ",{");
        api_text(out, &first_text, "kind", entry_media_kind_slug(media[i].kind));
        api_text(out, &first_text, "url",
                 face_media_url(request->base_url, media[i].url, request->arena));
        api_text(out, &first_text, "title", media[i].title);
        api_text(out, &first_text, "alt", media[i].alt);
        api_text(out, &first_text, "licence", media[i].licence);
        api_text(out, &first_text, "credit", media[i].credit);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static err write_news(const struct http_request *request, const struct news_item *item,
                      struct buf *out) {
    const struct news *news = &item->news;
    struct buf day BUF_CLEANUP = buf_new(64);
    bool first = true;
    date_format(&news->happened, &day);
    buf_add_char(out, '{');
    api_number(out, &first, "id", news->id);
    api_text(out, &first, "url",
             arena_printf(request->arena, "%.*s/entries/%lld/news/%lld",
                          SLICE_ARG(request->base_url), (long long)news->entry.v,
                          (long long)news->id));
    api_number(out, &first, "entry", news->entry.v);
    api_text(out, &first, "entry_url",
             absolute(request, face_entry_path(item->entry->entry.id, item->entry->entry.title,
                                               request->arena)));
    api_text(out, &first, "entry_title", item->entry->entry.title);
    api_text(out, &first, "sort", news_sort_slug(news->sort));
    api_text(out, &first, "title", news->title);
    api_text(out, &first, "happened", buf_slice(&day));
    api_text(out, &first, "text", news->text);
    add_time(out, &first, "published", news->at_ms);
    add_time(out, &first, "updated", news->changed_ms);
    write_media(request, news, out, &first);
    buf_add_char(out, '}');
    return day.failed;
}

err api_news(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    static const char *const keys[] = {"territory", "cursor", "limit", NULL};
    const struct face *face = app;
    struct buf *out = &response->body;
    struct asked asked;
    struct news_item *items;
    size_t count;
    TRY(read_asked(face, request, keys, &asked, problem));
    TRY(news_latest(face_reader(request), face->territories, asked.territory, asked.cursor,
                    asked.limit + 1, request->arena, &items, &count));
    *out = buf_new(CHANGES_BYTES);
    buf_add_cstr(out, "{\"items\":[");
    size_t shown = count < asked.limit ? count : asked.limit;
    for (size_t i = 0; i < shown; i++) {
        buf_add_cstr(out, i > 0 ? "," : "");
        TRY(write_news(request, &items[i], out));
    }
    write_next(face, request, &asked, count > asked.limit, shown > 0 ? items[shown - 1].news.id : 0,
               out);
    return finish(request, response);
}
