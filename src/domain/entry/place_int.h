/* The public side of a place, for public.c. */
#ifndef AGORA_DOMAIN_ENTRY_PLACE_INT_H
#define AGORA_DOMAIN_ENTRY_PLACE_INT_H

#include "domain/entry/entry_int.h"

/* Blurs shown->entry.place to the precision its author chose and fills the fields beside it.
 * `territories` may be NULL: then no territory is shown. */
void entry_place_show(const struct territories *territories, struct entry_public *shown);

#endif
