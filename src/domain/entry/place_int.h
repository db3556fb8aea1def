/* The public side of an entry and its place, for read.c and revision.c. */
#ifndef AGORA_DOMAIN_ENTRY_PLACE_INT_H
#define AGORA_DOMAIN_ENTRY_PLACE_INT_H

#include "domain/entry/entry_int.h"

/* Blurs shown->entry.place to the precision its author chose and fills the fields beside it.
 * `territories` may be NULL: then no territory is shown. */
void entry_place_show(const struct territories *territories, struct entry_public *shown);
/* read.c: leaves of an entry what the public may see. */
void entry_show(const struct territories *territories, struct entry_public *shown);

#endif
