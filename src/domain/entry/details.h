/* What the details of an entry are called, wherever they stand under a name: in a table, in the
 * store, in a feature (docs/entry-format.md). */
#ifndef AGORA_DOMAIN_ENTRY_DETAILS_H
#define AGORA_DOMAIN_ENTRY_DETAILS_H

#include "domain/entry/entry.h"

const char *entry_detail_name(enum entry_detail detail); /* "thing_licence" */

#endif
