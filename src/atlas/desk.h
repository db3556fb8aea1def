/* What one request works with: memory and stemmers. The atlas keeps those of the last requests for
 * the next ones, because getting zeroed pages from the kernel and making a stemmer cost more than
 * many a question. For the room and its tests. */
#ifndef AGORA_ATLAS_DESK_H
#define AGORA_ATLAS_DESK_H

#include "base/base.h"
#include "text/text.h"

#include <stdatomic.h>

#define ATLAS_DESKS_KEPT 8 /* as many requests as may well run at once */

struct atlas_desks;
struct atlas_desk {
    struct arena arena;
    struct text_stemmer *stemmer; /* NULL until atlas_desk_stemmer */
    struct atlas_desks *kept_by;
};
struct atlas_desks {
    _Atomic(struct atlas_desk *) free[ATLAS_DESKS_KEPT];
};
#define ATLAS_DESK_CLEANUP __attribute__((cleanup(atlas_desk_leave)))

/* Any thread; NULL without memory. What its arena gives lasts until the desk is left. */
struct atlas_desk *atlas_desk_take(struct atlas_desks *desks);
void atlas_desk_leave(struct atlas_desk **desk); /* NULL is fine */
/* NULL without memory. */
struct text_stemmer *atlas_desk_stemmer(struct atlas_desk *desk);
/* When no request is under way. */
void atlas_desks_free(struct atlas_desks *desks);

#endif
