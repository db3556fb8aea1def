/* /ogc/collections/{id}/items: a page of features, streamed; and one feature. */
#include "face/ogc/ogc_int.h"

#define FEATURES_A_STEP  50
#define STEP_ARENA_BYTES 65536
#define HEAD_BYTES_MAX   32768

struct page {
    const struct face *face;
    const struct http_request *request;
    struct face_sources sources;
    struct atlas_hit *hits;
    uint32_t count, at;
    int64_t returned; /* what went away since the view was made is left out */
    slice head, tail; /* what stands before and after the features */
    bool ended;
    struct arena step;
};

static err write_some(struct page *page, struct buf *out) {
    struct face_json json = {.out = out, .follows = page->returned > 0};
    for (unsigned n = 0; n < FEATURES_A_STEP && page->at < page->count; n++) {
        struct entry_public entry;
        err loaded = entry_public_load(face_reader(page->request), page->face->territories,
                                       page->hits[page->at++].entry, &page->step, &entry);
        if (loaded == OK) {
            themes_settle(page->face->themes, entry.entry.themes, &entry.entry.theme_count);
            face_json_open(&json, '{');
            ogc_feature_write(page->request, &page->sources, &entry, &page->step, &json);
            face_json_close(&json, '}');
            page->returned++;
        }
        arena_reset(&page->step);
        if (loaded != OK && loaded != ERR_NOT_FOUND) {
            return loaded;
        }
    }
    return out->failed;
}

static err page_next(void *self, struct buf *out) {
    struct page *page = self;
    buf_add(out, page->head);
    page->head = SLICE_EMPTY;
    /* Nothing would mean the end: all of a step may have gone. */
    while (!page->ended && out->failed == OK && out->n == 0) {
        TRY(write_some(page, out));
        if (page->at == page->count) {
            buf_addf(out, "],\"numberReturned\":%lld", (long long)page->returned);
            buf_add(out, page->tail);
            page->ended = true;
        }
    }
    return out->failed;
}

static void page_end(void *self) {
    struct page *page = self;
    arena_free(&page->step);
}

static slice items_path(const struct http_request *request, const struct ogc_items *items,
                        slice cursor) {
    bool both = items->kept.n > 0 && cursor.n > 0;
    return arena_printf(request->arena, "/ogc/collections/%s/items%s%.*s%s%s%.*s",
                        items->collection->id, items->kept.n + cursor.n > 0 ? "?" : "",
                        SLICE_ARG(items->kept), both ? "&" : "", cursor.n > 0 ? "cursor=" : "",
                        SLICE_ARG(cursor));
}

static void write_frame(struct page *page, const struct ogc_items *items,
                        const struct atlas_result *result) {
    const struct http_request *request = page->request;
    struct buf text BUF_CLEANUP = buf_new(HEAD_BYTES_MAX);
    struct face_json json = face_json_to(&text);
    face_json_open(&json, '{');
    face_json_member(&json, "type", SLICE("FeatureCollection"));
    face_json_key(&json, "links");
    face_json_open(&json, '[');
    ogc_link(&json, request, items_path(request, items, items->query.cursor), "self", OGC_GEOJSON,
             "This page");
    if (result->next_cursor.n > 0) {
        ogc_link(&json, request, items_path(request, items, result->next_cursor), "next",
                 OGC_GEOJSON, "The next page");
    }
    ogc_link(&json, request,
             arena_printf(request->arena, "/ogc/collections/%s", items->collection->id),
             "collection", OGC_JSON, "The collection");
    face_json_close(&json, ']');
    face_json_member_time(&json, "timeStamp", clock_now_ms(page->face->clock));
    face_json_member_i64(&json, "numberMatched", (int64_t)result->total);
    face_json_key(&json, "features");
    face_json_open(&json, '[');
    page->head = arena_copy(request->arena, buf_slice(&text));
    page->tail = SLICE("}\n");
}

static err begin_pinned(struct page *page, const struct atlas_view *view, struct ogc_items *items,
                        struct http_response *response, struct problem *problem) {
    const struct http_request *request = page->request;
    struct atlas_request asked = face_machine_request(page->face, &items->query, 0);
    struct atlas_result result;
    slice salt = arena_printf(request->arena, "ogc %.*s", SLICE_ARG(request->path));
    if (face_machine_unchanged(request, response, view, &asked, salt)) {
        return OK;
    }
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    if (result.cursor_expired) {
        /* A list that began anew would give rows twice to a client that follows next. */
        return problem_set(problem, ERR_CONFLICT, "cursor",
                           "the content has changed since the first page, more than 10 minutes "
                           "ago: begin again without it");
    }
    TRY(face_sources_load(face_reader(request), request->arena, &page->sources));
    page->hits = result.hits;
    page->count = result.hit_count;
    write_frame(page, items, &result);
    return OK;
}

err ogc_items(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    const struct face *face = app;
    struct ogc_items items;
    TRY(ogc_items_read(request, &items, problem));
    struct page *page = arena_new(request->arena, struct page, 1);
    *page = (struct page){.face = face, .request = request};
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = begin_pinned(page, view, &items, response, problem);
    atlas_unpin(face->atlas, view);
    if (result != OK || response->status == 304) {
        return result;
    }
    page->step = arena_make(STEP_ARENA_BYTES, 0);
    response->media_type = OGC_GEOJSON;
    response->stream_next = page_next;
    response->stream_end = page_end;
    response->stream_self = page;
    return OK;
}

err ogc_item(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    const struct face *face = app;
    const struct ogc_collection *collection;
    struct face_sources sources;
    struct entry_public entry;
    struct entry_id id;
    TRY(ogc_no_query(request, problem));
    TRY(ogc_collection_find(request, &collection, problem));
    bool is_number = slice_to_i64(request->captures[1], &id.v) && id.v > 0;
    err loaded = is_number ? entry_public_load(face_reader(request), face->territories, id,
                                               request->arena, &entry)
                           : ERR_NOT_FOUND;
    if (loaded == ERR_NOT_FOUND ||
        (loaded == OK && (collection->kinds >> entry.entry.kind & 1) == 0)) {
        return problem_set(problem, ERR_NOT_FOUND, "",
                           "there is no feature with this number in this collection");
    }
    TRY(loaded);
    themes_settle(face->themes, entry.entry.themes, &entry.entry.theme_count);
    TRY(face_sources_load(face_reader(request), request->arena, &sources));
    struct face_json json = face_json_to(&response->body);
    slice path = arena_printf(request->arena, "/ogc/collections/%s", collection->id);
    slice self = arena_printf(request->arena, "%.*s/items/%lld", SLICE_ARG(path), (long long)id.v);
    slice page = face_entry_path(id, entry.entry.title, request->arena);
    response->media_type = OGC_GEOJSON;
    face_json_open(&json, '{');
    ogc_feature_write(request, &sources, &entry, request->arena, &json);
    face_json_key(&json, "links");
    face_json_open(&json, '[');
    ogc_link(&json, request, self, "self", OGC_GEOJSON, "This feature");
    ogc_link(&json, request, page, "alternate", "text/html", "Its page");
    ogc_link(&json, request, path, "collection", OGC_JSON, "The collection");
    face_json_close(&json, ']');
    face_json_close(&json, '}');
    return OK;
}
