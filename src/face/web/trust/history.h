/* What the pages of history, of suggestions and of merging share. */
#ifndef AGORA_FACE_WEB_TRUST_HISTORY_H
#define AGORA_FACE_WEB_TRUST_HISTORY_H

#include "domain/history/history.h"
#include "face/web/page/page.h"

/* "import de …", a name, "une personne sans compte": revision.author as everybody may see it. */
MUST_USE err history_author_write(struct page *page, slice written);
/* "Titre", "Lieu" */
slice history_field_label(const struct page *page, enum history_field field);
/* "Titre, Lieu": those of a set of fields, in the arena of the page. */
slice history_fields_text(const struct page *page, uint64_t fields);
/* One field of a list of differences, as parts; nothing when it does not differ. */
void history_difference_write(struct page *page, const struct history_difference *differences,
                              size_t count, enum history_field field);
/* An entry as who may see it whole compares it. */
struct entry_public history_whole(const struct face *face, const struct entry *entry);
/* A section a field that differs; `before` NULL: everything is new. */
void history_differences_write(struct page *page, const struct entry_public *before,
                               const struct entry_public *after);

#endif
