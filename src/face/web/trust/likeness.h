/* Entries that may be one and the same. */
#ifndef AGORA_FACE_WEB_TRUST_LIKENESS_H
#define AGORA_FACE_WEB_TRUST_LIKENESS_H

#include "domain/duplicate/duplicate.h"
#include "face/web/page/page.h"

/* "même nom · à 40 m · même site"; nothing without a reason. */
void likeness_write(struct page *page, const struct duplicate_likeness *likeness);

#endif
