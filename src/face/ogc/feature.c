/* One entry as a feature: flat properties, the same in every feature, named as the keys of the
 * query where there is one, so that a client may filter by what it sees. */
#include "face/ogc/ogc_int.h"

enum property_type { PROPERTY_TEXT, PROPERTY_TEXTS, PROPERTY_TIME, PROPERTY_FLAG };

/* Where and how an entry stands while it is written. */
struct feature {
    const struct http_request *request;
    const struct face_sources *sources;
    const struct entry_public *shown;
    struct arena *arena;
};

/* ---- values that are more than a member of the entry ---- */

static slice url_of(const struct feature *feature) {
    const struct entry *entry = &feature->shown->entry;
    return arena_printf(feature->arena, "%.*s%.*s", SLICE_ARG(feature->request->base_url),
                        SLICE_ARG(face_entry_path(entry->id, entry->title, feature->arena)));
}

static slice contact_of(const struct entry *entry, enum entry_contact_kind kind) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].kind == kind) {
            return entry->contacts[i].value;
        }
    }
    return SLICE_EMPTY;
}

static slice media_of(const struct feature *feature, enum entry_media_kind kind) {
    const struct entry *entry = &feature->shown->entry;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry->media[i].kind == kind) {
            return face_media_url(feature->request->base_url, entry->media[i].url, feature->arena);
        }
    }
    return SLICE_EMPTY;
}

/* The first date on which it happens, or NULL. */
static const struct entry_date *date_of(const struct entry *entry) {
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->role == ENTRY_DATE_HAPPENS && date->start.precision != DATE_UNKNOWN) {
            return date;
        }
    }
    return NULL;
}

/* As it is known, an EDTF interval: "2026-12-05T14:00/2026-12-05T17:00", "2022-21". */
static slice dates_of(const struct feature *feature) {
    const struct entry_date *date = date_of(&feature->shown->entry);
    struct buf text BUF_CLEANUP = buf_new(64);
    if (date) {
        date_format(&date->start, &text);
        if (date->end.precision != DATE_UNKNOWN) {
            buf_add_char(&text, '/');
            date_format(&date->end, &text);
        }
    }
    return arena_copy(feature->arena, buf_slice(&text));
}

/* ---- the table ---- */

enum property {
    P_URL,
    P_KIND,
    P_STATE,
    P_TITLE,
    P_SUMMARY,
    P_DESCRIPTION,
    P_TYPE,
    P_THEME,
    P_TAG,
    P_PLACE,
    P_ADDRESS,
    P_POSTAL_CODE,
    P_CITY,
    P_TERRITORY,
    P_TERRITORY_LABEL,
    P_PRECISION,
    P_APPROXIMATE,
    P_DATES,
    P_START,
    P_END,
    P_OPENING_HOURS,
    P_WHEELCHAIR,
    P_PRICE,
    P_AUDIENCE,
    P_SIRET, /* from here on as enum entry_detail */
    P_RNA,
    P_ACCESS,
    P_PEOPLE,
    P_THING_LICENCE,
    P_GOVERNANCE,
    P_MATURITY,
    P_HANDOVER,
    P_WEBSITE,
    P_EMAIL,
    P_TELEPHONE,
    P_IMAGE,
    P_VIDEO,
    P_NEED,
    P_OFFER,
    P_LANG,
    P_CREATED,
    P_UPDATED,
    P_CONFIRMED,
    P_SOURCE,
    P_SOURCE_KEY,
    P_SOURCE_URL,
    P_LICENCE,
    P_ATTRIBUTION,
    P__COUNT
};

