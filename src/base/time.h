/* Time: an injected clock, civil dates of the proleptic Gregorian calendar, dates with a precision
 * (EDTF level 1), the zones of the French territories. UTC milliseconds since 1970 unless said. */
#ifndef AGORA_BASE_TIME_H
#define AGORA_BASE_TIME_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct clock {
    int64_t (*now_ms)(void *self);
    void *self;
};
struct clock clock_system(void);
int64_t clock_now_ms(struct clock clock);
int64_t clock_monotonic_us(void); /* for durations only */

enum date_precision {
    DATE_UNKNOWN,
    DATE_YEAR,
    DATE_SEASON,
    DATE_MONTH,
    DATE_DAY,
    DATE_MINUTE,
    DATE_PRECISION__COUNT
};

/* A date as someone knows it, in local civil time. season: 21 spring … 24 winter (EDTF), else 0. */
struct date {
    enum date_precision precision;
    int32_t year;
    uint8_t month, day, hour, minute, season;
};

int64_t days_from_civil(int32_t year, unsigned month, unsigned day); /* days since 1970-01-01 */
void civil_from_days(int64_t days, int32_t *year, unsigned *month, unsigned *day);
unsigned weekday_from_days(int64_t days); /* 0 Monday … 6 Sunday */
bool date_is_valid(const struct date *date);

/* EDTF level 1 subset "2022", "2022-21", "2022-05", "2022-05-03", "2022-05-03T18:30" (seconds and a
 * zone suffix are read and dropped), "" and "XXXX" (unknown). The French "03/05/2022" too.
 * ERR_INPUT otherwise. */
MUST_USE err date_parse(slice text, struct date *date);
void date_format(const struct date *date, struct buf *out); /* EDTF; nothing when unknown */

/* First and last millisecond (UTC) that the date may mean in the zone. `zone` is an IANA name of a
 * French territory ("Europe/Paris", "Indian/Reunion", …), a fixed "+04:00", "UTC", or "" for
 * Europe/Paris; ERR_UNSUPPORTED otherwise. Unknown dates give INT64_MIN, INT64_MAX. */
MUST_USE err date_range_ms(const struct date *date, slice zone, int64_t *first, int64_t *last);
enum zone_summer { ZONE_SUMMER_NONE, ZONE_SUMMER_EUROPE, ZONE_SUMMER_NORTH_AMERICA };
struct zone_rule {
    slice name;
    int32_t offset_minutes;  /* standard time, east of Greenwich */
    enum zone_summer summer; /* the European Union's: 1:00 UTC, last Sundays of March, October;
                                North America's: 2:00, second Sunday of March, first of November */
};
/* The rules of a named zone ("": Europe/Paris) as they are today; false for fixed offsets, and for
 * names that are not known. */
bool zone_rule_find(slice zone, struct zone_rule *rule);
MUST_USE err zone_offset_ms(slice zone, int64_t utc_ms, int64_t *offset_ms);
/* The civil date and time (precision DATE_MINUTE) of an instant in a zone. ERR_INPUT when the zone
 * is not known, or the year there is not one of 0 to 9999. */
MUST_USE err date_from_ms(int64_t utc_ms, slice zone, struct date *date);

/* RFC 3339 in UTC: "2026-11-22T09:00:00Z" (milliseconds only when not zero). */
void time_format_rfc3339(int64_t utc_ms, struct buf *out);
MUST_USE err time_parse_rfc3339(slice text, int64_t *utc_ms);

#endif
