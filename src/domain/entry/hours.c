#include "domain/entry/hours.h"

#define DAY_SPANS_MAX 12
#define DAY_MINUTES   1440
#define EARLY_MINUTES 360 /* until then, what was open the evening before may still be */

/* ---- public holidays ---- */

/* Easter Sunday (Gregorian; the algorithm of Meeus, Jones and Butcher). */
static int64_t easter(int32_t year) {
    int32_t a = year % 19;
    int32_t b = year / 100;
    int32_t c = year % 100;
    int32_t h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int32_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int32_t m = (a + 11 * h + 22 * l) / 451;
    int32_t sum = h + l - 7 * m + 114;
    return days_from_civil(year, (unsigned)(sum / 31), (unsigned)(sum % 31 + 1));
}

bool hours_is_public_holiday(int64_t day, slice departement) {
    static const uint16_t fixed[] = {101, 501, 508, 714, 815, 1101, 1111, 1225};
    static const struct {
        const char *departement;
        uint16_t day;
    } local[] = {{"57", 1226}, {"67", 1226}, {"68", 1226},  {"971", 527},
                 {"972", 522}, {"973", 610}, {"974", 1220}, {"976", 427}};
    int32_t year = 0;
    unsigned month = 0;
    unsigned number = 0;
    civil_from_days(day, &year, &month, &number);
    for (size_t i = 0; i < ARRAY_COUNT(fixed); i++) {
        if (fixed[i] == month * 100 + number) {
            return true;
        }
    }
    int64_t after_easter = day - easter(year);
    if (after_easter == 1 || after_easter == 39 || after_easter == 50) {
        return true;
    }
    bool rhine = false;
    for (size_t i = 0; i < ARRAY_COUNT(local); i++) {
        if (slice_equal(departement, slice_from_cstr(local[i].departement))) {
            rhine = rhine || local[i].day == 1226;
            if (local[i].day == month * 100 + number) {
                return true;
            }
        }
    }
    return rhine && after_easter == -2; /* Good Friday; where a parish has two churches, often */
}

/* ---- a day ---- */

/* Minutes of the day; `end` may lie on the next one. */
struct span {
    int32_t start, end;
};
struct day {
    struct span spans[DAY_SPANS_MAX];
    uint32_t count;
    bool is_unknown;
};

static bool in_months(const struct hours_rule *rule, unsigned month, unsigned number) {
    unsigned at = month * 32 + number;
    bool inside = rule->month_count == 0;
    for (uint32_t i = 0; i < rule->month_count && !inside; i++) {
        const struct hours_months *months = &rule->months[i];
        unsigned from = months->from * 32u + (months->first > 0 ? months->first : 1);
        unsigned to = months->to * 32u + (months->last > 0 ? months->last : 31);
        inside = from <= to ? at >= from && at <= to : at >= from || at <= to;
    }
    return inside;
}

static bool names_days(const struct hours_rule *rule, enum hours_day_sort sort) {
    for (uint32_t i = 0; i < rule->day_count; i++) {
        if (rule->days[i].sort == sort) {
            return true;
        }
    }
    return false;
}

static bool is_nth(const struct hours_days *days, int64_t day, unsigned month, unsigned number) {
    int32_t year = 0;
    unsigned next_month = 0;
    unsigned unused = 0;
    civil_from_days(day + 7, &year, &next_month, &unused);
    for (uint32_t i = 0; i < days->nth_count; i++) {
        if (days->nth[i] == (int)((number - 1) / 7 + 1) ||
            (days->nth[i] == -1 && next_month != month)) {
            return true;
        }
    }
    return false;
}

static bool on_weekday(const struct hours_rule *rule, int64_t day, unsigned month,
                       unsigned number) {
    unsigned weekday = weekday_from_days(day);
    for (uint32_t i = 0; i < rule->day_count; i++) {
        const struct hours_days *days = &rule->days[i];
        unsigned from_first = (weekday + 7u - days->from) % 7;
        if (days->sort == HOURS_WEEKDAYS && from_first <= (days->to + 7u - days->from) % 7) {
            return true;
        }
        if (days->sort == HOURS_NTH_WEEKDAY && from_first == 0 &&
            is_nth(days, day, month, number)) {
            return true;
        }
    }
    return false;
}

/* The minutes of a span; false when nobody can tell them from here. */
static bool span_told(const struct hours_span *told, struct span *span) {
    if (told->start.event != HOURS_CLOCK || told->end.event != HOURS_CLOCK || !told->has_end ||
        told->is_open_ended || told->start.minutes >= DAY_MINUTES ||
        told->end.minutes > 2 * DAY_MINUTES) {
        return false;
    }
    *span = (struct span){.start = told->start.minutes, .end = told->end.minutes};
    span->end += span->end <= span->start ? DAY_MINUTES : 0;
    return true;
}

static void span_add(struct day *day, struct span span) {
    if (day->count == DAY_SPANS_MAX) {
        day->is_unknown = true;
    } else {
        day->spans[day->count++] = span;
    }
}

/* What a rule adds to a day. Days without hours, and hours with a remark, are not known. */
static void rule_add(const struct hours_rule *rule, struct day *day) {
    if (rule->is_closed) {
        return;
    }
    if (rule->is_always) {
        span_add(day, (struct span){0, DAY_MINUTES});
        return;
    }
    day->is_unknown = day->is_unknown || rule->span_count == 0 || rule->has_comment;
    for (uint32_t i = 0; i < rule->span_count; i++) {
        struct span span;
        if (span_told(&rule->spans[i], &span)) {
            span_add(day, span);
        } else {
            day->is_unknown = true;
        }
    }
}

