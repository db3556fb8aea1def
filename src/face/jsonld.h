/* jsonld: what stands here, in the words of schema.org, as JSON-LD. A list of nodes a
 * page, each with the one context, which name each other by @id. Texts are escaped so that the
 * result may stand inside a script element. */
#ifndef AGORA_FACE_JSONLD_H
#define AGORA_FACE_JSONLD_H

#include "face/face.h"

struct face_sources;

struct face_jsonld {
    const struct face *face;
    slice base_url; /* "https://agora.example" */
    slice language; /* of the page: "fr", "en" */
    int64_t now_ms;
    struct arena *arena;
};

/* The page of an entry: the thing itself by its kind (Project, CreativeWork, Place, Event,
 * Organization, VideoObject or Article), the page with its licence and dates, the trail to it. Of
 * an invented example the page and the trail only: nothing that is not so is told as so. */
void face_jsonld_entry(const struct face_jsonld *jsonld, const struct entry_public *shown,
                       const struct face_sources *sources, struct buf *out);
/* The site, who runs it, and how to search it. */
void face_jsonld_site(const struct face_jsonld *jsonld, struct buf *out);
/* The page of a territory: the site with a search inside it, the territory as a place. */
void face_jsonld_territory(const struct face_jsonld *jsonld, uint32_t territory, struct buf *out);

#endif
