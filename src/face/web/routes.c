#include "face/web/web_int.h"

#define PAGE(path_, handler_, help_)                                                               \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_PEOPLE, .cache = HTTP_CACHE_REVALIDATE, .help = help_                 \
    }

const struct http_route face_web_routes[] = {
    PAGE("/", web_home, "Home: the question, what happens now, where to begin."),
    PAGE("/explore", web_explore, "Explorer: the answer to a query as list, facets and map."),
    PAGE("/entries/{id}", web_entry, "One entry; the text after the id is free."),
    PAGE("/territories/{code}", web_territory, "A territory: its figures, its map, its latest."),
    PAGE("/themes", web_themes, "All themes, with their counts."),
    PAGE("/themes/{slug}", web_theme, "A theme: what it holds, its narrower themes."),
    PAGE("/stories", web_stories, "Portraits and videos, by theme and territory."),
    PAGE("/about", web_about, "What this site is, who runs it, data and licences."),
};
const size_t face_web_route_count = ARRAY_COUNT(face_web_routes);
