#include "formats/ical_int.h"
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES_PER_DAY 1440
#define MS_PER_MINUTE   60000
/* Every calendar of a year occurs in these; behind them rules of zones only repeat. */
#define YEAR_REPEATS 2072
#define YEAR_LAST    2099

struct ical_zone_own {
    char name[80];
    icaltimezone *zone;
};
struct ical_zones {
    struct ical_zone_own items[ICAL_ZONES_MAX];
    uint32_t count;
    char own[40]; /* of the calendar, one of base/time.h; "": Europe/Paris */
};

struct ical_zones *ical_zones_new(void) {
    icalerror_set_errors_are_fatal(0);
    return calloc(1, sizeof(struct ical_zones));
}

void ical_zones_free(struct ical_zones *zones) {
    for (uint32_t i = 0; zones != NULL && i < zones->count; i++) {
        icaltimezone_free(zones->items[i].zone, 1);
    }
    free(zones);
}

void ical_zones_add(struct ical_zones *zones, slice vtimezone) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    if (zones->count == ICAL_ZONES_MAX || vtimezone.n > ICAL_ZONE_BYTES_MAX) {
        return;
    }
    icalcomponent *component = icalparser_parse_string(arena_cstr(&scratch, vtimezone));
    icaltimezone *zone = component == NULL ? NULL : icaltimezone_new();
    if (zone == NULL || !icaltimezone_set_component(zone, component)) {
        if (component != NULL) {
            icalcomponent_free(component);
        }
        if (zone != NULL) {
            icaltimezone_free(zone, 1);
        }
        return;
    }
    const char *name = icaltimezone_get_tzid(zone);
    struct ical_zone_own *own = &zones->items[zones->count++];
    slice text = slice_sub(slice_from_cstr(name), 0, sizeof own->name - 1);
    memcpy(own->name, text.p, text.n);
    own->zone = zone;
}

/* Names under which programs know zones of base/time.h (Windows, and its French words). */
static slice zone_known(slice name) {
    static const struct {
        const char *name, *zone;
    } others[] = {
        {"Romance Standard Time", "Europe/Paris"},
        {"W. Europe Standard Time", "Europe/Berlin"},
        {"Paris, Madrid", "Europe/Paris"},
        {"GMT", "UTC"},
        {"Etc/GMT", "UTC"},
        {"Greenwich", "UTC"},
        {"SA Eastern Standard Time", "America/Cayenne"},
        {"Mauritius Standard Time", "Indian/Reunion"},
        {"Central Pacific Standard Time", "Pacific/Noumea"},
    };
    int64_t offset;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        if (slice_equal_ascii_nocase(name, slice_from_cstr(others[i].name))) {
            return slice_from_cstr(others[i].zone);
        }
    }
    for (slice rest = name; rest.n > 0;) { /* "/freeassociation.sourceforge.net/Europe/Paris" */
        if (zone_offset_ms(rest, 0, &offset) == OK) {
            return rest;
        }
        size_t slash = slice_find(rest, 0, '/');
        rest = slice_sub(rest, slash + 1, rest.n);
    }
    return SLICE_EMPTY;
}

static void zone_set(char *zone, size_t room, slice name) {
    bool usual = slice_equal(name, SLICE("Europe/Paris"));
    size_t n = usual || name.n >= room ? 0 : name.n;
    if (n > 0) {
        memcpy(zone, name.p, n);
    }
    zone[n] = '\0';
}

void ical_zones_default(struct ical_zones *zones, slice name) {
    zone_set(zones->own, sizeof zones->own, zone_known(name));
}

static struct date date_of(int64_t minutes, bool is_date) {
    int64_t days = minutes / MINUTES_PER_DAY - (minutes % MINUTES_PER_DAY < 0);
    unsigned rest = (unsigned)(minutes - days * MINUTES_PER_DAY);
    unsigned month;
    unsigned day;
    struct date date = {.precision = is_date ? DATE_DAY : DATE_MINUTE};
    civil_from_days(days, &date.year, &month, &day);
    date.month = (uint8_t)month;
    date.day = (uint8_t)day;
    date.hour = is_date ? 0 : (uint8_t)(rest / 60);
    date.minute = is_date ? 0 : (uint8_t)(rest % 60);
    return date;
}

