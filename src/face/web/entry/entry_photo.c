/* Photos that lie here, of an entry or of news: the first one wide, the others in two columns. */
#include "face/web/entry/entry_int.h"

#define WIDE   "(min-width: 64rem) 42rem, calc(100vw - 2rem)"
#define NARROW "(min-width: 64rem) 21rem, 50vw"

static void caption(struct page *page, const struct entry_media *media) {
    struct html *html = &page->html;
    if (media->alt.n + media->credit.n + media->licence.n == 0) {
        return;
    }
    html_raw(html, "<figcaption>");
    html_text(html, media->alt);
    if (media->credit.n > 0) {
        html_text(html, media->alt.n > 0 ? SLICE(" · ") : SLICE_EMPTY);
        html_tf(html, "Photo : %1", &media->credit, 1);
    }
    if (media->licence.n > 0) {
        html_text(html, media->alt.n + media->credit.n > 0 ? SLICE(", ") : SLICE_EMPTY);
        page_licence(page, media->licence);
    }
    html_raw(html, "</figcaption>");
}

void pictures_gallery(struct page *page, const struct entry_media *media, uint32_t count) {
    struct html *html = &page->html;
    struct entry_picture picture;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!entry_media_picture(&media[i], &picture)) {
            continue;
        }
        bool is_first = shown++ == 0;
        if (is_first) {
            html_raw(html, "<div class=\"photos\">\n");
        }
        html_raw(html, "<figure class=\"photo\">");
        picture_write(page, &picture, media[i].alt, is_first ? WIDE : NARROW, is_first);
        caption(page, &media[i]);
        html_raw(html, "</figure>\n");
    }
    if (shown > 0) {
        html_raw(html, "</div>\n");
    }
}

void sheet_photos(struct sheet *sheet) {
    pictures_gallery(sheet->page, sheet->of->media, sheet->of->media_count);
}
