#include "text/text.h"
#include "work/import/import_int.h"
#include <string.h>

static const char *const day_names[7] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};

struct clock_time {
    unsigned hour, minute;
};

/* Spaces of all sorts go, dashes of all sorts become "-", letters are folded: "9h00 – 12 :30" ->
 * "9h00-12:30". */
static void squeeze(slice text, struct buf *out) {
    struct buf folded BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    text_fold(text, &folded);
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] != ' ') {
            buf_add_char(out, folded.p[i]);
        }
    }
}

static bool digits_take(slice *text, unsigned most, unsigned *value) {
    size_t n = 0;
    *value = 0;
    while (n < text->n && n < most && text->p[n] >= '0' && text->p[n] <= '9') {
        *value = *value * 10 + (unsigned)(text->p[n] - '0');
        n++;
    }
    *text = slice_sub(*text, n, text->n - n);
    return n > 0;
}

/* "9:00", "09h30", "9h", "14.30". */
static bool time_take(slice *text, struct clock_time *time) {
    if (!digits_take(text, 2, &time->hour) || text->n == 0 ||
        memchr(":h.", text->p[0], 3) == NULL) {
        return false;
    }
    bool may_stop = text->p[0] == 'h';
    *text = slice_sub(*text, 1, text->n - 1);
    size_t before = text->n;
    if (!digits_take(text, 2, &time->minute)) {
        return may_stop && time->hour <= 24;
    }
    return before - text->n == 2 && time->hour <= 24 && time->minute < 60 &&
           (time->hour < 24 || time->minute == 0);
}

/* "9:00-12:00", "de9ha12h" and nothing else. */
static bool range_read(slice squeezed, struct clock_time *from, struct clock_time *to) {
    slice rest = squeezed;
    if (slice_starts_with(rest, SLICE("de"))) {
        rest = slice_sub(rest, 2, rest.n - 2);
    }
    if (!time_take(&rest, from) || rest.n == 0 || (rest.p[0] != '-' && rest.p[0] != 'a')) {
        return false;
    }
    rest = slice_sub(rest, 1, rest.n - 1);
    return time_take(&rest, to) && rest.n == 0 &&
           (to->hour * 60 + to->minute > from->hour * 60 + from->minute);
}

static void comment_write(slice text, struct buf *out) {
    buf_add_char(out, '"');
    bool gap = false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool blank = c <= ' ';
        if (!blank) {
            if (gap) {
                buf_add_char(out, ' ');
            }
            buf_add_char(out, c == '"' ? '\'' : (char)c);
        }
        gap = blank;
    }
    buf_add_char(out, '"');
}

struct day_rules {
    slice day;
    struct buf *out;
    bool plain_open; /* the last rule is without comment: a range joins it with a comma */
    bool by_appointment;
};

static void rule_write(struct day_rules *rules, const struct clock_time *from,
                       const struct clock_time *to) {
    if (rules->plain_open && !rules->by_appointment) {
        buf_add_char(rules->out, ',');
    } else {
        buf_add(rules->out, rules->out->n > 0 ? SLICE(", ") : SLICE_EMPTY);
        buf_add(rules->out, rules->day);
        buf_add_char(rules->out, ' ');
    }
    buf_addf(rules->out, "%02u:%02u-%02u:%02u", from->hour, from->minute, to->hour, to->minute);
    rules->plain_open = !rules->by_appointment;
    if (rules->by_appointment) {
        buf_add(rules->out, SLICE(" \"sur RDV\""));
    }
}

/* One part between slashes: a range, perhaps with "Sur RDV :" before it, which holds until "//" or
 * "Sans RDV :". */
static bool part_read(struct day_rules *rules, slice part) {
    struct clock_time from = {0};
    struct clock_time to = {0};
    if (slice_starts_with(part, SLICE("surrdv:"))) {
        rules->by_appointment = true;
        part = slice_sub(part, 7, part.n - 7);
    } else if (slice_starts_with(part, SLICE("sansrdv:"))) {
        rules->by_appointment = false;
        part = slice_sub(part, 8, part.n - 8);
    }
    if (!range_read(part, &from, &to)) {
        return false;
    }
    rule_write(rules, &from, &to);
    return true;
}

