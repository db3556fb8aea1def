/* Events of an iCalendar file as records, one component at a time. A series waits until its changes
 * (RECURRENCE-ID) have been read: they may stand anywhere behind it. */
#include "base/hash.h"
#include "formats/fields_int.h"
#include "formats/ical_int.h"
#include "formats/record_int.h"
#include "formats/shape_int.h"
#include <stdlib.h>
#include <string.h>

#define COMPONENT_NAME_MAX 64 /* what is compared of it */
#define SKIPPED_TASKS      "tasks, notes and free times are no events: left out"
#define SKIPPED_LINE       "lines that are none of iCalendar were left out"

/* A component's text, waiting with others of one UID. */
struct held_part {
    slice text;
    struct held_part *next;
};
struct held {
    uint64_t uid;
    uint64_t line;
    uint32_t parts;
    struct held_part *first, *last;
};
struct ical_records {
    struct record_reader base;
    struct window window;
    struct ical_zones *zones;
    struct arena arena; /* of what is held */
    struct held *held;
    uint32_t held_count, held_out; /* of these, already handed out while draining */
    bool draining, ended;
    unsigned depth; /* of components that are open */
    struct buf component;
    bool component_fits;
    uint64_t component_line;
    char title[200];
};

static bool ical_sniff(slice head) {
    return slice_equal_ascii_nocase(slice_sub(head, 0, 15), SLICE("BEGIN:VCALENDAR")) ||
           slice_equal_ascii_nocase(slice_sub(head, 0, 12), SLICE("BEGIN:VEVENT"));
}

static void ical_free(struct record_reader *reader) {
    struct ical_records *r = (struct ical_records *)reader;
    window_close(&r->window);
    ical_zones_free(r->zones);
    arena_free(&r->arena);
    buf_free(&r->component);
    free(r->held);
    free(r);
}

static err ical_open(struct window *window, size_t record_bytes_max, struct record_reader **reader,
                     struct problem *problem) {
    (void)problem;
    struct ical_records *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return ERR_MEMORY;
    }
    r->zones = ical_zones_new();
    r->held = calloc(ICAL_HELD_MAX, sizeof *r->held);
    r->arena = arena_make(65536, 0);
    r->component = buf_new(record_bytes_max);
    if (r->zones == NULL || r->held == NULL) {
        ical_free(&r->base);
        return ERR_MEMORY;
    }
    r->window = *window;
    *window = (struct window){.line = 1};
    *reader = &r->base;
    return OK;
}

/* The next line without its end, valid until the window moves; `*there` false at the end of the
 * file. It is used up by line_use. */
static err line_look(struct ical_records *r, slice *line, size_t *bytes, bool *there,
                     struct problem *problem) {
    size_t seen = 0;
    for (;;) {
        slice text = window_text(&r->window);
        size_t end = slice_find(text, seen, '\n');
        if (end < text.n || (r->window.ended && text.n > 0)) {
            *bytes = end < text.n ? end + 1 : end;
            *line = slice_sub(text, 0, end);
            line->n -= line->n > 0 && line->p[line->n - 1] == '\r';
            *there = true;
            return OK;
        }
        if (r->window.ended) {
            *there = false;
            return OK;
        }
        if (text.n > RECORD_BYTES_MAX) {
            problem_set(problem, ERR_LIMIT, "", "a line is longer than %u bytes", RECORD_BYTES_MAX);
            record_problem_line(problem, r->window.line);
            return ERR_LIMIT;
        }
        seen = text.n;
        TRY(window_more(&r->window, problem));
    }
}

/* "BEGIN:VEVENT" -> true and the name. */
static bool tag_of(slice line, slice tag, slice *name) {
    if (!slice_equal_ascii_nocase(slice_sub(line, 0, tag.n), tag)) {
        return false;
    }
    *name = slice_trim(slice_sub(line, tag.n, line.n));
    return true;
}

static err cut(struct ical_records *r, struct problem *problem) {
    r->base.cut = true;
    problem_set(problem, ERR_INPUT, "",
                "the calendar ends too early: it was cut (END:VCALENDAR is missing)");
    if (problem != NULL) {
        problem->line = r->window.line;
        problem->column = r->window.column;
    }
    return ERR_INPUT;
}

/* Reads the component whose BEGIN has just been used, to its END, into `component`: its own lines,
 * and with `whole` those of what it holds too. At the end of the file it sets `ended` and `cut`. */
