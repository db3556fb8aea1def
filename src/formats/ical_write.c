#include "formats/ical_write.h"

/* A content line under way. */
struct line {
    struct buf *out;
    size_t octets; /* in the physical line so far */
};

/* Adds bytes that must not be torn apart by a fold. */
static void line_add(struct line *line, const char *bytes, size_t n) {
    if (line->octets + n > ICAL_LINE_OCTETS) {
        buf_add(line->out, SLICE("\r\n "));
        line->octets = 1;
    }
    buf_add_bytes(line->out, bytes, n);
    line->octets += n;
}

static size_t character_bytes(slice text, size_t at) {
    size_t n = 1;
    while (at + n < text.n && ((unsigned char)text.p[at + n] & 0xc0) == 0x80 && n < 4) {
        n++;
    }
    return n;
}

static bool is_control(char byte) {
    return ((unsigned char)byte < 0x20 && byte != '\t') || byte == 0x7f;
}

static void line_plain(struct line *line, slice text) {
    for (size_t i = 0; i < text.n;) {
        size_t n = character_bytes(text, i);
        if (!is_control(text.p[i])) {
            line_add(line, text.p + i, n);
        }
        i += n;
    }
}

static void line_escaped(struct line *line, slice text) {
    for (size_t i = 0; i < text.n;) {
        size_t n = character_bytes(text, i);
        char byte = text.p[i];
        if (byte == '\\' || byte == ';' || byte == ',') {
            const char pair[2] = {'\\', byte};
            line_add(line, pair, 2);
        } else if (byte == '\n' || (byte == '\r' && (i + 1 == text.n || text.p[i + 1] != '\n'))) {
            line_add(line, "\\n", 2);
        } else if (!is_control(byte)) {
            line_add(line, text.p + i, n);
        }
        i += n;
    }
}

static struct line line_begin(struct buf *out, const char *name) {
    struct line line = {.out = out};
    line_plain(&line, slice_from_cstr(name));
    line_add(&line, ":", 1);
    return line;
}

static void line_end(struct line *line) {
    buf_add(line->out, SLICE("\r\n"));
}

void ical_line(struct buf *out, const char *name, slice value) {
    struct line line = line_begin(out, name);
    line_plain(&line, value);
    line_end(&line);
}

void ical_text(struct buf *out, const char *name, slice text) {
    if (text.n > 0) {
        ical_texts(out, name, &text, 1);
    }
}

void ical_texts(struct buf *out, const char *name, const slice *texts, size_t count) {
    if (count == 0) {
        return;
    }
    struct line line = line_begin(out, name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            line_add(&line, ",", 1);
        }
        line_escaped(&line, texts[i]);
    }
    line_end(&line);
}

void ical_instant(struct buf *out, const char *name, int64_t utc_ms) {
    struct date at;
    if (utc_ms != 0 && date_from_ms(utc_ms, SLICE("UTC"), &at) == OK) {
        int64_t second = (utc_ms / 1000 % 60 + 60) % 60;
        buf_addf(out, "%s:%04d%02u%02uT%02u%02u%02uZ\r\n", name, (int)at.year, at.month, at.day,
                 at.hour, at.minute, (unsigned)second);
    }
}

void ical_civil(struct buf *out, const char *name, enum ical_time_form form, slice zone,
                const struct date *date) {
    switch (form) {
    case ICAL_DATE:
        buf_addf(out, "%s;VALUE=DATE:%04d%02u%02u\r\n", name, (int)date->year, date->month,
                 date->day);
        break;
    case ICAL_LOCAL:
        buf_addf(out, "%s;TZID=%.*s:%04d%02u%02uT%02u%02u00\r\n", name, SLICE_ARG(zone),
                 (int)date->year, date->month, date->day, date->hour, date->minute);
        break;
    }
}

/* ---- zones ---- */

static void add_offset(struct buf *out, const char *name, int32_t minutes) {
    unsigned size = (unsigned)(minutes < 0 ? -minutes : minutes);
    buf_addf(out, "%s:%c%02u%02u\r\n", name, minutes < 0 ? '-' : '+', size / 60, size % 60);
}

static void add_part(struct buf *out, const char *part, const char *start, const char *rule,
                     int32_t from_minutes, int32_t to_minutes) {
    buf_addf(out, "BEGIN:%s\r\nDTSTART:%s\r\n", part, start);
    if (rule) {
        buf_addf(out, "RRULE:%s\r\n", rule);
    }
    add_offset(out, "TZOFFSETFROM", from_minutes);
    add_offset(out, "TZOFFSETTO", to_minutes);
    buf_addf(out, "END:%s\r\n", part);
}

bool ical_zone(struct buf *out, slice zone) {
    struct zone_rule rule;
    if (!zone_rule_find(zone, &rule)) {
        return false;
    }
    const int32_t standard = rule.offset_minutes;
    const int32_t summer = standard + 60;
    buf_addf(out, "BEGIN:VTIMEZONE\r\nTZID:%.*s\r\n", SLICE_ARG(rule.name));
    switch (rule.summer) {
    case ZONE_SUMMER_NONE:
        add_part(out, "STANDARD", "19700101T000000", NULL, standard, standard);
        break;
    case ZONE_SUMMER_EUROPE: /* 1:00 UTC, which is 2:00 in the zones that have it */
        add_part(out, "DAYLIGHT", "19960331T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", standard,
                 summer);
        add_part(out, "STANDARD", "19961027T030000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", summer,
                 standard);
        break;
    case ZONE_SUMMER_NORTH_AMERICA:
        add_part(out, "DAYLIGHT", "20070311T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", standard,
                 summer);
        add_part(out, "STANDARD", "20071104T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", summer,
                 standard);
        break;
    }
    buf_add(out, SLICE("END:VTIMEZONE\r\n"));
    return true;
}
