/* Opening hours as OpenStreetMap writes them
 * (wiki.openstreetmap.org/wiki/Key:opening_hours/specification): read once, told in words by pages,
 * asked whether it is open at a moment. What cannot be known for certain is said to be unknown,
 * never guessed (RULE SHOW-3). */
#ifndef AGORA_DOMAIN_ENTRY_HOURS_H
#define AGORA_DOMAIN_ENTRY_HOURS_H

#include "base/base.h"

#define HOURS_TEXT_MAX   512 /* bytes */
#define HOURS_RULES_MAX  32
#define HOURS_ITEMS_MAX  12 /* of one sort in a rule */
#define HOURS_NTH_MAX    6
#define HOURS_AHEAD_DAYS 370 /* a next opening is looked for within a year of seasons */

/* "Apr-Oct", "Jul 14-Aug 15", "May 1". */
struct hours_months {
    uint8_t from, to;    /* 1 … 12; `to` before `from`: over New Year */
    uint8_t first, last; /* days of them; 0: the whole month */
};
enum hours_day_sort {
    HOURS_WEEKDAYS,        /* "Mo-Fr" */
    HOURS_NTH_WEEKDAY,     /* "Sa[1,-1]" */
    HOURS_PUBLIC_HOLIDAYS, /* "PH" */
    HOURS_SCHOOL_HOLIDAYS, /* "SH" */
    HOURS_DAY_SORT__COUNT
};
struct hours_days {
    enum hours_day_sort sort;
    uint8_t from, to;          /* 0 Monday … 6 Sunday; `to` before `from`: over Sunday */
    int8_t nth[HOURS_NTH_MAX]; /* 1 … 5 of the month, -1 the last */
    uint8_t nth_count;
};
enum hours_event {
    HOURS_CLOCK,
    HOURS_SUNRISE,
    HOURS_SUNSET,
    HOURS_DAWN,
    HOURS_DUSK,
    HOURS_EVENT__COUNT
};
struct hours_time {
    enum hours_event event;
    uint16_t minutes; /* of a clock; beyond 1440 on the next day ("26:00") */
};
struct hours_span { /* "09:00-12:00", "18:00+" */
    struct hours_time start, end;
    bool has_end, is_open_ended;
};
struct hours_rule {
    struct hours_months months[HOURS_ITEMS_MAX]; /* none: all year */
    struct hours_days days[HOURS_ITEMS_MAX];     /* none: every day */
    struct hours_span spans[HOURS_ITEMS_MAX];
    uint8_t month_count, day_count, span_count;
    slice comment; /* within its quotes */
    bool has_comment;
    bool is_always;     /* 24/7 */
    bool is_closed;     /* off */
    bool is_additional; /* after a comma: adds to the days it names, does not replace them */
};
struct hours {
    struct hours_rule rules[HOURS_RULES_MAX];
    uint32_t rule_count;
};
/* False for what is not understood to its end. Comments point into the text. */
bool hours_read(slice osm, struct hours *hours);

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
