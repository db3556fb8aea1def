/* licence: what a licence's SPDX identifier is called and where its text stands, and under which
 * licence an entry may be used. */
#ifndef AGORA_FACE_LICENCE_H
#define AGORA_FACE_LICENCE_H

#include "domain/entry/entry.h"

struct face_licence {
    slice id;    /* SPDX: "ODbL-1.0" */
    slice title; /* "ODbL 1.0" */
    slice iri;   /* its text */
};
/* By SPDX identifier, in any case; also by the address of its text. NULL when unknown: then it is
 * text that only a person understands. */
const struct face_licence *face_licence_find(slice id_or_iri);

/* The sources of an instance, read once for an answer. */
struct face_sources {
    struct source *items;
    size_t count;
};
MUST_USE err face_sources_load(struct db_conn *conn, struct arena *arena,
                               struct face_sources *sources);
const struct source *face_sources_find(const struct face_sources *sources, slice slug);
/* An entry's own licence, else that of its source; may be empty. */
slice face_licence_of(const struct face_sources *sources, const struct entry *entry);
/* Who is to be named: the source's attribution, else its title. */
slice face_attribution_of(const struct face_sources *sources, const struct entry *entry,
                          struct arena *arena);
/* The title of a source; one without is called by its slug in words: "france-services" is
 * "France services". */
slice face_source_title(const struct source *source, struct arena *arena);

#endif
