/* Elements of GoGoCarto: `gogofull` objects, as its importer and its maps read them, and
 * `gogocompact` rows, whose `mapping` by its custom leaves out the categories. */
#include "face/api/gogo_int.h"

/* A licence that all of it shares is told by its address, as GoGoCarto does. */
static slice licence_told(const struct export *export) {
    slice iri = export_licence_iri(export->licence);
    return iri.n > 0 ? iri : export->licence;
}

static void envelope_open(struct export *export, const char *ontology, const char *mapping,
                          struct buf *out) {
    struct face_json json = face_json_to(out);
    face_json_open(&json, '{');
    face_json_key(&json, "licence");
    face_json_text(&json, licence_told(export));
    face_json_member(&json, "ontology", slice_from_cstr(ontology));
    face_json_member(&json, "attribution", export->attribution);
    if (export->left_out > 0) { /* elements have a place */
        face_json_member_i64(&json, "left_out", (int64_t) export->left_out);
    }
    if (mapping) {
        face_json_key(&json, "mapping");
        face_json_word(&json, mapping);
    }
    face_json_key(&json, "data");
    face_json_open(&json, '[');
}

static void full_begin(struct export *export, struct buf *out) {
    envelope_open(export, "gogofull", NULL, out);
}

static void compact_begin(struct export *export, struct buf *out) {
    envelope_open(export, "gogocompact",
                  "[\"id\",[\"name\"],\"latitude\",\"longitude\",\"status\",\"moderationState\"]",
                  out);
}

static void envelope_close(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "]}\n");
}

static slice element_id(struct export *export, const struct export_item *item) {
    slice id = arena_printf(&export->step, "%lld", (long long)item->entry->id.v);
    return item->is_ask ? arena_printf(&export->step, "%.*s-%u", SLICE_ARG(id), item->ask_position)
                        : id;
}

/* ---- gogofull ---- */

static void geo_write(const struct export_item *item, struct face_json *json) {
    face_json_key(json, "geo");
    face_json_open(json, '{');
    face_json_key(json, "latitude");
    face_json_degrees(json, item->shown->point.lat_e7);
    face_json_key(json, "longitude");
    face_json_degrees(json, item->shown->point.lon_e7);
    face_json_close(json, '}');
}

static void address_write(const struct export *export, const struct export_item *item,
                          struct face_json *json) {
    const struct territories *all = export->face->territories;
    uint32_t at = item->shown->territory;
    bool is_commune = at != TERRITORY_NONE && all->items[at].level == TERRITORY_COMMUNE;
    slice city = item->entry->place.city;
    face_json_key(json, "address");
    face_json_open(json, '{');
    face_json_member(json, "streetAddress", item->entry->place.address);
    face_json_member(json, "addressLocality",
                     city.n == 0 && is_commune ? all->items[at].name : city);
    face_json_member(json, "postalCode", item->entry->place.postal_code);
    if (at != TERRITORY_NONE) {
        face_json_member(json, "addressCountry", SLICE("FR"));
    }
    face_json_close(json, '}');
}

/* "dd/mm/yyyy" */
static void day_write(struct face_json *json, const char *key, int64_t ms, struct arena *arena) {
    struct date day;
    if (ms != 0 && date_from_ms(ms, SLICE_EMPTY, &day) == OK) {
        face_json_member(json, key,
                         arena_printf(arena, "%02u/%02u/%04d", day.day, day.month, (int)day.year));
    }
}

/* By name, which an importer finds or makes, and by number, which a map filters by. */
static void categories_write(const struct export *export, const struct export_item *item,
                             struct face_json *json) {
    const struct themes *themes = export->face->themes;
    face_json_key(json, "categories");
    face_json_open(json, '[');
    face_json_text(json, api_kind_label(export->request, item->kind));
    for (uint32_t i = 0; i < item->entry->theme_count; i++) {
        uint16_t theme = themes_find(themes, item->entry->themes[i]);
        if (theme != THEME_NONE) {
            face_json_text(json, api_theme_label(export->request, &themes->items[theme]));
        }
    }
    face_json_close(json, ']');
    face_json_key(json, "categoriesFull");
    face_json_open(json, '[');
    buf_addf(json->out, "{\"id\":%lld,\"index\":0}", (long long)gogo_kind_id(item->kind));
    json->follows = true;
    for (uint32_t i = 0; i < item->entry->theme_count; i++) {
        face_json_open(json, '{');
        face_json_member_i64(json, "id", gogo_theme_id(item->entry->themes[i]));
        face_json_member_i64(json, "index", (int64_t)i + 1);
        face_json_close(json, '}');
    }
    face_json_close(json, ']');
}

