/* What the page of recent changes and its feed share. */
#ifndef AGORA_FACE_WEB_TRUST_CHANGES_INT_H
#define AGORA_FACE_WEB_TRUST_CHANGES_INT_H

#include "face/web/trust/history.h"

#define CHANGES_SHOWN 30

struct changes {
    struct page *page;
    uint32_t territory; /* TERRITORY_NONE: everywhere */
    uint16_t theme;     /* THEME_NONE: all */
    int64_t before;
    struct history_recent recent;
};
/* Reads what was asked for, and finds it. ERR_NOT_FOUND: no such territory or theme. */
MUST_USE err changes_find(struct changes *changes, struct problem *problem);
/* The parts of the entry that a change touched, as everybody may see it: "Titre, Résumé"; empty
 * when nothing public did, or it is the first version (`older` 0). */
MUST_USE err changes_parts(const struct changes *changes, const struct history_change *change,
                           slice *parts);
/* "/changes" or "/changes.atom" with what was asked for. */
slice changes_path(const struct changes *changes, const char *of, int64_t before);
slice changes_title(const struct changes *changes);

#endif
