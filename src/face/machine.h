/* machine: what the faces for machines (api, tile) share: the strict reading of a query, the tag
 * of its answer. */
#ifndef AGORA_FACE_MACHINE_H
#define AGORA_FACE_MACHINE_H

#include "face/face.h"

/* The query of a request, strictly: the first unknown key or malformed value is ERR_INPUT, named
 * in the problem. `extra` (may be NULL) names keys that the caller reads itself; `lang_ui` is
 * one of them. */
MUST_USE err face_machine_query(const struct http_request *request, const char *const *extra,
                                struct query *query, struct problem *problem);
/* Checks a route that takes no query but these keys. */
MUST_USE err face_machine_keys(const struct http_request *request, const char *const *keys,
                               struct problem *problem);
/* The atlas's request for a query, as every face makes it: entries unless kinds are chosen. */
struct atlas_request face_machine_request(const struct face *face, const struct query *query,
                                          uint32_t facets);
/* The ETag of an answer to this query in what has this version (atlas_view_version, …). `salt`:
 * what else decides the bytes. Queries that depend on the hour change their tag with it. */
slice face_machine_etag(const struct http_request *request, uint64_t version,
                        const struct atlas_request *asked, slice salt);
/* Sets the ETag of an answer to this query; true when the client has it already, or it
 * is kept: http_unchanged. */
bool face_machine_unchanged(const struct http_request *request, struct http_response *response,
                            const struct atlas_view *view, const struct atlas_request *asked,
                            slice salt);

#endif