static void media_write(struct export *export, const struct export_item *item,
                        struct face_json *json) {
    face_json_key(json, "images");
    face_json_open(json, '[');
    for (uint32_t i = 0; i < item->entry->media_count; i++) {
        if (item->entry->media[i].kind == ENTRY_MEDIA_IMAGE) {
            face_json_text(json, face_media_url(export->request->base_url,
                                                item->entry->media[i].url, &export->step));
        }
    }
    face_json_close(json, ']');
    face_json_key(json, "stamps");
    face_json_word(json, "[]");
}

static void contacts_write(const struct export_item *item, struct face_json *json) {
    static const char *const keys[ENTRY_CONTACT__COUNT] = {
        [ENTRY_CONTACT_WEBSITE] = "website",
        [ENTRY_CONTACT_EMAIL] = "email",
        [ENTRY_CONTACT_TELEPHONE] = "telephone",
    };
    for (unsigned kind = 0; kind < ENTRY_CONTACT__COUNT; kind++) {
        bool told = keys[kind] == NULL;
        for (uint32_t i = 0; i < item->entry->contact_count && !told; i++) {
            if (item->entry->contacts[i].kind == kind) {
                face_json_member(json, keys[kind], item->entry->contacts[i].value);
                told = true;
            }
        }
    }
}

static void hours_write(const struct export_item *item, struct face_json *json) {
    slice hours = item->entry->opening_hours;
    if (hours.n == 0 || gogo_hours_write(hours, json)) {
        return;
    }
    face_json_member(json, "openHoursMoreInfos", hours);
}

/* What GoGoCarto has no word for stands at the top, as its custom fields do. */
static void custom_write(struct export *export, const struct export_item *item,
                         struct face_json *json) {
    const struct entry *entry = item->entry;
    face_json_member(json, "kind", query_kind_slug(item->kind));
    face_json_member(json, "state", entry_state_slug(entry->state));
    face_json_member(json, "type", entry->type);
    face_json_member_texts(json, "tags", entry->tags, entry->tag_count);
    face_json_member(json, "price", entry->price);
    face_json_member(json, "audience", entry->audience);
    for (uint32_t i = 0; i < entry->date_count; i++) {
        if (entry->dates[i].role == ENTRY_DATE_HAPPENS) {
            struct buf text BUF_CLEANUP = buf_new(64);
            date_format(&entry->dates[i].start, &text);
            face_json_member(json, "start", buf_slice(&text));
            buf_clear(&text);
            date_format(&entry->dates[i].end, &text);
            face_json_member(json, "end", buf_slice(&text));
            break;
        }
    }
    face_json_member(json, "agoraUrl", export_item_url(export, item));
    face_json_member(json, "source_url", entry->source_url);
    face_json_member(json, "licence", item->licence);
    face_json_member(json, "attribution", item->attribution);
}

static void full_write(struct export *export, const struct export_item *item, struct buf *out) {
    struct face_json json = {.out = out, .follows = export->written > 0};
    const struct entry *entry = item->entry;
    face_json_open(&json, '{');
    face_json_member(&json, "id", element_id(export, item));
    face_json_member(&json, "name", item->ask ? export_item_title(export, item) : entry->title);
    geo_write(item, &json);
    address_write(export, item, &json);
    categories_write(export, item, &json);
    face_json_member(&json, "sourceKey",
                     item->source ? face_source_title(item->source, &export->step) : SLICE_EMPTY);
    day_write(&json, "createdAt", entry->created_ms, &export->step);
    day_write(&json, "updatedAt", entry->updated_ms, &export->step);
    face_json_member_i64(&json, "status", 1);
    face_json_member(&json, "description",
                     item->ask              ? item->ask->text
                     : entry->summary.n > 0 ? entry->summary
                                            : entry->description);
    if (entry->summary.n > 0) {
        face_json_member(&json, "descriptionMore", entry->description);
    }
    contacts_write(item, &json);
    hours_write(item, &json);
    media_write(export, item, &json);
    custom_write(export, item, &json);
    face_json_close(&json, '}');
}

