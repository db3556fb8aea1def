/* Two revisions field by field: each field as the text that a reader would compare. */
#include "domain/history/history.h"

#include <stddef.h>

#define FIELD_TEXT_MAX (4u << 20) /* of one field: transcripts of all media, translations */

slice history_field_slug(enum history_field field) {
    static const char *const slugs[HISTORY_FIELD__COUNT] = {
        [HISTORY_KIND] = "kind",
        [HISTORY_STATE] = "state",
        [HISTORY_TITLE] = "title",
        [HISTORY_SUMMARY] = "summary",
        [HISTORY_DESCRIPTION] = "description",
        [HISTORY_TYPE] = "type",
        [HISTORY_THEMES] = "themes",
        [HISTORY_TAGS] = "tags",
        [HISTORY_PLACE] = "place",
        [HISTORY_DATES] = "dates",
        [HISTORY_HOURS] = "hours",
        [HISTORY_WHEELCHAIR] = "wheelchair",
        [HISTORY_PRICE] = "price",
        [HISTORY_AUDIENCE] = "audience",
        [HISTORY_NEEDS] = "needs",
        [HISTORY_OFFERS] = "offers",
        [HISTORY_CONTACTS] = "contacts",
        [HISTORY_FIGURES] = "figures",
        [HISTORY_LINKS] = "links",
        [HISTORY_MEDIA] = "media",
        [HISTORY_END] = "end_reason",
        [HISTORY_TRANSLATIONS] = "translations",
        [HISTORY_LICENCE] = "licence",
        [HISTORY_SOURCE] = "source",
        [HISTORY_SIRET] = "siret",
        [HISTORY_RNA] = "rna",
        [HISTORY_ACCESS] = "access",
        [HISTORY_PEOPLE] = "people",
        [HISTORY_THING_LICENCE] = "thing_licence",
        [HISTORY_GOVERNANCE] = "governance",
        [HISTORY_MATURITY] = "maturity",
        [HISTORY_HANDOVER] = "handover",
    };
    return slice_from_cstr(slugs[field]);
}

struct teller {
    const struct themes *themes;
    size_t language;
    struct buf *out;
};
typedef void tell(const struct teller *teller, const struct entry_public *entry);

/* Texts one after the other, those that there are. */
static void add_joined(struct buf *out, const slice *texts, size_t count, const char *between) {
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (texts[i].n > 0) {
            buf_add_cstr(out, first ? "" : between);
            buf_add(out, texts[i]);
            first = false;
        }
    }
}

static void add_line(struct buf *out, const slice *texts, size_t count, const char *between) {
    size_t before = out->n;
    add_joined(out, texts, count, between);
    if (out->n > before) {
        buf_add_char(out, '\n');
    }
}

static void tell_kind(const struct teller *teller, const struct entry_public *entry) {
    buf_add(teller->out, entry_kind_slug(entry->entry.kind));
}

static void tell_state(const struct teller *teller, const struct entry_public *entry) {
    buf_add(teller->out, entry_state_slug(entry->entry.state));
}

static void tell_wheelchair(const struct teller *teller, const struct entry_public *entry) {
    buf_add(teller->out, entry_wheelchair_slug(entry->entry.wheelchair));
}

static void tell_themes(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.theme_count; i++) {
        uint16_t theme = themes_find(teller->themes, entry->entry.themes[i]);
        buf_add(teller->out, theme == THEME_NONE
                                 ? entry->entry.themes[i]
                                 : teller->themes->items[theme].label[teller->language]);
        buf_add_char(teller->out, '\n');
    }
}

static void tell_tags(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.tag_count; i++) {
        add_line(teller->out, &entry->entry.tags[i], 1, "");
    }
}

static void tell_place(const struct teller *teller, const struct entry_public *entry) {
    const struct entry *of = &entry->entry;
    const slice city[] = {of->place.postal_code, of->place.city};
    add_line(teller->out, &of->place.name, 1, "");
    add_line(teller->out, &of->place.address, 1, "");
    add_line(teller->out, city, ARRAY_COUNT(city), " ");
    add_line(teller->out, &entry->territory_label, 1, "");
    if (entry->has_point && !entry->is_approximate) {
        buf_add_e7(teller->out, entry->point.lat_e7);
        buf_add_cstr(teller->out, ", ");
        buf_add_e7(teller->out, entry->point.lon_e7);
        buf_add_char(teller->out, '\n');
    }
}

