/* Pages in a dress of their own: frames, posters, printed lists. */
#include "face/web/page/page.h"

#include "assets_names.h"

void part_query_inputs(struct page *page, const struct query *query, slice but) {
    struct html *html = &page->html;
    struct query kept = *query;
    kept.cursor = SLICE_EMPTY;
    struct buf text BUF_CLEANUP = buf_new(QUERY_TEXT_MAX * 3);
    query_format(&kept, &text);
    slice rest = buf_slice(&text);
    slice pair;
    while (rest.n > 0 && slice_cut(&rest, '&', &pair)) {
        slice key = slice_sub(pair, 0, slice_find(pair, 0, '='));
        slice value = SLICE_EMPTY;
        if (slice_equal(key, but) || !query_raw_value(pair, key, page->arena, &value)) {
            continue;
        }
        html_raw(html, "<input type=\"hidden\"");
        html_attr(html, "name", key);
        html_attr(html, "value", value);
        html_raw(html, ">");
    }
}

static void link_asset(struct page *page, slice href, bool is_script) {
    struct html *html = &page->html;
    if (is_script) {
        html_raw(html, "<script type=\"module\"");
        html_attr(html, "src", href);
        html_raw(html, "></script>\n");
    } else {
        html_raw(html, "<link rel=\"stylesheet\"");
        html_attr(html, "href", href);
        html_raw(html, ">\n");
    }
}

void part_bare_head(struct page *page, const struct part_bare *bare) {
    struct html *html = &page->html;
    html_raw(html, "<!DOCTYPE html>\n<html");
    html_attr(html, "lang", page->language_code);
    if (bare->look.n > 0) {
        html_attr(html, "data-look", bare->look);
    }
    html_raw(html,
             ">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(html, bare->title);
    html_raw(html, " · ");
    html_text(html, page->face->site_name);
    html_raw(html, "</title>\n<meta name=\"robots\" content=\"noindex\">\n<link rel=\"preload\" "
                   "href=\"" ASSET_FONT_TEXT "\" as=\"font\" type=\"font/woff2\" crossorigin>\n"
                   "<link rel=\"icon\" href=\"" ASSET_ICON_SVG "\" type=\"image/svg+xml\">\n");
    link_asset(page, bare->sheet, false);
    if (bare->script.n > 0) {
        link_asset(page, bare->script, true);
    }
    if (bare->canonical.n > 0) {
        html_raw(html, "<link rel=\"canonical\"");
        html_attr(html, "href",
                  arena_printf(page->arena, "%.*s%.*s", SLICE_ARG(page->request->base_url),
                               SLICE_ARG(bare->canonical)));
        html_raw(html, ">\n");
    }
    html_raw(html, "</head>\n<body");
    html_attr(html, "class", bare->body_class);
    html_raw(html, ">\n" ASSETS_SPRITE_SMALL "\n");
}

void part_bare_foot(struct page *page) {
    html_raw(&page->html, "</body>\n</html>\n");
}
