/* The zones of the French territories and of their neighbours. The rules are those of the IANA
 * time zone database, written out: a table of names, a standard offset, and when summer time
 * holds. Exact for France since 1976 and for all others since 1998; earlier, today's standard
 * time. */
#include "base/time.h"

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR   INT64_C(3600000)
#define MS_PER_DAY    INT64_C(86400000)
#define YEAR_0_MS     INT64_C(-62167219200000)
#define YEAR_10000_MS INT64_C(253402300800000)

/* SLICE as a constant initializer. */
#define LITERAL(text)                                                                              \
    { text, sizeof(text) - 1 }

static const struct zone_rule zones[] = {
    {LITERAL(""), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Paris"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("UTC"), 0, ZONE_SUMMER_NONE},
    {LITERAL("Z"), 0, ZONE_SUMMER_NONE},
    {LITERAL("Etc/UTC"), 0, ZONE_SUMMER_NONE},
    {LITERAL("America/Cayenne"), -180, ZONE_SUMMER_NONE},
    {LITERAL("America/Guadeloupe"), -240, ZONE_SUMMER_NONE},
    {LITERAL("America/Marigot"), -240, ZONE_SUMMER_NONE},
    {LITERAL("America/Martinique"), -240, ZONE_SUMMER_NONE},
    {LITERAL("America/Miquelon"), -180, ZONE_SUMMER_NORTH_AMERICA},
    {LITERAL("America/St_Barthelemy"), -240, ZONE_SUMMER_NONE},
    {LITERAL("Indian/Kerguelen"), 300, ZONE_SUMMER_NONE},
    {LITERAL("Indian/Mayotte"), 180, ZONE_SUMMER_NONE},
    {LITERAL("Indian/Reunion"), 240, ZONE_SUMMER_NONE},
    {LITERAL("Pacific/Gambier"), -540, ZONE_SUMMER_NONE},
    {LITERAL("Pacific/Marquesas"), -570, ZONE_SUMMER_NONE},
    {LITERAL("Pacific/Noumea"), 660, ZONE_SUMMER_NONE},
    {LITERAL("Pacific/Tahiti"), -600, ZONE_SUMMER_NONE},
    {LITERAL("Pacific/Wallis"), 720, ZONE_SUMMER_NONE},
    {LITERAL("Europe/Andorra"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Berlin"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Brussels"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Luxembourg"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Madrid"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Monaco"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Rome"), 60, ZONE_SUMMER_EUROPE},
    {LITERAL("Europe/Zurich"), 60, ZONE_SUMMER_EUROPE},
};

/* "+04:00" or "-09:30". */
static bool zone_read_fixed(slice name, struct zone_rule *zone) {
    uint64_t hours;
    uint64_t minutes;
    if (name.n != 6 || (name.p[0] != '+' && name.p[0] != '-') || name.p[3] != ':' ||
        !slice_to_u64(slice_sub(name, 1, 2), &hours) ||
        !slice_to_u64(slice_sub(name, 4, 2), &minutes) || hours > 14 || minutes > 59) {
        return false;
    }
    int32_t offset = (int32_t)(hours * 60 + minutes);
    *zone = (struct zone_rule){.offset_minutes = name.p[0] == '-' ? -offset : offset};
    return true;
}

static err zone_find(slice name, struct zone_rule *zone) {
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        if (slice_equal(zones[i].name, name)) {
            *zone = zones[i];
            return OK;
        }
    }
    return zone_read_fixed(name, zone) ? OK : ERR_UNSUPPORTED;
}

bool zone_rule_find(slice zone, struct zone_rule *rule) {
    slice asked = zone.n > 0 ? zone : SLICE("Europe/Paris");
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        if (slice_equal(zones[i].name, asked) && slice_contains(asked, SLICE("/"))) {
            *rule = zones[i];
            return true;
        }
    }
    return false;
}

/* The first Sunday on or after a day of a month, as days since 1970. */
static int64_t sunday_from(int32_t year, unsigned month, unsigned day) {
    int64_t days = days_from_civil(year, month, day);
    return days + (6 - weekday_from_days(days));
}

/* The last Sunday of March, September or October is the first one from the 25th, or the 24th. */
static int64_t sunday_last(int32_t year, unsigned month) {
    return sunday_from(year, month, month == 9 ? 24 : 25);
}

/* From 1977 the rules of the European Union, at 1 o'clock UTC; 1976 those of France alone, at 1
 * o'clock local time. */
static bool summer_in_europe(int64_t utc_ms, int32_t year) {
    if (year < 1976) {
        return false;
    }
    int64_t first = year <= 1980 ? sunday_from(year, 4, 1) : sunday_last(year, 3);
    int64_t last = sunday_last(year, year <= 1995 ? 9 : 10);
    if (year == 1976) {
        int64_t start = days_from_civil(1976, 3, 28) * MS_PER_DAY;
        return utc_ms >= start && utc_ms < last * MS_PER_DAY - MS_PER_HOUR;
    }
    if (year == 1978) {
        last = days_from_civil(1978, 10, 1);
    }
    return utc_ms >= first * MS_PER_DAY + MS_PER_HOUR && utc_ms < last * MS_PER_DAY + MS_PER_HOUR;
}

