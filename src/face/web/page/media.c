/* Pictures that lie here, on pages. */
#include "face/web/page/page.h"

const struct entry_media *picture_first(const struct entry *entry, struct entry_picture *picture) {
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_picture(&entry->media[i], picture)) {
            return &entry->media[i];
        }
    }
    return NULL;
}

static void write_set(struct page *page, const struct entry_picture *picture, const char *sizes) {
    struct html *html = &page->html;
    slice set = SLICE_EMPTY;
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        if (entry_picture_has(picture, side)) {
            slice path = entry_picture_path(picture, side, ENTRY_PICTURE_WEBP, page->arena);
            set = arena_printf(page->arena, "%.*s%s%.*s %uw", SLICE_ARG(set), set.n > 0 ? ", " : "",
                               SLICE_ARG(path), entry_picture_width(picture, side));
        }
    }
    html_raw(html, "<source type=\"image/webp\"");
    html_attr(html, "srcset", set);
    html_attr(html, "sizes", slice_from_cstr(sizes));
    html_raw(html, ">");
}

void picture_write(struct page *page, const struct entry_picture *picture, slice alt,
                   const char *sizes, bool is_first) {
    struct html *html = &page->html;
    size_t side = entry_picture_largest(picture) > 0 ? 1 : 0;
    html_raw(html, "<picture>");
    write_set(page, picture, sizes);
    html_raw(html, "<img");
    html_attr(html, "src", entry_picture_path(picture, side, ENTRY_PICTURE_JPEG, page->arena));
    html_attr_i64(html, "width", picture->width);
    html_attr_i64(html, "height", picture->height);
    html_attr(html, "alt", alt);
    if (!is_first) {
        html_raw(html, " loading=\"lazy\"");
    }
    html_raw(html, "></picture>");
}

void picture_small(struct page *page, const struct entry_picture *picture, slice alt,
                   slice before) {
    struct html *html = &page->html;
    slice file = entry_picture_file(0, ENTRY_PICTURE_JPEG, page->arena);
    html_raw(html, "<img");
    html_attr(html, "src",
              arena_printf(page->arena, "%.*s/%.*s/%.*s", SLICE_ARG(before),
                           SLICE_ARG(picture->name), SLICE_ARG(file)));
    html_attr_i64(html, "width", picture->width);
    html_attr_i64(html, "height", picture->height);
    html_attr(html, "alt", alt);
    html_raw(html, ">");
}

void pictures_row(struct page *page, const struct entry_media *media, uint32_t count,
                  slice before) {
    struct html *html = &page->html;
    struct entry_picture picture;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!entry_media_picture(&media[i], &picture)) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<div class=\"form-photos\">");
        }
        picture_small(page, &picture, media[i].alt, before);
    }
    if (shown > 0) {
        html_raw(html, "</div>\n");
    }
}