static void tell_dates(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.date_count; i++) {
        const struct entry_date *date = &entry->entry.dates[i];
        if (date->is_repeat) {
            continue;
        }
        date_format(&date->start, teller->out);
        if (date->end.precision != DATE_UNKNOWN) {
            buf_add_cstr(teller->out, " – ");
            date_format(&date->end, teller->out);
        }
        const slice more[] = {date->rule, date->zone, date->note};
        buf_add_cstr(teller->out, date->rule.n + date->zone.n + date->note.n > 0 ? ", " : "");
        add_joined(teller->out, more, ARRAY_COUNT(more), ", ");
        buf_add_char(teller->out, '\n');
    }
}

static void tell_asks(const struct teller *teller, const struct entry_public *entry,
                      enum entry_ask_direction direction) {
    for (uint32_t i = 0; i < entry->entry.ask_count; i++) {
        const struct entry_ask *ask = &entry->entry.asks[i];
        const slice texts[] = {ask->text, ask->skill};
        if (ask->direction == direction) {
            add_line(teller->out, texts, ARRAY_COUNT(texts), ", ");
        }
    }
}

static void tell_needs(const struct teller *teller, const struct entry_public *entry) {
    tell_asks(teller, entry, ENTRY_NEED);
}

static void tell_offers(const struct teller *teller, const struct entry_public *entry) {
    tell_asks(teller, entry, ENTRY_OFFER);
}

static void tell_contacts(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.contact_count; i++) {
        const struct entry_contact *contact = &entry->entry.contacts[i];
        const slice texts[] = {contact->label, contact->value};
        add_line(teller->out, texts, ARRAY_COUNT(texts), ", ");
    }
}

static void tell_figures(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.figure_count; i++) {
        const struct entry_figure *figure = &entry->entry.figures[i];
        const slice texts[] = {figure->value, figure->unit, figure->label, figure->date,
                               figure->source};
        add_line(teller->out, texts, ARRAY_COUNT(texts), " ");
    }
}

static void tell_links(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.link_count; i++) {
        const struct entry_link *link = &entry->entry.links[i];
        add_line(teller->out, (const slice[]){link->target_key, link->note}, 2, "\n");
    }
}

static void tell_media(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.media_count; i++) {
        const struct entry_media *media = &entry->entry.media[i];
        const slice texts[] = {media->title,  media->url,     media->alt,
                               media->credit, media->licence, media->transcript};
        add_line(teller->out, texts, ARRAY_COUNT(texts), "\n");
    }
}

static void tell_translations(const struct teller *teller, const struct entry_public *entry) {
    for (uint32_t i = 0; i < entry->entry.translation_count; i++) {
        const struct entry_translation *translation = &entry->entry.translations[i];
        const slice texts[] = {translation->language, translation->value};
        add_line(teller->out, texts, ARRAY_COUNT(texts), ": ");
    }
}

static void tell_source(const struct teller *teller, const struct entry_public *entry) {
    add_line(teller->out, &entry->entry.source_url, 1, "");
    add_line(teller->out, &entry->entry.source_note, 1, "");
}

/* Either a text of struct entry, or told by a function. */
#define TEXT(member)                                                                               \
    { .text = offsetof(struct entry, member) }
#define TOLD(by)                                                                                   \
    { .told = by }
