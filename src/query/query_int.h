/* query_int: what the files of this room share. */
#ifndef AGORA_QUERY_INT_H
#define AGORA_QUERY_INT_H

#include "query/query.h"

/* The keys of the grammar, in the order in which the canonical text writes them. */
enum query_key {
    QUERY_KEY_Q,
    QUERY_KEY_KIND,
    QUERY_KEY_STATE,
    QUERY_KEY_THEME,
    QUERY_KEY_TERRITORY,
    QUERY_KEY_SPACE,
    QUERY_KEY_BBOX,
    QUERY_KEY_NEAR,
    QUERY_KEY_RADIUS,
    QUERY_KEY_WHEN,
    QUERY_KEY_FROM,
    QUERY_KEY_TO,
    QUERY_KEY_LANG,
    QUERY_KEY_SOURCE,
    QUERY_KEY_HAS,
    QUERY_KEY_SKILL,
    QUERY_KEY_SORT,
    QUERY_KEY_CURSOR,
    QUERY_KEY_LIMIT,
    QUERY_KEY__COUNT
};
slice query_key_name(enum query_key key);

/* The slugs of query.h by number: what parsing and writing a list of them share. */
typedef slice query_name_of(unsigned index);
query_name_of query_kind_name, query_state_name, query_has_name, query_when_name, query_sort_name;

/* Undoes %XX and + into the arena. False on a broken escape, bad UTF-8, NUL or a control byte other
 * than white space. */
bool query_decode(slice raw, struct arena *arena, slice *decoded);
/* Takes the next `key=value` (both still raw) off a query text; false at the end. */
bool query_next_pair(slice *rest, slice *key, slice *value);

#endif