const struct export_writer export_gogofull = {
    .begin = full_begin, .write = full_write, .end = envelope_close};

/* ---- gogocompact ---- */

static void compact_write(struct export *export, const struct export_item *item, struct buf *out) {
    struct face_json json = {.out = out, .follows = export->written > 0};
    face_json_open(&json, '[');
    face_json_text(&json, element_id(export, item));
    face_json_open(&json, '[');
    face_json_text(&json, item->ask ? export_item_title(export, item) : item->entry->title);
    face_json_close(&json, ']');
    face_json_degrees(&json, item->shown->point.lat_e7);
    face_json_degrees(&json, item->shown->point.lon_e7);
    face_json_open(&json, '[');
    face_json_i64(&json, gogo_kind_id(item->kind));
    for (uint32_t i = 0; i < item->entry->theme_count; i++) {
        face_json_i64(&json, gogo_theme_id(item->entry->themes[i]));
    }
    face_json_close(&json, ']');
    face_json_close(&json, ']');
}

const struct export_writer export_gogocompact = {
    .begin = compact_begin, .write = compact_write, .end = envelope_close};

/* ---- hours ---- */

#define DAYS 7

static unsigned day_of(slice text) {
    static const char days[] = "MoTuWeThFrSaSu";
    unsigned day = 0;
    while (day < DAYS && !(text.n == 2 && slice_equal(text, slice_of(days + 2 * (size_t)day, 2)))) {
        day++;
    }
    return day;
}

/* "Mo-Fr,Su" into bits; 0: not that simple. */
static unsigned days_of(slice text) {
    unsigned days = 0;
    slice part;
    while (slice_cut(&text, ',', &part)) {
        size_t dash = slice_find(part, 0, '-');
        unsigned first = day_of(slice_sub(part, 0, dash));
        unsigned last = dash < part.n ? day_of(slice_sub(part, dash + 1, part.n)) : first;
        if (first == DAYS || last == DAYS) {
            return 0;
        }
        for (unsigned day = first;; day = (day + 1) % DAYS) {
            days |= 1u << day;
            if (day == last) {
                break;
            }
        }
    }
    return days;
}

/* "09:00-12:00,14:00-18:00" */
static bool are_spans(slice text) {
    slice span;
    bool good = text.n > 0;
    while (slice_cut(&text, ',', &span)) {
        span = slice_trim(span);
        good = good && span.n == 11 && span.p[2] == ':' && span.p[5] == '-' && span.p[8] == ':';
        for (size_t i = 0; good && i < span.n; i++) {
            bool digit = span.p[i] >= '0' && span.p[i] <= '9';
            good = digit == (i != 2 && i != 5 && i != 8);
        }
    }
    return good;
}

bool gogo_hours_write(slice osm, struct face_json *json) {
    static const char *const keys[DAYS] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    slice spans[DAYS] = {{0}};
    slice rule;
    while (slice_cut(&osm, ';', &rule)) {
        rule = slice_trim(rule);
        size_t space = slice_find(rule, 0, ' ');
        unsigned days = days_of(slice_sub(rule, 0, space));
        slice times = slice_trim(slice_sub(rule, space, rule.n));
        if (rule.n == 0) {
            continue;
        }
        if (days == 0 || !are_spans(times)) {
            return false;
        }
        for (unsigned day = 0; day < DAYS; day++) {
            spans[day] = days >> day & 1 ? times : spans[day];
        }
    }
    face_json_key(json, "openHours");
    face_json_open(json, '{');
    for (unsigned day = 0; day < DAYS; day++) {
        face_json_member(json, keys[day], spans[day]);
    }
    face_json_close(json, '}');
    return true;
}
