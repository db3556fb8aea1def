/* Whether something is open at a moment, by its opening hours as OpenStreetMap writes them
 * (wiki.openstreetmap.org/wiki/Key:opening_hours/specification). What cannot be known for certain
 * is said to be unknown, never guessed (RULE SHOW-3). */
#ifndef AGORA_DOMAIN_ENTRY_HOURS_H
#define AGORA_DOMAIN_ENTRY_HOURS_H

#include "base/base.h"

#define HOURS_AHEAD_DAYS 370 /* a next opening is looked for within a year of seasons */

enum hours_state { HOURS_UNKNOWN, HOURS_OPEN, HOURS_CLOSED };
struct hours_now {
    enum hours_state state;
    bool has_change;    /* `change` is known: when it closes, or when it opens next */
    struct date change; /* civil, DATE_MINUTE, in the zone of `now` */
    int32_t days_ahead; /* of `change`: 0 today, 1 tomorrow, … */
};
/* `now` is a civil minute where the place is (date_from_ms with its zone: summer time is thereby
 * told). `departement` ("67", "974", or empty) decides the public holidays of France. Unknown: a
 * text that is not understood; school holidays; sunrise and sunset; open ends; "by appointment" and
 * other remarks; a day without hours; a public holiday on which it would be open but of which the
 * hours say nothing. */
struct hours_now hours_at(slice osm, const struct date *now, slice departement);
/* A public holiday of France in that département (Code du travail, L3133-1, L3134-13, L3422-2),
 * by days since 1970. */
bool hours_is_public_holiday(int64_t day, slice departement);

#endif