static err component_read(struct ical_records *r, slice component, bool whole,
                          struct problem *problem) {

    unsigned inside = 0;
    buf_clear(&r->component);
    r->component_fits = true;
    for (;;) {
        slice line;
        slice name;
        size_t bytes;
        bool there;
        TRY(line_look(r, &line, &bytes, &there, problem));
        if (!there) {
            r->ended = r->base.cut = true;
            return OK;
        }
        bool begins = tag_of(line, SLICE("BEGIN:"), &name);
        bool ends = !begins && tag_of(line, SLICE("END:"), &name);
        if (ends && inside == 0 &&
            slice_equal_ascii_nocase(slice_sub(name, 0, COMPONENT_NAME_MAX), component)) {
            window_use(&r->window, bytes);
            return OK;
        }
        inside += begins;
        if (whole || (inside == 0 && !begins && !ends)) {
            buf_add(&r->component, line);
            buf_add(&r->component, SLICE("\r\n"));
        }
        inside -= ends && inside > 0;
        if (r->component.failed != OK) {
            r->component_fits = false;
        }
        window_use(&r->window, bytes);
    }
}

static struct held *held_find(struct ical_records *r, uint64_t uid) {
    for (uint32_t i = 0; i < r->held_count; i++) {
        if (r->held[i].uid == uid) {
            return &r->held[i];
        }
    }
    return NULL;
}

static void held_add(struct ical_records *r, uint64_t uid, slice text, uint64_t line) {
    struct held *held = held_find(r, uid);
    if (held == NULL) {
        held = &r->held[r->held_count++];
        *held = (struct held){.uid = uid, .line = line};
    }
    struct held_part *part = arena_new(&r->arena, struct held_part, 1);
    part->text = arena_copy(&r->arena, text);
    if (held->last == NULL) {
        held->first = part;
    } else {
        held->last->next = part;
    }
    held->last = part;
    held->parts++;
    r->draining = r->held_count == ICAL_HELD_MAX || r->arena.used_bytes > ICAL_HELD_BYTES_MAX;
}

static bool is_mail(slice text) {
    size_t at = slice_find(text, 0, '@');
    return at > 0 && at < text.n && slice_find(text, at, '.') < text.n &&
           slice_find(text, 0, ' ') == text.n && !slice_starts_with(text, SLICE("noreply@")) &&
           !slice_ends_with(text, SLICE(".invalid")) &&
           !slice_contains(text, SLICE("calendar.google"));
}

static void organizer_take(struct fields *fields, const struct ical_property *property) {
    slice value = slice_trim(property->value);
    bool mailto = slice_equal_ascii_nocase(slice_sub(value, 0, 7), SLICE("mailto:"));
    fields_add(fields, SLICE("organizer"),
               ical_unescape(ical_parameter(property, "CN"), fields->arena));
    if (mailto && is_mail(slice_sub(value, 7, value.n))) {
        fields_add(fields, SLICE("email"), slice_sub(value, 7, value.n));
    }
}

/* A list with commas that may be escaped. */
static void list_take(struct fields *fields, slice name, slice value) {
    size_t from = 0;
    for (size_t i = 0; i <= value.n; i++) {
        if (i < value.n && value.p[i] == '\\') {
            i++;
        } else if (i == value.n || value.p[i] == ',') {
            slice item = ical_unescape(slice_sub(value, from, i - from), fields->arena);
            fields_add_item(fields, name, item);
            from = i + 1;
        }
    }
}

static void status_take(struct fields *fields, slice value) {
    if (slice_equal_ascii_nocase(value, SLICE("CANCELLED"))) {
        fields_add(fields, SLICE("status"), SLICE("annulé"));
    } else if (slice_equal_ascii_nocase(value, SLICE("TENTATIVE"))) {
        fields_add(fields, SLICE("status"), SLICE("à confirmer"));
    }
}

static slice instant_text(slice value, struct arena *arena) {
    return value.n == 16 && value.p[15] == 'Z'
               ? arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", value.p, value.p + 4,
                              value.p + 6, value.p + 9, value.p + 11, value.p + 13)
               : SLICE_EMPTY;
}

static void attachment_take(struct fields *fields, const struct ical_property *property) {
    slice type = ical_parameter(property, "FMTTYPE");
    slice value = slice_trim(property->value);
    bool address = slice_starts_with(value, SLICE("http"));
    bool image = slice_starts_with(type, SLICE("image/")) ||
                 slice_equal_ascii_nocase(property->name, SLICE("IMAGE"));
    if (address) {
        fields_add_item(fields, image ? SLICE("image") : SLICE("document"), value);
    }
}