static const struct {
    size_t text;
    tell *told;
} fields[HISTORY_FIELD__COUNT] = {
    [HISTORY_KIND] = TOLD(tell_kind),
    [HISTORY_STATE] = TOLD(tell_state),
    [HISTORY_TITLE] = TEXT(title),
    [HISTORY_SUMMARY] = TEXT(summary),
    [HISTORY_DESCRIPTION] = TEXT(description),
    [HISTORY_TYPE] = TEXT(type),
    [HISTORY_THEMES] = TOLD(tell_themes),
    [HISTORY_TAGS] = TOLD(tell_tags),
    [HISTORY_PLACE] = TOLD(tell_place),
    [HISTORY_DATES] = TOLD(tell_dates),
    [HISTORY_HOURS] = TEXT(opening_hours),
    [HISTORY_WHEELCHAIR] = TOLD(tell_wheelchair),
    [HISTORY_PRICE] = TEXT(price),
    [HISTORY_AUDIENCE] = TEXT(audience),
    [HISTORY_NEEDS] = TOLD(tell_needs),
    [HISTORY_OFFERS] = TOLD(tell_offers),
    [HISTORY_CONTACTS] = TOLD(tell_contacts),
    [HISTORY_FIGURES] = TOLD(tell_figures),
    [HISTORY_LINKS] = TOLD(tell_links),
    [HISTORY_MEDIA] = TOLD(tell_media),
    [HISTORY_END] = TEXT(end_reason),
    [HISTORY_TRANSLATIONS] = TOLD(tell_translations),
    [HISTORY_LICENCE] = TEXT(licence),
    [HISTORY_SOURCE] = TOLD(tell_source),
    [HISTORY_SIRET] = TEXT(details[ENTRY_DETAIL_SIRET]),
    [HISTORY_RNA] = TEXT(details[ENTRY_DETAIL_RNA]),
    [HISTORY_ACCESS] = TEXT(details[ENTRY_DETAIL_ACCESS]),
    [HISTORY_PEOPLE] = TEXT(details[ENTRY_DETAIL_PEOPLE]),
    [HISTORY_THING_LICENCE] = TEXT(details[ENTRY_DETAIL_THING_LICENCE]),
    [HISTORY_GOVERNANCE] = TEXT(details[ENTRY_DETAIL_GOVERNANCE]),
    [HISTORY_MATURITY] = TEXT(details[ENTRY_DETAIL_MATURITY]),
    [HISTORY_HANDOVER] = TEXT(details[ENTRY_DETAIL_HANDOVER]),
};

/* The field as a text in the arena; of no entry, an empty one. */
static slice field_text(enum history_field field, const struct entry_public *entry,
                        struct teller teller, struct arena *arena) {
    if (!entry) {
        return SLICE_EMPTY;
    }
    if (!fields[field].told) {
        return *(const slice *)(const void *)((const char *)&entry->entry + fields[field].text);
    }
    struct buf text BUF_CLEANUP = buf_new(FIELD_TEXT_MAX);
    teller.out = &text;
    fields[field].told(&teller, entry);
    return arena_copy(arena, slice_trim(buf_slice(&text)));
}

static bool is_one_word(enum history_field field) {
    return field == HISTORY_KIND || field == HISTORY_STATE || field == HISTORY_WHEELCHAIR ||
           field == HISTORY_MATURITY;
}

static struct history_parts whole(slice before, slice after, struct arena *arena) {
    struct history_parts parts = {.items = arena_new(arena, struct history_part, 2)};
    if (before.n > 0) {
        parts.items[parts.count++] = (struct history_part){HISTORY_REMOVED, before};
    }
    if (after.n > 0) {
        parts.items[parts.count++] = (struct history_part){HISTORY_ADDED, after};
    }
    return parts;
}

void history_differences(const struct entry_public *before, const struct entry_public *after,
                         const struct themes *themes, size_t language, struct arena *arena,
                         struct history_difference **differences, size_t *count) {
    const struct teller teller = {.themes = themes, .language = language};
    struct history_difference *list =
        arena_new(arena, struct history_difference, HISTORY_FIELD__COUNT);
    *count = 0;
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        enum history_field field = (enum history_field)i;
        slice was = field_text(field, before, teller, arena);
        slice is = field_text(field, after, teller, arena);
        if (slice_equal(was, is)) {
            continue;
        }
        list[(*count)++] = (struct history_difference){
            .field = field,
            .parts = is_one_word(field) ? whole(was, is, arena) : history_compare(was, is, arena)};
    }
    *differences = list;
}
