/* /api/v1/entries and /api/v1/entries/{id}. */
#include "face/api/api_int.h"
#include "face/api/kept.h"

#define URL_BYTES_MAX   8192
#define ROW_ARENA_BYTES 16384

/* What belongs to this result joins the object, which ends here. */
static void item_end(const struct entry_public *entry, enum query_kind kind, uint16_t ask,
                     double distance_m, uint32_t taken_up, struct buf *out) {
    bool first = false;
    if (distance_m >= 0) {
        api_number(out, &first, "distance_m", (int64_t)(distance_m + 0.5));
    }
    if (taken_up > 0) {
        api_number(out, &first, "taken_up", taken_up);
    }
    if (entry && (kind == QUERY_KIND_NEED || kind == QUERY_KIND_OFFER)) {
        api_key(out, &first, "match");
        buf_addf(out, "{\"kind\":\"%.*s\"", SLICE_ARG(query_kind_slug(kind)));
        if (ask < entry->entry.ask_count) {
            bool first_text = false;
            const struct entry_ask *found = &entry->entry.asks[ask];
            api_text(out, &first_text, "sort", entry_ask_sort_slug(found->sort));
            api_text(out, &first_text, "skill", found->skill);
            api_text(out, &first_text, "text", found->text);
        }
        buf_add_char(out, '}');
    }
    buf_add_char(out, '}');
}

void api_item_write(const struct entry_public *entry, slice base_url, enum query_kind kind,
                    uint16_t ask, double distance_m, struct buf *out) {
    entry_public_to_json(entry, base_url, out);
    if (out->failed != OK || out->n == 0) {
        return;
    }
    out->n--;
    item_end(entry, kind, ask, distance_m, 0, out);
}

/* ---- a page of entries ---- */

/* How the entries of one answer are come by: those that are kept as they were written, the others
 * from one snapshot of the store, begun when the first is needed. */
struct reading {
    const struct face *face;
    struct db_conn *reader;
    struct api_kept *kept; /* NULL: none are */
    bool begun;
    bool is_linked; /* something tells of other entries */
    int64_t last;   /* the newest change that the snapshot sees */
    slice base_url;
    struct arena row;   /* one entry at a time: a page of long texts costs what it weighs, once */
    struct buf opening; /* what an item begins with, up to where the kept bytes go on */
};

static err reading_begin(struct reading *reading) {
    if (reading->begun) {
        return OK;
    }
    TRY(db_begin_read(reading->reader));
    reading->begun = true;
    return reading->kept ? api_kept_follow(reading->kept, reading->reader, &reading->last) : OK;
}

static void reading_end(struct reading *reading) {
    if (reading->begun) {
        db_rollback(reading->reader);
    }
    arena_free(&reading->row);
    buf_free(&reading->opening);
}

/* An item of the API begins with number and address. Its base is of the request, so that what is
 * kept begins behind it. */
static void opening_write(struct reading *reading, struct entry_id id) {
    struct buf *out = &reading->opening;
    buf_clear(out);
    buf_add_cstr(out, "{\"id\":");
    buf_add_i64(out, id.v);
    buf_add_cstr(out, ",\"url\":");
    buf_add_json_string(out, reading->base_url);
    if (out->n > 0) {
        out->n--; /* the quotation mark: the address goes on */
    }
}

static bool kept_item(struct reading *reading, const struct atlas_hit *hit, struct buf *out) {
    if (!reading->kept || hit->kind == QUERY_KIND_NEED || hit->kind == QUERY_KIND_OFFER) {
        return false;
    }
    size_t mark = out->n;
    opening_write(reading, hit->entry);
    buf_add(out, buf_slice(&reading->opening));
    if (!api_kept_write(reading->kept, hit->entry, out)) {
        out->n = mark;
        return false;
    }
    item_end(NULL, hit->kind, hit->ask, hit->distance_m, hit->taken_up, out);
    return true;
}

/* `bytes`: the entry as it was written, whole. What tells of other entries changes with them, and
 * is not kept. */
static void keep_item(struct reading *reading, const struct entry_public *entry, slice bytes) {
    opening_write(reading, entry->entry.id);
    slice opening = buf_slice(&reading->opening);
    if (!entry->is_linked && slice_starts_with(bytes, opening)) {
        slice rest = slice_sub(bytes, opening.n, bytes.n);
        api_kept_put(reading->kept, entry->entry.id, reading->last, slice_sub(rest, 0, rest.n - 1));
    }
}

/* ERR_NOT_FOUND: it has gone since the view was made. */
static err stored_item(struct reading *reading, const struct atlas_hit *hit, struct buf *out) {
    struct entry_public entry;
    arena_reset(&reading->row);
    TRY(reading_begin(reading));
    TRY(entry_public_load(reading->reader, reading->face->territories, hit->entry, &reading->row,
                          &entry));
    reading->is_linked = reading->is_linked || entry.is_linked;
    themes_settle(reading->face->themes, entry.entry.themes, &entry.entry.theme_count);
    size_t mark = out->n;
    entry_public_to_json(&entry, reading->base_url, out);
    if (out->failed != OK || out->n == mark) {
        return out->failed;
    }
    if (reading->kept) {
        keep_item(reading, &entry, slice_of(out->p + mark, out->n - mark));
    }
    out->n--;
    item_end(&entry, hit->kind, hit->ask, hit->distance_m, hit->taken_up, out);
    return OK;
}

