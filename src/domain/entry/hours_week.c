#include "domain/entry/hours_week.h"

#include "domain/entry/hours.h"

#define DAY_MINUTES 1440u

bool hours_week_day_same(const struct hours_week_day *one, const struct hours_week_day *other) {
    for (uint8_t i = 0; i < one->count && i < other->count; i++) {
        if (one->spans[i].start != other->spans[i].start ||
            one->spans[i].end != other->spans[i].end) {
            return false;
        }
    }
    return one->count == other->count;
}

bool hours_week_same(const struct hours_week *one, const struct hours_week *other) {
    for (size_t day = 0; day < HOURS_WEEK_DAYS; day++) {
        if (!hours_week_day_same(&one->days[day], &other->days[day])) {
            return false;
        }
    }
    return one->is_closed_on_holidays == other->is_closed_on_holidays;
}

bool hours_week_is_empty(const struct hours_week *week) {
    for (size_t day = 0; day < HOURS_WEEK_DAYS; day++) {
        if (week->days[day].count > 0) {
            return false;
        }
    }
    return true;
}

/* ---- reading ---- */

static bool span_fits(const struct hours_span *span) {
    unsigned minutes = span->end.minutes;
    return span->start.event == HOURS_CLOCK && span->end.event == HOURS_CLOCK && span->has_end &&
           !span->is_open_ended && span->start.minutes < DAY_MINUTES &&
           minutes <= span->start.minutes + DAY_MINUTES &&
           (span->start.minutes == 0 || minutes % DAY_MINUTES != span->start.minutes);
}

/* In the order of the clock. */
static bool span_add(struct hours_week_day *day, const struct hours_span *told) {
    struct hours_week_span span = {told->start.minutes,
                                   (uint16_t)(told->end.minutes % DAY_MINUTES)};
    size_t at = day->count;
    if (at == HOURS_WEEK_SPANS) {
        return false;
    }
    for (; at > 0 && day->spans[at - 1].start > span.start; at--) {
        day->spans[at] = day->spans[at - 1];
    }
    day->spans[at] = span;
    day->count++;
    return true;
}

/* The weekdays of a rule as bits, all of them when it names none, and whether it names the public
 * holidays. False for days that a week does not have. */
static bool days_read(const struct hours_rule *rule, unsigned *days, bool *holidays) {
    *days = rule->day_count == 0 ? (1u << HOURS_WEEK_DAYS) - 1 : 0;
    *holidays = false;
    for (uint8_t i = 0; i < rule->day_count; i++) {
        const struct hours_days *named = &rule->days[i];
        if (named->sort == HOURS_PUBLIC_HOLIDAYS) {
            *holidays = true;
        } else if (named->sort != HOURS_WEEKDAYS) {
            return false;
        } else {
            unsigned length = (named->to + 7u - named->from) % 7;
            for (unsigned k = 0; k <= length; k++) {
                *days |= 1u << (named->from + k) % 7;
            }
        }
    }
    return true;
}

/* What stands behind the holidays would hold on them too, and what closes after a comma takes
 * nothing away: a table has neither. */
static bool rule_take(const struct hours_rule *rule, struct hours_week *week) {
    unsigned days;
    bool holidays;
    if (rule->month_count > 0 || rule->has_comment || rule->is_always ||
        !days_read(rule, &days, &holidays)) {
        return false;
    }
    if (rule->is_closed ? rule->is_additional
                        : rule->span_count == 0 || holidays || week->is_closed_on_holidays) {
        return false;
    }
    week->is_closed_on_holidays = week->is_closed_on_holidays || holidays;
    for (size_t day = 0; day < HOURS_WEEK_DAYS; day++) {
        if (!(days & 1u << day)) {
            continue;
        }
        if (!rule->is_additional) {
            week->days[day] = (struct hours_week_day){0};
        }
        for (uint8_t i = 0; !rule->is_closed && i < rule->span_count; i++) {
            if (!span_fits(&rule->spans[i]) || !span_add(&week->days[day], &rule->spans[i])) {
                return false;
            }
        }
    }
    return true;
}

bool hours_week_read(slice osm, struct hours_week *week) {
    struct hours_week read = {0};
    struct hours hours;
    bool fits = hours_read(osm, &hours);
    for (uint32_t i = 0; fits && i < hours.rule_count; i++) {
        fits = rule_take(&hours.rules[i], &read);
    }
    fits = fits && !hours_week_is_empty(&read);
    *week = fits ? read : (struct hours_week){0};
    return fits;
}

/* ---- writing ---- */

/* "Mo-We,Fr": runs of days are joined. */
static void days_write(unsigned days, struct buf *out) {
    static const char names[HOURS_WEEK_DAYS][3] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    for (unsigned day = 0, runs = 0; day < HOURS_WEEK_DAYS; day++) {
        unsigned last = day;
        if (!(days & 1u << day)) {
            continue;
        }
        while (last + 1 < HOURS_WEEK_DAYS && days & 1u << (last + 1)) {
            last++;
        }
        buf_addf(out, "%s%s", runs++ ? "," : "", names[day]);
        if (last > day) {
            buf_addf(out, "-%s", names[last]);
        }
        day = last;
    }
}

static void spans_write(const struct hours_week_day *day, struct buf *out) {
    for (uint8_t i = 0; i < day->count; i++) {
        const struct hours_week_span *span = &day->spans[i];
        unsigned end = span->end == 0 ? DAY_MINUTES : span->end;
        buf_addf(out, "%c%02u:%02u-%02u:%02u", i ? ',' : ' ', span->start / 60u, span->start % 60u,
                 end / 60, end % 60);
    }
}

void hours_week_write(const struct hours_week *week, struct buf *out) {
    unsigned written = 0;
    size_t before = out->n;
    for (unsigned day = 0; day < HOURS_WEEK_DAYS; day++) {
        unsigned same = 0;
        if (week->days[day].count == 0 || written & 1u << day) {
            continue;
        }
        for (unsigned other = day; other < HOURS_WEEK_DAYS; other++) {
            same |= hours_week_day_same(&week->days[day], &week->days[other]) ? 1u << other : 0;
        }
        buf_add_cstr(out, out->n > before ? "; " : "");
        days_write(same, out);
        spans_write(&week->days[day], out);
        written |= same;
    }
    if (out->n > before && week->is_closed_on_holidays) {
        buf_add_cstr(out, "; PH off");
    }
}
