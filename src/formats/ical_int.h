/* Reading iCalendar (RFC 5545), vCalendar 1.0's habits included: properties of a component, its
 * times in their zones, the dates of a series. */
#ifndef AGORA_FORMATS_ICAL_INT_H
#define AGORA_FORMATS_ICAL_INT_H

#include "base/base.h"

#define ICAL_ZONES_MAX      64          /* VTIMEZONEs of one file */
#define ICAL_ZONE_BYTES_MAX (64u << 10) /* of one of them */
#define ICAL_DATES_MAX      64          /* of one series: as many as an entry may have */
#define ICAL_YEARS_AHEAD    2           /* of a series, from its first date to come */
#define ICAL_STEPS_MAX      50000       /* dates of a rule looked at */
#define ICAL_HELD_MAX       4096        /* series kept until their changes have been read */
#define ICAL_HELD_BYTES_MAX (16u << 20)
#define ICAL_PROPERTIES_MAX 4000 /* of one component */

struct ical_property {
    slice name, parameters, value; /* parameters as "TZID=Europe/Paris;VALUE=DATE" */
};
/* The properties of a component's own text (between BEGIN and END, without what it holds): lines
 * unfolded, quoted-printable decoded; values still escaped. */
struct ical_properties {
    struct ical_property *items;
    uint32_t count;
    bool more; /* beyond ICAL_PROPERTIES_MAX: left out */
};
struct ical_properties ical_properties_read(slice text, struct arena *arena);
const struct ical_property *ical_find(const struct ical_properties *properties, const char *name);
slice ical_parameter(const struct ical_property *property, const char *name); /* without quotes */
/* TEXT (3.3.11): \n \, \; \\ become what they stand for. */
slice ical_unescape(slice text, struct arena *arena);

/* Times are minutes of a civil calendar since 1970, as its own clocks show them. */
struct ical_zones;
struct ical_zones *ical_zones_new(void);                        /* NULL without memory */
void ical_zones_free(struct ical_zones *zones);                 /* NULL is fine */
void ical_zones_add(struct ical_zones *zones, slice vtimezone); /* BEGIN:VTIMEZONE … END: too */
void ical_zones_default(struct ical_zones *zones, slice name);  /* X-WR-TIMEZONE */

struct ical_moment {
    int64_t minutes;
    bool is_date; /* a whole day */
    bool unknown_zone;
    char zone[40]; /* of base/time.h; "": the usual one (Europe/Paris), or none is said */
};
/* A DATE or DATE-TIME with its parameters. UTC becomes the calendar's own zone. False when it is
 * none. */
bool ical_moment_read(const struct ical_zones *zones, slice value, slice tzid,
                      struct ical_moment *moment);
/* The same instant as the clocks of another moment's zone show it. */
int64_t ical_minutes_like(const struct ical_moment *moment, const struct ical_moment *like);
/* "P1DT2H", "PT90M" -> minutes; false when it is none or negative. */
bool ical_duration_read(slice text, int64_t *minutes);

struct ical_date {
    int64_t start, end; /* minutes; end -1: none said. Of days: the last one, inclusive */
    slice note;
};
struct ical_series {
    struct ical_date dates[ICAL_DATES_MAX]; /* in order */
    uint32_t count;
    bool left_out;   /* there are more than these */
    bool endless;    /* the rule has no end */
    bool unreadable; /* a rule that is none, or one by the hour or finer: its first date only */
    struct ical_moment first; /* what its times are like */
};
/* The dates of an event with its RRULE, RDATE, EXDATE and of the components that change some of
 * them (RECURRENCE-ID). `now_ms` 0: from the first date on. False without a start. */
bool ical_series_make(const struct ical_zones *zones, const struct ical_properties *events,
                      uint32_t event_count, int64_t now_ms, struct arena *arena,
                      struct ical_series *series);
/* "2026-05-01T18:00/2026-05-01T20:00[Europe/Brussels] its note", days without a time. */
void ical_date_write(const struct ical_series *series, const struct ical_date *date,
                     struct buf *out);

#endif
