#include "face/web/page/page.h"

#include "assets_names.h"

#define PAGE_BYTES_MAX   (2 * 1024 * 1024)
#define PAGE_BYTES_USUAL (64 * 1024)

struct page page_begin(const struct face *face, const struct http_request *request,
                       struct http_response *response) {
    const struct i18n_language *language = i18n_language(face->i18n, request->language);
    response->body = buf_new(PAGE_BYTES_MAX);
    response->media_type = "text/html; charset=utf-8";
    return (struct page){
        .face = face,
        .request = request,
        .response = response,
        .arena = request->arena,
        .html = {.out = &response->body, .language = language},
        .language = i18n_index(language),
        .language_code = i18n_code(language),
        .now_ms = clock_now_ms(face->clock),
    };
}

bool page_unchanged(struct page *page, const struct atlas_view *view, slice what) {
    /* What "upcoming" and "confirmed" mean changes with the day. */
    slice salt =
        arena_printf(page->arena, "%.*s %.*s %s %llx %lld %.*s", SLICE_ARG(page->language_code),
                     SLICE_ARG(page->request->part), page->face->version,
                     (unsigned long long)page->face->settings_mark,
                     (long long)(page->now_ms / 3600000), SLICE_ARG(page->request->base_url));
    page->response->cache = HTTP_CACHE_REVALIDATE;
    return http_unchanged(page->request, page->response, face_etag(view, what, salt, page->arena));
}

static void head_links(struct page *page, const struct page_head *head) {
    struct html *html = &page->html;
    html_raw(html, "<link rel=\"preload\" href=\"" ASSET_FONT_TEXT
                   "\" as=\"font\" type=\"font/woff2\" crossorigin>\n"
                   "<link rel=\"preload\" href=\"" ASSET_FONT_TITLE
                   "\" as=\"font\" type=\"font/woff2\" crossorigin>\n"
                   "<link rel=\"stylesheet\" href=\"");
    if (head->has_results) {
        html_raw(html, ASSET_APP_CSS);
    } else {
        html_raw(html, ASSET_SITE_CSS);
    }
    html_raw(html, "\">\n");
    if (head->sheet.n > 0) {
        html_raw(html, "<link rel=\"stylesheet\"");
        html_attr(html, "href", head->sheet);
        html_raw(html, ">\n");
    }
    html_raw(html, "<script type=\"module\" src=\"" ASSET_APP_JS "\"></script>\n"
                   "<link rel=\"icon\" href=\"" ASSET_ICON_SVG "\" type=\"image/svg+xml\">\n"
                   "<link rel=\"apple-touch-icon\" href=\"/icons/apple-180.png\">\n"
                   "<link rel=\"manifest\" href=\"/site.webmanifest\">\n");
    if (head->not_indexed) {
        html_raw(html, "<meta name=\"robots\" content=\"noindex\">\n");
    }
    if (head->shown) {
        downloads_alternates(page, head->shown);
    }
    if (head->feed.n > 0) {
        html_raw(html, "<link rel=\"alternate\" type=\"application/atom+xml\"");
        html_attr(html, "href", head->feed);
        html_raw(html, ">\n");
    }
    meta_write(page, head);
}

static void menu_item(struct page *page, slice href, slice label, bool current) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href", href);
    if (current) {
        html_raw(html, " aria-current=\"page\"");
    }
    html_raw(html, ">");
    html_text(html, label);
    html_raw(html, "</a></li>\n");
}

