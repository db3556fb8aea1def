#include "face/web/web_int.h"

#define PAGE(path_, handler_, help_)                                                               \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_PEOPLE, .cache = HTTP_CACHE_REVALIDATE, .help = help_                 \
    }

/* Leads to a page and is none. */
#define WAY PAGE
/* Answers for a browser, not for a reader: errors as JSON. */
#define FILE_(path_, handler_, help_)                                                              \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_MACHINES, .cache = HTTP_CACHE_REVALIDATE, .help = help_               \
    }

const struct http_route face_web_routes[] = {
    PAGE("/", web_home, "Home: the question, what happens now, where to begin."),
    PAGE("/explore", web_explore, "Explorer: the answer to a query as list, facets and map."),
    WAY("/e/{id}", web_entry, "An entry by its short address: leads to its page."),
    PAGE("/entries/{id}/poster", web_poster, "An entry as a poster, A4 or A5, with a QR code."),
    PAGE("/explore/print", web_print, "A query as a local guide to print."),
    PAGE("/embed", web_embed, "A query for another site's page: list, map or both in a frame."),
    PAGE("/embed/code", web_embed_code,
         "The code that puts a query on another site, with a preview."),
    PAGE("/entries/{id}", web_entry, "One entry; the text after the id is free."),
    PAGE("/territories/{code}", web_territory, "A territory: its figures, its map, its latest."),
    PAGE("/themes", web_themes, "All themes, with their counts."),
    PAGE("/themes/{slug}", web_theme, "A theme: what it holds, its narrower themes."),
    PAGE("/stories", web_stories, "Portraits and videos, by theme and territory."),
    PAGE("/about", web_about, "What this site is, who runs it, data and licences."),
    PAGE("/offline", web_offline, "What stands in for a page that cannot be asked for."),
    FILE_("/pictures/home.png", web_picture_home, "The home page as a picture for sharing."),
    FILE_("/pictures/explore.png", web_picture_explore, "A query as a picture for sharing."),
    FILE_("/pictures/entries/{id}.png", web_picture_entry, "An entry as a picture for sharing."),
    FILE_("/pictures/territories/{code}.png", web_picture_territory,
          "A territory as a picture for sharing."),
    FILE_("/icons/{name}.png", web_icon, "The logo for home screens: 192, 512, maskable-512."),
    FILE_("/site.webmanifest", web_manifest, "Name, colours, icons: the site on a home screen."),
    FILE_("/sw.js", web_worker, "The worker that keeps the last pages for when the network fails."),
    PAGE("/accessibility", web_accessibility, "What was tested, what is missing, whom to tell."),
    PAGE("/legal", web_legal, "Who publishes the site."),
    PAGE("/privacy", web_privacy, "What is kept of visitors, and what is not."),
    PAGE("/facile", web_easy, "Home in easy-to-read language."),
    PAGE("/facile/a-propos", web_easy_about, "About in easy-to-read language."),
};
const size_t face_web_route_count = ARRAY_COUNT(face_web_routes);
