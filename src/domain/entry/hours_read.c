#include "domain/entry/hours.h"

struct cursor {
    slice text;
    size_t at;
};

static char peek(const struct cursor *cursor) {
    return cursor->at < cursor->text.n ? cursor->text.p[cursor->at] : '\0';
}

static bool take(struct cursor *cursor, char byte) {
    bool is_there = cursor->at < cursor->text.n && cursor->text.p[cursor->at] == byte;
    cursor->at += is_there;
    return is_there;
}

static void spaces(struct cursor *cursor) {
    while (take(cursor, ' ')) {
    }
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Takes one of the names when it is the whole word ahead. */
static bool take_name(struct cursor *cursor, const char *const *names, unsigned count,
                      unsigned *which) {
    size_t end = cursor->at;
    while (end < cursor->text.n && is_letter(cursor->text.p[end])) {
        end++;
    }
    slice word = slice_sub(cursor->text, cursor->at, end - cursor->at);
    for (unsigned i = 0; i < count; i++) {
        if (slice_equal_ascii_nocase(word, slice_from_cstr(names[i]))) {
            cursor->at = end;
            *which = i;
            return true;
        }
    }
    return false;
}

static bool take_word(struct cursor *cursor, const char *word) {
    unsigned which = 0;
    return take_name(cursor, &word, 1, &which);
}

static bool take_number(struct cursor *cursor, unsigned most, unsigned *number) {
    unsigned value = 0;
    size_t start = cursor->at;
    while (is_digit(peek(cursor)) && cursor->at - start < 2) {
        value = value * 10 + (unsigned)(peek(cursor) - '0');
        cursor->at++;
    }
    *number = value;
    return cursor->at > start && !is_digit(peek(cursor)) && value <= most;
}

static bool take_month(struct cursor *cursor, uint8_t *month) {
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    unsigned which = 0;
    bool found = take_name(cursor, names, ARRAY_COUNT(names), &which);
    *month = (uint8_t)(which + 1);
    return found;
}

static bool take_weekday(struct cursor *cursor, uint8_t *day) {
    static const char *const names[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    unsigned which = 0;
    bool found = take_name(cursor, names, ARRAY_COUNT(names), &which);
    *day = (uint8_t)which;
    return found;
}

/* The day behind a month; 0 when what follows is none ("Apr 09:00" has a time). */
static bool take_day_of_month(struct cursor *cursor, uint8_t *day) {
    size_t before = cursor->at;
    unsigned number = 0;
    *day = 0;
    spaces(cursor);
    if (!is_digit(peek(cursor)) || !take_number(cursor, 31, &number) || peek(cursor) == ':') {
        cursor->at = before;
        return true;
    }
    *day = (uint8_t)number;
    return number > 0;
}

static bool months_item(struct cursor *cursor, struct hours_rule *rule) {
    struct hours_months months = {0};
    if (rule->month_count == HOURS_ITEMS_MAX || !take_month(cursor, &months.from) ||
        !take_day_of_month(cursor, &months.first)) {
        return false;
    }
    months.to = months.from;
    months.last = months.first;
    if (take(cursor, '-')) {
        if (is_digit(peek(cursor))) {
            unsigned last = 0;
            if (months.first == 0 || !take_number(cursor, 31, &last) || last == 0) {
                return false;
            }
            months.last = (uint8_t)last;
        } else if (!take_month(cursor, &months.to) || !take_day_of_month(cursor, &months.last) ||
                   (months.first == 0) != (months.last == 0)) {
            return false;
        }
    }
    rule->months[rule->month_count++] = months;
    return true;
}

/* "1]", "1,3]", "-1]" */
static bool nth_days(struct cursor *cursor, struct hours_days *days) {
    do {
        bool from_end = take(cursor, '-');
        unsigned nth = 0;
        if (days->nth_count == HOURS_NTH_MAX || !take_number(cursor, 5, &nth) || nth == 0 ||
            (from_end && nth > 1)) {
            return false;
        }
        days->nth[days->nth_count++] = (int8_t)(from_end ? -1 : (int)nth);
    } while (take(cursor, ','));
    return take(cursor, ']');
}

static bool days_item(struct cursor *cursor, struct hours_rule *rule) {
    struct hours_days days = {.sort = HOURS_WEEKDAYS};
    if (rule->day_count == HOURS_ITEMS_MAX) {
        return false;
    }
    if (take_word(cursor, "PH")) {
        days.sort = HOURS_PUBLIC_HOLIDAYS;
    } else if (take_word(cursor, "SH")) {
        days.sort = HOURS_SCHOOL_HOLIDAYS;
    } else if (!take_weekday(cursor, &days.from)) {
        return false;
    } else if (take(cursor, '[')) {
        days.sort = HOURS_NTH_WEEKDAY;
        if (!nth_days(cursor, &days)) {
            return false;
        }
    } else {
        days.to = days.from;
        if (take(cursor, '-') && !take_weekday(cursor, &days.to)) {
            return false;
        }
    }
    rule->days[rule->day_count++] = days;
    return true;
}

static bool take_time(struct cursor *cursor, struct hours_time *time) {
    static const char *const events[] = {"sunrise", "sunset", "dawn", "dusk"};
    unsigned which = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    if (take_name(cursor, events, ARRAY_COUNT(events), &which)) {
        time->event = (enum hours_event)(HOURS_SUNRISE + which);
        return true;
    }
    if (!take_number(cursor, 48, &hour) || !take(cursor, ':') ||
        !take_number(cursor, 59, &minute)) {
        return false;
    }
    *time = (struct hours_time){.event = HOURS_CLOCK, .minutes = (uint16_t)(hour * 60 + minute)};
    return true;
}

static bool span_item(struct cursor *cursor, struct hours_rule *rule) {
    struct hours_span span = {0};
    if (rule->span_count == HOURS_ITEMS_MAX || !take_time(cursor, &span.start)) {
        return false;
    }
    if (take(cursor, '-')) {
        span.has_end = true;
        if (!take_time(cursor, &span.end)) {
            return false;
        }
    }
    span.is_open_ended = take(cursor, '+');
    rule->spans[rule->span_count++] = span;
    return true;
}

static bool month_follows(struct cursor ahead) {
    uint8_t month = 0;
    return take_month(&ahead, &month);
}

static bool day_follows(struct cursor ahead) {
    uint8_t day = 0;
    return take_word(&ahead, "PH") || take_word(&ahead, "SH") || take_weekday(&ahead, &day);
}

static bool time_follows(struct cursor ahead) {
    struct hours_time time;
    return is_digit(peek(&ahead)) || take_time(&ahead, &time);
}

/* One item and all that a comma joins to it, as long as the next one is of the same sort. */
static bool items(struct cursor *cursor, struct hours_rule *rule,
                  bool (*item)(struct cursor *, struct hours_rule *),
                  bool (*follows)(struct cursor)) {
    for (;;) {
        if (!item(cursor, rule)) {
            return false;
        }
        size_t before = cursor->at;
        spaces(cursor);
        if (!take(cursor, ',')) {
            return true;
        }
        spaces(cursor);
        if (!follows(*cursor)) {
            cursor->at = before;
            return true;
        }
    }
}

static bool comment(struct cursor *cursor, struct hours_rule *rule) {
    size_t start = cursor->at;
    cursor->at = slice_find(cursor->text, start, '"');
    rule->has_comment = true;
    rule->comment = slice_sub(cursor->text, start, cursor->at - start);
    return take(cursor, '"');
}

/* Which days, then when: each may be left out, not both. */
static bool rule_read(struct cursor *cursor, struct hours_rule *rule) {
    if (slice_starts_with(slice_sub(cursor->text, cursor->at, 4), SLICE("24/7"))) {
        cursor->at += 4;
        rule->is_always = true;
        return true;
    }
    if (month_follows(*cursor) && !items(cursor, rule, months_item, month_follows)) {
        return false;
    }
    (void)take(cursor, ':');
    spaces(cursor);
    if (day_follows(*cursor) && !items(cursor, rule, days_item, day_follows)) {
        return false;
    }
    (void)take(cursor, ':');
    spaces(cursor);
    if (take_word(cursor, "off") || take_word(cursor, "closed")) {
        rule->is_closed = true;
    } else if (time_follows(*cursor) && !items(cursor, rule, span_item, time_follows)) {
        return false;
    }
    spaces(cursor);
    if (take(cursor, '"') && !comment(cursor, rule)) {
        return false;
    }
    return rule->month_count + rule->day_count + rule->span_count > 0 || rule->is_closed ||
           rule->has_comment;
}

bool hours_read(slice osm, struct hours *hours) {
    struct cursor cursor = {.text = slice_trim(osm)};
    bool additional = false;
    hours->rule_count = 0;
    if (cursor.text.n == 0 || cursor.text.n > HOURS_TEXT_MAX) {
        return false;
    }
    while (hours->rule_count < HOURS_RULES_MAX) {
        struct hours_rule *rule = &hours->rules[hours->rule_count];
        *rule = (struct hours_rule){.is_additional = additional};
        if (!rule_read(&cursor, rule)) {
            return false;
        }
        hours->rule_count++;
        spaces(&cursor);
        additional = peek(&cursor) == ',';
        bool more = take(&cursor, ';') || take(&cursor, ',');
        spaces(&cursor);
        if (cursor.at == cursor.text.n) {
            return true;
        }
        if (!more) {
            return false;
        }
    }
    return false;
}
