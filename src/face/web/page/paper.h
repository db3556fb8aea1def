/* Posters and printed lists: pages that are made to be paper (paper.c, poster.c, print.c). */
#ifndef AGORA_FACE_WEB_PAGE_PAPER_H
#define AGORA_FACE_WEB_PAGE_PAPER_H

#include "face/web/page/page.h"

/* <svg class="qr"> of a text as one path; `label` for those who do not see it. ERR_LIMIT when it is
 * longer than a code holds (about 2,300 bytes). */
MUST_USE err paper_qr(struct page *page, slice text, slice label);
/* "https://agora.example/e/123": short, and the same for ever. */
slice paper_short_address(const struct page *page, struct entry_id id);
slice paper_without_scheme(slice address);
/* The bar above the sheet, on screen only: the way back first; links may follow; ends with the
 * other language and how to print. */
void paper_bar_start(struct page *page, slice back, slice label);
void paper_bar_end(struct page *page, slice canonical);
/* The same without the other language, for what can be asked for once only. */
void paper_bar_print(struct page *page);
/* Lines with a pictogram: the next `room` dates and the hours; place; telephone, mail, site
 * (`room` of them: the page that the code leads to has them all). */
void paper_when(struct page *page, const struct entry *of, uint32_t room);
void paper_where(struct page *page, const struct entry_public *entry);
void paper_contacts(struct page *page, const struct entry *of, uint32_t room);

#endif