/* GEO is "lat;lon"; Apple's structured location is "geo:lat,lon". */
static void place_take(const struct ical_property *property, struct shape *shape) {
    slice value = slice_trim(property->value);
    bool apple = slice_starts_with(value, SLICE("geo:"));
    slice both = apple ? slice_sub(value, 4, value.n) : value;
    size_t middle = slice_find(both, 0, apple ? ',' : ';');
    middle = middle == both.n ? slice_find(both, 0, ',') : middle;
    middle -= middle > 0 && middle < both.n && both.p[middle - 1] == '\\';
    slice second = slice_sub(both, middle + 1, both.n);
    second = second.n > 0 && second.p[0] == ';' ? slice_sub(second, 1, second.n) : second;
    double lat;
    double lon;
    if (shape->n > 0) {
        return;
    }
    if (slice_to_double(slice_trim(slice_sub(both, 0, middle)), &lat) &&
        slice_to_double(slice_trim(second), &lon)) {
        if (lat != 0 || lon != 0) { /* what programs write when they do not know */
            shape_position(shape, lon, lat);
            shape_end(shape, GEOJSON_POINT);
        }
    } else {
        shape->bad = !apple;
    }
}

static void property_take(struct fields *fields, const struct ical_property *p,
                          struct shape *shape) {
    static const struct {
        const char *name, *field;
    } texts[] = {
        {"UID", "id"},
        {"SUMMARY", "title"},
        {"DESCRIPTION", "description"},
        {"LOCATION", "location"},
        {"URL", "website"},
        {"COMMENT", "comment"},
        {"CONTACT", "contact"},
        {"RESOURCES", "resources"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        if (slice_equal_ascii_nocase(p->name, slice_from_cstr(texts[i].name))) {
            fields_add(fields, slice_from_cstr(texts[i].field),
                       ical_unescape(p->value, fields->arena));
            return;
        }
    }
    if (slice_equal_ascii_nocase(p->name, SLICE("CATEGORIES"))) {
        list_take(fields, SLICE("categories"), p->value);
    } else if (slice_equal_ascii_nocase(p->name, SLICE("ORGANIZER"))) {
        organizer_take(fields, p);
    } else if (slice_equal_ascii_nocase(p->name, SLICE("STATUS"))) {
        status_take(fields, slice_trim(p->value));
    } else if (slice_equal_ascii_nocase(p->name, SLICE("LAST-MODIFIED"))) {
        fields_add(fields, SLICE("updated"), instant_text(slice_trim(p->value), fields->arena));
    } else if (slice_equal_ascii_nocase(p->name, SLICE("ATTACH")) ||
               slice_equal_ascii_nocase(p->name, SLICE("IMAGE"))) {
        attachment_take(fields, p);
    } else if (slice_equal_ascii_nocase(p->name, SLICE("GEO")) ||
               slice_equal_ascii_nocase(p->name, SLICE("X-APPLE-STRUCTURED-LOCATION"))) {
        place_take(p, shape);
    }
}

static void dates_take(struct ical_records *r, const struct ical_properties *events, uint32_t count,
                       struct fields *fields, uint64_t line) {
    struct ical_series *series = arena_new(fields->arena, struct ical_series, 1);
    if (!ical_series_make(r->zones, events, count, r->base.now_ms, fields->arena, series)) {
        record_note(&r->base, "events without a start that can be read have no date", line, "%s",
                    "");
        return;
    }
    for (uint32_t i = 0; i < series->count; i++) {
        struct buf date BUF_CLEANUP = buf_new(4096);
        ical_date_write(series, &series->dates[i], &date);
        fields_add_item(fields, SLICE("happens"), arena_copy(fields->arena, buf_slice(&date)));
    }
    const struct ical_property *title = ical_find(&events[0], "SUMMARY");
    slice name = title == NULL ? SLICE_EMPTY : slice_sub(title->value, 0, 60);
    if (series->endless) {
        record_note(&r->base, "a series without an end: its dates of the next two years were taken",
                    line, "%.*s", SLICE_ARG(name));
    } else if (series->left_out) {
        record_note(&r->base, "a series has more dates than an entry may have: the next were taken",
                    line, "%.*s", SLICE_ARG(name));
    }
    if (series->unreadable) {
        record_note(&r->base,
                    "a rule of recurrence that is not read here: its first date was taken", line,
                    "%.*s", SLICE_ARG(name));
    }
    if (series->first.unknown_zone) {
        record_note(&r->base, "times in a zone that is not known were taken as those of here", line,
                    "%.*s", SLICE_ARG(name));
    }
}

/* Only what its owner shows to everybody is for others. */
static bool is_private(const struct ical_properties *event) {
    const struct ical_property *class = ical_find(event, "CLASS");
    slice value = class == NULL ? SLICE_EMPTY : slice_trim(class->value);
    return slice_equal_ascii_nocase(value, SLICE("PRIVATE")) ||
           slice_equal_ascii_nocase(value, SLICE("CONFIDENTIAL"));
}

/* One event, with what changes single dates of it. `*out` is false when it is not for others. */
static err event_build(struct ical_records *r, const struct held *held, struct arena *arena,
                       struct record *record, enum read_step *step, bool *out,
                       struct problem *problem) {
    struct ical_properties *events = arena_try(arena, struct ical_properties, held->parts);
    if (events == NULL) {
        return ERR_MEMORY;
    }
    struct buf raw BUF_CLEANUP = buf_new(ICAL_HELD_BYTES_MAX + RECORD_BYTES_MAX);
    uint32_t count = 0;
    uint32_t master = 0;
    for (const struct held_part *part = held->first; part != NULL; part = part->next) {
        buf_add(&raw, part->text);
        events[count] = ical_properties_read(part->text, arena);
        bool change = ical_find(&events[count], "RECURRENCE-ID") != NULL;
        master = !change && ical_find(&events[master], "RECURRENCE-ID") != NULL ? count : master;
        count++;
    }
    *out = !is_private(&events[master]);
    if (!*out) {
        record_note(&r->base, "events that their owner marked as private were left out", held->line,
                    "%s", "");
        return OK;
    }
    record->number = ++r->base.number;
    record->line = held->line;
    record->raw = arena_copy(arena, buf_slice(&raw));
    *step = READ_RECORD;
    struct fields fields = fields_make(arena, problem);
    struct shape shape = shape_make(arena);
    for (uint32_t i = 0; i < events[master].count; i++) {
        property_take(&fields, &events[master].items[i], &shape);
    }
    dates_take(r, events, count, &fields, record->line);
    if (shape.bad) {
        record_note(&r->base, "coordinates that cannot be read were left out", record->line, "%s",
                    "");
    }
    record->has_geometry = shape_finish(&shape, &record->geometry);
    err failed = fields_finish(&fields, record);
    if (failed == ERR_LIMIT) {
        record_problem_line(problem, record->line);
        *step = READ_REJECTED;
        return OK;
    }
    return failed;
}

/* The event that has just been read: handed out (true), or kept until its series is whole. */
static err event_take(struct ical_records *r, struct arena *arena, struct record *record,
                      enum read_step *step, bool *out, struct problem *problem) {
    slice text = buf_slice(&r->component);
    *out = true;
    if (!r->component_fits) {
        record->number = ++r->base.number;
        record->line = r->component_line;
        *step = READ_REJECTED;
        problem_set(problem, ERR_LIMIT, "", "this event has more than %zu bytes",
                    r->base.record_bytes_max);
        record_problem_line(problem, record->line);
        return OK;
    }
    struct arena scratch ARENA_CLEANUP = arena_make(16384, 0);
    struct ical_properties event = ical_properties_read(text, &scratch);
    const struct ical_property *uid = ical_find(&event, "UID");
    uint64_t key = uid == NULL ? 0 : hash_bytes(slice_trim(uid->value), 0);
    bool series = ical_find(&event, "RRULE") != NULL || ical_find(&event, "RDATE") != NULL ||
                  ical_find(&event, "RECURRENCE-ID") != NULL;
    if (uid != NULL && (series || held_find(r, key) != NULL)) {
        held_add(r, key, text, r->component_line);
        *out = false;
        return OK;
    }
    struct held_part part = {.text = text};
    struct held alone = {.line = r->component_line, .parts = 1, .first = &part, .last = &part};
    return event_build(r, &alone, arena, record, step, out, problem);
}

/* A property of the calendar itself. */
static void calendar_take(struct ical_records *r, slice line) {
    struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
    struct ical_properties own = ical_properties_read(line, &scratch);
    const struct ical_property *zone = ical_find(&own, "X-WR-TIMEZONE");
    const struct ical_property *name = ical_find(&own, "X-WR-CALNAME");
    name = name == NULL ? ical_find(&own, "NAME") : name;
    if (zone != NULL) {
        ical_zones_default(r->zones, slice_trim(zone->value));
    }
    if (name != NULL && r->base.about.title.n == 0) {
        slice text = slice_trim(ical_unescape(name->value, &scratch));
        size_t n = text.n < sizeof r->title ? text.n : 0;
        memcpy(r->title, n > 0 ? text.p : "", n);
        r->base.about.title = slice_of(r->title, n);
    }
    if (own.count == 0 && slice_trim(line).n > 0 && line.p[0] != ' ' && line.p[0] != '\t') {
        record_note(&r->base, SKIPPED_LINE, r->window.line, "%.*s",
                    (int)(line.n < 60 ? line.n : 60), line.p);
    }
}

/* A component that begins: an event is taken, a zone learnt, others passed by. */
static err component_take(struct ical_records *r, slice name, bool *is_event,
                          struct problem *problem) {
    *is_event = slice_equal_ascii_nocase(name, SLICE("VEVENT"));
    bool zone = slice_equal_ascii_nocase(name, SLICE("VTIMEZONE"));
    bool calendar = slice_equal_ascii_nocase(name, SLICE("VCALENDAR"));
    bool task = slice_equal_ascii_nocase(name, SLICE("VTODO")) ||
                slice_equal_ascii_nocase(name, SLICE("VJOURNAL")) ||
                slice_equal_ascii_nocase(name, SLICE("VFREEBUSY"));
    if (task) {
        record_note(&r->base, SKIPPED_TASKS, r->component_line, "%.*s",
                    (int)(name.n < 20 ? name.n : 20), name.p);
    }
    if (calendar) {
        r->depth++;
        return OK;
    }
    TRY(component_read(r, name, zone, problem));
    *is_event = *is_event && !r->ended;
    if (zone && r->component_fits && !r->ended) {
        struct buf whole BUF_CLEANUP = buf_new(r->component.n + 64);
        buf_add(&whole, SLICE("BEGIN:VTIMEZONE\r\n"));
        buf_add(&whole, buf_slice(&r->component));
        buf_add(&whole, SLICE("END:VTIMEZONE\r\n"));
        ical_zones_add(r->zones, buf_slice(&whole));
    }
    return OK;
}

static err held_next(struct ical_records *r, struct arena *arena, struct record *record,
                     enum read_step *step, bool *out, struct problem *problem) {
    err failed = event_build(r, &r->held[r->held_out++], arena, record, step, out, problem);
    if (r->held_out == r->held_count) {
        r->held_count = r->held_out = 0;
        r->draining = false;
        arena_reset(&r->arena);
    }
    return failed;
}

static err ical_next(struct record_reader *reader, struct arena *arena, struct record *record,
                     enum read_step *step, struct problem *problem) {
    struct ical_records *r = (struct ical_records *)reader;
    for (;;) {
        slice line;
        slice name;
        size_t bytes;
        bool there;
        bool is_event = false;
        if (r->held_count > 0 && (r->draining || r->ended)) {
            bool out = false;
            TRY(held_next(r, arena, record, step, &out, problem));
            if (out) {
                return OK;
            }
            continue;
        }
        if (r->ended && r->base.cut) {
            return cut(r, problem);
        }
        if (r->ended) {
            *step = READ_END;
            return OK;
        }
        TRY(line_look(r, &line, &bytes, &there, problem));
        if (!there) {
            r->ended = true;
            r->base.cut = r->depth > 0;
        } else if (tag_of(line, SLICE("BEGIN:"), &name)) {
            char kept[COMPONENT_NAME_MAX];
            size_t n = name.n < sizeof kept ? name.n : sizeof kept;
            memcpy(kept, n > 0 ? name.p : "", n); /* the window moves */
            r->component_line = r->window.line;
            window_use(&r->window, bytes);
            TRY(component_take(r, slice_of(kept, n), &is_event, problem));
            bool out = false;
            if (is_event) {
                TRY(event_take(r, arena, record, step, &out, problem));
            }
            if (out) {
                return OK;
            }
        } else {
            if (tag_of(line, SLICE("END:"), &name)) {
                r->depth -= r->depth > 0 && slice_equal_ascii_nocase(name, SLICE("VCALENDAR"));
            } else {
                calendar_take(r, line);
            }
            window_use(&r->window, bytes);
        }
    }
}

static bool ical_is_cut(const struct record_reader *reader) {
    return decode_is_cut(((const struct ical_records *)reader)->window.decode);
}

static const struct decode *ical_decode(const struct record_reader *reader) {
    return ((const struct ical_records *)reader)->window.decode;
}

const struct record_format_row record_ical_row = {
    .sniff = ical_sniff,
    .open = ical_open,
    .next = ical_next,
    .is_cut = ical_is_cut,
    .decode = ical_decode,
    .free = ical_free,
};
