#include "face/web/web_int.h"

#define LINK_BYTES_MAX 8192

slice link_query(const struct page *page, const char *path, const struct query *query, slice more) {
    struct buf text BUF_CLEANUP = buf_new(LINK_BYTES_MAX);
    query_format(query, &text);
    return arena_printf(page->arena, "%s%s%.*s%s%.*s", path, text.n > 0 || more.n > 0 ? "?" : "",
                        SLICE_ARG(buf_slice(&text)), text.n > 0 && more.n > 0 ? "&" : "",
                        SLICE_ARG(more));
}

slice link_explore(const struct page *page, const struct query *query) {
    return page->framed ? link_query(page, "/embed", query, page->frame_dress)
                        : link_query(page, "/explore", query, SLICE_EMPTY);
}

slice link_explore_at(const struct page *page, const struct query *query,
                      const struct geo_box *box) {
    struct query moved = *query;
    moved.has_box = true;
    moved.box = *box;
    moved.cursor = SLICE_EMPTY;
    return link_explore(page, &moved);
}

static slice link_slugged(const struct page *page, const char *folder, slice id, slice name) {
    slice slug = face_slug(name, page->arena);
    return arena_printf(page->arena, "/%s/%.*s%s%.*s", folder, SLICE_ARG(id), slug.n > 0 ? "-" : "",
                        SLICE_ARG(slug));
}

slice link_entry(const struct page *page, struct entry_id id, slice title) {
    slice number = arena_printf(page->arena, "%lld", (long long)id.v);
    return link_slugged(page, "entries", number, title);
}

slice link_territory(const struct page *page, uint32_t territory) {
    const struct territory *item = &page->face->territories->items[territory];
    return link_slugged(page, "territories", item->code, item->name);
}

slice link_theme(const struct page *page, uint16_t theme) {
    return arena_printf(page->arena, "/themes/%.*s",
                        SLICE_ARG(page->face->themes->items[theme].slug));
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

void encode_component(slice text, struct buf *out) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (is_letter || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
            byte == '_' || byte == '~') {
            buf_add_char(out, (char)byte);
        } else {
            buf_add_char(out, '%');
            buf_add_char(out, digits[byte >> 4]);
            buf_add_char(out, digits[byte & 15]);
        }
    }
}
