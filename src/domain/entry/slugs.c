/* Enums and their names outside, and the tables of texts. */
#include "domain/entry/details.h"
#include "domain/entry/entry_int.h"
#include "domain/entry/series.h"

static const slice kinds[ENTRY_KIND__COUNT] = {
    [ENTRY_KIND_INITIATIVE] = {"initiative", 10},
    [ENTRY_KIND_IDEA] = {"idea", 4},
    [ENTRY_KIND_TOOL] = {"tool", 4},
    [ENTRY_KIND_PLACE] = {"place", 5},
    [ENTRY_KIND_EVENT] = {"event", 5},
    [ENTRY_KIND_ACTOR] = {"actor", 5},
    [ENTRY_KIND_STORY] = {"story", 5},
};
static const slice states[ENTRY_STATE__COUNT] = {
    [ENTRY_STATE_NONE] = {"", 0},           [ENTRY_STATE_IDEA] = {"idea", 4},
    [ENTRY_STATE_BEGUN] = {"begun", 5},     [ENTRY_STATE_RUNNING] = {"running", 7},
    [ENTRY_STATE_SEEKING] = {"seeking", 7}, [ENTRY_STATE_PAUSED] = {"paused", 6},
    [ENTRY_STATE_ENDED] = {"ended", 5},
};
static const slice precisions[ENTRY_PRECISION__COUNT] = {
    [ENTRY_PRECISION_NONE] = {"", 0},         [ENTRY_PRECISION_COUNTRY] = {"country", 7},
    [ENTRY_PRECISION_REGION] = {"region", 6}, [ENTRY_PRECISION_DEPARTEMENT] = {"departement", 11},
    [ENTRY_PRECISION_EPCI] = {"epci", 4},     [ENTRY_PRECISION_COMMUNE] = {"commune", 7},
    [ENTRY_PRECISION_100M] = {"100m", 4},     [ENTRY_PRECISION_EXACT] = {"exact", 5},
};
static const slice wheelchairs[ENTRY_WHEELCHAIR__COUNT] = {
    [ENTRY_WHEELCHAIR_UNKNOWN] = {"", 0},
    [ENTRY_WHEELCHAIR_YES] = {"yes", 3},
    [ENTRY_WHEELCHAIR_LIMITED] = {"limited", 7},
    [ENTRY_WHEELCHAIR_NO] = {"no", 2},
};
static const slice visibilities[ENTRY_VISIBLE__COUNT] = {
    [ENTRY_VISIBLE_PUBLIC] = {"public", 6},
    [ENTRY_VISIBLE_MEMBERS] = {"members", 7},
    [ENTRY_VISIBLE_TEAM] = {"team", 4},
};
static const slice contact_kinds[ENTRY_CONTACT__COUNT] = {
    [ENTRY_CONTACT_WEBSITE] = {"website", 7},     [ENTRY_CONTACT_EMAIL] = {"email", 5},
    [ENTRY_CONTACT_TELEPHONE] = {"telephone", 9}, [ENTRY_CONTACT_FORM] = {"form", 4},
    [ENTRY_CONTACT_SOCIAL] = {"social", 6},
};
static const slice date_roles[ENTRY_DATE__COUNT] = {
    [ENTRY_DATE_HAPPENS] = {"happens", 7},
    [ENTRY_DATE_FOUNDED] = {"founded", 7},
    [ENTRY_DATE_BEGAN] = {"began", 5},
    [ENTRY_DATE_ENDED] = {"ended", 5},
};
static const slice media_kinds[ENTRY_MEDIA__COUNT] = {
    [ENTRY_MEDIA_IMAGE] = {"image", 5},
    [ENTRY_MEDIA_VIDEO] = {"video", 5},
    [ENTRY_MEDIA_AUDIO] = {"audio", 5},
    [ENTRY_MEDIA_DOCUMENT] = {"document", 8},
};
static const slice ask_sorts[ENTRY_ASK_SORT__COUNT] = {
    [ENTRY_ASK_TIME] = {"time", 4},   [ENTRY_ASK_SKILL] = {"skill", 5},
    [ENTRY_ASK_THING] = {"thing", 5}, [ENTRY_ASK_PLACE] = {"place", 5},
    [ENTRY_ASK_WORK] = {"work", 4},   [ENTRY_ASK_MONEY] = {"money", 5},
};
static const slice translated[ENTRY_TR__COUNT] = {
    [ENTRY_TR_TITLE] = {"title", 5},
    [ENTRY_TR_SUMMARY] = {"summary", 7},
    [ENTRY_TR_DESCRIPTION] = {"description", 11},
    [ENTRY_TR_FIGURE] = {"figures", 7},
    [ENTRY_TR_NEED] = {"needs", 5},
    [ENTRY_TR_OFFER] = {"offers", 6},
};

/* Index of the slug, or `count`. The empty slug is nobody's name. */
static size_t slug_index(const slice *slugs, size_t count, slice slug) {
    size_t i = 0;
    while (i < count && (slug.n == 0 || !slice_equal(slugs[i], slug))) {
        i++;
    }
    return i;
}