/* What holds on a day: the rules in their order, each in place of those before it unless a comma
 * adds it. */
static struct day day_of(const struct hours *hours, slice departement, int64_t day) {
    struct day found = {0};
    int32_t year = 0;
    unsigned month = 0;
    unsigned number = 0;
    civil_from_days(day, &year, &month, &number);
    bool holiday = hours_is_public_holiday(day, departement);
    bool decided_by_holiday = false;
    bool always = false;
    for (uint32_t i = 0; i < hours->rule_count; i++) {
        const struct hours_rule *rule = &hours->rules[i];
        bool by_holiday = holiday && names_days(rule, HOURS_PUBLIC_HOLIDAYS);
        bool by_day = rule->day_count == 0 || on_weekday(rule, day, month, number);
        bool maybe = names_days(rule, HOURS_SCHOOL_HOLIDAYS) && /* who knows when school is out */
                     !names_days(rule, HOURS_WEEKDAYS) && !names_days(rule, HOURS_NTH_WEEKDAY);
        if (!in_months(rule, month, number) || !(by_holiday || by_day || maybe)) {
            continue;
        }
        if (maybe && !by_holiday) {
            found.is_unknown = found.is_unknown || !(rule->is_closed && found.count == 0);
            continue;
        }
        if (!rule->is_additional) {
            found = (struct day){0};
            always = false;
        }
        decided_by_holiday = decided_by_holiday || by_holiday;
        always = always || rule->is_always;
        rule_add(rule, &found);
    }
    if (holiday && !decided_by_holiday && !always && found.count > 0) {
        found.is_unknown = true;
    }
    return found;
}

/* ---- now, and what comes next ---- */

static struct hours_now changes_at(struct hours_now now, int64_t today, int32_t minute) {
    int32_t ahead = minute / DAY_MINUTES;
    unsigned month = 0;
    unsigned day = 0;
    civil_from_days(today + ahead, &now.change.year, &month, &day);
    now.has_change = true;
    now.days_ahead = ahead;
    now.change.precision = DATE_MINUTE;
    now.change.month = (uint8_t)month;
    now.change.day = (uint8_t)day;
    now.change.hour = (uint8_t)(minute % DAY_MINUTES / 60);
    now.change.minute = (uint8_t)(minute % 60);
    return now;
}

/* Open until `end` (minutes from today's midnight), or longer when another span takes over. */
static struct hours_now open_until(const struct hours *hours, slice departement, int64_t today,
                                   int32_t end) {
    struct hours_now now = {.state = HOURS_OPEN};
    for (int32_t ahead = 0; ahead <= 7; ahead++) {
        struct day day = day_of(hours, departement, today + ahead);
        int32_t base = ahead * DAY_MINUTES;
        if (end < base) {
            break;
        }
        if (day.is_unknown && end == base) {
            return now; /* open past midnight, or not */
        }
        for (uint32_t i = 0; i < day.count && !day.is_unknown; i++) { /* in any order */
            for (uint32_t j = 0; j < day.count; j++) {
                const struct span *span = &day.spans[j];
                if (base + span->start <= end && base + span->end > end) {
                    end = base + span->end;
                }
            }
        }
    }
    return end < 7 * DAY_MINUTES ? changes_at(now, today, end) : now;
}

static struct hours_now closed_until(const struct hours *hours, slice departement, int64_t today,
                                     int32_t minute) {
    struct hours_now now = {.state = HOURS_CLOSED};
    for (int32_t ahead = 0; ahead <= HOURS_AHEAD_DAYS; ahead++) {
        struct day day = day_of(hours, departement, today + ahead);
        int32_t best = INT32_MAX;
        for (uint32_t i = 0; i < day.count; i++) {
            int32_t start = ahead * DAY_MINUTES + day.spans[i].start;
            best = start > minute && start < best ? start : best;
        }
        if (day.is_unknown) {
            return now;
        }
        if (best < INT32_MAX) {
            return changes_at(now, today, best);
        }
    }
    return now;
}

struct hours_now hours_at(slice osm, const struct date *now, slice departement) {
    struct hours_now unknown = {.state = HOURS_UNKNOWN};
    struct hours hours;
    if (now->precision != DATE_MINUTE || !hours_read(osm, &hours)) {
        return unknown;
    }
    int64_t today = days_from_civil(now->year, now->month, now->day);
    int32_t minute = now->hour * 60 + now->minute;
    struct day before = day_of(&hours, departement, today - 1);
    for (uint32_t i = 0; i < before.count && !before.is_unknown; i++) {
        if (minute + DAY_MINUTES < before.spans[i].end) {
            return open_until(&hours, departement, today, before.spans[i].end - DAY_MINUTES);
        }
    }
    struct day day = day_of(&hours, departement, today);
    if (day.is_unknown || (before.is_unknown && minute < EARLY_MINUTES)) {
        return unknown;
    }
    for (uint32_t i = 0; i < day.count; i++) {
        if (minute >= day.spans[i].start && minute < day.spans[i].end) {
            return open_until(&hours, departement, today, day.spans[i].end);
        }
    }
    return closed_until(&hours, departement, today, minute);
}
