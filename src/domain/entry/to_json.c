/* A struct entry as JSON: the same tables of texts that from_json.c reads. Absent values are left
 * out. The order of keys is fixed, since the digest of an entry is made of these bytes. */
#include "domain/entry/entry_int.h"

#include "text/text.h"

struct writer {
    struct buf *out;
    bool first; /* nothing stands in the open object yet */
};

static void key_write(struct writer *writer, const char *key) {
    if (!writer->first) {
        buf_add_char(writer->out, ',');
    }
    writer->first = false;
    buf_add_char(writer->out, '"');
    buf_add_cstr(writer->out, key);
    buf_add(writer->out, SLICE("\":"));
}

static struct writer object_open(struct buf *out) {
    buf_add_char(out, '{');
    return (struct writer){.out = out, .first = true};
}

static void text_write(struct writer *writer, const char *key, slice text) {
    if (text.n > 0) {
        key_write(writer, key);
        buf_add_json_string(writer->out, text);
    }
}

static void time_write(struct writer *writer, const char *key, int64_t ms) {
    if (ms != 0) {
        key_write(writer, key);
        buf_add_char(writer->out, '"');
        time_format_rfc3339(ms, writer->out);
        buf_add_char(writer->out, '"');
    }
}

static void i64_write(struct writer *writer, const char *key, int64_t value) {
    key_write(writer, key);
    buf_add_i64(writer->out, value);
}

static void true_write(struct writer *writer, const char *key, bool value) {
    if (value) {
        key_write(writer, key);
        buf_add(writer->out, SLICE("true"));
    }
}

static void fields_write(struct writer *writer, const struct entry_fields *fields,
                         const void *thing) {
    for (size_t i = 0; i < fields->count; i++) {
        text_write(writer, fields->items[i].key, entry_field_value(thing, &fields->items[i]));
    }
}

static void texts_write(struct writer *writer, const char *key, const slice *texts,
                        uint32_t count) {
    if (count == 0) {
        return;
    }
    key_write(writer, key);
    for (uint32_t i = 0; i < count; i++) {
        buf_add_char(writer->out, i == 0 ? '[' : ',');
        buf_add_json_string(writer->out, texts[i]);
    }
    buf_add_char(writer->out, ']');
}

static void point_write(struct writer *writer, struct geo_point point) {
    key_write(writer, "latitude");
    buf_add_e7(writer->out, point.lat_e7);
    key_write(writer, "longitude");
    buf_add_e7(writer->out, point.lon_e7);
}

static void date_write(struct writer *writer, const char *key, const struct date *date) {
    if (date->precision != DATE_UNKNOWN) {
        key_write(writer, key);
        buf_add_char(writer->out, '"');
        date_format(date, writer->out);
        buf_add_char(writer->out, '"');
    }
}

/* Opens the list on its first item, else goes to the next. */
static struct writer item_open(struct writer *writer, const char *key, uint32_t position) {
    if (position == 0) {
        key_write(writer, key);
        buf_add_char(writer->out, '[');
    } else {
        buf_add_char(writer->out, ',');
    }
    return object_open(writer->out);
}

static void list_close(struct writer *writer, uint32_t count) {
    if (count > 0) {
        buf_add_char(writer->out, ']');
    }
}

static void contacts_write(struct writer *writer, const struct entry *entry) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        const struct entry_contact *contact = &entry->contacts[i];
        struct writer item = item_open(writer, "contacts", i);
        text_write(&item, "kind", entry_contact_kind_slug(contact->kind));
        fields_write(&item, &entry_contact_fields, contact);
        if (contact->visibility != ENTRY_VISIBLE_PUBLIC) {
            text_write(&item, "visibility", entry_visibility_slug(contact->visibility));
        }
        buf_add_char(writer->out, '}');
    }
    list_close(writer, entry->contact_count);
}

static void dates_write(struct writer *writer, const struct entry *entry) {
    uint32_t written = 0;
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->is_repeat) {
            continue; /* its rule says it */
        }
        struct writer item = item_open(writer, "dates", written++);
        text_write(&item, "role", entry_date_role_slug(date->role));
        date_write(&item, "start", &date->start);
        date_write(&item, "end", &date->end);
        fields_write(&item, &entry_date_fields, date);
        buf_add_char(writer->out, '}');
    }
    list_close(writer, entry->date_count);
}

static void figures_write(struct writer *writer, const struct entry *entry) {
    for (uint32_t i = 0; i < entry->figure_count; i++) {
        struct writer item = item_open(writer, "figures", i);
        fields_write(&item, &entry_figure_fields, &entry->figures[i]);
        buf_add_char(writer->out, '}');
    }
    list_close(writer, entry->figure_count);
}

/* With a `base_url` the address of what lies here is whole, and of a document what it is and how
 * much it weighs. */
