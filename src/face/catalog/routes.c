#include "face/catalog/catalog_int.h"

slice catalog_absolute(const struct http_request *request, slice path) {
    return arena_printf(request->arena, "%.*s%.*s", SLICE_ARG(request->base_url), SLICE_ARG(path));
}

/* What an Accept header gives a type, in thousandths; the most exact of its ranges counts. */
static unsigned accepted(slice accept, slice type) {
    slice rest = accept;
    slice range;
    slice family = slice_sub(type, 0, slice_find(type, 0, '/') + 1);
    unsigned found = 0;
    unsigned exactness = 0;
    while (slice_cut(&rest, ',', &range)) {
        slice parameter;
        slice name = SLICE_EMPTY;
        double quality = 1;
        (void)slice_cut(&range, ';', &name);
        name = slice_trim(name);
        while (slice_cut(&range, ';', &parameter)) {
            parameter = slice_trim(parameter);
            if (slice_starts_with(parameter, SLICE("q=")) &&
                !slice_to_double(slice_sub(parameter, 2, parameter.n), &quality)) {
                quality = 1;
            }
        }
        bool is_family = name.n == family.n + 1 && slice_starts_with(name, family) &&
                         slice_ends_with(name, SLICE("/*"));
        unsigned exact = slice_equal_ascii_nocase(name, type) ? 3
                         : is_family                          ? 2
                         : slice_equal(name, SLICE("*/*"))    ? 1
                                                              : 0;
        if (exact > exactness) {
            exactness = exact;
            found = quality >= 1 ? 1000 : quality > 0 ? (unsigned)(quality * 1000) : 0;
        }
    }
    return found;
}

bool catalog_accepts_second(slice accept, slice first, slice second) {
    return accepted(accept, second) > accepted(accept, first);
}

#define ROUTE(path_, handler_, help_)                                                              \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_MACHINES, .cache = HTTP_CACHE_REVALIDATE, .help = help_               \
    }

const struct http_route face_catalog_routes[] = {
    ROUTE("/catalog", catalog_dcat,
          "The catalogue of data sets (DCAT), as JSON-LD or Turtle by Accept."),
    ROUTE("/catalog.jsonld", catalog_dcat_jsonld, "The catalogue of data sets (DCAT) as JSON-LD."),
    ROUTE("/catalog.ttl", catalog_dcat_turtle, "The catalogue of data sets (DCAT) as Turtle."),
    ROUTE("/sitemap.xml", catalog_sitemap, "The map of the site for crawlers: its files."),
    ROUTE("/sitemap-pages.xml", catalog_sitemap_pages, "Pages and themes, for crawlers."),
    ROUTE("/sitemap-territories.xml", catalog_sitemap_territories,
          "Territories that have entries, for crawlers."),
    ROUTE("/sitemap-entries-{number}.xml", catalog_sitemap_entries,
          "Entries, 50,000 a file, for crawlers."),
    ROUTE("/robots.txt", catalog_robots, "What crawlers may read."),
    ROUTE("/opensearch.xml", catalog_opensearch, "The site as a search of the browser."),
    ROUTE("/opensearch/suggest", catalog_suggest, "What someone may mean, in OpenSearch's form."),
    ROUTE("/oembed", catalog_oembed, "What a page of ours looks like inside another (oEmbed)."),
};
const size_t face_catalog_route_count = ARRAY_COUNT(face_catalog_routes);