/* Canada's rules: 2 o'clock local time; April to October until 2006, March to November since. */
static bool summer_in_north_america(int64_t utc_ms, int32_t year, int64_t standard_ms) {
    if (year < 1987) {
        return false;
    }
    int64_t first = year < 2007 ? sunday_from(year, 4, 1) : sunday_from(year, 3, 8);
    int64_t last = year < 2007 ? sunday_last(year, 10) : sunday_from(year, 11, 1);
    int64_t local = utc_ms + standard_ms;
    return local >= first * MS_PER_DAY + 2 * MS_PER_HOUR &&
           local < last * MS_PER_DAY + MS_PER_HOUR; /* 2:00 in summer time is 1:00 */
}

static int64_t floor_days(int64_t ms) {
    return ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
}

static int64_t zone_offset_at(const struct zone_rule *zone, int64_t utc_ms) {
    int64_t standard_ms = zone->offset_minutes * MS_PER_MINUTE;
    int32_t year;
    unsigned month;
    unsigned day;
    civil_from_days(floor_days(utc_ms), &year, &month, &day);
    bool summer = false;
    switch (zone->summer) {
    case ZONE_SUMMER_NONE:
        break;
    case ZONE_SUMMER_EUROPE:
        summer = summer_in_europe(utc_ms, year);
        break;
    case ZONE_SUMMER_NORTH_AMERICA:
        summer = summer_in_north_america(utc_ms, year, standard_ms);
        break;
    }
    return standard_ms + (summer ? MS_PER_HOUR : 0);
}

err zone_offset_ms(slice zone, int64_t utc_ms, int64_t *offset_ms) {
    struct zone_rule found;
    TRY(zone_find(zone, &found));
    *offset_ms = zone_offset_at(&found, utc_ms);
    return OK;
}

/* The instant of a local time. An hour that comes twice in autumn gives the earlier or the later of
 * the two; one that is left out in spring counts as standard time. */
static int64_t utc_from_local(const struct zone_rule *zone, int64_t local_ms, bool later) {
    int64_t standard = local_ms - zone->offset_minutes * MS_PER_MINUTE;
    int64_t summer = standard - MS_PER_HOUR;
    bool as_standard = local_ms - standard == zone_offset_at(zone, standard);
    bool as_summer = local_ms - summer == zone_offset_at(zone, summer);
    return as_summer && !(later && as_standard) ? summer : standard;
}

/* First millisecond of the date, and the first one behind it, in local time. */
static void date_local_range(const struct date *date, int64_t *first, int64_t *behind) {
    int32_t year = date->year;
    unsigned month = date->month;
    int64_t from = 0;
    int64_t to = 0;
    switch (date->precision) {
    case DATE_YEAR:
        from = days_from_civil(year, 1, 1);
        to = days_from_civil(year + 1, 1, 1);
        break;
    case DATE_SEASON: /* spring is March to May; a winter ends in the next year */
        month = 3 * ((unsigned)date->season - 20);
        from = days_from_civil(year, month, 1);
        to = month == 12 ? days_from_civil(year + 1, 3, 1) : days_from_civil(year, month + 3, 1);
        break;
    case DATE_MONTH:
        from = days_from_civil(year, month, 1);
        to = month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1);
        break;
    case DATE_DAY:
    case DATE_MINUTE:
    case DATE_UNKNOWN:
    case DATE_PRECISION__COUNT:
        from = days_from_civil(year, month, date->day);
        to = from + 1;
        break;
    }
    *first = from * MS_PER_DAY;
    *behind = to * MS_PER_DAY;
    if (date->precision == DATE_MINUTE) {
        *first += date->hour * MS_PER_HOUR + date->minute * MS_PER_MINUTE;
        *behind = *first + MS_PER_MINUTE;
    }
}

err date_range_ms(const struct date *date, slice zone, int64_t *first, int64_t *last) {
    struct zone_rule found;
    TRY(zone_find(zone, &found));
    if (!date_is_valid(date)) {
        return ERR_INPUT;
    }
    if (date->precision == DATE_UNKNOWN) {
        *first = INT64_MIN;
        *last = INT64_MAX;
        return OK;
    }
    int64_t from;
    int64_t behind;
    date_local_range(date, &from, &behind);
    *first = utc_from_local(&found, from, false);
    *last = utc_from_local(&found, behind - 1, true);
    return OK;
}

err date_from_ms(int64_t utc_ms, slice zone, struct date *date) {
    struct zone_rule found;
    TRY(zone_find(zone, &found));
    if (utc_ms < YEAR_0_MS - MS_PER_DAY || utc_ms > YEAR_10000_MS + MS_PER_DAY) {
        return ERR_INPUT;
    }
    int64_t local_ms = utc_ms + zone_offset_at(&found, utc_ms);
    int64_t days = floor_days(local_ms);
    int64_t minute = (local_ms - days * MS_PER_DAY) / MS_PER_MINUTE;
    int32_t year;
    unsigned month;
    unsigned day;
    civil_from_days(days, &year, &month, &day);
    struct date read = {.precision = DATE_MINUTE,
                        .year = year,
                        .month = (uint8_t)month,
                        .day = (uint8_t)day,
                        .hour = (uint8_t)(minute / 60),
                        .minute = (uint8_t)(minute % 60)};
    if (!date_is_valid(&read)) {
        return ERR_INPUT;
    }
    *date = read;
    return OK;
}
