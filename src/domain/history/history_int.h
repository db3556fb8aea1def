/* Inside of domain/history, for the room and its tests. */
#ifndef AGORA_DOMAIN_HISTORY_INT_H
#define AGORA_DOMAIN_HISTORY_INT_H

#include "domain/history/history.h"

/* history_compare of whole lines: a line, or the ends between two, is the smallest change. */
struct history_parts history_compare_lines(slice before, slice after, struct arena *arena);

#endif
