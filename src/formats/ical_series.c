/* The dates of an event: its rule (by libical, over civil time, so that a meeting at six stays at
 * six through summer and winter), the dates added, left out and changed. */
#include "formats/ical_int.h"
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES_PER_DAY 1440
#define STARTS_MAX      (4 * ICAL_DATES_MAX)
/* A rule is looked at for so many years before it is followed: a leap day comes in eight. */
#define YEARS_LOOKED_AT   9
#define YEARS_APART_MAX   20
#define RULE_INTERVAL_MAX 1000

struct gathering {
    const struct ical_zones *zones;
    struct ical_series *series;
    int64_t length;        /* minutes of one date; -1: no end is said */
    int64_t from, horizon; /* dates before `from` give way to later ones; beyond there are none */
    int64_t *excluded;
    uint32_t excluded_count;
    int64_t past[ICAL_DATES_MAX]; /* the last ones before `from`, in a ring */
    uint64_t past_count;
    struct ical_date ahead[STARTS_MAX];
    uint32_t ahead_count;
};

static bool is_excluded(const struct gathering *g, int64_t start) {
    for (uint32_t i = 0; i < g->excluded_count; i++) {
        bool day = g->excluded[i] % MINUTES_PER_DAY == 0 && start - g->excluded[i] >= 0 &&
                   start - g->excluded[i] < MINUTES_PER_DAY && g->series->first.is_date;
        if (g->excluded[i] == start || day) {
            return true;
        }
    }
    return false;
}

/* One date; false when no more can be taken. */
static bool date_take(struct gathering *g, int64_t start, int64_t end, slice note) {
    if (is_excluded(g, start)) {
        return true;
    }
    if (start < g->from) {
        g->past[g->past_count++ % ICAL_DATES_MAX] = start;
        return true;
    }
    if (g->horizon == INT64_MAX) { /* the first one to come */
        g->horizon = start + (int64_t)ICAL_YEARS_AHEAD * 366 * MINUTES_PER_DAY;
    }
    if (start > g->horizon || g->ahead_count == STARTS_MAX) {
        g->series->left_out = true;
        return false;
    }
    g->ahead[g->ahead_count++] = (struct ical_date){.start = start, .end = end, .note = note};
    return true;
}

static int64_t end_of(const struct gathering *g, int64_t start) {
    return g->length < 0 ? -1 : start + g->length;
}

/* Length of the event: DTEND, else DURATION. Of days: to the last one, inclusive. */
static int64_t length_of(const struct ical_zones *zones, const struct ical_properties *event,
                         const struct ical_moment *first) {
    const struct ical_property *end = ical_find(event, "DTEND");
    const struct ical_property *duration = ical_find(event, "DURATION");
    struct ical_moment moment;
    int64_t length = -1;
    if (end != NULL && ical_moment_read(zones, end->value, ical_parameter(end, "TZID"), &moment)) {
        length = ical_minutes_like(&moment, first) - first->minutes;
    } else if (duration != NULL && !ical_duration_read(duration->value, &length)) {
        length = -1;
    }
    if (first->is_date && length > 0) {
        length = length / MINUTES_PER_DAY * MINUTES_PER_DAY - MINUTES_PER_DAY;
    }
    return length > 0 ? length : -1;
}

static struct icaltimetype icaltime_of(int64_t minutes, bool is_date) {
    int64_t days = minutes / MINUTES_PER_DAY - (minutes % MINUTES_PER_DAY < 0);
    int rest = (int)(minutes - days * MINUTES_PER_DAY);
    struct icaltimetype time = icaltime_null_time();
    int32_t year;
    unsigned month;
    unsigned day;
    civil_from_days(days, &year, &month, &day);
    time.year = year;
    time.month = (int)month;
    time.day = (int)day;
    time.hour = is_date ? 0 : rest / 60;
    time.minute = is_date ? 0 : rest % 60;
    time.is_date = is_date;
    return time;
}

static int64_t minutes_of(struct icaltimetype time) {
    return days_from_civil(time.year, (unsigned)time.month, (unsigned)time.day) * MINUTES_PER_DAY +
           time.hour * 60 + time.minute;
}

/* UNTIL in UTC, as the event's clocks show it; libical compares what it is given. */
static void until_settle(const struct gathering *g, struct icalrecurrencetype *rule) {
    if (icaltime_is_null_time(rule->until) || !icaltime_is_utc(rule->until)) {
        return;
    }
    struct arena scratch ARENA_CLEANUP = arena_make(256, 0);
    struct ical_moment moment;
    slice text =
        arena_printf(&scratch, "%04d%02d%02dT%02d%02d00Z", rule->until.year, rule->until.month,
                     rule->until.day, rule->until.hour, rule->until.minute);
    if (ical_moment_read(g->zones, text, SLICE_EMPTY, &moment)) {
        int64_t minutes = ical_minutes_like(&moment, &g->series->first);
        rule->until = icaltime_of(minutes, g->series->first.is_date);
    }
}

