#include "face/web/page/page.h"

#define LINK_BYTES_MAX 8192

slice link_query(const struct page *page, const char *path, const struct query *query, slice more) {
    struct buf text BUF_CLEANUP = buf_new(LINK_BYTES_MAX);
    query_format(query, &text);
    return arena_concat_of(page->arena, slice_from_cstr(path),
                           text.n > 0 || more.n > 0 ? SLICE("?") : SLICE_EMPTY, buf_slice(&text),
                           text.n > 0 && more.n > 0 ? SLICE("&") : SLICE_EMPTY, more);
}

slice link_explore(const struct page *page, const struct query *query) {
    return page->framed ? link_query(page, "/embed", query, page->frame_dress)
                        : link_query(page, "/explore", query, SLICE_EMPTY);
}

struct link_frame link_frame_of(const struct page *page, const struct query *query, slice key) {
    slice whole = link_explore(page, query);
    size_t value = slice_find_slice(whole, 0, key) + key.n;
    return (struct link_frame){slice_sub(whole, 0, value),
                               slice_sub(whole, slice_find(whole, value, '&'), whole.n)};
}

slice link_framed(const struct page *page, const struct link_frame *frame, slice value) {
    return arena_concat_of(page->arena, frame->before, value, frame->behind);
}

struct link_frame link_frame_at(const struct page *page, const struct query *query) {
    struct query moved = *query;
    moved.has_box = true;
    moved.cursor = SLICE_EMPTY;
    return link_frame_of(page, &moved, SLICE("bbox="));
}

slice link_explore_at(const struct page *page, const struct query *query,
                      const struct geo_box *box) {
    struct query moved = *query;
    moved.has_box = true;
    moved.box = *box;
    moved.cursor = SLICE_EMPTY;
    return link_explore(page, &moved);
}

slice link_entry(const struct page *page, struct entry_id id, slice title) {
    return face_entry_path(id, title, page->arena);
}

slice link_territory(const struct page *page, uint32_t territory) {
    return face_territory_path(&page->face->territories->items[territory], page->arena);
}

slice link_theme(const struct page *page, uint16_t theme) {
    return arena_concat_of(page->arena, SLICE("/themes/"), page->face->themes->items[theme].slug);
}

slice box_text(const struct page *page, const struct geo_box *box) {
    const int32_t edges[4] = {box->west_e7, box->south_e7, box->east_e7, box->north_e7};
    struct buf text BUF_CLEANUP = buf_new(128);
    for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
        buf_add_cstr(&text, i > 0 ? "," : "");
        buf_add_e7(&text, edges[i]);
    }
    return arena_copy(page->arena, buf_slice(&text));
}

slice point_text(const struct page *page, struct geo_point point) {
    struct buf text BUF_CLEANUP = buf_new(64);
    buf_add_e7(&text, point.lat_e7);
    buf_add_char(&text, ',');
    buf_add_e7(&text, point.lon_e7);
    return arena_copy(page->arena, buf_slice(&text));
}

struct geo_box mainland_box(void) {
    return (struct geo_box){
        .west_e7 = -53000000, .south_e7 = 412000000, .east_e7 = 97000000, .north_e7 = 512000000};
}

void encode_component(slice text, struct buf *out) {
    buf_add_percent(out, text, "%20");
}

slice link_entry_under(struct entry_id entry, const char *end, struct arena *arena) {
    return arena_printf(arena, "/entries/%lld%s", (long long)entry.v, end);
}

err entry_of_address(const struct http_request *request, struct entry_id *entry,
                     struct problem *problem) {
    return slice_to_i64(request->captures[0], &entry->v) && entry->v > 0
               ? OK
               : problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address");
}