static void media_write(struct writer *writer, const struct entry *entry, slice base_url) {
    struct buf url BUF_CLEANUP = buf_new(2 * ENTRY_TEXT_MAX);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        struct entry_media media = entry->media[i];
        struct writer item = item_open(writer, "media", i);
        if (base_url.n > 0 && entry_media_is_here(media.url)) {
            buf_clear(&url);
            buf_add(&url, base_url);
            buf_add(&url, media.url);
            media.url = buf_slice(&url);
        }
        text_write(&item, "kind", entry_media_kind_slug(media.kind));
        fields_write(&item, &entry_media_fields, &media);
        if (media.duration_s > 0) {
            i64_write(&item, "duration_s", media.duration_s);
        }
        struct entry_document document;
        if (base_url.n > 0 && entry_document_of(entry->media[i].url, &document)) {
            text_write(&item, "media_type", slice_from_cstr(entry_document_type(document.kind)));
            i64_write(&item, "bytes", document.bytes);
        }
        buf_add_char(writer->out, '}');
    }
    list_close(writer, entry->media_count);
}

/* `api`: with what the store knows of the target. Incoming links are the other entry's own. */
static void links_write(struct writer *writer, const struct entry *entry, bool api) {
    uint32_t written = 0;
    for (uint32_t i = 0; i < entry->link_count; i++) {
        const struct entry_link *link = &entry->links[i];
        if (link->incoming && !api) {
            continue;
        }
        struct writer item = item_open(writer, "links", written++);
        fields_write(&item, &entry_link_fields, link);
        if (api && link->target.v != 0) {
            i64_write(&item, "id", link->target.v);
            text_write(&item, "title", link->target_title);
            text_write(&item, "kind", entry_kind_slug(link->target_kind));
            true_write(&item, "incoming", link->incoming);
        }
        buf_add_char(writer->out, '}');
    }
    list_close(writer, written);
}

static void asks_write(struct writer *writer, const struct entry *entry, const char *key,
                       enum entry_ask_direction direction) {
    uint32_t written = 0;
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        const struct entry_ask *ask = &entry->asks[i];
        if (ask->direction == direction) {
            struct writer item = item_open(writer, key, written++);
            text_write(&item, "sort", entry_ask_sort_slug(ask->sort));
            fields_write(&item, &entry_ask_fields, ask);
            buf_add_char(writer->out, '}');
        }
    }
    list_close(writer, written);
}

/* The texts of one field in one language, as a list with "" for those without. */
static void translated_list_write(struct writer *writer, const struct entry *entry, slice language,
                                  enum entry_translated field) {
    uint32_t length = 0;
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        const struct entry_translation *one = &entry->translations[i];
        if (one->field == field && slice_equal(one->language, language) &&
            one->position >= length) {
            length = one->position + 1u;
        }
    }
    if (length == 0) {
        return;
    }
    key_write(writer, entry_translated_slug(field).p);
    for (uint32_t position = 0; position < length; position++) {
        slice written_in = SLICE_EMPTY;
        slice text = entry_text(entry, field, (uint16_t)position, language, &written_in);
        buf_add_char(writer->out, position == 0 ? '[' : ',');
        buf_add_json_string(writer->out, slice_equal(written_in, language) ? text : SLICE_EMPTY);
    }
    buf_add_char(writer->out, ']');
}

static void language_write(struct writer *writer, const struct entry *entry, slice language) {
    static const enum entry_translated single[] = {ENTRY_TR_TITLE, ENTRY_TR_SUMMARY,
                                                   ENTRY_TR_DESCRIPTION};
    for (size_t i = 0; i < ARRAY_COUNT(single); i++) {
        slice written_in = SLICE_EMPTY;
        slice text = entry_text(entry, single[i], 0, language, &written_in);
        if (slice_equal(written_in, language)) {
            text_write(writer, entry_translated_slug(single[i]).p, text);
        }
    }
    translated_list_write(writer, entry, language, ENTRY_TR_FIGURE);
    translated_list_write(writer, entry, language, ENTRY_TR_NEED);
    translated_list_write(writer, entry, language, ENTRY_TR_OFFER);
}

static bool language_is_new(const struct entry *entry, uint32_t position) {
    for (uint32_t i = 0; i < position; i++) {
        if (slice_equal(entry->translations[i].language, entry->translations[position].language)) {
            return false;
        }
    }
    return true;
}

static void translations_write(struct writer *writer, const struct entry *entry) {
    if (entry->translation_count == 0) {
        return;
    }
    key_write(writer, "translations");
    struct writer languages = object_open(writer->out);
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        if (language_is_new(entry, i)) {
            slice language = entry->translations[i].language;
            if (!languages.first) {
                buf_add_char(writer->out, ',');
            }
            languages.first = false;
            buf_add_json_string(writer->out, language);
            buf_add_char(writer->out, ':');
            struct writer texts = object_open(writer->out);
            language_write(&texts, entry, language);
            buf_add_char(writer->out, '}');
        }
    }
    buf_add_char(writer->out, '}');
}

