/* The media of an entry: links until someone chooses to see. */
#include "face/web/entry_int.h"

/* Media are links: nothing is fetched from elsewhere before a click. */
void sheet_media_item(struct sheet *sheet, const struct entry_media *media) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice title = media->title.n > 0 ? media->title : sheet->title;
    html_raw(html, "<figure class=\"video\">\n<p class=\"video-title\">");
    html_text(html, title);
    html_raw(html, "</p>\n<div class=\"video-frame\">");
    html_raw(html, "<svg class=\"scene\" aria-hidden=\"true\"><use href=\"#scene-3\"/></svg>\n");
    html_raw(html, "<a class=\"button button--light\" rel=\"noopener nofollow\"");
    if (!html_href_outside(html, media->url)) {
        html_attr(html, "href", SLICE("#main"));
    }
    html_raw(html, ">");
    switch (media->kind) {
    case ENTRY_MEDIA_VIDEO:
        page_icon(page, "play");
        html_t(html, "Voir la vidéo");
        break;
    case ENTRY_MEDIA_AUDIO:
        page_icon(page, "play");
        html_t(html, "Écouter");
        break;
    case ENTRY_MEDIA_IMAGE:
        page_icon(page, "link");
        html_t(html, "Voir la photo");
        break;
    case ENTRY_MEDIA_DOCUMENT:
    case ENTRY_MEDIA__COUNT:
        page_icon(page, "file");
        html_t(html, "Ouvrir le document");
        break;
    }
    html_raw(html, "</a></div>\n<figcaption>");
    html_text(html, media->alt);
    if (media->credit.n > 0) {
        if (media->alt.n > 0) {
            html_raw(html, " · ");
        }
        html_text(html, media->credit);
    }
    if (media->licence.n > 0) {
        html_raw(html, ", ");
        html_text(html, media->licence);
    }
    html_raw(html, " ");
    html_t(html, "Rien n’est chargé avant votre clic.");
    html_raw(html, "</figcaption>\n</figure>\n");
    if (media->transcript.n > 0) {
        html_raw(html, "<details class=\"panel transcript\"><summary>");
        html_t(html, "Transcription");
        html_raw(html, "</summary><div class=\"prose\"><p>");
        html_text(html, media->transcript);
        html_raw(html, "</p></div></details>\n");
    }
}
