/* What machines read in the head of a page: where it stands in every language, how to search and
 * embed it, its picture for those who share it, what it is about. */
#include "face/web/page/page.h"

/* As the pictures are drawn (face/map). */
#define PICTURE_WIDTH  1200
#define PICTURE_HEIGHT 630
#define JSON_BYTES_MAX (256 * 1024)

static slice absolute(const struct page *page, slice path) {
    return arena_printf(page->arena, "%.*s%.*s", SLICE_ARG(page->request->base_url),
                        SLICE_ARG(path));
}

slice meta_in_language(const struct page *page, slice path, slice code) {
    bool has_query = slice_find(path, 0, '?') < path.n;
    return arena_printf(page->arena, "%.*s%slang_ui=%.*s", SLICE_ARG(path), has_query ? "&" : "?",
                        SLICE_ARG(code));
}

/* The language was chosen in the address: then that address is the page's own. */
static slice canonical_of(const struct page *page, const struct page_head *head) {
    slice chosen;
    bool is_chosen =
        query_raw_value(page->request->query, SLICE("lang_ui"), page->arena, &chosen) &&
        slice_equal(chosen, page->language_code);
    return absolute(page, is_chosen ? meta_in_language(page, head->canonical, page->language_code)
                                    : head->canonical);
}

static void languages(struct page *page, const struct page_head *head) {
    struct html *html = &page->html;
    html_raw(html, "<link rel=\"alternate\" hreflang=\"fr\"");
    html_attr(html, "href", absolute(page, meta_in_language(page, head->canonical, SLICE("fr"))));
    html_raw(html, ">\n<link rel=\"alternate\" hreflang=\"en\"");
    html_attr(html, "href", absolute(page, meta_in_language(page, head->canonical, SLICE("en"))));
    html_raw(html, ">\n<link rel=\"alternate\" hreflang=\"x-default\"");
    html_attr(html, "href", absolute(page, head->canonical));
    html_raw(html, ">\n");
}

static void embedding(struct page *page, slice canonical) {
    struct html *html = &page->html;
    struct buf address BUF_CLEANUP = buf_new(8192);
    encode_component(canonical, &address);
    html_raw(html, "<link rel=\"alternate\" type=\"application/json+oembed\"");
    html_attr(html, "href",
              absolute(page, arena_printf(page->arena, "/oembed?url=%.*s",
                                          SLICE_ARG(buf_slice(&address)))));
    html_attr(html, "title", page->face->site_name);
    html_raw(html, ">\n");
}

static void property(struct page *page, slice content) {
    html_attr(&page->html, "content", content);
    html_raw(&page->html, ">\n");
}

static void picture(struct page *page, const struct page_head *head) {
    struct html *html = &page->html;
    const struct entry_picture *photo = head->photo;
    slice path = photo == NULL ? head->picture
                               : entry_picture_path(photo, entry_picture_largest(photo),
                                                    ENTRY_PICTURE_JPEG, page->arena);
    html_raw(html, "<meta property=\"og:image\"");
    property(page, absolute(page, path));
    html_raw(html, "<meta property=\"og:image:width\"");
    html_attr_i64(html, "content", photo == NULL ? PICTURE_WIDTH : photo->width);
    html_raw(html, ">\n<meta property=\"og:image:height\"");
    html_attr_i64(html, "content", photo == NULL ? PICTURE_HEIGHT : photo->height);
    html_raw(html, ">\n<meta property=\"og:image:alt\"");
    property(page, head->title);
    html_raw(html, "<meta name=\"twitter:card\" content=\"summary_large_image\">\n");
}

void meta_write(struct page *page, const struct page_head *head) {
    struct html *html = &page->html;
    bool english = slice_equal(page->language_code, SLICE("en"));
    if (head->canonical.n > 0) {
        slice canonical = canonical_of(page, head);
        html_raw(html, "<link rel=\"canonical\"");
        html_attr(html, "href", canonical);
        html_raw(html, ">\n<meta property=\"og:url\"");
        property(page, canonical);
        languages(page, head);
        if (head->is_embeddable) {
            embedding(page, canonical);
        }
    }
    html_raw(html, "<link rel=\"search\" type=\"application/opensearchdescription+xml\" "
                   "href=\"/opensearch.xml\"");
    html_attr(html, "title", page->face->site_name);
    html_raw(html, ">\n<meta property=\"og:site_name\"");
    property(page, page->face->site_name);
    if (english) {
        html_raw(html, "<meta property=\"og:locale\" content=\"en_GB\">\n");
    } else {
        html_raw(html, "<meta property=\"og:locale\" content=\"fr_FR\">\n");
    }
    if (head->is_article) {
        html_raw(html, "<meta property=\"og:type\" content=\"article\">\n");
    } else {
        html_raw(html, "<meta property=\"og:type\" content=\"website\">\n");
    }
    html_raw(html, "<meta property=\"og:title\"");
    property(page, head->title);
    if (head->picture.n > 0) {
        picture(page, head);
    }
    if (head->json_ld.n > 0) {
        (void)html_data_block(html, "application/ld+json", head->json_ld);
    }
}

static struct face_jsonld meta_jsonld(const struct page *page) {
    return (struct face_jsonld){.face = page->face,
                                .base_url = page->request->base_url,
                                .language = page->language_code,
                                .now_ms = page->now_ms,
                                .arena = page->arena};
}

slice meta_site(const struct page *page) {
    struct buf json BUF_CLEANUP = buf_new(JSON_BYTES_MAX);
    struct face_jsonld jsonld = meta_jsonld(page);
    face_jsonld_site(&jsonld, &json);
    return arena_copy(page->arena, buf_slice(&json));
}

slice meta_territory(const struct page *page, uint32_t territory) {
    struct buf json BUF_CLEANUP = buf_new(JSON_BYTES_MAX);
    struct face_jsonld jsonld = meta_jsonld(page);
    face_jsonld_territory(&jsonld, territory, &json);
    return arena_copy(page->arena, buf_slice(&json));
}

slice meta_entry(const struct page *page, const struct entry_public *entry,
                 const struct source *source) {
    /* Only its own source is asked about. */
    struct source only = *source;
    struct face_sources sources = {.items = &only, .count = 1};
    struct buf json BUF_CLEANUP = buf_new(ENTRY_JSON_MAX);
    struct face_jsonld jsonld = meta_jsonld(page);
    face_jsonld_entry(&jsonld, entry, &sources, &json);
    return arena_copy(page->arena, buf_slice(&json));
}
