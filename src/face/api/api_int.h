/* api_int: what the files of this room share. */
#ifndef AGORA_FACE_API_INT_H
#define AGORA_FACE_API_INT_H

#include "face/api/api.h"
#include "face/machine.h"
#include "query/query.h"

#define API_JSON "application/json"

/* words.c: labels in the language of the request ("fr" or "en"). */
bool api_is_english(const struct http_request *request);
slice api_kind_label(const struct http_request *request, enum query_kind kind);
slice api_state_label(const struct http_request *request, enum query_state state);
slice api_has_label(const struct http_request *request, enum query_has has);
slice api_level_label(const struct http_request *request, enum territory_level level);
slice api_theme_label(const struct http_request *request, const struct theme *theme);
slice api_level_slug(enum territory_level level); /* "commune", "departement", … */
bool api_level_from_slug(slice slug, enum territory_level *level);
/* The title of a source, else its slug in words. */
slice api_source_title(const struct http_request *request, slice slug);

/* json.c: members of an object under way. */
void api_key(struct buf *out, bool *first, const char *key); /* `,"key":`, the comma unless first */
void api_text(struct buf *out, bool *first, const char *key, slice text); /* left out when empty */
void api_number(struct buf *out, bool *first, const char *key, int64_t value);
void api_point(struct buf *out, bool *first, struct geo_point point);  /* "lat", "lon" */
void api_box(struct buf *out, bool *first, const struct geo_box *box); /* "bbox": w, s, e, n */

/* facets.c */
/* The value of `facets=`: a list of names, into bits of enum atlas_facet. ERR_INPUT names the
 * key. */
MUST_USE err api_facets_parse(const struct http_request *request, uint32_t *facets,
                              struct problem *problem);
/* "facets":{…},"facet_totals":{…} for what was asked. */
void api_facets_write(const struct face *face, const struct http_request *request,
                      const struct atlas_result *result, uint32_t facets, struct buf *out,
                      bool *first);

/* item.c: an entry as the API gives it; `kind` and `ask` say which document of it was found. */
void api_item_write(const struct entry_public *entry, slice base_url, enum query_kind kind,
                    uint16_t ask, double distance_m, struct buf *out);

http_handler api_entries, api_entry, api_export, api_suggest, api_territories, api_territory,
    api_themes, api_openapi, api_health, api_gogo_elements, api_gogo_element, api_gogo_taxonomy,
    api_metrics, api_changes, api_news;

#endif
