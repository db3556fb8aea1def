/* What the files of an entry's page share. */
#ifndef AGORA_FACE_WEB_ENTRY_INT_H
#define AGORA_FACE_WEB_ENTRY_INT_H

#include "face/web/web_int.h"

struct sheet {
    struct page *page;
    const struct entry_public *entry;
    const struct entry *of;
    const struct atlas_view *view;
    struct source source;
    slice title, address; /* the entry's own absolute address */
};
/* A text of the entry in the page's language, else as it was written. */
slice sheet_text(const struct sheet *sheet, enum entry_translated field, uint32_t position);

/* entry_media.c */
void sheet_media_item(struct sheet *sheet, const struct entry_media *media);

/* entry_part.c: the side of the page. */
void sheet_take_part(struct sheet *sheet);
void sheet_where(struct sheet *sheet);
void sheet_share(struct sheet *sheet);

/* entry_more.c: below the text, and the foot. */
void sheet_figures(struct sheet *sheet);
void sheet_links(struct sheet *sheet);
MUST_USE err sheet_nearby(struct sheet *sheet);
void sheet_foot_source(struct sheet *sheet);
MUST_USE err sheet_foot_history(struct sheet *sheet);

#endif
