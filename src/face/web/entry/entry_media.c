/* The media of an entry: a landscape and a link. A video of a host we know plays in its place, on
 * this page, after a click; nothing of it is asked for before. */
#include "face/web/entry/entry_int.h"
#include "face/web/page/video.h"

#define POLICY_HOSTS_MAX 4

struct player {
    bool is_known;
    struct video video;
    uint32_t number; /* of the figure on this page, from 1 */
};

static void open_link(struct sheet *sheet, const struct entry_media *media, bool plays) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<a class=\"button button--light\" rel=\"noopener nofollow\"");
    if (!html_href_outside(html, media->url)) {
        html_attr(html, "href", SLICE("#main"));
    }
    if (plays) {
        html_raw(html, " data-play");
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
    html_raw(html, "</a>");
}

static void frame(struct sheet *sheet, const struct entry_media *media,
                  const struct player *player) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice title = media->title.n > 0 ? media->title : sheet->title;
    html_raw(html, "<p class=\"video-title\">");
    html_text(html, title);
    html_raw(html, "</p>\n<div class=\"video-frame\" id=\"video-");
    html_i64(html, player->number);
    html_raw(html, "\"");
    if (player->is_known) {
        struct buf name BUF_CLEANUP = buf_new(1024);
        i18n_tf(html->language, N_("Vidéo : %1"), &title, 1, &name);
        html_attr(html, "data-embed", player->video.player);
        html_attr(html, "data-element",
                  player->video.sort == VIDEO_FRAME ? SLICE("iframe") : SLICE("video"));
        html_attr(html, "data-title", buf_slice(&name));
    }
    html_raw(html, ">");
    card_scene(page, sheet->of->id);
    open_link(sheet, media, player->is_known);
    html_raw(html, "</div>\n");
}

static void caption(struct sheet *sheet, const struct entry_media *media,
                    const struct player *player) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<figcaption>");
    html_text(html, media->alt);
    if (media->credit.n > 0) {
        html_text(html, media->alt.n > 0 ? SLICE(" · ") : SLICE_EMPTY);
        html_text(html, media->credit);
    }
    if (media->licence.n > 0) {
        html_text(html, media->alt.n + media->credit.n > 0 ? SLICE(", ") : SLICE_EMPTY);
        page_licence(page, media->licence);
    }
    if (media->alt.n + media->credit.n + media->licence.n > 0) {
        html_raw(html, ". ");
    }
    html_t(html, "Rien n’est chargé avant votre clic.");
    if (player->is_known && player->video.sort == VIDEO_FRAME) {
        slice host = slice_sub(player->video.origin, 8, player->video.origin.n); /* https:// */
        html_raw(html, " ");
        html_tf(html, "Ensuite, la vidéo vient de %1.", &host, 1);
    }
    if (media->transcript.n > 0) {
        html_raw(html, " <a href=\"#transcript-");
        html_i64(html, player->number);
        html_raw(html, "\">");
        html_t(html, "Lire la transcription");
        html_raw(html, "</a>");
    }
    html_raw(html, "</figcaption>\n");
}

/* "1:23" in front of a paragraph: the video from there on, here or on its own page. */
static void chapter_time(struct sheet *sheet, const struct player *player, uint32_t seconds) {
    struct html *html = &sheet->page->html;
    struct arena *arena = sheet->page->arena;
    slice shown = seconds < 3600 ? arena_printf(arena, "%u:%02u", seconds / 60, seconds % 60)
                                 : arena_printf(arena, "%u:%02u:%02u", seconds / 3600,
                                                seconds / 60 % 60, seconds % 60);
    if (!player->is_known) {
        html_raw(html, "<strong>");
        html_text(html, shown);
        html_raw(html, "</strong> ");
        return;
    }
    const struct video *video = &player->video;
    html_raw(html, "<a rel=\"noopener nofollow\"");
    html_attr(html, "href", arena_printf(arena, "%.*s%u", SLICE_ARG(video->page), seconds));
    html_attr(html, "data-play",
              arena_printf(arena, "%.*s%.*s%u", SLICE_ARG(video->player), SLICE_ARG(video->seek),
                           seconds));
    html_attr(html, "data-frame", arena_printf(arena, "video-%u", player->number));
    html_raw(html, ">");
    html_text(html, shown);
    html_raw(html, "</a> ");
}

