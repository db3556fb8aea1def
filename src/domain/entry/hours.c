#include "domain/entry/hours.h"

#define HOURS_TEXT_MAX 512
#define RULES_MAX      32
#define RANGES_MAX     12
#define SPANS_MAX      12
#define DAY_MINUTES    1440
#define EVENING        1440 /* a span may end on the next day, at 26:00 or with an end before it */
#define EARLY_MINUTES  360  /* until then, what was open the evening before may still be */

/* Minutes of the day; `end` may lie on the next one. */
struct span {
    int32_t start, end;
};
struct range { /* days of the year, month * 32 + day; `to` before `from`: over New Year */
    unsigned from, to;
};
struct rule {
    struct range ranges[RANGES_MAX];
    struct span spans[SPANS_MAX];
    uint32_t range_count, span_count;
    uint8_t weekdays;   /* bits, Monday first */
    uint8_t nth[7];     /* bits 0 … 4: first … fifth of the month, bit 5: the last */
    bool has_days;      /* some day is named; none: every day */
    bool public_days;   /* PH */
    bool school_days;   /* SH */
    bool is_closed;     /* off */
    bool is_unknown;    /* hours that nobody can tell from here */
    bool is_additional; /* after a comma: adds to the days it names, does not replace them */
    bool is_always;     /* 24/7 */
};
struct hours {
    slice text;
    size_t at;
    struct rule rules[RULES_MAX];
    uint32_t rule_count;
    bool names_public_days;
    slice departement;
};

/* ---- reading ---- */

static char peek(const struct hours *hours) {
    return hours->at < hours->text.n ? hours->text.p[hours->at] : '\0';
}

static bool take(struct hours *hours, char byte) {
    bool is_there = hours->at < hours->text.n && hours->text.p[hours->at] == byte;
    hours->at += is_there;
    return is_there;
}