static int64_t minutes_of(const struct date *date) {
    return days_from_civil(date->year, date->month, date->day) * MINUTES_PER_DAY + date->hour * 60 +
           date->minute;
}

/* Minutes east of Greenwich when the zone's clocks show this. */
static int64_t offset_of(slice zone, int64_t minutes) {
    int64_t offset = 0;
    if (zone_offset_ms(zone, minutes * MS_PER_MINUTE, &offset) != OK) {
        return 0;
    }
    int64_t guess = offset / MS_PER_MINUTE; /* the offset at the instant that it shows */
    if (zone_offset_ms(zone, (minutes - guess) * MS_PER_MINUTE, &offset) != OK) {
        return guess;
    }
    return offset / MS_PER_MINUTE;
}

static int64_t from_utc(int64_t minutes, slice zone) {
    int64_t offset = 0;
    if (zone_offset_ms(zone, minutes * MS_PER_MINUTE, &offset) != OK) {
        return minutes;
    }
    return minutes + offset / MS_PER_MINUTE;
}

static struct icaltimetype icaltime_of(int64_t minutes, bool is_date) {
    struct date date = date_of(minutes, is_date);
    struct icaltimetype time = icaltime_null_time();
    time.year = date.year;
    time.month = date.month;
    time.day = date.day;
    time.hour = date.hour;
    time.minute = date.minute;
    time.is_date = is_date;
    return time;
}

/* A year with the same days of the week, not beyond YEAR_LAST: libical writes out each change of a
 * zone up to the year that is asked for, and goes through them all at each question. */
static int32_t year_alike(int32_t year) {
    int64_t first = days_from_civil(year, 1, 1);
    int64_t next = days_from_civil(year + 1, 1, 1);
    for (int32_t like = YEAR_REPEATS; year > YEAR_LAST && like <= YEAR_LAST; like++) {
        int64_t start = days_from_civil(like, 1, 1);
        if ((first - start) % 7 == 0 && next - first == days_from_civil(like + 1, 1, 1) - start) {
            return like;
        }
    }
    return year;
}

/* A zone that only the file describes, or that the machine knows: its offset at that time. Where
 * it runs like Paris, it is Paris. */
static void zone_foreign(const struct ical_zones *zones, slice tzid, struct ical_moment *moment) {
    char name[80];
    size_t n = tzid.n < sizeof name - 1 ? tzid.n : sizeof name - 1;
    icaltimezone *zone = NULL;
    memcpy(name, tzid.p, n);
    name[n] = '\0';
    for (uint32_t i = 0; i < zones->count && zone == NULL; i++) {
        zone = strcmp(zones->items[i].name, name) == 0 ? zones->items[i].zone : NULL;
    }
    if (zone == NULL && slice_find(tzid, 0, '.') == tzid.n) { /* no path leads out of the zones */
        zone = icaltimezone_get_builtin_timezone(name);
    }
    if (zone == NULL) {
        moment->unknown_zone = true;
        return;
    }
    struct icaltimetype time = icaltime_of(moment->minutes, false);
    int is_summer = 0;
    time.year = year_alike(time.year);
    int64_t offset = icaltimezone_get_utc_offset(zone, &time, &is_summer) / 60;
    if (offset == offset_of(SLICE("Europe/Paris"), moment->minutes)) {
        return;
    }
    struct buf fixed BUF_CLEANUP = buf_new(16);
    int64_t size = offset < 0 ? -offset : offset;
    if (size <= 14 * 60) {
        buf_addf(&fixed, "%c%02d:%02d", offset < 0 ? '-' : '+', (int)(size / 60), (int)(size % 60));
    }
    zone_set(moment->zone, sizeof moment->zone, buf_slice(&fixed));
}

static bool digits(slice text, size_t from, size_t n, int32_t *value) {
    slice part = slice_sub(text, from, n);
    *value = 0;
    for (size_t i = 0; i < part.n; i++) {
        if (part.p[i] < '0' || part.p[i] > '9') {
            return false;
        }
        *value = *value * 10 + (part.p[i] - '0');
    }
    return part.n == n;
}

