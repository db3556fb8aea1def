#include "domain/entry/series.h"

#include "domain/entry/entry_int.h"

static const slice frequencies[] = {{"DAILY", 5}, {"WEEKLY", 6}, {"MONTHLY", 7}, {"YEARLY", 6}};
static const slice weekday_names[] = {{"MO", 2}, {"TU", 2}, {"WE", 2}, {"TH", 2},
                                      {"FR", 2}, {"SA", 2}, {"SU", 2}};

static bool name_read(const slice *names, size_t count, slice text, size_t *index) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(names[i], text)) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool number_read(slice text, uint64_t most, uint32_t *value) {
    uint64_t number;
    if (!slice_to_u64(text, &number) || number == 0 || number > most) {
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

/* "20270630"; of a moment only its day counts. */
static bool until_read(slice text, struct date *until) {
    uint64_t number;
    size_t t = slice_find(text, 0, 'T');
    if (t != 8 || !slice_to_u64(slice_sub(text, 0, t), &number) || (t < text.n && text.n > 16)) {
        return false;
    }
    *until = (struct date){.precision = DATE_DAY,
                           .year = (int32_t)(number / 10000),
                           .month = (uint8_t)(number / 100 % 100),
                           .day = (uint8_t)(number % 100)};
    return date_is_valid(until);
}

/* "TU,TH" of weeks, "2TU" or "-1SU" of months. */
static bool weekdays_read(slice text, struct series_rule *rule) {
    slice rest = text;
    slice one;
    while (slice_cut(&rest, ',', &one)) {
        size_t weekday;
        slice name = one.n > 2 ? slice_sub(one, one.n - 2, 2) : one;
        slice ordinal = slice_sub(one, 0, one.n - name.n);
        if (!name_read(weekday_names, ARRAY_COUNT(weekday_names), name, &weekday)) {
            return false;
        }
        if (ordinal.n == 0) {
            rule->weekdays |= (uint8_t)(1u << weekday);
            continue;
        }
        uint32_t nth = 0;
        bool is_last = slice_equal(ordinal, SLICE("-1"));
        if (rule->nth != 0 || (!is_last && !number_read(ordinal, 5, &nth))) {
            return false;
        }
        rule->nth = (int8_t)(is_last ? -1 : (int)nth);
        rule->weekday = (uint8_t)weekday;
    }
    return true;
}

static bool part_read(slice key, slice value, struct series_rule *rule) {
    size_t index;
    if (slice_equal(key, SLICE("FREQ"))) {
        bool known = name_read(frequencies, ARRAY_COUNT(frequencies), value, &index);
        rule->frequency = known ? (enum series_frequency)index : SERIES_DAILY;
        return known;
    }
    return slice_equal(key, SLICE("INTERVAL"))
               ? number_read(value, SERIES_INTERVAL_MAX, &rule->interval)
           : slice_equal(key, SLICE("COUNT")) ? number_read(value, SERIES_DATES_MAX, &rule->count)
           : slice_equal(key, SLICE("UNTIL")) ? until_read(value, &rule->until)
           : slice_equal(key, SLICE("BYDAY"))
               ? weekdays_read(value, rule)
               : slice_equal(key, SLICE("WKST")) && slice_equal(value, SLICE("MO"));
}

bool series_rule_read(slice text, struct series_rule *rule) {
    struct series_rule read = {.interval = 1};
    bool has_frequency = false;
    slice rest = text;
    slice part;
    if (text.n > SERIES_RULE_MAX) {
        return false;
    }
    while (slice_cut(&rest, ';', &part)) {
        size_t equals = slice_find(part, 0, '=');
        slice key = slice_sub(part, 0, equals);
        if (equals == part.n || !part_read(key, slice_sub(part, equals + 1, part.n), &read)) {
            return false;
        }
        has_frequency |= slice_equal(key, SLICE("FREQ"));
    }
    bool has_until = read.until.precision != DATE_UNKNOWN;
    bool days_fit = (read.weekdays == 0 || read.frequency == SERIES_WEEKLY) &&
                    (read.nth == 0 || (read.frequency == SERIES_MONTHLY && read.weekdays == 0));
    *rule = read;
    return has_frequency && days_fit && has_until == (read.count == 0);
}

void series_rule_write(const struct series_rule *rule, struct buf *out) {
    buf_addf(out, "FREQ=%.*s", SLICE_ARG(frequencies[rule->frequency]));
    if (rule->interval > 1) {
        buf_addf(out, ";INTERVAL=%u", rule->interval);
    }
    if (rule->nth != 0) {
        buf_addf(out, ";BYDAY=%d%.*s", rule->nth, SLICE_ARG(weekday_names[rule->weekday]));
    }
    for (size_t day = 0, seen = 0; day < ARRAY_COUNT(weekday_names); day++) {
        if (rule->weekdays & 1u << day) {
            buf_addf(out, "%s%.*s", seen++ ? "," : ";BYDAY=", SLICE_ARG(weekday_names[day]));
        }
    }
    if (rule->count) {
        buf_addf(out, ";COUNT=%u", rule->count);
    } else {
        buf_addf(out, ";UNTIL=%04d%02u%02u", rule->until.year, rule->until.month, rule->until.day);
    }
}

static unsigned month_length(int32_t year, unsigned month) {
    int32_t next_year = month == 12 ? year + 1 : year;
    unsigned next = month == 12 ? 1 : month + 1;
    return (unsigned)(days_from_civil(next_year, next, 1) - days_from_civil(year, month, 1));
}

/* Whether the rule falls on a day; `first` is the first one, both as days since 1970. */
static bool falls_on(const struct series_rule *rule, int64_t first, int64_t day) {
    int32_t year;
    unsigned month;
    unsigned of_month;
    int32_t first_year;
    unsigned first_month;
    unsigned first_of_month;
    civil_from_days(first, &first_year, &first_month, &first_of_month);
    civil_from_days(day, &year, &month, &of_month);
    unsigned weekday = weekday_from_days(day);
    int64_t apart = 0;
    bool fits = true;
    switch (rule->frequency) {
    case SERIES_DAILY:
        apart = day - first;
        break;
    case SERIES_WEEKLY: /* weeks begin on Monday */
        apart = (day - weekday - (first - weekday_from_days(first))) / 7;
        fits = rule->weekdays ? (rule->weekdays & 1u << weekday) != 0
                              : weekday == weekday_from_days(first);
        break;
    case SERIES_MONTHLY:
        apart = (year - first_year) * 12 + (int64_t)month - first_month;
        fits = rule->nth == 0 ? of_month == first_of_month
               : rule->nth > 0
                   ? weekday == rule->weekday && (of_month - 1) / 7 + 1 == (unsigned)rule->nth
                   : weekday == rule->weekday && of_month + 7 > month_length(year, month);
        break;
    case SERIES_YEARLY:
        apart = year - first_year;
        fits = month == first_month && of_month == first_of_month;
        break;
    }
    return fits && apart % rule->interval == 0;
}

size_t series_days(const struct series_rule *rule, const struct date *first, int64_t *days) {
    int64_t start = days_from_civil(first->year, first->month, first->day);
    int64_t horizon =
        days_from_civil(first->year + SERIES_YEARS_MAX, first->month, 1) + first->day - 1;
    int64_t end = rule->count
                      ? horizon
                      : days_from_civil(rule->until.year, rule->until.month, rule->until.day);
    size_t count = 0;
    if (end > horizon || end < start) {
        return SIZE_MAX;
    }
    days[count++] = start;
    for (int64_t day = start + 1; day <= end && (rule->count == 0 || count < rule->count); day++) {
        if (!falls_on(rule, start, day)) {
            continue;
        }
        if (count == SERIES_DATES_MAX) {
            return SIZE_MAX;
        }
        days[count++] = day;
    }
    return rule->count && count < rule->count ? SIZE_MAX : count;
}

static void date_move(struct date *date, int64_t by) {
    unsigned month;
    unsigned day;
    if (date->precision == DATE_UNKNOWN || by == 0) {
        return;
    }
    civil_from_days(days_from_civil(date->year, date->month, date->day) + by, &date->year, &month,
                    &day);
    date->month = (uint8_t)month;
    date->day = (uint8_t)day;
}

static bool is_on_a_day(const struct date *date) {
    return date->precision == DATE_DAY || date->precision == DATE_MINUTE;
}

/* Its days; 0: it has no rule that holds. */
static size_t days_of(const struct entry_date *date, int64_t *days) {
    struct series_rule rule;
    bool ends = date->end.precision == DATE_UNKNOWN || is_on_a_day(&date->end);
    size_t count = date->rule.n && date->role == ENTRY_DATE_HAPPENS && ends &&
                           is_on_a_day(&date->start) && series_rule_read(date->rule, &rule)
                       ? series_days(&rule, &date->start, days)
                       : 0;
    return count == SIZE_MAX ? 0 : count;
}

bool entry_date_rule_holds(const struct entry_date *date) {
    int64_t days[SERIES_DATES_MAX];
    return days_of(date, days) > 0;
}

void entry_dates_repeat(struct entry *entry, struct arena *arena) {
    int64_t days[SERIES_DATES_MAX];
    size_t more = 0;
    for (uint32_t i = 0; i < entry->date_count; i++) {
        more += days_of(&entry->dates[i], days);
    }
    if (more == 0) {
        return;
    }
    struct entry_date *list = arena_new(arena, struct entry_date, entry->date_count + more);
    uint32_t count = 0;
    for (; count < entry->date_count; count++) {
        list[count] = entry->dates[count];
    }
    for (uint32_t i = 0; i < entry->date_count; i++) {
        size_t times = days_of(&list[i], days);
        for (size_t k = 1; k < times; k++) {
            struct entry_date again = list[i];
            int64_t ignored;
            date_move(&again.start, days[k] - days[0]);
            date_move(&again.end, days[k] - days[0]);
            again.is_repeat = true;
            again.rule = SLICE_EMPTY;
            if (date_range_ms(&again.start, again.zone, &again.first_ms, &again.last_ms) == OK &&
                (again.end.precision == DATE_UNKNOWN ||
                 date_range_ms(&again.end, again.zone, &ignored, &again.last_ms) == OK)) {
                list[count++] = again;
            }
        }
    }
    entry->dates = list;
    entry->date_count = count;
}

void entry_dates_once(struct entry *entry) {
    while (entry->date_count > 0 && entry->dates[entry->date_count - 1].is_repeat) {
        entry->date_count--;
    }
}