static void spaces(struct hours *hours) {
    while (take(hours, ' ')) {
    }
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool take_name(struct hours *hours, const char *const *names, unsigned count,
                      unsigned *which) {
    size_t end = hours->at;
    while (end < hours->text.n && ((hours->text.p[end] | 0x20) >= 'a') &&
           ((hours->text.p[end] | 0x20) <= 'z')) {
        end++;
    }
    slice word = slice_sub(hours->text, hours->at, end - hours->at);
    for (unsigned i = 0; i < count; i++) {
        if (slice_equal_ascii_nocase(word, slice_from_cstr(names[i]))) {
            hours->at = end;
            *which = i;
            return true;
        }
    }
    return false;
}

static bool take_word(struct hours *hours, const char *word) {
    unsigned which = 0;
    return take_name(hours, &word, 1, &which);
}

static bool take_number(struct hours *hours, unsigned most, unsigned *number) {
    unsigned value = 0;
    size_t start = hours->at;
    while (is_digit(peek(hours)) && hours->at - start < 2) {
        value = value * 10 + (unsigned)(peek(hours) - '0');
        hours->at++;
    }
    *number = value;
    return hours->at > start && !is_digit(peek(hours)) && value <= most;
}

static bool take_month(struct hours *hours, unsigned *month) {
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return take_name(hours, names, ARRAY_COUNT(names), month);
}

static bool take_weekday(struct hours *hours, unsigned *day) {
    static const char *const names[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    return take_name(hours, names, ARRAY_COUNT(names), day);
}

/* The day behind a month; 0 when what follows is none ("Apr 09:00" has a time). */
static bool take_day_of_month(struct hours *hours, unsigned *day) {
    size_t before = hours->at;
    *day = 0;
    spaces(hours);
    unsigned number = 0;
    if (!is_digit(peek(hours)) || !take_number(hours, 31, &number) || peek(hours) == ':') {
        hours->at = before;
        return true;
    }
    *day = number;
    return number > 0;
}

/* "Apr-Oct", "Jul 14-Aug 15", "Dec 24-26", "May 1" */
static bool month_item(struct hours *hours, struct rule *rule) {
    unsigned from = 0;
    unsigned first = 0;
    if (rule->range_count == RANGES_MAX || !take_month(hours, &from) ||
        !take_day_of_month(hours, &first)) {
        return false;
    }
    unsigned to = from;
    unsigned last = first;
    if (take(hours, '-')) {
        if (is_digit(peek(hours))) {
            if (first == 0 || !take_number(hours, 31, &last) || last == 0) {
                return false;
            }
        } else if (!take_month(hours, &to) || !take_day_of_month(hours, &last) ||
                   (first == 0) != (last == 0)) {
            return false;
        }
    }
    rule->ranges[rule->range_count++] = (struct range){.from = from * 32 + (first > 0 ? first : 1),
                                                       .to = to * 32 + (last > 0 ? last : 31)};
    return true;
}

/* "[1]", "[1,3]", "[-1]" */
static bool nth_days(struct hours *hours, uint8_t *bits) {
    do {
        bool from_end = take(hours, '-');
        unsigned nth = 0;
        if (!take_number(hours, 5, &nth) || nth == 0 || (from_end && nth > 1)) {
            return false;
        }
        *bits |= (uint8_t)(1u << (from_end ? 5 : nth - 1));
    } while (take(hours, ','));
    return take(hours, ']');
}

/* "Mo-Fr", "Sa[1]", "PH", "SH" */
static bool day_item(struct hours *hours, struct rule *rule) {
    unsigned from = 0;
    unsigned to = 0;
    rule->has_days = true;
    if (take_word(hours, "PH")) {
        rule->public_days = true;
        hours->names_public_days = true;
        return true;
    }
    if (take_word(hours, "SH")) {
        rule->school_days = true;
        return true;
    }
    if (!take_weekday(hours, &from)) {
        return false;
    }
    if (take(hours, '[')) {
        return nth_days(hours, &rule->nth[from]);
    }
    to = from;
    if (take(hours, '-') && !take_weekday(hours, &to)) {
        return false;
    }
    for (unsigned day = from;; day = (day + 1) % 7) {
        rule->weekdays |= (uint8_t)(1u << day);
        if (day == to) {
            return true;
        }
    }
}

static bool take_clock(struct hours *hours, int32_t *minutes) {
    unsigned hour = 0;
    unsigned minute = 0;
    if (!take_number(hours, 48, &hour) || !take(hours, ':') || !take_number(hours, 59, &minute)) {
        return false;
    }
    *minutes = (int32_t)(hour * 60 + minute);
    return *minutes <= DAY_MINUTES + EVENING;
}

static bool takes_sun(struct hours *hours) {
    return take_word(hours, "sunrise") || take_word(hours, "sunset") || take_word(hours, "dawn") ||
           take_word(hours, "dusk");
}

/* "09:00-12:00", "18:00-02:00", "14:00+", "sunrise-sunset": the last two cannot be told. */
static bool time_span(struct hours *hours, struct rule *rule) {
    struct span span = {0};
    bool told = !takes_sun(hours);
    if (told && !take_clock(hours, &span.start)) {
        return false;
    }
    if (take(hours, '+')) {
        rule->is_unknown = true;
        return true;
    }
    if (!take(hours, '-')) {
        return false;
    }
    if (takes_sun(hours)) {
        told = false;
    } else if (!take_clock(hours, &span.end)) {
        return false;
    }
    if (!told || take(hours, '+')) {
        rule->is_unknown = true;
        return true;
    }
    if (rule->span_count == SPANS_MAX || span.start >= DAY_MINUTES) {
        return false;
    }
    span.end += span.end <= span.start ? DAY_MINUTES : 0;
    rule->spans[rule->span_count++] = span;
    return true;
}

typedef bool item(struct hours *hours, struct rule *rule);

static bool month_follows(const struct hours *hours) {
    struct hours ahead = {.text = hours->text, .at = hours->at};
    unsigned which = 0;
    return take_month(&ahead, &which);
}

static bool day_follows(const struct hours *hours) {
    struct hours ahead = {.text = hours->text, .at = hours->at};
    unsigned which = 0;
    return take_word(&ahead, "PH") || take_word(&ahead, "SH") || take_weekday(&ahead, &which);
}

static bool time_follows(const struct hours *hours) {
    struct hours ahead = {.text = hours->text, .at = hours->at};
    return is_digit(peek(hours)) || takes_sun(&ahead);
}

/* One item and all that a comma joins to it, as long as the next one is of the same sort. */
static bool items(struct hours *hours, struct rule *rule, item *one,
                  bool (*follows)(const struct hours *)) {
    for (;;) {
        if (!one(hours, rule)) {
            return false;
        }
        size_t before = hours->at;
        spaces(hours);
        if (!take(hours, ',')) {
            return true;
        }
        spaces(hours);
        if (!follows(hours)) {
            hours->at = before;
            return true;
        }
    }
}

static bool when_open(struct hours *hours, struct rule *rule) {
    if (take_word(hours, "off") || take_word(hours, "closed")) {
        rule->is_closed = true;
    } else if (time_follows(hours)) {
        if (!items(hours, rule, time_span, time_follows)) {
            return false;
        }
    } else {
        rule->is_unknown = true; /* days without hours, or a remark alone */
    }
    spaces(hours);
    if (take(hours, '"')) {
        hours->at = slice_find(hours->text, hours->at, '"');
        rule->is_unknown = rule->is_unknown || !rule->is_closed;
        return take(hours, '"');
    }
    return true;
}

static bool read_rule(struct hours *hours, struct rule *rule) {
    size_t start = hours->at;
    if (slice_starts_with(slice_sub(hours->text, hours->at, hours->text.n), SLICE("24/7"))) {
        hours->at += 4;
        rule->is_always = true;
        rule->spans[rule->span_count++] = (struct span){0, DAY_MINUTES};
        spaces(hours);
        return true;
    }
    if (month_follows(hours) && !items(hours, rule, month_item, month_follows)) {
        return false;
    }
    (void)take(hours, ':');
    spaces(hours);
    if (day_follows(hours) && !items(hours, rule, day_item, day_follows)) {
        return false;
    }
    (void)take(hours, ':');
    spaces(hours);
    return when_open(hours, rule) && hours->at > start;
}

static bool read_rules(struct hours *hours) {
    bool additional = false;
    spaces(hours);
    while (hours->rule_count < RULES_MAX) {
        struct rule *rule = &hours->rules[hours->rule_count];
        *rule = (struct rule){.is_additional = additional};
        if (!read_rule(hours, rule)) {
            return false;
        }
        hours->rule_count++;
        spaces(hours);
        additional = peek(hours) == ',';
        bool more = take(hours, ';') || take(hours, ',');
        spaces(hours);
        if (hours->at == hours->text.n) {
            return true;
        }
        if (!more) {
            return false;
        }
    }
    return false;
}

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

struct day {
    struct span spans[SPANS_MAX];
    uint32_t count;
    bool is_unknown;
};

static bool in_ranges(const struct rule *rule, unsigned month, unsigned number) {
    unsigned at = (month - 1) * 32 + number;
    bool inside = rule->range_count == 0;
    for (uint32_t i = 0; i < rule->range_count && !inside; i++) {
        const struct range *range = &rule->ranges[i];
        inside = range->from <= range->to ? at >= range->from && at <= range->to
                                          : at >= range->from || at <= range->to;
    }
    return inside;
}

static bool on_weekday(const struct rule *rule, int64_t day, unsigned month, unsigned number) {
    unsigned weekday = weekday_from_days(day);
    int32_t year = 0;
    unsigned next_month = 0;
    unsigned unused = 0;
    civil_from_days(day + 7, &year, &next_month, &unused);
    unsigned nth = 1u << ((number - 1) / 7) | (next_month != month ? 1u << 5 : 0);
    return (rule->weekdays >> weekday & 1) != 0 || (rule->nth[weekday] & nth) != 0;
}

static bool has_weekdays(const struct rule *rule) {
    unsigned any = rule->weekdays;
    for (size_t i = 0; i < ARRAY_COUNT(rule->nth); i++) {
        any |= rule->nth[i];
    }
    return any != 0;
}

/* What holds on a day: the rules in their order, each in place of those before it unless a comma
 * adds it. */
static struct day day_of(const struct hours *hours, int64_t day) {
    struct day found = {0};
    int32_t year = 0;
    unsigned month = 0;
    unsigned number = 0;
    civil_from_days(day, &year, &month, &number);
    bool holiday = hours_is_public_holiday(day, hours->departement);
    bool decided_by_holiday = false;
    bool always = false;
    for (uint32_t i = 0; i < hours->rule_count; i++) {
        const struct rule *rule = &hours->rules[i];
        bool by_holiday = rule->public_days && holiday;
        bool by_day = !rule->has_days || on_weekday(rule, day, month, number);
        bool maybe = rule->school_days && !has_weekdays(rule); /* who knows when school is out */
        if (!in_ranges(rule, month, number) || !(by_holiday || by_day || maybe)) {
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
        found.is_unknown = found.is_unknown || rule->is_unknown;
        for (uint32_t j = 0; j < rule->span_count && !rule->is_closed; j++) {
            if (found.count == SPANS_MAX) {
                found.is_unknown = true;
                break;
            }
            found.spans[found.count++] = rule->spans[j];
        }
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
static struct hours_now open_until(const struct hours *hours, int64_t today, int32_t end) {
    struct hours_now now = {.state = HOURS_OPEN};
    for (int32_t ahead = 0; ahead <= 7; ahead++) {
        struct day day = day_of(hours, today + ahead);
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

static struct hours_now closed_until(const struct hours *hours, int64_t today, int32_t minute) {
    struct hours_now now = {.state = HOURS_CLOSED};
    for (int32_t ahead = 0; ahead <= HOURS_AHEAD_DAYS; ahead++) {
        struct day day = day_of(hours, today + ahead);
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
    struct hours hours = {.text = slice_trim(osm), .departement = departement};
    if (hours.text.n == 0 || hours.text.n > HOURS_TEXT_MAX || now->precision != DATE_MINUTE ||
        !read_rules(&hours)) {
        return unknown;
    }
    int64_t today = days_from_civil(now->year, now->month, now->day);
    int32_t minute = now->hour * 60 + now->minute;
    struct day before = day_of(&hours, today - 1);
    for (uint32_t i = 0; i < before.count && !before.is_unknown; i++) {
        if (minute + DAY_MINUTES < before.spans[i].end) {
            return open_until(&hours, today, before.spans[i].end - DAY_MINUTES);
        }
    }
    struct day day = day_of(&hours, today);
    if (day.is_unknown || (before.is_unknown && minute < EARLY_MINUTES)) {
        return unknown;
    }
    for (uint32_t i = 0; i < day.count; i++) {
        if (minute >= day.spans[i].start && minute < day.spans[i].end) {
            return open_until(&hours, today, day.spans[i].end);
        }
    }
    return closed_until(&hours, today, minute);
}
