/* docs/entry-format.md into a struct entry. Strict about keys and sorts, so that a typing error is
 * said and not dropped; the rules of content are entry_check's. */
#include "domain/entry/entry_int.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct arena *arena;
    struct problem *problem;
    const char *list; /* where we are: "contacts", or "" at the top */
    long position;    /* in the list, or -1 */
};

/* Takes the keys of an object that are not plain texts; ERR_UNSUPPORTED for a key it does not
 * know. */
typedef err other_key(struct reader *reader, void *thing, slice key, json_t *value);

static err refuse(const struct reader *reader, err code, slice key, const char *what) {
    char field[64];
    if (reader->position >= 0) {
        snprintf(field, sizeof(field), "%s[%ld].%.*s", reader->list, reader->position,
                 SLICE_ARG(slice_sub(key, 0, 40)));
    } else if (reader->list[0]) {
        snprintf(field, sizeof(field), "%s.%.*s", reader->list, SLICE_ARG(slice_sub(key, 0, 40)));
    } else {
        snprintf(field, sizeof(field), "%.*s", SLICE_ARG(slice_sub(key, 0, 60)));
    }
    return problem_set(reader->problem, code, field, "%s", what);
}

static slice json_slice(const json_t *value) {
    return slice_of(json_string_value(value), json_string_length(value));
}

static err text_read(const struct reader *reader, slice key, const json_t *value, slice *text) {
    if (json_is_null(value)) {
        return OK;
    }
    if (!json_is_string(value)) {
        return refuse(reader, ERR_INPUT, key, "must be a text");
    }
    slice found = slice_trim(json_slice(value));
    *text = found.n ? arena_copy(reader->arena, found) : SLICE_EMPTY;
    return OK;
}

static const struct entry_field *field_find(const struct entry_fields *fields, slice key) {
    for (size_t i = 0; i < fields->count; i++) {
        if (slice_equal(slice_from_cstr(fields->items[i].key), key)) {
            return &fields->items[i];
        }
    }
    return NULL;
}

static err object_read(struct reader *reader, json_t *object, const struct entry_fields *fields,
                       other_key *other, void *thing) {
    if (!json_is_object(object)) {
        return refuse(reader, ERR_INPUT, SLICE_EMPTY, "must be an object {…}");
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value) {
        slice key = slice_from_cstr(name);
        const struct entry_field *field = field_find(fields, key);
        if (field) {
            TRY(text_read(reader, key, value, entry_field_of(thing, field)));
            continue;
        }
        err failed = other(reader, thing, key, value);
        if (failed == ERR_UNSUPPORTED) {
            return refuse(reader, ERR_INPUT, key, "this key is not known");
        }
        TRY(failed);
    }
    return OK;
}

/* Reads an enum by its slug with the room's own function; absent and null leave it alone. */
#define SLUG_READ(reader, key, value, from_slug, target)                                           \
    do {                                                                                           \
        slice slug_ = SLICE_EMPTY;                                                                 \
        TRY(text_read((reader), (key), (value), &slug_));                                          \
        if (slug_.n > 0 && !from_slug(slug_, (target))) {                                          \
            return refuse((reader), ERR_INPUT, (key), "is not one of the known values");           \
        }                                                                                          \
    } while (0)

static err bool_read(const struct reader *reader, slice key, const json_t *value, bool *target) {
    if (!json_is_boolean(value)) {
        return refuse(reader, ERR_INPUT, key, "must be true or false");
    }
    *target = json_is_true(value);
    return OK;
}

/* An instant, or a day (its first moment, UTC). */
static err time_read(const struct reader *reader, slice key, const json_t *value, int64_t *ms) {
    slice text = SLICE_EMPTY;
    TRY(text_read(reader, key, value, &text));
    struct date date;
    int64_t last = 0;
    if (text.n == 0 || time_parse_rfc3339(text, ms) == OK) {
        return OK;
    }
    if (date_parse(text, &date) != OK || date.precision == DATE_UNKNOWN ||
        date_range_ms(&date, SLICE("UTC"), ms, &last) != OK) {
        return refuse(reader, ERR_INPUT, key, "is not a date");
    }
    return OK;
}