static const struct {
    const char *key;
    enum property_type type;
    const char *about;
} properties[P__COUNT] = {
    [P_URL] = {"url", PROPERTY_TEXT, "Its page."},
    [P_KIND] = {"kind", PROPERTY_TEXT, "initiative, idea, tool, place, event, actor or story."},
    [P_STATE] = {"state", PROPERTY_TEXT, "idea, begun, running, seeking, paused or ended."},
    [P_TITLE] = {"title", PROPERTY_TEXT, "Its name."},
    [P_SUMMARY] = {"summary", PROPERTY_TEXT, "One or two sentences."},
    [P_DESCRIPTION] = {"description", PROPERTY_TEXT, "Markdown without raw HTML."},
    [P_TYPE] = {"type", PROPERTY_TEXT, "The source's own word for its sort."},
    [P_THEME] = {"theme", PROPERTY_TEXTS, "Themes by slug."},
    [P_TAG] = {"tag", PROPERTY_TEXTS, "Words of the source that are no theme."},
    [P_PLACE] = {"place", PROPERTY_TEXT, "Name of the place."},
    [P_ADDRESS] = {"address", PROPERTY_TEXT, "Street and number."},
    [P_POSTAL_CODE] = {"postal_code", PROPERTY_TEXT, "Postal code."},
    [P_CITY] = {"city", PROPERTY_TEXT, "Town, as the source writes it."},
    [P_TERRITORY] = {"territory", PROPERTY_TEXT, "Code of the smallest known territory."},
    [P_TERRITORY_LABEL] = {"territory_label", PROPERTY_TEXT, "Name of the territory."},
    [P_PRECISION] = {"precision", PROPERTY_TEXT, "How well the place is known."},
    [P_APPROXIMATE] = {"approximate", PROPERTY_FLAG, "The point is the centre of its commune."},
    [P_DATES] = {"dates", PROPERTY_TEXT, "When it happens as it is known: EDTF level 1."},
    [P_START] = {"start", PROPERTY_TIME, "The earliest instant that dates may mean."},
    [P_END] = {"end", PROPERTY_TIME, "The latest instant that dates may mean."},
    [P_OPENING_HOURS] = {"opening_hours", PROPERTY_TEXT, "OpenStreetMap syntax."},
    [P_WHEELCHAIR] = {"wheelchair", PROPERTY_TEXT, "yes, limited or no."},
    [P_PRICE] = {"price", PROPERTY_TEXT, "What it costs, in words."},
    [P_AUDIENCE] = {"audience", PROPERTY_TEXT, "For whom, in words."},
    [P_SIRET] = {"siret", PROPERTY_TEXT, "Of an actor in France: its SIRET, 14 digits."},
    [P_RNA] = {"rna", PROPERTY_TEXT, "Of an association in France: W and 9 digits."},
    [P_ACCESS] = {"access", PROPERTY_TEXT, "How to come, and in."},
    [P_PEOPLE] = {"people", PROPERTY_TEXT, "Who speaks."},
    [P_THING_LICENCE] = {"thing_licence", PROPERTY_TEXT,
                         "Licence of what is described, as SPDX names it."},
    [P_GOVERNANCE] = {"governance", PROPERTY_TEXT, "Who decides about it, and how."},
    [P_MATURITY] = {"maturity", PROPERTY_TEXT, "idea, prototype, tested, used or widespread."},
    [P_HANDOVER] = {"handover", PROPERTY_TEXT, "What who takes it over gets, and must bring."},
    [P_WEBSITE] = {"website", PROPERTY_TEXT, "Web site."},
    [P_EMAIL] = {"email", PROPERTY_TEXT, "E-mail."},
    [P_TELEPHONE] = {"telephone", PROPERTY_TEXT, "Telephone."},
    [P_IMAGE] = {"image", PROPERTY_TEXT, "Address of its first image."},
    [P_VIDEO] = {"video", PROPERTY_TEXT, "Address of its first video."},
    [P_NEED] = {"need", PROPERTY_TEXTS, "What it looks for."},
    [P_OFFER] = {"offer", PROPERTY_TEXTS, "What it offers."},
    [P_LANG] = {"lang", PROPERTY_TEXT, "Language of the texts."},
    [P_CREATED] = {"created", PROPERTY_TIME, "When it came in."},
    [P_UPDATED] = {"updated", PROPERTY_TIME, "When it last changed."},
    [P_CONFIRMED] = {"confirmed", PROPERTY_TIME, "When someone last said that it is still so."},
    [P_SOURCE] = {"source", PROPERTY_TEXT, "Source by slug."},
    [P_SOURCE_KEY] = {"source_key", PROPERTY_TEXT, "Its identifier within the source."},
    [P_SOURCE_URL] = {"source_url", PROPERTY_TEXT, "Its page at the source."},
    [P_LICENCE] = {"licence", PROPERTY_TEXT, "SPDX identifier, or words."},
    [P_ATTRIBUTION] = {"attribution", PROPERTY_TEXT, "Who is to be named."},
};

_Static_assert(P_HANDOVER - P_SIRET == ENTRY_DETAIL_HANDOVER &&
                   P_THING_LICENCE - P_SIRET == ENTRY_DETAIL_THING_LICENCE,
               "the details stand in their order");

/* long: one case a property, nothing else */
static slice text_of(const struct feature *feature, enum property property) {
    const struct entry *entry = &feature->shown->entry;
    switch (property) {
    case P_URL:
        return url_of(feature);
    case P_KIND:
        return entry_kind_slug(entry->kind);
    case P_STATE:
        return entry_state_slug(entry->state);
    case P_TITLE:
        return entry->title;
    case P_SUMMARY:
        return entry->summary;
    case P_DESCRIPTION:
        return entry->description;
    case P_TYPE:
        return entry->type;
    case P_PLACE:
        return entry->place.name;
    case P_ADDRESS:
        return entry->place.address;
    case P_POSTAL_CODE:
        return entry->place.postal_code;
    case P_CITY:
        return entry->place.city;
    case P_TERRITORY:
        return entry->place.territory;
    case P_TERRITORY_LABEL:
        return feature->shown->territory_label;
    case P_PRECISION:
        return entry_precision_slug(entry->place.precision);
    case P_DATES:
        return dates_of(feature);
    case P_OPENING_HOURS:
        return entry->opening_hours;
    case P_WHEELCHAIR:
        return entry_wheelchair_slug(entry->wheelchair);
    case P_PRICE:
        return entry->price;
    case P_AUDIENCE:
        return entry->audience;
    case P_SIRET:
    case P_RNA:
    case P_ACCESS:
    case P_PEOPLE:
    case P_THING_LICENCE:
    case P_GOVERNANCE:
    case P_MATURITY:
    case P_HANDOVER:
        return entry->details[property - P_SIRET];
    case P_WEBSITE:
        return contact_of(entry, ENTRY_CONTACT_WEBSITE);
    case P_EMAIL:
        return contact_of(entry, ENTRY_CONTACT_EMAIL);
    case P_TELEPHONE:
        return contact_of(entry, ENTRY_CONTACT_TELEPHONE);
    case P_IMAGE:
        return media_of(feature, ENTRY_MEDIA_IMAGE);
    case P_VIDEO:
        return media_of(feature, ENTRY_MEDIA_VIDEO);
    case P_LANG:
        return entry->language;
    case P_SOURCE:
        return entry->source_slug;
    case P_SOURCE_KEY:
        return entry->source_key;
    case P_SOURCE_URL:
        return entry->source_url;
    case P_LICENCE:
        return face_licence_of(feature->sources, entry);
    case P_ATTRIBUTION:
        return face_attribution_of(feature->sources, entry, feature->arena);
    case P_THEME:
    case P_TAG:
    case P_NEED:
    case P_OFFER:
    case P_APPROXIMATE:
    case P_START:
    case P_END:
    case P_CREATED:
    case P_UPDATED:
    case P_CONFIRMED:
    case P__COUNT:
        break;
    }
    return SLICE_EMPTY;
}

