/* gogo_int: the dialect of GoGoCarto (github.com/pixelhumain/GoGoCarto): elements, whole or
 * compact, and the tree of groups and options that its maps filter by. */
#ifndef AGORA_FACE_API_GOGO_INT_H
#define AGORA_FACE_API_GOGO_INT_H

#include "face/api/export_int.h"
#include "face/json.h"

/* Numbers for what has a name only: made from the name, so that they stay the same on every
 * instance, whatever is added. 48 bits: whole in JavaScript. */
int64_t gogo_theme_id(slice slug);
int64_t gogo_kind_id(enum query_kind kind);
/* Adds what an option's number stands for to a query: a theme or a kind; false when nothing does,
 * or no more fit. */
bool gogo_option_choose(const struct face *face, int64_t id, struct query *query);

/* OpenStreetMap's hours as {"Mo":"09:00-12:00,14:00-18:00",…}; false (and nothing written) when
 * they say more than that. */
bool gogo_hours_write(slice osm, struct face_json *json);

extern const struct export_writer export_gogofull, export_gogocompact;

#endif