/* Makes room for a JSON list of objects or texts; NULL with *count 0 for null. */
static err list_room(const struct reader *reader, slice key, const json_t *value, size_t size,
                     void **items, size_t *count) {
    if (json_is_null(value)) {
        *count = 0;
        return OK;
    }
    if (!json_is_array(value)) {
        return refuse(reader, ERR_INPUT, key, "must be a list […]");
    }
    size_t n = json_array_size(value);
    if (n > ENTRY_LIST_MAX) {
        return refuse(reader, ERR_LIMIT, key, "has too many items");
    }
    *items = arena_alloc(reader->arena, size, n, _Alignof(max_align_t));
    *count = n;
    return OK;
}

static err texts_read(const struct reader *reader, slice key, const json_t *value, slice **texts,
                      uint32_t *text_count) {
    size_t count = 0;
    void *room = NULL;
    TRY(list_room(reader, key, value, sizeof(slice), &room, &count));
    slice *items = room;
    uint32_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        slice text = SLICE_EMPTY;
        TRY(text_read(reader, key, json_array_get(value, i), &text));
        if (text.n > 0) {
            items[kept++] = text;
        }
    }
    *texts = items;
    *text_count = kept;
    return OK;
}

/* Reads a list of objects into `*items`. */
static err objects_read(struct reader *reader, slice key, const json_t *value, size_t size,
                        const struct entry_fields *fields, other_key *other, void **items,
                        uint32_t *item_count) {
    size_t count = 0;
    void *room = NULL;
    TRY(list_room(reader, key, value, size, &room, &count));
    for (size_t i = 0; i < count; i++) {
        struct reader inner = *reader;
        inner.list = key.p;
        inner.position = (long)i;
        TRY(object_read(&inner, json_array_get(value, i), fields, other, (char *)room + i * size));
    }
    *items = room;
    *item_count = (uint32_t)count;
    return OK;
}

static err no_other_key(struct reader *reader, void *thing, slice key, json_t *value) {
    (void)reader, (void)thing, (void)key, (void)value;
    return ERR_UNSUPPORTED;
}

static err contact_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry_contact *contact = thing;
    if (slice_equal(key, SLICE("kind"))) {
        SLUG_READ(reader, key, value, entry_contact_kind_from_slug, &contact->kind);
        return OK;
    }
    if (slice_equal(key, SLICE("visibility"))) {
        SLUG_READ(reader, key, value, entry_visibility_from_slug, &contact->visibility);
        return OK;
    }
    return ERR_UNSUPPORTED;
}

static err date_read(const struct reader *reader, slice key, const json_t *value,
                     struct date *date) {
    slice text = SLICE_EMPTY;
    TRY(text_read(reader, key, value, &text));
    if (date_parse(text, date) != OK) {
        return refuse(reader, ERR_INPUT, key, "is not a date as 2022, 2022-05 or 2022-05-03");
    }
    return OK;
}

static err date_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry_date *date = thing;
    if (slice_equal(key, SLICE("role"))) {
        SLUG_READ(reader, key, value, entry_date_role_from_slug, &date->role);
        return OK;
    }
    if (slice_equal(key, SLICE("start"))) {
        return date_read(reader, key, value, &date->start);
    }
    if (slice_equal(key, SLICE("end"))) {
        return date_read(reader, key, value, &date->end);
    }
    return ERR_UNSUPPORTED;
}

static err media_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry_media *media = thing;
    if (slice_equal(key, SLICE("kind"))) {
        SLUG_READ(reader, key, value, entry_media_kind_from_slug, &media->kind);
        return OK;
    }
    if (slice_equal(key, SLICE("duration_s"))) {
        if (!json_is_integer(value) || json_integer_value(value) < 0 ||
            json_integer_value(value) > UINT32_MAX) {
            return refuse(reader, ERR_INPUT, key, "must be a number of seconds");
        }
        media->duration_s = (uint32_t)json_integer_value(value);
        return OK;
    }
    /* What the API says of a document that lies there, beside its address. */
    if (slice_equal(key, SLICE("media_type")) || slice_equal(key, SLICE("bytes"))) {
        return OK;
    }
    return ERR_UNSUPPORTED;
}

static err ask_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry_ask *ask = thing;
    if (slice_equal(key, SLICE("sort"))) {
        SLUG_READ(reader, key, value, entry_ask_sort_from_slug, &ask->sort);
        return OK;
    }
    return ERR_UNSUPPORTED;
}