static void header(struct page *page, const struct page_head *head) {
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    bool french = page->language == 0;
    html_raw(html, "<header class=\"header\">\n<div class=\"wrap\">\n<a class=\"logo\" href=\"/\">"
                   "<svg aria-hidden=\"true\"><use href=\"#logo\"/></svg><span>");
    html_text(html, page->face->site_name);
    html_raw(html,
             "</span></a>\n<button class=\"menu-button\" type=\"button\" popovertarget=\"menu\">"
             "<svg class=\"i i--big\" aria-hidden=\"true\"><use href=\"#i-menu\"/></svg>"
             "<span class=\"visually-hidden\">");
    html_t(html, "Menu");
    html_raw(html, "</span></button>\n<nav class=\"menu\" id=\"menu\" popover");
    html_attr(html, "aria-label", i18n(language, "Menu principal"));
    html_raw(html, ">\n<ul>\n");
    menu_item(page, SLICE("/explore"), i18n(language, "Explorer"), head->section == PAGE_EXPLORE);
    menu_item(page, SLICE("/stories"), i18n(language, "Portraits"), head->section == PAGE_STORIES);
    menu_item(page, SLICE("/explore?kind=event&when=upcoming"), i18n(language, "Agenda"),
              head->section == PAGE_AGENDA);
    menu_item(page, SLICE("/about"), i18n(language, "À propos"), head->section == PAGE_ABOUT);
    bool is_member = page->request->actor != NULL;
    menu_item(page, is_member ? SLICE("/account") : SLICE("/sign-in"),
              is_member ? i18n(language, "Mon compte") : i18n(language, "Se connecter"), false);
    html_raw(html, "<li><a class=\"button button--sun\" href=\"/add\">");
    html_t(html, "Ajouter");
    html_raw(html, "</a></li>\n<li class=\"menu-end\"><a");
    html_attr(html, "href",
              meta_in_language(page, head->canonical.n > 0 ? head->canonical : SLICE("/"),
                               french ? SLICE("en") : SLICE("fr")));
    if (french) {
        html_raw(html, " lang=\"en\" hreflang=\"en\">English");
    } else {
        html_raw(html, " lang=\"fr\" hreflang=\"fr\">Français");
    }
    html_raw(html, "</a></li>\n</ul>\n</nav>\n</div>\n</header>\n");
}

void page_head(struct page *page, const struct page_head *head) {
    struct html *html = &page->html;
    buf_expect(html->out, PAGE_BYTES_USUAL);
    html_raw(html, "<!DOCTYPE html>\n<html");
    html_attr(html, "lang", page->language_code);
    html_raw(html,
             ">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(html, head->title);
    html_raw(html, " · ");
    html_text(html, page->face->site_name);
    html_raw(html, "</title>\n");
    if (head->description.n > 0) {
        html_raw(html, "<meta name=\"description\"");
        html_attr(html, "content", head->description);
        html_raw(html, ">\n<meta property=\"og:description\"");
        html_attr(html, "content", head->description);
        html_raw(html, ">\n");
    }
    html_raw(html, "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"theme-color\" content=\"#0B4A42\">\n");
    head_links(page, head);
    html_raw(html, "</head>\n<body>\n" ASSETS_SPRITE "\n<a class=\"skip\" href=\"#main\">");
    html_t(html, "Aller au contenu");
    html_raw(html, "</a>\n");
    if (head->has_results) {
        html_raw(html, "<a class=\"skip\" href=\"#results\">");
        html_t(html, "Aller aux résultats");
        html_raw(html, "</a>\n");
    }
    header(page, head);
    help_banner(page);
}

void page_foot(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<p id=\"status\" class=\"visually-hidden\" role=\"status\"");
    if (page->face->keeps_pages) {
        html_raw(html, " data-worker=\"" ASSET_WORKER "\"");
    }
    html_attr(html, "data-more", i18n(html->language, "{n} de plus"));
    html_attr(html, "data-less", i18n(html->language, "{n} de moins"));
    html_attr(html, "data-failed",
              i18n(html->language, "La page n’a pas pu être mise à jour. Réessayez."));
    html_raw(html, "></p>\n<footer class=\"footer\">\n<div class=\"wrap\">\n<div><a class=\"logo\" "
                   "href=\"/\"><svg aria-hidden=\"true\"><use href=\"#logo\"/></svg><span>");
    html_text(html, page->face->site_name);
    html_raw(html, "</span></a><p>");
    html_t(html,
           "Une plateforme libre, tenue par les personnes et les collectifs de chaque territoire.");
    html_raw(html, "</p></div>\n<ul><li><a href=\"/about\">");
    html_t(html, "Qui tient ce site");
    html_raw(html, "</a></li><li><a href=\"/facile\">");
    html_t(html, "Version facile à lire (FALC)");
    html_raw(html, "</a></li></ul>\n<ul><li><a href=\"/accessibility\">");
    html_t(html, "Accessibilité : non auditée");
    html_raw(html, "</a></li><li><a href=\"/legal\">");
    html_t(html, "Mentions légales");
    html_raw(html, "</a></li><li><a href=\"/privacy\">");
    html_t(html, "Données personnelles");
    html_raw(html, "</a></li></ul>\n<ul><li><a href=\"/about#data\">");
    html_t(html, "Données ouvertes et API");
    html_raw(html, "</a></li><li><a href=\"/about#sources\">");
    html_t(html, "Sources et licences");
    html_raw(html, "</a></li></ul>\n</div>\n</footer>\n</body>\n</html>\n");
}