static bool place_is_known(const struct entry *entry) {
    bool known = entry->place.has_point || entry->place.precision != ENTRY_PRECISION_NONE;
    for (size_t i = 0; i < entry_place_fields.count; i++) {
        known |= entry_field_value(entry, &entry_place_fields.items[i]).n > 0;
    }
    return known;
}

/* `shown` adds what is drawn, for the API; NULL else. */
static void place_write(struct writer *writer, const struct entry *entry,
                        const struct entry_public *shown) {
    if (!place_is_known(entry)) {
        return;
    }
    key_write(writer, "place");
    struct writer place = object_open(writer->out);
    fields_write(&place, &entry_place_fields, entry);
    if (shown) {
        text_write(&place, "territory_label", shown->territory_label);
    }
    if (entry->place.has_point) {
        point_write(&place, entry->place.point);
    } else if (shown && shown->has_point) {
        point_write(&place, shown->point);
        true_write(&place, "approximate", shown->is_approximate);
    }
    text_write(&place, "precision", entry_precision_slug(entry->place.precision));
    buf_add_char(writer->out, '}');
}

/* All that both forms share; `shown` and `base_url` of the one for others. */
static void content_write(struct writer *writer, const struct entry *entry,
                          const struct entry_public *shown, slice base_url) {
    text_write(writer, "kind", entry_kind_slug(entry->kind));
    text_write(writer, "state", entry_state_slug(entry->state));
    fields_write(writer, &entry_fields, entry);
    fields_write(writer, &entry_detail_fields, entry);
    texts_write(writer, "themes", entry->themes, entry->theme_count);
    texts_write(writer, "tags", entry->tags, entry->tag_count);
    place_write(writer, entry, shown);
    contacts_write(writer, entry);
    text_write(writer, "wheelchair", entry_wheelchair_slug(entry->wheelchair));
    dates_write(writer, entry);
    figures_write(writer, entry);
    links_write(writer, entry, shown != NULL);
    media_write(writer, entry, base_url);
    asks_write(writer, entry, "needs", ENTRY_NEED);
    asks_write(writer, entry, "offers", ENTRY_OFFER);
    translations_write(writer, entry);
    time_write(writer, "confirmed", entry->confirmed_ms);
    true_write(writer, "example", entry->is_example);
}

void entry_content_write(const struct entry *entry, struct buf *out) {
    struct writer writer = object_open(out);
    text_write(&writer, "id", entry->source_key);
    content_write(&writer, entry, NULL, SLICE_EMPTY);
    time_write(&writer, "updated", entry->source_updated_ms);
}

struct crypto_digest entry_content_digest(const struct entry *entry, slice content) {
    /* Not in the JSON, but it changes what the map says. */
    const char flag = entry->place.territory_is_approximate ? 'a' : 'e';
    const slice parts[] = {content, {&flag, 1}};
    return crypto_digest(parts, ARRAY_COUNT(parts));
}

void entry_content_close(const struct entry *entry, struct buf *out) {
    struct writer writer = {.out = out, .first = false};
    time_write(&writer, "created", entry->created_ms);
    buf_add_char(out, '}');
}

void entry_to_json(const struct entry *entry, struct buf *out) {
    entry_content_write(entry, out);
    entry_content_close(entry, out);
}

static void address_write(struct writer *writer, const struct entry *entry, slice base_url) {
    key_write(writer, "url");
    struct buf url BUF_CLEANUP = buf_new(4096);
    buf_add(&url, base_url);
    buf_add(&url, SLICE("/entries/"));
    buf_add_i64(&url, entry->id.v);
    size_t bare = url.n;
    buf_add_char(&url, '-');
    text_slug(entry->title, 60, &url);
    if (url.n == bare + 1) { /* a title without a single letter */
        url.n = bare;
    }
    buf_add_json_string(writer->out, buf_slice(&url));
}

void entry_public_to_json(const struct entry_public *shown, slice base_url, struct buf *out) {
    const struct entry *entry = &shown->entry;
    if (base_url.n == 0) {
        entry_to_json(entry, out);
        return;
    }
    struct writer writer = object_open(out);
    i64_write(&writer, "id", entry->id.v);
    address_write(&writer, entry, base_url);
    if (entry->source_slug.n > 0) {
        key_write(&writer, "source");
        struct writer source = object_open(out);
        text_write(&source, "slug", entry->source_slug);
        text_write(&source, "key", entry->source_key);
        buf_add_char(out, '}');
    }
    content_write(&writer, entry, shown, base_url);
    time_write(&writer, "created", entry->created_ms);
    time_write(&writer, "updated", entry->updated_ms);
    buf_add_char(out, '}');
}
