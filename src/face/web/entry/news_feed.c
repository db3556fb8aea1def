/* News as Atom 1.0 (RFC 4287): of an entry, of a territory, of all. */
#include "face/web/entry/entry.h"
#include "face/web/entry/news.h"

#include "base/hash.h"
#include "formats/xml_write.h"

#define FEED_BYTES_MAX (4u << 20)
#define IN_A_FEED      50

/* What one feed is of. */
struct feed {
    const struct face *face;
    const struct http_request *request;
    slice title, page; /* page: the path of what people read instead */
    const struct news_item *items;
    size_t count;
};

err news_territory_of(const struct face *face, const struct http_request *request,
                      uint32_t *territory, struct problem *problem) {
    slice rest = request->query;
    slice pair;
    *territory = TERRITORY_NONE;
    while (slice_cut(&rest, '&', &pair)) {
        if (slice_starts_with(pair, SLICE("territory="))) {
            slice code = slice_sub(pair, 10, pair.n);
            *territory = territories_find(face->territories, code);
            if (code.n > 0 && *territory == TERRITORY_NONE) {
                return problem_set(problem, ERR_NOT_FOUND, "territory",
                                   "no territory has this code");
            }
        }
    }
    return OK;
}

static void write_link(struct buf *out, const char *relation, const char *media_type,
                       const struct feed *feed, slice path) {
    buf_add_cstr(out, "<link");
    xml_attribute(out, "rel", slice_from_cstr(relation));
    xml_attribute(out, "type", slice_from_cstr(media_type));
    xml_attribute(out, "href",
                  arena_concat_of(feed->request->arena, feed->request->base_url, path));
    buf_add_cstr(out, "/>\n");
}

static void write_time(struct buf *out, const char *name, int64_t at_ms) {
    buf_addf(out, "<%s>", name);
    time_format_rfc3339(at_ms, out);
    buf_addf(out, "</%s>\n", name);
}

static void write_author(struct buf *out, slice name) {
    buf_add_cstr(out, "<author>");
    xml_element(out, "name", name);
    buf_add_cstr(out, "</author>\n");
}

/* Markdown as the HTML of its page, within a text of XML. */
static err write_content(const struct feed *feed, const struct news *news, struct buf *out) {
    BUF_CLEANUP struct buf text = buf_new(1u << 20);
    struct html html = {.out = &text,
                        .language = i18n_language(feed->face->i18n, feed->request->language)};
    TRY(html_markdown(&html, news->text, 3));
    buf_add_cstr(out, "<content type=\"html\">");
    xml_text(out, buf_slice(&text));
    buf_add_cstr(out, "</content>\n");
    return OK;
}

/* RFC 4287, 4.2.7.2: photos in their largest print, and documents, with how much they weigh. */
static void write_enclosures(const struct feed *feed, const struct news *news, struct buf *out) {
    uint32_t count;
    const struct entry_media *media = news_media_shown(news, feed->request->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct entry_document document;
        bool is_document = entry_media_document(&media[i], &document);
        buf_add_cstr(out, "<link rel=\"enclosure\"");
        xml_attribute(
            out, "type",
            slice_from_cstr(is_document ? entry_document_type(document.kind) : "image/jpeg"));
        xml_attribute(out, "href",
                      arena_concat_of(feed->request->arena, feed->request->base_url, media[i].url));
        xml_attribute(out, "title", is_document ? media[i].title : media[i].alt);
        if (is_document) {
            buf_addf(out, " length=\"%u\"", document.bytes);
        }
        buf_add_cstr(out, "/>\n");
    }
}

static err write_item(const struct feed *feed, const struct news_item *item, struct buf *out) {
    const struct news *news = &item->news;
    struct arena *arena = feed->request->arena;
    slice path = news_path(news, arena);
    slice entry = item->entry->entry.title;
    buf_add_cstr(out, "<entry>\n");
    xml_element(out, "title", arena_concat_of(arena, entry, SLICE(" : "), news->title));
    xml_element(out, "id", arena_concat_of(arena, feed->request->base_url, path));
    write_link(out, "alternate", "text/html", feed, path);
    write_time(out, "published", news->at_ms);
    write_time(out, "updated", news->changed_ms);
    write_author(out, entry);
    buf_add_cstr(out, "<category");
    xml_attribute(out, "term", news_sort_slug(news->sort));
    buf_add_cstr(out, "/>\n");
    write_enclosures(feed, news, out);
    TRY(write_content(feed, news, out));
    buf_add_cstr(out, "</entry>\n");
    return OK;
}