/* "09:00-12:00,14:00-18:00", as OSM writes one day. */
static bool is_osm_times(slice text) {
    slice part;
    slice rest = text;
    while (slice_cut(&rest, ',', &part)) {
        bool fits = part.n == 11;
        for (size_t i = 0; fits && i < part.n; i++) {
            char expected = "00:00-00:00"[i];
            fits = expected == '0' ? part.p[i] >= '0' && part.p[i] <= '9' : part.p[i] == expected;
        }
        if (!fits) {
            return false;
        }
    }
    return text.n > 0;
}

void hours_day_write(slice text, slice day, struct buf *out) {
    struct buf squeezed BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    struct buf written BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    struct day_rules rules = {.day = day, .out = &written};
    squeeze(text, &squeezed);
    slice all = buf_slice(&squeezed);
    slice rest = all;
    slice part;
    bool understood = all.n > 0;
    if (slice_equal(all, SLICE("ferme")) || slice_equal(all, SLICE("closed"))) {
        buf_add(out, day);
        buf_add(out, SLICE(" off"));
        return;
    }
    if (is_osm_times(all)) {
        buf_add(out, day);
        buf_add_char(out, ' ');
        buf_add(out, all);
        return;
    }
    while (understood && slice_cut(&rest, '/', &part)) {
        if (part.n == 0) { /* between the slashes of "//" */
            rules.by_appointment = false;
            continue;
        }
        understood = part_read(&rules, part);
    }
    if (understood && written.n > 0) {
        buf_add(out, buf_slice(&written));
    } else {
        buf_add(out, day);
        buf_add_char(out, ' ');
        comment_write(text, out);
    }
}

slice hours_week(const slice days[7], struct arena *arena) {
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    for (size_t from = 0; from < 7;) {
        size_t to = from;
        while (to + 1 < 7 && slice_equal(days[to + 1], days[from])) {
            to++;
        }
        if (days[from].n > 0) {
            char day[8];
            size_t n = 2;
            memcpy(day, day_names[from], 2);
            if (to > from) {
                day[2] = to == from + 1 ? ',' : '-';
                memcpy(day + 3, day_names[to], 2);
                n = 5;
            }
            buf_add(&out, out.n > 0 ? SLICE("; ") : SLICE_EMPTY);
            hours_day_write(days[from], slice_of(day, n), &out);
        }
        from = to + 1;
    }
    return arena_copy(arena, buf_slice(&out));
}

/* Begins with a day, a time range, a comment or 24/7, and holds nothing but the signs of the syntax
 * outside of comments. Not a full parser: enough to tell it from prose. */
bool hours_is_osm(slice text) {
    static const char *const words[] = {
        "Mo",  "Tu",  "We",     "Th",   "Fr",   "Sa",      "Su",     "PH",     "SH",     "Jan",
        "Feb", "Mar", "Apr",    "May",  "Jun",  "Jul",     "Aug",    "Sep",    "Oct",    "Nov",
        "Dec", "off", "closed", "open", "week", "sunrise", "sunset", "easter", "unknown"};
    bool has_range = false;
    bool comment = false;
    for (size_t i = 0; i < text.n;) {
        char c = text.p[i];
        comment = c == '"' ? !comment : comment;
        if (comment || memchr("0123456789:-,;/|+[]() \"", c, 23) != NULL) {
            has_range = has_range || c == ':' || c == '/' || c == '"';
            i++;
            continue;
        }
        size_t n = 0;
        for (size_t w = 0; w < ARRAY_COUNT(words) && n == 0; w++) {
            slice word = slice_from_cstr(words[w]);
            n = slice_starts_with(slice_sub(text, i, text.n - i), word) ? word.n : 0;
        }
        if (n == 0) {
            return false;
        }
        has_range = has_range || slice_equal(slice_sub(text, i, n), SLICE("off"));
        i += n;
    }
    return has_range && !comment;
}

slice hours_any(slice text, struct arena *arena) {
    if (text.n == 0 || hours_is_osm(text)) {
        return text;
    }
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    comment_write(text, &out);
    return arena_copy(arena, buf_slice(&out));
}
