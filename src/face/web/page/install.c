/* The site as a thing on a telephone's home screen, and its pages when the network fails: manifest,
 * worker, the page that stands in for those that cannot be asked for. */
#include "face/web/page/page.h"

#include "assets_names.h"
#include "http/asset.h"

#define MANIFEST_BYTES_MAX 16384
#define WORKER_ADDRESS     ASSET_WORKER

/* A worker that takes itself and all it kept away: what a site answers that wants none (any more);
 * browsers ask for the worker again when a page of the site is opened. */
static const char no_worker[] =
    "self.addEventListener('install', () => self.skipWaiting());\n"
    "self.addEventListener('activate', (event) => event.waitUntil((async () => {\n"
    "  for (const name of await caches.keys()) await caches.delete(name);\n"
    "  await self.registration.unregister();\n"
    "})()));\n";

err web_worker(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    const struct face *face = app;
    const struct asset *worker =
        http_asset_find(assets_table, assets_count, slice_from_cstr(WORKER_ADDRESS));
    if (face->keeps_pages && worker != NULL) {
        http_asset_response(worker, response);
        response->extra_csp = "connect-src 'self'"; /* a worker's own policy is this answer's */
        return OK;
    }
    (void)problem;
    response->media_type = "text/javascript; charset=utf-8";
    response->body = buf_new(sizeof no_worker);
    buf_add_cstr(&response->body, no_worker);
    return http_unchanged(request, response, SLICE("\"no-worker-1\"")) ? OK : response->body.failed;
}

static void member(struct buf *out, const char *name, slice value) {
    buf_addf(out, ",\"%s\":", name);
    buf_add_json_string(out, value);
}

static void shortcut(struct buf *out, slice name, const char *url, bool is_first) {
    buf_add_cstr(out, is_first ? "{\"name\":" : ",{\"name\":");
    buf_add_json_string(out, name);
    buf_addf(out, ",\"url\":\"%s\"}", url);
}

err web_manifest(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    const struct face *face = app;
    const struct i18n_language *language = i18n_language(face->i18n, request->language);
    (void)problem;
    response->media_type = "application/manifest+json";
    response->body = buf_new(MANIFEST_BYTES_MAX);
    struct buf *out = &response->body;
    buf_add_cstr(out,
                 "{\"id\":\"/\",\"scope\":\"/\",\"start_url\":\"/\",\"display\":\"standalone\"");
    member(out, "lang", i18n_code(language));
    member(out, "dir", SLICE("ltr"));
    member(out, "name", face->site_name);
    member(out, "short_name", face->site_name);
    member(out, "description",
           i18n(language, "Initiatives, lieux, outils et rendez-vous près de chez vous, sur une "
                          "carte et en liste."));
    member(out, "background_color", SLICE("#FAF8F3"));
    member(out, "theme_color", SLICE("#0B4A42"));
    buf_add_cstr(out, ",\"categories\":[\"social\",\"navigation\",\"lifestyle\"],\"icons\":["
                      "{\"src\":\"/favicon.svg\",\"sizes\":\"any\",\"type\":\"image/svg+xml\"},"
                      "{\"src\":\"/icons/192.png\",\"sizes\":\"192x192\",\"type\":\"image/png\"},"
                      "{\"src\":\"/icons/512.png\",\"sizes\":\"512x512\",\"type\":\"image/png\"},"
                      "{\"src\":\"/icons/maskable-512.png\",\"sizes\":\"512x512\","
                      "\"type\":\"image/png\",\"purpose\":\"maskable\"}"
                      "],\"shortcuts\":[");
    shortcut(out, i18n(language, "Explorer"), "/explore", true);
    shortcut(out, i18n(language, "Agenda"), "/explore?kind=event&when=upcoming", false);
    buf_add_cstr(out, "]}\n");
    return out->failed;
}

err web_offline(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct html *html = &page.html;
    (void)problem;
    page_head(&page, &(struct page_head){.title = i18n(html->language, "Hors ligne"),
                                         .canonical = SLICE("/offline"),
                                         .section = PAGE_OTHER,
                                         .not_indexed = true});
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<div><h1>");
    html_t(html, "Pas de réseau");
    html_raw(html, "</h1>\n<p class=\"lead measure\">");
    html_t(html, "Cette page ne peut pas être demandée maintenant. Celles que vous avez lues en "
                 "dernier sont gardées sur cet appareil.");
    html_raw(html, "</p></div>\n<section aria-labelledby=\"kept-title\">\n<h2 id=\"kept-title\">");
    html_t(html, "Pages gardées");
    html_raw(html, "</h2>\n<ul class=\"links panel\" id=\"kept\"><li>");
    html_t(html, "Aucune page n’est gardée.");
    html_raw(html, "</li></ul>\n</section>\n<p class=\"actions\"><a class=\"button\" href=\"/\">");
    html_t(html, "Réessayer");
    html_raw(html, "</a> <a class=\"button button--line\" href=\"/offline?forget=1\">");
    html_t(html, "Effacer les pages gardées");
    html_raw(html, "</a></p>\n<p class=\"muted small measure\">");
    html_t(html, "Seuls les textes des pages lues sont gardés, au plus trente, et rien n’est "
                 "envoyé à personne. Sur un appareil partagé, effacez-les en partant.");
    html_raw(html, "</p>\n</main>\n");
    page_foot(&page);
    return html->out->failed;
}