/* The newest change of what it holds; of an empty one the beginning of time, which never moves. */
static int64_t changed_ms(const struct feed *feed) {
    int64_t latest = 0;
    for (size_t i = 0; i < feed->count; i++) {
        int64_t changed = feed->items[i].news.changed_ms;
        latest = changed > latest ? changed : latest;
    }
    return latest;
}

/* An answer that is what the visitor has is not written again. */
static slice tag_of(const struct feed *feed) {
    slice all = arena_printf(feed->request->arena, "%s %.*s %.*s %llx", feed->face->version,
                             SLICE_ARG(feed->request->base_url), SLICE_ARG(feed->title),
                             (unsigned long long)feed->face->settings_mark);
    for (size_t i = 0; i < feed->count; i++) {
        const struct news *news = &feed->items[i].news;
        all = arena_printf(feed->request->arena, "%.*s %lld.%lld.%lld", SLICE_ARG(all),
                           (long long)news->id, (long long)news->version,
                           (long long)feed->items[i].entry->entry.revision);
    }
    return face_etag_of((uint64_t)changed_ms(feed), hash_bytes(all, 1), feed->request->arena);
}

static err write_feed(const struct feed *feed, struct http_response *response) {
    response->cache = HTTP_CACHE_REVALIDATE;
    if (http_unchanged(feed->request, response, tag_of(feed))) {
        return OK;
    }
    response->body = buf_new(FEED_BYTES_MAX);
    response->media_type = "application/atom+xml; charset=utf-8";
    struct buf *out = &response->body;
    slice self = feed->request->path;
    if (feed->request->query.n > 0) {
        self = arena_concat_of(feed->request->arena, self, SLICE("?"), feed->request->query);
    }
    buf_add_cstr(out, XML_DECLARATION "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    xml_element(out, "title", feed->title);
    xml_element(out, "id", arena_concat_of(feed->request->arena, feed->request->base_url, self));
    write_time(out, "updated", changed_ms(feed));
    write_link(out, "self", "application/atom+xml", feed, self);
    write_link(out, "alternate", "text/html", feed, feed->page);
    write_author(out, feed->face->site_name);
    for (size_t i = 0; i < feed->count; i++) {
        TRY(write_item(feed, &feed->items[i], out));
    }
    buf_add_cstr(out, "</feed>\n");
    return out->failed;
}

static slice titled(const struct feed *feed, slice what) {
    const struct i18n_language *language = i18n_language(feed->face->i18n, feed->request->language);
    slice word = i18n(language, "Nouvelles");
    return what.n == 0
               ? arena_concat_of(feed->request->arena, feed->face->site_name, SLICE(" : "), word)
               : arena_concat_of(feed->request->arena, word, SLICE(" : "), what);
}

err web_news_feed(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct feed feed = {.face = app, .request = request, .page = SLICE("/news")};
    struct news_item *items;
    uint32_t territory = TERRITORY_NONE;
    slice place = SLICE_EMPTY;
    TRY(news_territory_of(app, request, &territory, problem));
    TRY(news_latest(face_reader(request), feed.face->territories, territory, 0, IN_A_FEED,
                    request->arena, &items, &feed.count));
    if (territory != TERRITORY_NONE) {
        const struct territory *of = &feed.face->territories->items[territory];
        feed.page = arena_concat_of(request->arena, SLICE("/news?territory="), of->code);
        place = of->label;
    }
    feed.items = items;
    feed.title = titled(&feed, place);
    return write_feed(&feed, response);
}

err web_entry_news_feed(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    struct feed feed = {.face = app, .request = request};
    struct entry_public *entry = arena_new(request->arena, struct entry_public, 1);
    struct entry_id id;
    struct news *news;
    TRY(entry_of_address(request, &id, problem));
    err found =
        entry_public_load(face_reader(request), feed.face->territories, id, request->arena, entry);
    TRY(found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no entry has this address")
                               : found);
    TRY(news_of_entry(face_reader(request), id, NULL, false, IN_A_FEED, request->arena, &news,
                      &feed.count));
    struct news_item *items = arena_new(request->arena, struct news_item, feed.count + 1);
    for (size_t i = 0; i < feed.count; i++) {
        items[i] = (struct news_item){.news = news[i], .entry = entry};
    }
    feed.items = items;
    feed.page = link_entry_under(id, "/news", request->arena);
    feed.title = titled(&feed, entry->entry.title);
    return write_feed(&feed, response);
}