/* Needs and offers share one list: needs first, whatever the order of the keys. */
static err asks_read(struct reader *reader, struct entry *entry, json_t *needs, json_t *offers) {
    struct entry_ask *lists[ENTRY_ASK_DIRECTION__COUNT] = {NULL, NULL};
    uint32_t counts[ENTRY_ASK_DIRECTION__COUNT] = {0, 0};
    void *items = NULL;
    if (needs) {
        TRY(objects_read(reader, SLICE("needs"), needs, sizeof(struct entry_ask), &entry_ask_fields,
                         ask_key, &items, &counts[ENTRY_NEED]));
        lists[ENTRY_NEED] = items;
    }
    if (offers) {
        TRY(objects_read(reader, SLICE("offers"), offers, sizeof(struct entry_ask),
                         &entry_ask_fields, ask_key, &items, &counts[ENTRY_OFFER]));
        lists[ENTRY_OFFER] = items;
    }
    entry->asks = arena_new(reader->arena, struct entry_ask, counts[0] + counts[1]);
    for (int direction = 0; direction < ENTRY_ASK_DIRECTION__COUNT; direction++) {
        for (uint32_t i = 0; i < counts[direction]; i++) {
            struct entry_ask *ask = &entry->asks[entry->ask_count++];
            assert(lists[direction]); /* what is counted is there */
            *ask = lists[direction][i];
            ask->direction = (enum entry_ask_direction)direction;
        }
    }
    return OK;
}

static err translation_add(const struct reader *reader, struct entry *entry, slice language,
                           enum entry_translated field, size_t position, const json_t *value) {
    slice text = SLICE_EMPTY;
    TRY(text_read(reader, language, value, &text));
    if (text.n == 0) {
        return OK; /* this one is not translated */
    }
    if (entry->translation_count == ENTRY_TRANSLATION_MAX) {
        return refuse(reader, ERR_LIMIT, language, "has too many texts");
    }
    entry->translations[entry->translation_count++] = (struct entry_translation){
        .language = language, .field = field, .position = (uint16_t)position, .value = text};
    return OK;
}

static err translated_key(const struct reader *reader, struct entry *entry, slice language,
                          slice key, const json_t *value) {
    enum entry_translated field;
    if (!entry_translated_from_slug(key, &field)) {
        return refuse(reader, ERR_INPUT, key, "this key is not known");
    }
    bool is_list = field == ENTRY_TR_FIGURE || field == ENTRY_TR_NEED || field == ENTRY_TR_OFFER;
    if (!is_list) {
        return translation_add(reader, entry, language, field, 0, value);
    }
    if (!json_is_array(value) || json_array_size(value) > ENTRY_LIST_MAX) {
        return refuse(reader, ERR_INPUT, key, "must be a list […], as long as the original");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        TRY(translation_add(reader, entry, language, field, i, json_array_get(value, i)));
    }
    return OK;
}

static err translations_read(struct reader *reader, struct entry *entry, json_t *languages) {
    struct reader inner = *reader;
    inner.list = "translations";
    if (!json_is_object(languages)) {
        return refuse(&inner, ERR_INPUT, SLICE_EMPTY, "must be an object {…}");
    }
    if (!entry->translations) {
        entry->translations =
            arena_new(reader->arena, struct entry_translation, ENTRY_TRANSLATION_MAX);
    }
    const char *language = NULL;
    json_t *texts = NULL;
    json_object_foreach(languages, language, texts) {
        slice name = arena_copy(reader->arena, slice_from_cstr(language));
        if (!json_is_object(texts)) {
            return refuse(&inner, ERR_INPUT, name, "must be an object {…}");
        }
        const char *key = NULL;
        json_t *value = NULL;
        json_object_foreach(texts, key, value) {
            TRY(translated_key(&inner, entry, name, slice_from_cstr(key), value));
        }
    }
    return OK;
}

static err degrees_read(const struct reader *reader, slice key, const json_t *value, double most,
                        int32_t *e7) {
    if (json_is_null(value)) {
        return OK;
    }
    double degrees = json_is_number(value) ? json_number_value(value) : most + 1;
    if (!(degrees >= -most && degrees <= most)) {
        return refuse(reader, ERR_INPUT, key, "is not a number of degrees");
    }
    *e7 = (int32_t)lround(degrees * 1e7);
    return OK;
}

