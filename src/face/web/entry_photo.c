/* The photos of an entry that lie here: the first one wide, the others in two columns. */
#include "face/web/entry_int.h"

#define WIDE   "(min-width: 64rem) 42rem, calc(100vw - 2rem)"
#define NARROW "(min-width: 64rem) 21rem, 50vw"

static void caption(struct sheet *sheet, const struct entry_media *media) {
    struct page *page = sheet->page;
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

void sheet_photos(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    struct entry_picture picture;
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheet->of->media_count; i++) {
        const struct entry_media *media = &sheet->of->media[i];
        if (!entry_media_picture(media, &picture)) {
            continue;
        }
        bool is_first = count++ == 0;
        if (is_first) {
            html_raw(html, "<div class=\"photos\">\n");
        }
        html_raw(html, "<figure class=\"photo\">");
        picture_write(page, &picture, media->alt, is_first ? WIDE : NARROW, is_first);
        caption(sheet, media);
        html_raw(html, "</figure>\n");
    }
    if (count > 0) {
        html_raw(html, "</div>\n");
    }
}
