/* asset: the files every page needs (style, script, fonts, pictograms), compiled into the
 * program with their compressed forms ready. The table is made by tools/build-web.mjs. */
#ifndef AGORA_HTTP_ASSET_H
#define AGORA_HTTP_ASSET_H

#include "base/slice.h"

struct asset {
    slice path;       /* "/assets/app-1A2B3C4D.css" */
    slice media_type; /* with its charset where it has one */
    slice etag;       /* with its quotes; of the identity bytes */
    slice identity;
    slice br, gz;   /* empty when they would not be smaller */
    bool immutable; /* the path holds a hash of the bytes: may be kept for ever */
};

/* Sorted by path (slice_compare order). */
extern const struct asset assets_table[];
extern const size_t assets_count;

#endif
