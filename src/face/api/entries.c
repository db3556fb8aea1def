/* /api/v1/entries and /api/v1/entries/{id}. */
#include "face/api/api_int.h"

#define URL_BYTES_MAX   8192
#define ROW_ARENA_BYTES 16384

void api_item_write(const struct entry_public *entry, slice base_url, enum query_kind kind,
                    uint16_t ask, double distance_m, struct buf *out) {
    bool first = false;
    entry_public_to_json(entry, base_url, out);
    if (out->failed != OK || out->n == 0) {
        return;
    }
    out->n--; /* what belongs to this result joins the object */
    if (distance_m >= 0) {
        api_number(out, &first, "distance_m", (int64_t)(distance_m + 0.5));
    }
    if (kind == QUERY_KIND_NEED || kind == QUERY_KIND_OFFER) {
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

static err write_items(const struct face *face, const struct http_request *request,
                       const struct atlas_result *result, struct buf *out) {
    /* One row at a time, so that a page of a thousand long texts costs what it weighs, once. */
    struct arena row ARENA_CLEANUP = arena_make(ROW_ARENA_BYTES, 0);
    bool first = true;
    buf_add_cstr(out, "\"items\":[");
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct atlas_hit *hit = &result->hits[i];
        struct entry_public entry;
        arena_reset(&row);
        err loaded =
            entry_public_load(face_reader(request), face->territories, hit->entry, &row, &entry);
        if (loaded == ERR_NOT_FOUND) {
            continue; /* it has gone since the view was made */
        }
        TRY(loaded);
        buf_add_cstr(out, first ? "" : ",");
        first = false;
        api_item_write(&entry, request->base_url, hit->kind, hit->ask, hit->distance_m, out);
    }
    buf_add_char(out, ']');
    return out->failed;
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
    if (face_machine_unchanged(request, response, view, &asked, request->language)) {
        return OK;
    }
    struct atlas_result result;
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
    TRY(write_items(face, request, &result, out));
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
        return problem_set(problem, loaded, "", "there is no public entry with this number");
    }
    TRY(loaded);
    if (!unchanged) {
        response->media_type = API_JSON;
        api_item_write(&entry, request->base_url, QUERY_KIND__COUNT, 0, -1, &response->body);
        buf_add_char(&response->body, '\n');
    }
    return OK;
}