static bool civil_read(slice value, struct date *date) {
    int32_t month;
    int32_t day;
    int32_t hour = 0;
    int32_t minute = 0;
    *date = (struct date){.precision = value.n == 8 ? DATE_DAY : DATE_MINUTE};
    bool fine = digits(value, 0, 4, &date->year) && digits(value, 4, 2, &month) &&
                digits(value, 6, 2, &day);
    if (fine && value.n > 8) {
        fine = value.p[8] == 'T' && digits(value, 9, 2, &hour) && digits(value, 11, 2, &minute) &&
               (value.n == 13 || value.n == 15);
        if (hour == 24 && minute == 0) {
            hour = 23;
            minute = 59;
        }
    }
    if (!fine || month > 12 || day > 31 || hour > 23 || minute > 59) {
        return false;
    }
    date->month = (uint8_t)month;
    date->day = (uint8_t)day;
    date->hour = (uint8_t)hour;
    date->minute = (uint8_t)minute;
    return date_is_valid(date);
}

bool ical_moment_read(const struct ical_zones *zones, slice value, slice tzid,
                      struct ical_moment *moment) {
    struct date date;
    value = slice_trim(value);
    bool utc = value.n > 8 && value.p[value.n - 1] == 'Z';
    *moment = (struct ical_moment){.is_date = value.n == 8};
    if (!civil_read(slice_sub(value, 0, value.n - utc), &date)) {
        return false;
    }
    moment->minutes = minutes_of(&date);
    slice known = zone_known(tzid);
    if (utc || (slice_equal(known, SLICE("UTC")) && !moment->is_date)) {
        moment->minutes = from_utc(moment->minutes, slice_from_cstr(zones->own));
        zone_set(moment->zone, sizeof moment->zone, slice_from_cstr(zones->own));
    } else if (known.n > 0) {
        zone_set(moment->zone, sizeof moment->zone, known);
    } else if (tzid.n > 0 && !moment->is_date) {
        zone_foreign(zones, tzid, moment);
    } else if (!moment->is_date) {
        zone_set(moment->zone, sizeof moment->zone, slice_from_cstr(zones->own));
    }
    return true;
}

int64_t ical_minutes_like(const struct ical_moment *moment, const struct ical_moment *like) {
    if (moment->is_date || like->is_date || strcmp(moment->zone, like->zone) == 0) {
        return moment->minutes;
    }
    int64_t utc = moment->minutes - offset_of(slice_from_cstr(moment->zone), moment->minutes);
    return from_utc(utc, slice_from_cstr(like->zone));
}

bool ical_duration_read(slice text, int64_t *minutes) {
    struct arena scratch ARENA_CLEANUP = arena_make(256, 0);
    slice trimmed = slice_sub(slice_trim(text), 0, 40);
    struct icaldurationtype duration = icaldurationtype_from_string(arena_cstr(&scratch, trimmed));
    if (icaldurationtype_is_bad_duration(duration) || icaldurationtype_is_null_duration(duration) ||
        duration.is_neg) {
        return false;
    }
    *minutes = (int64_t)duration.weeks * 7 * MINUTES_PER_DAY +
               (int64_t)duration.days * MINUTES_PER_DAY + (int64_t)duration.hours * 60 +
               duration.minutes;
    return *minutes < (int64_t)MINUTES_PER_DAY * 366 * 10;
}

static void civil_write(int64_t minutes, bool is_date, struct buf *out) {
    struct date date = date_of(minutes, is_date);
    date_format(&date, out);
}

void ical_date_write(const struct ical_series *series, const struct ical_date *date,
                     struct buf *out) {
    civil_write(date->start, series->first.is_date, out);
    if (date->end > date->start) {
        buf_add_char(out, '/');
        civil_write(date->end, series->first.is_date, out);
    }
    if (series->first.zone[0] != '\0') {
        buf_addf(out, "[%s]", series->first.zone);
    }
    if (date->note.n > 0) {
        buf_add_char(out, ' ');
        buf_add(out, date->note);
    }
}
