/* Opening hours of OpenStreetMap (wiki.openstreetmap.org/wiki/Key:opening_hours/specification) in
 * words. The part that people use is read: days, public and school holidays, n-th weekday of the
 * month, months and days of the year, spans, open ends, sunrise and sunset, off, 24/7, comments.
 * Anything else makes the whole text come back as it is. */
#include "face/web/web_int.h"

#define HOURS_IN_MAX  512
#define HOURS_OUT_MAX 8192

struct hours {
    const struct i18n_language *language;
    slice text;
    size_t at;
    struct buf *out;
};

static const char *const days[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
static const char *const day_names[] = {N_("lundi"),    N_("mardi"),  N_("mercredi"), N_("jeudi"),
                                        N_("vendredi"), N_("samedi"), N_("dimanche")};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const month_names[] = {
    N_("janvier"), N_("février"), N_("mars"),      N_("avril"),   N_("mai"),      N_("juin"),
    N_("juillet"), N_("août"),    N_("septembre"), N_("octobre"), N_("novembre"), N_("décembre")};

static char peek(const struct hours *hours) {
    return hours->at < hours->text.n ? hours->text.p[hours->at] : '\0';
}

static bool take(struct hours *hours, char byte) {
    bool is_there = peek(hours) == byte && hours->at < hours->text.n;
    hours->at += is_there;
    return is_there;
}

static void spaces(struct hours *hours) {
    while (take(hours, ' ')) {
    }
}

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* The run of letters ahead, not taken. */
static slice word_ahead(const struct hours *hours) {
    size_t end = hours->at;
    while (end < hours->text.n && is_letter(hours->text.p[end])) {
        end++;
    }
    return slice_sub(hours->text, hours->at, end - hours->at);
}

/* Takes one of the names when it is the whole word ahead. */
static bool take_name(struct hours *hours, const char *const *names, size_t count, size_t *which) {
    slice word = word_ahead(hours);
    for (size_t i = 0; i < count; i++) {
        if (slice_equal_ascii_nocase(word, slice_from_cstr(names[i]))) {
            hours->at += word.n;
            *which = i;
            return true;
        }
    }
    return false;
}

static bool take_word(struct hours *hours, const char *word) {
    size_t which = 0;
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

static void say(struct hours *hours, const char *message) {
    buf_add(hours->out, i18n(hours->language, message));
}

static void say_with(struct hours *hours, const char *message, slice value) {
    i18n_tf(hours->language, message, &value, 1, hours->out);
}

/* ---- months and days of the year: "Apr-Oct", "Jul 14-Aug 15", "Dec 24-26" ---- */

static void say_month_day(struct hours *hours, size_t month, unsigned day) {
    slice name = i18n(hours->language, month_names[month]);
    if (day == 1) {
        say_with(hours, N_("1er %1"), name);
        return;
    }
    if (day > 1) {
        buf_addf(hours->out, "%u ", day);
    }
    buf_add(hours->out, name);
}

/* A day number after a month; 0 when there is none ("Apr 09:00" has a time, not a day). */
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

static bool month_item(struct hours *hours) {
    size_t from = 0;
    size_t to = 0;
    unsigned first = 0;
    unsigned last = 0;
    if (!take_name(hours, months, ARRAY_COUNT(months), &from) ||
        !take_day_of_month(hours, &first)) {
        return false;
    }
    say_month_day(hours, from, first);
    if (!take(hours, '-')) {
        return true;
    }
    if (is_digit(peek(hours))) {
        to = from;
        if (first == 0 || !take_number(hours, 31, &last) || last == 0) {
            return false;
        }
    } else if (!take_name(hours, months, ARRAY_COUNT(months), &to) ||
               !take_day_of_month(hours, &last) || (first == 0) != (last == 0)) {
        return false;
    }
    buf_add_cstr(hours->out, first > 0 ? " – " : "–");
    say_month_day(hours, to, last);
    return true;
}

/* ---- days: "Mo-Fr", "Sa[1]", "PH" ---- */

/* "[1]", "[1,3]", "[-1]" behind a day: the n-th of the month. */
static bool nth_days(struct hours *hours, slice name) {
    static const char *const messages[] = {
        N_("dernier %1 du mois"), N_("1er %1 du mois"), N_("2e %1 du mois"),
        N_("3e %1 du mois"),      N_("4e %1 du mois"),  N_("5e %1 du mois"),
    };
    do {
        bool from_end = take(hours, '-');
        unsigned nth = 0;
        if (!take_number(hours, 5, &nth) || nth == 0 || (from_end && nth > 1)) {
            return false;
        }
        say_with(hours, messages[from_end ? 0 : nth], name);
        if (peek(hours) == ',') {
            buf_add_cstr(hours->out, ", ");
        }
    } while (take(hours, ','));
    return take(hours, ']');
}

static bool day_item(struct hours *hours) {
    size_t from = 0;
    size_t to = 0;
    if (take_word(hours, "PH")) {
        say(hours, N_("jours fériés"));
        return true;
    }
    if (take_word(hours, "SH")) {
        say(hours, N_("vacances scolaires"));
        return true;
    }
    if (!take_name(hours, days, ARRAY_COUNT(days), &from)) {
        return false;
    }
    slice name = i18n(hours->language, day_names[from]);
    if (take(hours, '[')) {
        return nth_days(hours, name);
    }
    buf_add(hours->out, name);
    if (take(hours, '-')) {
        if (!take_name(hours, days, ARRAY_COUNT(days), &to)) {
            return false;
        }
        buf_add_cstr(hours->out, "–");
        buf_add(hours->out, i18n(hours->language, day_names[to]));
    }
    return true;
}

/* ---- times: "09:00-12:00", "18:00+", "sunrise-sunset" ---- */

static bool time_point(struct hours *hours) {
    unsigned hour = 0;
    unsigned minute = 0;
    if (take_word(hours, "sunrise")) {
        say(hours, N_("lever du soleil"));
        return true;
    }
    if (take_word(hours, "sunset")) {
        say(hours, N_("coucher du soleil"));
        return true;
    }
    if (!take_number(hours, 48, &hour) || !take(hours, ':') || !take_number(hours, 59, &minute)) {
        return false;
    }
    /* Beyond 24 is the next morning: 26:00 is 2 o'clock. */
    slice values[2];
    struct buf text BUF_CLEANUP = buf_new(16);
    buf_addf(&text, "%u", hour > 24 ? hour - 24 : hour);
    size_t split = text.n;
    buf_addf(&text, "%02u", minute);
    values[0] = slice_sub(buf_slice(&text), 0, split);
    values[1] = slice_sub(buf_slice(&text), split, 2);
    i18n_tf(hours->language, minute == 0 ? N_("%1 h") : N_("%1 h %2"), values, 2, hours->out);
    return true;
}

static bool time_span(struct hours *hours) {
    if (slice_starts_with(slice_sub(hours->text, hours->at, 11), SLICE("00:00-24:00"))) {
        hours->at += 11;
        say(hours, N_("toute la journée"));
        return true;
    }
    size_t start = hours->out->n;
    if (!time_point(hours)) {
        return false;
    }
    if (take(hours, '+')) {
        struct buf from BUF_CLEANUP = buf_new(64);
        buf_add_bytes(&from, hours->out->p + start, hours->out->n - start);
        hours->out->n = start;
        say_with(hours, N_("à partir de %1"), buf_slice(&from));
        return true;
    }
    if (take(hours, '-')) {
        buf_add_cstr(hours->out, " – ");
        return time_point(hours);
    }
    return true;
}

static bool comment(struct hours *hours) {
    size_t end = slice_find(hours->text, hours->at + 1, '"');
    if (!take(hours, '"') || end >= hours->text.n) {
        return false;
    }
    buf_add_cstr(hours->out, "(");
    buf_add(hours->out, slice_sub(hours->text, hours->at, end - hours->at));
    buf_add_cstr(hours->out, ")");
    hours->at = end + 1;
    return true;
}

/* ---- a rule: which days, then when ---- */

/* Items separated by commas, as long as another one of the sort follows. */
static bool items(struct hours *hours, bool (*item)(struct hours *),
                  bool (*follows)(const struct hours *)) {
    for (;;) {
        if (!item(hours)) {
            return false;
        }
        size_t before = hours->at;
        if (take(hours, ',')) {
            spaces(hours);
            if (follows(hours)) {
                buf_add_cstr(hours->out, ", ");
                continue;
            }
        }
        hours->at = before;
        return true;
    }
}

static bool month_follows(const struct hours *hours) {
    struct hours ahead = *hours;
    size_t which = 0;
    return take_name(&ahead, months, ARRAY_COUNT(months), &which);
}

static bool day_follows(const struct hours *hours) {
    struct hours ahead = *hours;
    size_t which = 0;
    return take_word(&ahead, "PH") || take_word(&ahead, "SH") ||
           take_name(&ahead, days, ARRAY_COUNT(days), &which);
}

static bool time_follows(const struct hours *hours) {
    struct hours ahead = *hours;
    return is_digit(peek(hours)) || take_word(&ahead, "sunrise") || take_word(&ahead, "sunset");
}

static bool when_open(struct hours *hours, bool has_days) {
    struct hours ahead = *hours;
    bool closed = take_word(&ahead, "off") || take_word(&ahead, "closed");
    bool says_when = closed || time_follows(hours);
    if (has_days && says_when) {
        say(hours, N_(" : "));
    }
    if (closed) {
        hours->at = ahead.at;
        say(hours, N_("fermé"));
    } else if (says_when && !items(hours, time_span, time_follows)) {
        return false;
    }
    spaces(hours);
    if (peek(hours) == '"') {
        buf_add_cstr(hours->out, has_days || says_when ? " " : "");
        return comment(hours);
    }
    return has_days || says_when;
}

static bool rule(struct hours *hours) {
    bool has_days = false;
    if (slice_starts_with(slice_sub(hours->text, hours->at, 4), SLICE("24/7"))) {
        hours->at += 4;
        say(hours, N_("tous les jours, jour et nuit"));
        spaces(hours);
        return true;
    }
    if (month_follows(hours)) {
        if (!items(hours, month_item, month_follows)) {
            return false;
        }
        (void)take(hours, ':');
        spaces(hours);
        has_days = true;
    }
    if (day_follows(hours)) {
        buf_add_cstr(hours->out, has_days ? ", " : "");
        if (!items(hours, day_item, day_follows)) {
            return false;
        }
        has_days = true;
    }
    (void)take(hours, ':');
    spaces(hours);
    return when_open(hours, has_days);
}

static bool rules(struct hours *hours) {
    spaces(hours);
    while (rule(hours)) {
        spaces(hours);
        bool more = take(hours, ';') || take(hours, ',');
        spaces(hours);
        if (hours->at == hours->text.n) {
            return hours->out->failed == OK;
        }
        if (!more) {
            return false;
        }
        say(hours, N_(" ; "));
    }
    return false;
}

slice hours_text(const struct page *page, slice osm) {
    struct buf out BUF_CLEANUP = buf_new(HOURS_OUT_MAX);
    struct hours hours = {.language = page->html.language, .text = slice_trim(osm), .out = &out};
    if (hours.text.n == 0 || hours.text.n > HOURS_IN_MAX || !rules(&hours)) {
        return osm;
    }
    if (out.p[0] >= 'a' && out.p[0] <= 'z') {
        out.p[0] = (char)(out.p[0] - 'a' + 'A');
    }
    return arena_copy(page->arena, buf_slice(&out));
}