static bool is_coarse(const struct icalrecurrencetype *rule) {
    return rule->freq == ICAL_DAILY_RECURRENCE || rule->freq == ICAL_WEEKLY_RECURRENCE ||
           rule->freq == ICAL_MONTHLY_RECURRENCE || rule->freq == ICAL_YEARLY_RECURRENCE;
}

/* Necessary conditions of one day; ordinals ("the second Monday") are only checked for being
 * possible at all. */
static bool is_listed(const short *list, size_t room, int value, int from_end) {
    for (size_t i = 0; i < room && list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
        if (list[i] == value || list[i] == from_end) {
            return true;
        }
    }
    return list[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

static bool weekday_fits(const struct icalrecurrencetype *rule, int64_t days) {
    const short *list = rule->by_day;
    int weekday = (int)(weekday_from_days(days) + 1) % 7 + 1; /* libical: 1 is Sunday */
    bool in_month =
        rule->freq == ICAL_MONTHLY_RECURRENCE || rule->by_month[0] != ICAL_RECURRENCE_ARRAY_MAX;
    for (size_t i = 0; i < ICAL_BY_DAY_SIZE && list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
        int turn = abs(icalrecurrencetype_day_position(list[i]));
        if ((int)icalrecurrencetype_day_day_of_week(list[i]) == weekday &&
            turn <= (in_month ? 5 : 53)) {
            return true;
        }
    }
    return list[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

/* Weeks of ISO 8601 as RFC 5545 counts them, near enough: the week or one beside it. */
static bool week_fits(const struct icalrecurrencetype *rule, int year_day) {
    const short *list = rule->by_week_no;
    for (size_t i = 0; i < ICAL_BY_WEEKNO_SIZE && list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
        int week = list[i] < 0 ? 54 + list[i] : list[i];
        int far = abs(year_day / 7 + 1 - week);
        if (far <= 1 || far >= 51) {
            return true;
        }
    }
    return list[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

static bool day_fits(const struct icalrecurrencetype *rule, int32_t year, int64_t days) {
    int32_t its_year;
    unsigned month;
    unsigned day;
    civil_from_days(days, &its_year, &month, &day);
    int64_t first = days_from_civil(year, 1, 1);
    int length = (int)(days_from_civil(year + 1, 1, 1) - first);
    int month_length =
        (int)(days_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
              days_from_civil(year, month, 1));
    int year_day = (int)(days - first) + 1;
    return is_listed(rule->by_month, ICAL_BY_MONTH_SIZE, (int)month, 99) &&
           is_listed(rule->by_month_day, ICAL_BY_MONTHDAY_SIZE, (int)day,
                     (int)day - month_length - 1) &&
           is_listed(rule->by_year_day, ICAL_BY_YEARDAY_SIZE, year_day, year_day - length - 1) &&
           weekday_fits(rule, days) && week_fits(rule, year_day);
}

/* A rule that no day can ever fit ("30 February") would be searched for centuries, and so would one
 * that asks for the tenth of five. */
static bool is_possible(const struct icalrecurrencetype *rule, int32_t year) {
    int step = rule->freq == ICAL_YEARLY_RECURRENCE ? rule->interval : 1;
    int most = 0; /* days of one year that fit */
    if (rule->interval < 1 || rule->interval > (step > 1 ? YEARS_APART_MAX : RULE_INTERVAL_MAX)) {
        return false;
    }
    for (int turn = 0; turn < YEARS_LOOKED_AT; turn++, year += step) {
        int fits = 0;
        int64_t first = days_from_civil(year, 1, 1);
        int64_t next = days_from_civil(year + 1, 1, 1);
        for (int64_t days = first; days < next; days++) {
            fits += day_fits(rule, year, days);
        }
        most = fits > most ? fits : most;
    }
    int set = rule->freq == ICAL_YEARLY_RECURRENCE    ? most
              : rule->freq == ICAL_MONTHLY_RECURRENCE ? 31
              : rule->freq == ICAL_WEEKLY_RECURRENCE  ? 7
                                                      : 1;
    bool position = rule->by_set_pos[0] == ICAL_RECURRENCE_ARRAY_MAX;
    for (size_t i = 0; i < ICAL_BY_SETPOS_SIZE && rule->by_set_pos[i] != ICAL_RECURRENCE_ARRAY_MAX;
         i++) {
        position = position || abs(rule->by_set_pos[i]) <= (set < most ? set : most);
    }
    return most > 0 && position;
}

static void rule_take(struct gathering *g, slice text) {
    struct arena scratch ARENA_CLEANUP = arena_make(1024, 0);
    if (slice_contains(text, SLICE("RSCALE"))) { /* another calendar than ours (RFC 7529) */
        g->series->unreadable = true;
        return;
    }
    struct icalrecurrencetype rule =
        icalrecurrencetype_from_string(arena_cstr(&scratch, slice_sub(slice_trim(text), 0, 1000)));
    struct icaltimetype first = icaltime_of(g->series->first.minutes, g->series->first.is_date);
    if (!is_coarse(&rule) || !is_possible(&rule, first.year)) {
        g->series->unreadable = true;
        return;
    }
    g->series->endless =
        g->series->endless || (icaltime_is_null_time(rule.until) && rule.count == 0);
    until_settle(g, &rule);
    icalrecur_iterator *iterator = icalrecur_iterator_new(rule, first);
    if (iterator == NULL) {
        g->series->unreadable = true;
        return;
    }
    for (uint32_t step = 0;; step++) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next)) {
            break;
        }
        int64_t start = minutes_of(next);
        if (step == ICAL_STEPS_MAX) {
            g->series->left_out = true;
            break;
        }
        if (start != g->series->first.minutes &&
            !date_take(g, start, end_of(g, start), SLICE_EMPTY)) {
            break;
        }
    }
    icalrecur_iterator_free(iterator);
}

/* RDATE: dates, times, or periods ("start/end", "start/duration"). */
static void added_take(struct gathering *g, const struct ical_property *property) {
    slice rest = property->value;
    slice part;
    struct ical_moment start;
    struct ical_moment end;
    while (slice_cut(&rest, ',', &part)) {
        size_t slash = slice_find(part, 0, '/');
        slice until = slice_sub(part, slash + 1, part.n);
        slice zone = ical_parameter(property, "TZID");
        if (!ical_moment_read(g->zones, slice_sub(part, 0, slash), zone, &start)) {
            continue;
        }
        int64_t at = ical_minutes_like(&start, &g->series->first);
        int64_t length = g->length;
        if (until.n > 0 && ical_moment_read(g->zones, until, zone, &end)) {
            length = ical_minutes_like(&end, &g->series->first) - at;
        } else if (until.n > 0 && !ical_duration_read(until, &length)) {
            length = g->length;
        }
        (void)date_take(g, at, length > 0 ? at + length : -1, SLICE_EMPTY);
    }
}

static void excluded_add(struct gathering *g, int64_t minutes, uint32_t room) {
    if (g->excluded_count < room) {
        g->excluded[g->excluded_count++] = minutes;
    }
}

/* EXDATEs, and the dates that other components change: those come by themselves. */
static void excluded_read(struct gathering *g, const struct ical_properties *events, uint32_t count,
                          uint32_t master, struct arena *arena) {
    uint32_t room = 0;
    for (uint32_t e = 0; e < count; e++) {
        for (uint32_t i = 0; i < events[e].count; i++) {
            slice value = events[e].items[i].value;
            room += 1 + (uint32_t)(value.n / 8);
        }
    }
    g->excluded = arena_new(arena, int64_t, room);
    for (uint32_t e = 0; e < count; e++) {
        for (uint32_t i = 0; i < events[e].count; i++) {
            const struct ical_property *p = &events[e].items[i];
            bool except = e == master && slice_equal_ascii_nocase(p->name, SLICE("EXDATE"));
            bool changes = e != master && slice_equal_ascii_nocase(p->name, SLICE("RECURRENCE-ID"));
            slice rest = except || changes ? p->value : SLICE_EMPTY;
            slice part;
            struct ical_moment moment;
            while (rest.n > 0 && slice_cut(&rest, ',', &part)) {
                if (ical_moment_read(g->zones, part, ical_parameter(p, "TZID"), &moment)) {
                    excluded_add(g, ical_minutes_like(&moment, &g->series->first), room);
                }
            }
        }
    }
}

static bool is_cancelled(const struct ical_properties *event) {
    const struct ical_property *status = ical_find(event, "STATUS");
    return status != NULL &&
           slice_equal_ascii_nocase(slice_trim(status->value), SLICE("CANCELLED"));
}

static slice text_of(const struct ical_properties *event, const char *name, struct arena *arena) {
    const struct ical_property *property = ical_find(event, name);
    return property == NULL ? SLICE_EMPTY : slice_trim(ical_unescape(property->value, arena));
}

/* A changed date: its own times; another title or place is its note. */
static void change_take(struct gathering *g, const struct ical_properties *event,
                        const struct ical_properties *master, struct arena *arena) {
    const struct ical_property *start = ical_find(event, "DTSTART");
    struct ical_moment moment;
    if (start == NULL || is_cancelled(event) ||
        !ical_moment_read(g->zones, start->value, ical_parameter(start, "TZID"), &moment)) {
        return;
    }
    int64_t at = ical_minutes_like(&moment, &g->series->first);
    int64_t length = length_of(g->zones, event, &moment);
    slice title = text_of(event, "SUMMARY", arena);
    slice place = text_of(event, "LOCATION", arena);
    bool other_title = title.n > 0 && !slice_equal(title, text_of(master, "SUMMARY", arena));
    bool other_place = place.n > 0 && !slice_equal(place, text_of(master, "LOCATION", arena));
    slice note = other_title && other_place
                     ? arena_printf(arena, "%.*s, %.*s", SLICE_ARG(title), SLICE_ARG(place))
                 : other_title ? title
                 : other_place ? place
                               : SLICE_EMPTY;
    uint32_t excluded = g->excluded_count;
    g->excluded_count = 0; /* it may stand at the very time that it changes */
    (void)date_take(g, at, length > 0 ? at + length : -1, note);
    g->excluded_count = excluded;
}

/* Sorts what lies ahead, leaves out what is there twice, fills up with what is just past. */
static void dates_settle(struct gathering *g) {
    struct ical_series *series = g->series;
    for (uint32_t i = 1; i < g->ahead_count; i++) { /* nearly sorted already */
        struct ical_date date = g->ahead[i];
        uint32_t k = i;
        for (; k > 0 && g->ahead[k - 1].start > date.start; k--) {
            g->ahead[k] = g->ahead[k - 1];
        }
        g->ahead[k] = date;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < g->ahead_count; i++) {
        if (kept == 0 || g->ahead[i].start != g->ahead[kept - 1].start) {
            g->ahead[kept++] = g->ahead[i];
        }
    }
    series->left_out = series->left_out || kept > ICAL_DATES_MAX;
    kept = kept > ICAL_DATES_MAX ? ICAL_DATES_MAX : kept;
    uint64_t back = ICAL_DATES_MAX - kept;
    series->left_out = series->left_out || g->past_count > back;
    back = g->past_count < back ? g->past_count : back;
    for (uint64_t i = g->past_count - back; i < g->past_count; i++) {
        int64_t start = g->past[i % ICAL_DATES_MAX];
        if (series->count == 0 || series->dates[series->count - 1].start < start) {
            series->dates[series->count++] =
                (struct ical_date){.start = start, .end = end_of(g, start), .note = SLICE_EMPTY};
        }
    }
    for (uint32_t i = 0; i < kept; i++) {
        series->dates[series->count++] = g->ahead[i];
    }
}

/* The first minute of the month, so that a series that slides on does so once a month. */
static int64_t month_start(int64_t now_ms) {
    int32_t year;
    unsigned month;
    unsigned day;
    civil_from_days(now_ms / 86400000, &year, &month, &day);
    return days_from_civil(year, month, 1) * MINUTES_PER_DAY;
}

bool ical_series_make(const struct ical_zones *zones, const struct ical_properties *events,
                      uint32_t event_count, int64_t now_ms, struct arena *arena,
                      struct ical_series *series) {
    uint32_t master = 0;
    while (master < event_count && ical_find(&events[master], "RECURRENCE-ID") != NULL) {
        master++;
    }
    bool only_changes = master == event_count;
    master = only_changes ? 0 : master;
    const struct ical_property *start = ical_find(&events[master], "DTSTART");
    *series = (struct ical_series){.count = 0};
    if (start == NULL ||
        !ical_moment_read(zones, start->value, ical_parameter(start, "TZID"), &series->first)) {
        return false;
    }
    struct gathering *g = arena_new(arena, struct gathering, 1);
    *g = (struct gathering){.zones = zones,
                            .series = series,
                            .length = length_of(zones, &events[master], &series->first),
                            .from = now_ms == 0 ? INT64_MIN : month_start(now_ms),
                            .horizon = INT64_MAX};
    excluded_read(g, events, event_count, only_changes ? event_count : master, arena);
    if (!only_changes) {
        int64_t first = series->first.minutes;
        (void)date_take(g, first, end_of(g, first), SLICE_EMPTY);
        for (uint32_t i = 0; i < events[master].count; i++) {
            const struct ical_property *p = &events[master].items[i];
            if (slice_equal_ascii_nocase(p->name, SLICE("RRULE"))) {
                rule_take(g, p->value);
            } else if (slice_equal_ascii_nocase(p->name, SLICE("RDATE"))) {
                added_take(g, p);
            }
        }
    }
    for (uint32_t e = 0; e < event_count; e++) {
        if (only_changes || e != master) {
            change_take(g, &events[e], &events[master], arena);
        }
    }
    dates_settle(g);
    return true;
}
