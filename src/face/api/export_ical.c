/* iCalendar (RFC 5545): one VEVENT for each date on which an entry happens. A date known only by
 * its month, season or year has no place in a calendar: it is left out and counted in
 * X-AGORA-IMPRECISE; entries without any date in X-AGORA-UNDATED. */
#include "face/api/export_int.h"

#include "domain/entry/series.h"

#include "formats/ical_write.h"

#define ZONES_MAX 64 /* more than base/time.h has names */

struct calendar {
    slice zones[ZONES_MAX]; /* already described in this file */
    size_t zone_count;
    int64_t last_entry; /* needs and offers of one entry are one event */
};

static void count_line(struct buf *out, const char *name, uint64_t count) {
    if (count > 0) {
        buf_addf(out, "%s:%llu\r\n", name, (unsigned long long)count);
    }
}

static void calendar_begin(struct export *export, struct buf *out) {
    export->state = arena_new(export->request->arena, struct calendar, 1);
    buf_add_cstr(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    ical_text(out, "PRODID", SLICE("-//Agora//Agora//FR"));
    buf_add_cstr(out, "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
    ical_text(out, "NAME", export->title); /* RFC 7986, and what came before it */
    ical_text(out, "X-WR-CALNAME", export->title);
    ical_text(out, "DESCRIPTION", export->attribution);
    ical_text(out, "X-WR-CALDESC", export->attribution);
    ical_line(out, "URL", export->page_url);
    ical_line(out, "SOURCE;VALUE=URI", export->self_url);
    buf_add_cstr(out, "REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\nX-PUBLISHED-TTL:PT12H\r\n");
    ical_instant(out, "LAST-MODIFIED", export->changed_ms);
    ical_text(out, "X-AGORA-LICENCE", export->licence);
    count_line(out, "X-AGORA-UNDATED", export->left_out);
    count_line(out, "X-AGORA-IMPRECISE", export->imprecise);
}

static struct date next_day(const struct date *date) {
    struct date next = {.precision = DATE_DAY};
    unsigned month;
    unsigned day;
    civil_from_days(days_from_civil(date->year, date->month, date->day) + 1, &next.year, &month,
                    &day);
    next.month = (uint8_t)month;
    next.day = (uint8_t)day;
    return next;
}

static int date_compare(const struct date *a, const struct date *b) {
    int64_t days =
        days_from_civil(a->year, a->month, a->day) - days_from_civil(b->year, b->month, b->day);
    int minutes = (a->hour - b->hour) * 60 + a->minute - b->minute;
    return days != 0 ? (days < 0 ? -1 : 1) : minutes;
}

/* Whether the date may be written by the rules that its zone has today. */
static bool zone_fits(const struct entry_date *date, struct zone_rule *rule) {
    if (!zone_rule_find(date->zone, rule) || slice_equal(rule->name, SLICE("Etc/UTC"))) {
        return false;
    }
    int32_t since = rule->summer == ZONE_SUMMER_NONE     ? INT32_MIN
                    : rule->summer == ZONE_SUMMER_EUROPE ? ICAL_ZONE_EUROPE_SINCE
                                                         : ICAL_ZONE_NORTH_AMERICA_SINCE;
    return date->start.year >= since;
}

/* Else each of its dates is an event: in UTC a rule would lose an hour in summer. */
static bool repeats_as_rule(const struct entry_date *date) {
    struct zone_rule zone;
    return date->start.precision == DATE_DAY || zone_fits(date, &zone);
}

/* RRULE (RFC 5545, 3.8.5.3): beside a start with a time the end is a moment in UTC. */
static void rule_write(const struct entry_date *date, struct buf *out) {
    struct series_rule rule;
    struct date last;
    int64_t first_ms;
    int64_t last_ms;
    if (!series_rule_read(date->rule, &rule)) {
        return;
    }
    buf_add_cstr(out, "RRULE:");
    series_rule_write(&rule, out);
    if (!rule.count && date->start.precision == DATE_MINUTE &&
        date_range_ms(&rule.until, date->zone, &first_ms, &last_ms) == OK &&
        date_from_ms(last_ms, SLICE("UTC"), &last) == OK) {
        out->n -= sizeof "20270630" - 1;
        buf_addf(out, "%04d%02u%02uT%02u%02u59Z", last.year, last.month, last.day, last.hour,
                 last.minute);
    }
    buf_add_cstr(out, "\r\n");
}

/* The zone of the date, described once in the file. */
static bool zone_ready(struct export *export, const struct entry_date *date, slice *zone,
                       struct buf *out) {
    struct calendar *calendar = export->state;
    struct zone_rule rule;
    if (!zone_fits(date, &rule)) {
        return false;
    }
    *zone = rule.name;
    for (size_t i = 0; i < calendar->zone_count; i++) {
        if (slice_equal(calendar->zones[i], rule.name)) {
            return true;
        }
    }
    if (calendar->zone_count == ZONES_MAX) {
        return false;
    }
    calendar->zones[calendar->zone_count++] = rule.name;
    return ical_zone(out, rule.name);
}

static void instant_write(struct buf *out, const char *name, const struct date *civil, slice zone) {
    int64_t first;
    int64_t last;
    if (date_range_ms(civil, zone, &first, &last) == OK) {
        ical_instant(out, name, first);
    }
}

/* DTSTART and DTEND have one form: days when one of them is a day; the end of days is the day
 * after. An end before the start is nobody's. */
static void times_write(const struct entry_date *date, bool has_zone, slice zone, struct buf *out) {
    const struct date *start = &date->start;
    struct date end = date->end;
    bool days = start->precision == DATE_DAY;
    bool ends = end.precision == DATE_DAY || end.precision == DATE_MINUTE;
    if (days) {
        struct date last = ends && date_compare(&end, start) > 0 ? end : *start;
        struct date after = next_day(&last);
        ical_civil(out, "DTSTART", ICAL_DATE, SLICE_EMPTY, start);
        ical_civil(out, "DTEND", ICAL_DATE, SLICE_EMPTY, &after);
        return;
    }
    if (ends && end.precision == DATE_DAY) { /* to the end of that day */
        end = next_day(&end);
    }
    ends = ends && date_compare(&end, start) > 0;
    end.precision = DATE_MINUTE;
    if (has_zone) {
        ical_civil(out, "DTSTART", ICAL_LOCAL, zone, start);
        if (ends) {
            ical_civil(out, "DTEND", ICAL_LOCAL, zone, &end);
        }
        return;
    }
    instant_write(out, "DTSTART", start, date->zone);
    if (ends) {
        instant_write(out, "DTEND", &end, date->zone);
    }
}

static void texts_write(struct export *export, const struct export_item *item,
                        const struct entry_date *date, struct buf *out) {
    const struct entry *entry = item->entry;
    size_t count;
    const slice *categories = export_item_categories(export, item, &count);
    ical_text(out, "SUMMARY", entry->title);
    slice text = entry->summary.n > 0 && entry->description.n > 0
                     ? arena_printf(&export->step, "%.*s\n\n%.*s", SLICE_ARG(entry->summary),
                                    SLICE_ARG(entry->description))
                 : entry->summary.n > 0 ? entry->summary
                                        : entry->description;
    ical_text(out, "DESCRIPTION", text);
    ical_text(out, "COMMENT", date->note);
    ical_text(out, "LOCATION", export_item_place(export, item));
    if (item->shown->has_point) {
        buf_add_cstr(out, "GEO:");
        buf_add_e7(out, item->shown->point.lat_e7);
        buf_add_char(out, ';');
        buf_add_e7(out, item->shown->point.lon_e7);
        buf_add_cstr(out, "\r\n");
    }
    ical_line(out, "URL", export_item_url(export, item));
    ical_texts(out, "CATEGORIES", categories, count);
    ical_text(out, "X-AGORA-SOURCE", item->attribution);
    ical_text(out, "X-AGORA-LICENCE", item->licence);
}

static void event_write(struct export *export, const struct export_item *item,
                        const struct entry_date *date, unsigned number, struct buf *out) {
    const struct entry *entry = item->entry;
    slice zone = SLICE_EMPTY;
    bool has_zone = date->start.precision == DATE_MINUTE && zone_ready(export, date, &zone, out);
    buf_add_cstr(out, "BEGIN:VEVENT\r\n");
    slice which = number == 1 ? SLICE_EMPTY : arena_printf(&export->step, "-%u", number);
    ical_line(out, "UID",
              arena_printf(&export->step, "%lld%.*s@%.*s", (long long)entry->id.v, SLICE_ARG(which),
                           SLICE_ARG(export->host)));
    ical_instant(out, "DTSTAMP", entry->updated_ms != 0 ? entry->updated_ms : export->changed_ms);
    ical_instant(out, "CREATED", entry->created_ms);
    ical_instant(out, "LAST-MODIFIED", entry->updated_ms);
    times_write(date, has_zone, zone, out);
    texts_write(export, item, date, out);
    if (date->rule.n > 0 && repeats_as_rule(date)) {
        rule_write(date, out);
    }
    if (date->start.precision == DATE_DAY) {
        buf_add_cstr(out, "TRANSP:TRANSPARENT\r\n");
    }
    buf_add_cstr(out, "END:VEVENT\r\n");
}

static void calendar_write(struct export *export, const struct export_item *item, struct buf *out) {
    struct calendar *calendar = export->state;
    const struct entry *entry = item->entry;
    unsigned number = 0;
    if (calendar->last_entry == entry->id.v) {
        return;
    }
    calendar->last_entry = entry->id.v;
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->is_repeat && repeats_as_rule(date)) {
            continue; /* the rule of the first one says it */
        }
        number += date->role == ENTRY_DATE_HAPPENS;
        if (date->role == ENTRY_DATE_HAPPENS &&
            (date->start.precision == DATE_DAY || date->start.precision == DATE_MINUTE)) {
            event_write(export, item, date, number, out);
        }
    }
}

static void calendar_end(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "END:VCALENDAR\r\n");
}

const struct export_writer export_ical = {
    .begin = calendar_begin, .write = calendar_write, .end = calendar_end};