static err place_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry *entry = thing;
    if (slice_equal(key, SLICE("precision"))) {
        SLUG_READ(reader, key, value, entry_precision_from_slug, &entry->place.precision);
        return OK;
    }
    if (slice_equal(key, SLICE("latitude"))) {
        return degrees_read(reader, key, value, 90, &entry->place.point.lat_e7);
    }
    if (slice_equal(key, SLICE("longitude"))) {
        return degrees_read(reader, key, value, 180, &entry->place.point.lon_e7);
    }
    if (slice_equal(key, SLICE("territory_label")) || slice_equal(key, SLICE("approximate"))) {
        return OK; /* of the API */
    }
    return ERR_UNSUPPORTED;
}

static bool json_is_number_at(const json_t *object, const char *key) {
    return json_is_number(json_object_get(object, key));
}

static err place_read(struct reader *reader, struct entry *entry, json_t *place) {
    struct reader inner = *reader;
    inner.list = "place";
    TRY(object_read(&inner, place, &entry_place_fields, place_key, entry));
    bool latitude = json_is_number_at(place, "latitude");
    bool longitude = json_is_number_at(place, "longitude");
    if (latitude != longitude) {
        return refuse(&inner, ERR_INPUT, latitude ? SLICE("longitude") : SLICE("latitude"),
                      "is missing beside the other one");
    }
    /* A commune's centre, as the API shows it, is no point of the entry's own. */
    entry->place.has_point = latitude && !json_is_true(json_object_get(place, "approximate"));
    return OK;
}

static err id_read(const struct reader *reader, slice key, const json_t *value, slice *id) {
    if (json_is_integer(value)) {
        *id = arena_printf(reader->arena, "%lld", (long long)json_integer_value(value));
        return OK;
    }
    return text_read(reader, key, value, id);
}

/* What exports and the API say beside an entry: of its source, of this result, of the instance it
 * comes from. It is not of the entry, so it is passed over. */
static bool is_beside(slice key) {
    static const slice keys[] = {{"source", 6},      {"url", 3},      {"match", 5},
                                 {"distance_m", 10}, {"taken_up", 8}, {"attribution", 11}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (slice_equal(keys[i], key)) {
            return true;
        }
    }
    return false;
}

/* The API tells what the store knows of a link's target; "incoming" ones are the other's own. */
static err link_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry_link *link = thing;
    if (slice_equal(key, SLICE("incoming"))) {
        return bool_read(reader, key, value, &link->incoming);
    }
    return slice_equal(key, SLICE("id")) || slice_equal(key, SLICE("title")) ||
                   slice_equal(key, SLICE("kind"))
               ? OK
               : ERR_UNSUPPORTED;
}

static err links_read(struct reader *reader, slice key, json_t *value, struct entry *entry) {
    void *items = NULL;
    uint32_t count = 0;
    uint32_t kept = 0;
    TRY(objects_read(reader, key, value, sizeof(struct entry_link), &entry_link_fields, link_key,
                     &items, &count));
    entry->links = items;
    for (uint32_t i = 0; i < count; i++) {
        if (!entry->links[i].incoming) {
            entry->links[kept++] = entry->links[i];
        }
    }
    entry->link_count = kept;
    return OK;
}

/* The lists of an entry. */
static err entry_list_key(struct reader *reader, struct entry *entry, slice key, json_t *value) {
    void *items = NULL;
    if (slice_equal(key, SLICE("themes"))) {
        return texts_read(reader, key, value, &entry->themes, &entry->theme_count);
    }
    if (slice_equal(key, SLICE("tags"))) {
        return texts_read(reader, key, value, &entry->tags, &entry->tag_count);
    }
    if (slice_equal(key, SLICE("contacts"))) {
        TRY(objects_read(reader, key, value, sizeof(struct entry_contact), &entry_contact_fields,
                         contact_key, &items, &entry->contact_count));
        entry->contacts = items;
        return OK;
    }
    if (slice_equal(key, SLICE("dates"))) {
        TRY(objects_read(reader, key, value, sizeof(struct entry_date), &entry_date_fields,
                         date_key, &items, &entry->date_count));
        entry->dates = items;
        return OK;
    }
    if (slice_equal(key, SLICE("figures"))) {
        TRY(objects_read(reader, key, value, sizeof(struct entry_figure), &entry_figure_fields,
                         no_other_key, &items, &entry->figure_count));
        entry->figures = items;
        return OK;
    }
    if (slice_equal(key, SLICE("links"))) {
        return links_read(reader, key, value, entry);
    }
    if (slice_equal(key, SLICE("media"))) {
        TRY(objects_read(reader, key, value, sizeof(struct entry_media), &entry_media_fields,
                         media_key, &items, &entry->media_count));
        entry->media = items;
        return OK;
    }
    return ERR_UNSUPPORTED;
}