static void transcript(struct sheet *sheet, const struct entry_media *media,
                       const struct player *player) {
    struct html *html = &sheet->page->html;
    if (media->transcript.n == 0) {
        return;
    }
    html_raw(html, "<details class=\"panel transcript\" id=\"transcript-");
    html_i64(html, player->number);
    html_raw(html, "\"><summary>");
    html_t(html, "Transcription");
    html_raw(html, "</summary><div class=\"prose\">\n");
    slice rest = media->transcript;
    slice line;
    while (slice_cut(&rest, '\n', &line)) {
        uint32_t seconds = 0;
        slice text = slice_trim(line);
        if (text.n == 0) {
            continue;
        }
        html_raw(html, "<p>");
        if (video_chapter(line, &seconds, &text)) {
            chapter_time(sheet, player, seconds);
        }
        html_text(html, text);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "</div></details>\n");
}

void sheet_media_item(struct sheet *sheet, const struct entry_media *media, uint32_t number) {
    struct html *html = &sheet->page->html;
    struct player player = {.number = number};
    player.is_known =
        (media->kind == ENTRY_MEDIA_VIDEO || media->kind == ENTRY_MEDIA_AUDIO) &&
        video_of(media->url, sheet->page->arena, &player.video) &&
        slice_contains(slice_from_cstr(sheet->page->response->extra_csp), player.video.origin);
    html_raw(html, "<figure class=\"video\">\n");
    frame(sheet, media, &player);
    caption(sheet, media, &player);
    html_raw(html, "</figure>\n");
    transcript(sheet, media, &player);
}

/* Only the hosts of this page's own videos, and no others, may be framed here. */
void sheet_media_policy(const struct sheet *sheet) {
    struct buf frames BUF_CLEANUP = buf_new(1024);
    struct buf files BUF_CLEANUP = buf_new(1024);
    unsigned hosts = 0;
    for (uint32_t i = 0; i < sheet->of->media_count && hosts < POLICY_HOSTS_MAX; i++) {
        const struct entry_media *media = &sheet->of->media[i];
        struct video video;
        bool plays = media->kind == ENTRY_MEDIA_VIDEO || media->kind == ENTRY_MEDIA_AUDIO;
        if (!plays || !video_of(media->url, sheet->page->arena, &video)) {
            continue;
        }
        struct buf *list = video.sort == VIDEO_FRAME ? &frames : &files;
        if (!slice_contains(buf_slice(list), video.origin)) {
            buf_addf(list, " %.*s", SLICE_ARG(video.origin));
            hosts++;
        }
    }
    if (hosts > 0) {
        slice policy =
            arena_printf(sheet->page->arena, "%s%.*s%s%s%.*s", frames.n > 0 ? "frame-src" : "",
                         SLICE_ARG(buf_slice(&frames)), frames.n > 0 && files.n > 0 ? "; " : "",
                         files.n > 0 ? "media-src" : "", SLICE_ARG(buf_slice(&files)));
        sheet->page->response->extra_csp = arena_cstr(sheet->page->arena, policy);
    }
}

void sheet_documents(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    struct entry_document document;
    for (uint32_t i = 0; i < sheet->of->media_count; i++) {
        if (entry_media_document(&sheet->of->media[i], &document)) {
            html_raw(html, "<section class=\"prose measure\" id=\"documents\"><h2>");
            html_t(html, "Documents");
            html_raw(html, "</h2>\n");
            (void)documents_list(sheet->page, sheet->of->media, sheet->of->media_count,
                                 SLICE("/media"));
            html_raw(html, "</section>\n");
            return;
        }
    }
}