#define ENTRY_SLUGS(name, type, table)                                                             \
    slice entry_##name##_slug(type value) {                                                        \
        return (size_t)value < ARRAY_COUNT(table) ? table[value] : SLICE_EMPTY;                    \
    }                                                                                              \
    bool entry_##name##_from_slug(slice slug, type *value) {                                       \
        size_t index = slug_index(table, ARRAY_COUNT(table), slug);                                \
        if (index == ARRAY_COUNT(table)) {                                                         \
            return false;                                                                          \
        }                                                                                          \
        *value = (type)index;                                                                      \
        return true;                                                                               \
    }
ENTRY_SLUGS(kind, enum entry_kind, kinds)
ENTRY_SLUGS(state, enum entry_state, states)
ENTRY_SLUGS(precision, enum entry_precision, precisions)
ENTRY_SLUGS(wheelchair, enum entry_wheelchair, wheelchairs)
ENTRY_SLUGS(visibility, enum entry_visibility, visibilities)
ENTRY_SLUGS(contact_kind, enum entry_contact_kind, contact_kinds)
ENTRY_SLUGS(date_role, enum entry_date_role, date_roles)
ENTRY_SLUGS(media_kind, enum entry_media_kind, media_kinds)
ENTRY_SLUGS(ask_sort, enum entry_ask_sort, ask_sorts)
ENTRY_SLUGS(translated, enum entry_translated, translated)

#define FIELD(type, key, member, max)                                                              \
    { key, offsetof(struct type, member), max, false }
#define LINES(type, key, member, max)                                                              \
    { key, offsetof(struct type, member), max, true }
#define FIELDS(name) const struct entry_fields name = {name##_items, ARRAY_COUNT(name##_items)}

static const struct entry_field entry_fields_items[] = {
    FIELD(entry, "language", language, 35),
    FIELD(entry, "title", title, ENTRY_TITLE_MAX),
    LINES(entry, "summary", summary, ENTRY_SUMMARY_MAX),
    LINES(entry, "description", description, ENTRY_DESCRIPTION_MAX),
    FIELD(entry, "type", type, ENTRY_TEXT_MAX),
    FIELD(entry, "opening_hours", opening_hours, ENTRY_TEXT_MAX),
    FIELD(entry, "price", price, ENTRY_TEXT_MAX),
    FIELD(entry, "audience", audience, ENTRY_TEXT_MAX),
    FIELD(entry, "licence", licence, ENTRY_TEXT_MAX),
    FIELD(entry, "source_url", source_url, ENTRY_TEXT_MAX),
    LINES(entry, "source_note", source_note, ENTRY_TEXT_MAX),
    LINES(entry, "end_reason", end_reason, ENTRY_TEXT_MAX),
};
FIELDS(entry_fields);

static const struct entry_field entry_place_fields_items[] = {
    FIELD(entry, "name", place.name, ENTRY_TEXT_MAX),
    FIELD(entry, "address", place.address, ENTRY_TEXT_MAX),
    FIELD(entry, "postal_code", place.postal_code, 20),
    FIELD(entry, "city", place.city, ENTRY_TEXT_MAX),
    FIELD(entry, "territory", place.territory, 80),
};
FIELDS(entry_place_fields);

static const struct entry_field entry_contact_fields_items[] = {
    FIELD(entry_contact, "value", value, ENTRY_TEXT_MAX),
    FIELD(entry_contact, "label", label, ENTRY_TEXT_MAX),
};
FIELDS(entry_contact_fields);

static const struct entry_field entry_date_fields_items[] = {
    FIELD(entry_date, "zone", zone, 60),
    FIELD(entry_date, "note", note, ENTRY_TEXT_MAX),
    FIELD(entry_date, "rule", rule, SERIES_RULE_MAX),
};
FIELDS(entry_date_fields);

static const struct entry_field entry_figure_fields_items[] = {
    FIELD(entry_figure, "value", value, ENTRY_TEXT_MAX),
    FIELD(entry_figure, "unit", unit, ENTRY_TEXT_MAX),
    FIELD(entry_figure, "label", label, ENTRY_TEXT_MAX),
    FIELD(entry_figure, "date", date, ENTRY_TEXT_MAX),
    FIELD(entry_figure, "source", source, ENTRY_TEXT_MAX),
};
FIELDS(entry_figure_fields);

static const struct entry_field entry_link_fields_items[] = {
    FIELD(entry_link, "relation", relation, 60),
    FIELD(entry_link, "target", target_key, ENTRY_TEXT_MAX),
    LINES(entry_link, "note", note, ENTRY_TEXT_MAX),
};
FIELDS(entry_link_fields);

static const struct entry_field entry_media_fields_items[] = {
    FIELD(entry_media, "url", url, ENTRY_TEXT_MAX),
    FIELD(entry_media, "title", title, ENTRY_TEXT_MAX),
    FIELD(entry_media, "alt", alt, ENTRY_TEXT_MAX),
    FIELD(entry_media, "licence", licence, ENTRY_TEXT_MAX),
    FIELD(entry_media, "credit", credit, ENTRY_TEXT_MAX),
    LINES(entry_media, "transcript", transcript, ENTRY_TRANSCRIPT_MAX),
};
FIELDS(entry_media_fields);

