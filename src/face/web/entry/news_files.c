/* /entries/ID/news/NEWS/photos and /documents: what a team shows beside what it tells, on the pages
 * that drafts have for theirs (add/adding.h). */
#include "face/actor.h"
#include "face/web/add/adding.h"
#include "face/web/entry/entry.h"
#include "face/web/entry/news.h"
#include "face/web/page/world.h"

/* ---- whose files they are ---- */

/* On the writer: the list as it stands now. */
static err files_load(struct db_conn *conn, struct adding *adding) {
    struct news news;
    TRY(news_load(conn, adding->news, adding->arena, &news));
    adding->draft.content.media = news.media;
    adding->draft.content.media_count = news.media_count;
    return OK;
}

static err files_store(struct db_conn *conn, struct adding *adding, struct problem *problem) {
    const struct contribution_world world = web_world(adding->face);
    const struct news_media_write write = {.actor = adding->actor,
                                           .id = adding->news,
                                           .media = adding->draft.content.media,
                                           .count = adding->draft.content.media_count};
    return news_media_put(conn, &world, &write, adding->now_ms, adding->arena, problem);
}

static void files_begin(struct adding *adding, struct page *page, const char *title, slice path) {
    struct html *html = &page->html;
    adding->form.page = page;
    form_page_begin(&adding->form, title, path, NULL);
    html_raw(html, "<p><a");
    html_attr(html, "href", adding->base);
    html_raw(html, ">");
    html_text(html, adding->draft.content.title);
    html_raw(html, "</a></p>\n");
}

static slice files_end(const struct adding *adding) {
    return adding->base;
}

static const struct add_owner owner = {.load = files_load,
                                       .store = files_store,
                                       .begin = files_begin,
                                       .back = files_end,
                                       .on = files_end,
                                       .is_shown_at_once = true};

static err files_open(void *app, const struct http_request *request, struct adding **opened,
                      struct problem *problem) {
    const struct face *face = app;
    struct adding *adding = arena_new(request->arena, struct adding, 1);
    struct news news;
    TRY(news_own(face, request, &news, NULL, problem));
    *adding = (struct adding){.face = face,
                              .request = request,
                              .arena = request->arena,
                              .actor = face_actor(request),
                              .secret = SLICE_EMPTY,
                              .base = news_path(&news, request->arena),
                              .owner = &owner,
                              .news = news.id,
                              .now_ms = clock_now_ms(face->clock)};
    adding->draft.content =
        (struct entry){.title = news.title, .media = news.media, .media_count = news.media_count};
    *opened = adding;
    return OK;
}

/* ---- the pages ---- */

err web_news_photos(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    struct adding *adding = NULL;
    TRY(files_open(app, request, &adding, problem));
    return add_photos_page(adding, response);
}

err web_news_photos_post(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    return add_photos_take(app, request, response, files_open, problem);
}

err web_news_documents(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    struct adding *adding = NULL;
    TRY(files_open(app, request, &adding, problem));
    return add_documents_page(adding, response);
}

err web_news_documents_post(void *app, const struct http_request *request,
                            struct http_response *response, struct problem *problem) {
    return add_documents_take(app, request, response, files_open, problem);
}

/* ---- files that the public is not shown (yet, or any more) ---- */

/* RULE MEDIA-1: of news that were taken back, and photos of which nothing is said yet: by the team
 * and by who moderates there. */
err web_news_media(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct news news;
    TRY(news_seen(app, request, &news, problem));
    return media_answer(app, response, news.media, news.media_count, request->captures[2],
                        request->captures[3], problem);
}

err web_news_document(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct news news;
    TRY(news_seen(app, request, &news, problem));
    return documents_answer(app, request, response, news.media, news.media_count,
                            request->captures[2], problem);
}