static err write_hits(struct reading *reading, const struct atlas_result *result, struct buf *out) {
    bool first = true;
    buf_add_cstr(out, "\"items\":[");
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct atlas_hit *hit = &result->hits[i];
        size_t mark = out->n;
        buf_add_cstr(out, first ? "" : ",");
        if (!kept_item(reading, hit, out)) {
            err loaded = stored_item(reading, hit, out);
            if (loaded == ERR_NOT_FOUND) {
                out->n = mark;
                continue;
            }
            TRY(loaded);
        }
        first = false;
    }
    buf_add_char(out, ']');
    return out->failed;
}

static err write_items(const struct face *face, const struct http_request *request,
                       const struct atlas_view *view, const struct atlas_result *result,
                       struct buf *out, bool *is_linked) {
    struct reading reading = {
        .face = face,
        .reader = face_reader(request),
        .kept = face->kept,
        .base_url = request->base_url,
        .row = arena_make(ROW_ARENA_BYTES, 0),
        .opening = buf_new(URL_BYTES_MAX),
    };
    /* What is kept must not be older than the view. */
    bool behind = face->kept && api_kept_sequence(face->kept) < atlas_view_sequence(view);
    err failed = behind ? reading_begin(&reading) : OK;
    if (failed == OK) {
        failed = write_hits(&reading, result, out);
    }
    reading_end(&reading);
    *is_linked = reading.is_linked;
    return failed;
}

/* The address of what follows: the same question, from the cursor on. */
static void write_next(const struct http_request *request, const struct query *query,
                       const struct atlas_result *result, struct buf *out) {
    if (result->next_cursor.n == 0) {
        buf_add_cstr(out, ",\"next\":null");
        return;
    }
    struct query next = *query;
    next.cursor = result->next_cursor;
    slice facets;
    struct buf url BUF_CLEANUP = buf_new(URL_BYTES_MAX);
    buf_add(&url, request->base_url);
    buf_add(&url, request->path);
    buf_add_char(&url, '?');
    query_format(&next, &url);
    if (query_raw_value(request->query, SLICE("facets"), request->arena, &facets)) {
        buf_add_cstr(&url, "&facets=");
        query_encode(facets, &url);
    }
    buf_add_cstr(out, ",\"next\":");
    buf_add_json_string(out, buf_slice(&url));
}

static err answer_entries(const struct face *face, const struct http_request *request,
                          const struct atlas_view *view, const struct query *query, uint32_t facets,
                          struct http_response *response, struct problem *problem) {
    struct atlas_request asked = face_machine_request(face, query, facets);
    uint64_t version = atlas_view_list_version(view, query);
    if (http_unchanged(request, response,
                       face_machine_etag(request, version, &asked, request->language))) {
        return OK;
    }
    struct atlas_result result;
    bool is_linked = false;
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    struct buf *out = &response->body;
    bool first = true;
    response->media_type = API_JSON;
    buf_add_char(out, '{');
    api_number(out, &first, "total", (int64_t)result.total);
    api_number(out, &first, "unplaced", (int64_t)result.unplaced);
    api_text(out, &first, "corrected", result.corrected);
    if (result.has_box) {
        api_box(out, &first, &result.box);
    }
    if (result.cursor_expired) {
        api_key(out, &first, "restarted");
        buf_add_cstr(out, "true");
    }
    buf_add_char(out, ',');
    TRY(write_items(face, request, view, &result, out, &is_linked));
    if (is_linked && version != atlas_view_version(view)) {
        http_retag(request, response,
                   face_machine_etag(request, atlas_view_version(view), &asked, request->language));
    }
    api_facets_write(face, request, &result, facets, out, &first);
    write_next(request, query, &result, out);
    buf_add_cstr(out, "}\n");
    return OK;
}

err api_entries(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    static const char *const extra[] = {"facets", NULL};
    const struct face *face = app;
    struct query query;
    uint32_t facets;
    TRY(face_machine_query(request, extra, &query, problem));
    TRY(api_facets_parse(request, &facets, problem));
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer_entries(face, request, view, &query, facets, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

/* The address of an entry that was merged leads to where it stands now. */
static err lead_on(const struct face *face, const struct http_request *request, struct entry_id id,
                   struct http_response *response, struct problem *problem) {
    struct entry_public kept;
    err found = entry_kept_load(face_reader(request), face->territories, id, request->arena, &kept);
    if (found == OK) {
        response->status = 301;
        response->location =
            arena_printf(request->arena, "/api/v1/entries/%lld", (long long)kept.entry.id.v);
    }
    return found == ERR_NOT_FOUND
               ? problem_set(problem, found, "", "there is no public entry with this number")
               : found;
}

err api_entry(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    const struct face *face = app;
    struct entry_id id;
    struct entry_public entry;
    TRY(face_machine_keys(request, NULL, problem));
    if (!slice_to_i64(request->captures[0], &id.v) || id.v <= 0) {
        return problem_set(problem, ERR_NOT_FOUND, "", "an entry is named by its number");
    }
    /* Titles of the entries it is linked with stand in it: any change of the content may change
     * it. */
    const struct atlas_view *view = atlas_pin(face->atlas);
    bool unchanged = http_unchanged(
        request, response, face_etag(view, request->path, request->base_url, request->arena));
    atlas_unpin(face->atlas, view);
    err loaded = unchanged ? OK
                           : entry_public_load(face_reader(request), face->territories, id,
                                               request->arena, &entry);
    if (loaded == ERR_NOT_FOUND) {
        return lead_on(face, request, id, response, problem);
    }
    TRY(loaded);
    if (!unchanged) {
        response->media_type = API_JSON;
        themes_settle(face->themes, entry.entry.themes, &entry.entry.theme_count);
        api_item_write(&entry, request->base_url, QUERY_KIND__COUNT, 0, -1, &response->body);
        buf_add_char(&response->body, '\n');
    }
    return OK;
}