static void write_asks(const struct entry *entry, enum entry_ask_direction direction,
                       struct face_json *json) {
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        if (entry->asks[i].direction == direction) {
            face_json_text(json, entry->asks[i].text);
        }
    }
}

static void write_list(const struct entry *entry, enum property property, struct face_json *json) {
    const slice *texts = property == P_THEME ? entry->themes : entry->tags;
    uint32_t count = property == P_THEME ? entry->theme_count : entry->tag_count;
    face_json_open(json, '[');
    if (property == P_NEED || property == P_OFFER) {
        write_asks(entry, property == P_NEED ? ENTRY_NEED : ENTRY_OFFER, json);
    } else {
        for (uint32_t i = 0; i < count; i++) {
            face_json_text(json, texts[i]);
        }
    }
    face_json_close(json, ']');
}

static int64_t time_of(const struct entry *entry, enum property property) {
    const struct entry_date *date = date_of(entry);
    return property == P_CREATED     ? entry->created_ms
           : property == P_UPDATED   ? entry->updated_ms
           : property == P_CONFIRMED ? entry->confirmed_ms
           : date == NULL            ? 0
           : property == P_START     ? date->first_ms
                                     : date->last_ms;
}

static void write_property(const struct feature *feature, enum property property,
                           struct face_json *json) {
    const struct entry *entry = &feature->shown->entry;
    const char *key = properties[property].key;
    switch (properties[property].type) {
    case PROPERTY_TEXT:
        face_json_member_nullable(json, key, text_of(feature, property));
        break;
    case PROPERTY_TEXTS:
        face_json_key(json, key);
        write_list(entry, property, json);
        break;
    case PROPERTY_TIME:
        face_json_member_time_nullable(json, key, time_of(entry, property));
        break;
    case PROPERTY_FLAG:
        face_json_key(json, key);
        face_json_word(json, feature->shown->is_approximate ? "true" : "false");
        break;
    }
}

void ogc_feature_write(const struct http_request *request, const struct face_sources *sources,
                       const struct entry_public *shown, struct arena *arena,
                       struct face_json *json) {
    const struct feature feature = {request, sources, shown, arena};
    face_json_member(json, "type", SLICE("Feature"));
    face_json_member_i64(json, "id", shown->entry.id.v);
    face_json_key(json, "geometry");
    if (shown->has_point) {
        face_json_open(json, '{');
        face_json_member(json, "type", SLICE("Point"));
        face_json_key(json, "coordinates");
        face_json_open(json, '[');
        face_json_degrees(json, shown->point.lon_e7);
        face_json_degrees(json, shown->point.lat_e7);
        face_json_close(json, ']');
        face_json_close(json, '}');
    } else {
        face_json_word(json, "null");
    }
    face_json_key(json, "properties");
    face_json_open(json, '{');
    for (unsigned property = 0; property < P__COUNT; property++) {
        write_property(&feature, (enum property)property, json);
    }
    face_json_close(json, '}');
}

void ogc_properties_describe(struct face_json *json) {
    static const char *const types[] = {
        [PROPERTY_TEXT] = "{\"type\":[\"string\",\"null\"]",
        [PROPERTY_TEXTS] = "{\"type\":\"array\",\"items\":{\"type\":\"string\"}",
        [PROPERTY_TIME] = "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"",
        [PROPERTY_FLAG] = "{\"type\":\"boolean\"",
    };
    for (unsigned i = 0; i < P__COUNT; i++) {
        face_json_key(json, properties[i].key);
        face_json_word(json, types[properties[i].type]);
        buf_add_cstr(json->out, ",\"description\":");
        buf_add_json_string(json->out, slice_from_cstr(properties[i].about));
        buf_add_char(json->out, '}');
    }
}
