/* Writing iCalendar (RFC 5545): content lines end with CRLF and are folded at 75 octets, never
 * inside a character (3.1); texts are escaped (3.3.11). */
#ifndef AGORA_FORMATS_ICAL_WRITE_H
#define AGORA_FORMATS_ICAL_WRITE_H

#include "base/base.h"

#define ICAL_LINE_OCTETS 75

/* `name:value` with the value as it stands: a date, a number, an address. `name` may hold
 * parameters ("DTSTART;VALUE=DATE"). Control bytes are left out. */
void ical_line(struct buf *out, const char *name, slice value);
/* `name:text`, escaped; nothing when the text is empty. */
void ical_text(struct buf *out, const char *name, slice text);
/* `name:one,two`, each escaped; nothing without texts. */
void ical_texts(struct buf *out, const char *name, const slice *texts, size_t count);
/* `name:20261122T090000Z`; nothing for 0. */
void ical_instant(struct buf *out, const char *name, int64_t utc_ms);

enum ical_time_form {
    ICAL_DATE,  /* NAME;VALUE=DATE:20261122 */
    ICAL_LOCAL, /* NAME;TZID=Europe/Paris:20261122T143000 */
};
/* A civil date (and time) in a zone that ical_zone has described. */
void ical_civil(struct buf *out, const char *name, enum ical_time_form form, slice zone,
                const struct date *date);
/* The VTIMEZONE of a zone of base/time.h by the rules of today, which hold since the years below:
 * earlier instants are better written in UTC. False when the zone has no name of its own (a fixed
 * offset): then nothing is written. */
#define ICAL_ZONE_EUROPE_SINCE        1996
#define ICAL_ZONE_NORTH_AMERICA_SINCE 2007
bool ical_zone(struct buf *out, slice zone);

#endif