static err entry_key(struct reader *reader, void *thing, slice key, json_t *value) {
    struct entry *entry = thing;
    if (slice_equal(key, SLICE("id"))) {
        return id_read(reader, key, value, &entry->source_key);
    }
    if (slice_equal(key, SLICE("kind"))) {
        SLUG_READ(reader, key, value, entry_kind_from_slug, &entry->kind);
        return OK;
    }
    if (slice_equal(key, SLICE("state"))) {
        SLUG_READ(reader, key, value, entry_state_from_slug, &entry->state);
        return OK;
    }
    if (slice_equal(key, SLICE("wheelchair"))) {
        SLUG_READ(reader, key, value, entry_wheelchair_from_slug, &entry->wheelchair);
        return OK;
    }
    if (slice_equal(key, SLICE("place"))) {
        return place_read(reader, entry, value);
    }
    if (slice_equal(key, SLICE("translations"))) {
        return translations_read(reader, entry, value);
    }
    if (slice_equal(key, SLICE("needs")) || slice_equal(key, SLICE("offers"))) {
        return OK; /* both at once, after the walk */
    }
    if (slice_equal(key, SLICE("created"))) {
        return time_read(reader, key, value, &entry->created_ms);
    }
    if (slice_equal(key, SLICE("updated"))) {
        return time_read(reader, key, value, &entry->source_updated_ms);
    }
    if (slice_equal(key, SLICE("confirmed"))) {
        return time_read(reader, key, value, &entry->confirmed_ms);
    }
    if (slice_equal(key, SLICE("example"))) {
        return bool_read(reader, key, value, &entry->is_example);
    }
    const struct entry_field *detail = field_find(&entry_detail_fields, key);
    return detail           ? text_read(reader, key, value, entry_field_of(entry, detail))
           : is_beside(key) ? OK
                            : entry_list_key(reader, entry, key, value);
}

/* The kinds that an item must name: an absent one would silently be the first of its enum. */
static err sorts_present(const struct reader *reader, const json_t *root) {
    static const struct {
        const char *list, *key;
    } wanted[] = {{"contacts", "kind"},
                  {"dates", "role"},
                  {"media", "kind"},
                  {"needs", "sort"},
                  {"offers", "sort"}};
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        const json_t *list = json_object_get(root, wanted[i].list);
        for (size_t k = 0; k < json_array_size(list); k++) {
            if (!json_is_string(json_object_get(json_array_get(list, k), wanted[i].key))) {
                struct reader inner = *reader;
                inner.list = wanted[i].list;
                inner.position = (long)k;
                return refuse(&inner, ERR_INPUT, slice_from_cstr(wanted[i].key), "is missing");
            }
        }
    }
    return OK;
}

static err root_read(struct reader *reader, json_t *root, struct entry *entry) {
    if (!json_is_object(root)) {
        return refuse(reader, ERR_INPUT, SLICE_EMPTY, "an entry is a JSON object {…}");
    }
    if (!json_is_string(json_object_get(root, "kind"))) {
        return refuse(reader, ERR_INPUT, SLICE("kind"), "is missing");
    }
    TRY(sorts_present(reader, root));
    TRY(object_read(reader, root, &entry_fields, entry_key, entry));
    return asks_read(reader, entry, json_object_get(root, "needs"),
                     json_object_get(root, "offers"));
}

err entry_from_json(slice json, struct arena *arena, struct entry *entry, struct problem *problem) {
    if (json.n > ENTRY_JSON_MAX) {
        return problem_set(problem, ERR_LIMIT, "", "an entry has at most %u bytes", ENTRY_JSON_MAX);
    }
    json_error_t where;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &where);
    if (!root) {
        problem_set(problem, ERR_INPUT, "", "not JSON: %s", where.text);
        if (problem) {
            problem->line = where.line > 0 ? (uint64_t)where.line : 0;
            problem->column = where.column > 0 ? (uint64_t)where.column : 0;
        }
        return ERR_INPUT;
    }
    struct reader reader = {.arena = arena, .problem = problem, .list = "", .position = -1};
    struct entry read = {.status = ENTRY_PUBLISHED};
    err failed = root_read(&reader, root, &read);
    json_decref(root);
    if (failed == OK) {
        *entry = read;
    }
    return failed;
}