static const struct entry_field entry_ask_fields_items[] = {
    FIELD(entry_ask, "skill", skill, 80),
    FIELD(entry_ask, "text", text, ENTRY_TEXT_MAX),
};
FIELDS(entry_ask_fields);

static const struct entry_field entry_detail_fields_items[ENTRY_DETAIL__COUNT] = {
    [ENTRY_DETAIL_SIRET] = FIELD(entry, "siret", details[ENTRY_DETAIL_SIRET], 40),
    [ENTRY_DETAIL_RNA] = FIELD(entry, "rna", details[ENTRY_DETAIL_RNA], 40),
    [ENTRY_DETAIL_ACCESS] = LINES(entry, "access", details[ENTRY_DETAIL_ACCESS], ENTRY_TEXT_MAX),
    [ENTRY_DETAIL_PEOPLE] = FIELD(entry, "people", details[ENTRY_DETAIL_PEOPLE], ENTRY_TEXT_MAX),
    [ENTRY_DETAIL_THING_LICENCE] =
        FIELD(entry, "thing_licence", details[ENTRY_DETAIL_THING_LICENCE], ENTRY_TEXT_MAX),
    [ENTRY_DETAIL_GOVERNANCE] =
        LINES(entry, "governance", details[ENTRY_DETAIL_GOVERNANCE], ENTRY_TEXT_MAX),
    [ENTRY_DETAIL_MATURITY] = FIELD(entry, "maturity", details[ENTRY_DETAIL_MATURITY], 40),
    [ENTRY_DETAIL_HANDOVER] =
        LINES(entry, "handover", details[ENTRY_DETAIL_HANDOVER], ENTRY_TEXT_MAX),
};
FIELDS(entry_detail_fields);

const char *entry_detail_name(enum entry_detail detail) {
    return entry_detail_fields.items[detail].key;
}

const slice entry_maturities[ENTRY_MATURITIES] = {
    {"idea", 4}, {"prototype", 9}, {"tested", 6}, {"used", 4}, {"widespread", 10}};

const size_t entry_text_columns[ENTRY_TEXT_COLUMNS] = {
    offsetof(struct entry, place.territory),
    offsetof(struct entry, language),
    offsetof(struct entry, title),
    offsetof(struct entry, type),
    offsetof(struct entry, place.name),
    offsetof(struct entry, place.address),
    offsetof(struct entry, place.postal_code),
    offsetof(struct entry, place.city),
    offsetof(struct entry, opening_hours),
    offsetof(struct entry, price),
    offsetof(struct entry, audience),
    offsetof(struct entry, end_reason),
    offsetof(struct entry, licence),
    offsetof(struct entry, source_url),
    offsetof(struct entry, source_note),
    offsetof(struct entry, summary),
    offsetof(struct entry, description),
};

bool entry_url_is_valid(slice url) {
    slice rest;
    if (slice_equal_ascii_nocase(slice_sub(url, 0, 8), SLICE("https://"))) {
        rest = slice_sub(url, 8, url.n);
    } else if (slice_equal_ascii_nocase(slice_sub(url, 0, 7), SLICE("http://"))) {
        rest = slice_sub(url, 7, url.n);
    } else {
        return false;
    }
    if (rest.n == 0 || rest.p[0] == '/' || rest.p[0] == '?' || rest.p[0] == '#') {
        return false;
    }
    for (size_t i = 0; i < rest.n; i++) {
        unsigned char c = (unsigned char)rest.p[i];
        if (c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\') {
            return false;
        }
    }
    return true;
}

slice entry_text(const struct entry *entry, enum entry_translated field, uint16_t position,
                 slice language, slice *written_in) {
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        const struct entry_translation *translation = &entry->translations[i];
        if (translation->field == field && translation->position == position &&
            slice_equal(translation->language, language)) {
            if (written_in) {
                *written_in = translation->language;
            }
            return translation->value;
        }
    }
    if (written_in) {
        *written_in = entry->language;
    }
    enum entry_ask_direction direction = field == ENTRY_TR_NEED ? ENTRY_NEED : ENTRY_OFFER;
    uint16_t seen = 0;
    switch (field) {
    case ENTRY_TR_TITLE:
        return entry->title;
    case ENTRY_TR_SUMMARY:
        return entry->summary;
    case ENTRY_TR_DESCRIPTION:
        return entry->description;
    case ENTRY_TR_FIGURE:
        return position < entry->figure_count ? entry->figures[position].label : SLICE_EMPTY;
    case ENTRY_TR_NEED:
    case ENTRY_TR_OFFER:
        for (uint32_t i = 0; i < entry->ask_count; i++) {
            if (entry->asks[i].direction == direction && seen++ == position) {
                return entry->asks[i].text;
            }
        }
        return SLICE_EMPTY;
    case ENTRY_TR__COUNT:
        break;
    }
    return SLICE_EMPTY;
}
