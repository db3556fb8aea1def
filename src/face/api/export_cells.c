/* An entry as one flat row: what tables hold, and the fields of map files. Lists are joined with
 * ";"; what has several parts is written as one text that a person can read. */
#include "face/api/export_int.h"

const char *const export_columns[EXPORT_COLUMN__COUNT] = {
    [EXPORT_ID] = "id",
    [EXPORT_URL] = "url",
    [EXPORT_KIND] = "kind",
    [EXPORT_STATE] = "state",
    [EXPORT_TITLE] = "title",
    [EXPORT_SUMMARY] = "summary",
    [EXPORT_DESCRIPTION] = "description",
    [EXPORT_TYPE] = "type",
    [EXPORT_THEMES] = "themes",
    [EXPORT_TAGS] = "tags",
    [EXPORT_PLACE] = "place",
    [EXPORT_ADDRESS] = "address",
    [EXPORT_POSTAL_CODE] = "postal_code",
    [EXPORT_CITY] = "city",
    [EXPORT_TERRITORY] = "territory",
    [EXPORT_TERRITORY_LABEL] = "territory_label",
    [EXPORT_LATITUDE] = "latitude",
    [EXPORT_LONGITUDE] = "longitude",
    [EXPORT_PRECISION] = "precision",
    [EXPORT_START] = "start",
    [EXPORT_END] = "end",
    [EXPORT_HAPPENS] = "happens",
    [EXPORT_FOUNDED] = "founded",
    [EXPORT_WEBSITE] = "website",
    [EXPORT_EMAIL] = "email",
    [EXPORT_TELEPHONE] = "telephone",
    [EXPORT_FORM] = "form",
    [EXPORT_SOCIAL] = "social",
    [EXPORT_OPENING_HOURS] = "opening_hours",
    [EXPORT_WHEELCHAIR] = "wheelchair",
    [EXPORT_PRICE] = "price",
    [EXPORT_AUDIENCE] = "audience",
    [EXPORT_SIRET] = "siret",
    [EXPORT_RNA] = "rna",
    [EXPORT_ACCESS] = "access",
    [EXPORT_PEOPLE] = "people",
    [EXPORT_THING_LICENCE] = "thing_licence",
    [EXPORT_GOVERNANCE] = "governance",
    [EXPORT_MATURITY] = "maturity",
    [EXPORT_HANDOVER] = "handover",
    [EXPORT_LANGUAGE] = "language",
    [EXPORT_IMAGE] = "image",
    [EXPORT_VIDEO] = "video",
    [EXPORT_FIGURES] = "figures",
    [EXPORT_NEEDS] = "needs",
    [EXPORT_OFFERS] = "offers",
    [EXPORT_MATCH] = "match",
    [EXPORT_CREATED] = "created",
    [EXPORT_UPDATED] = "updated",
    [EXPORT_CONFIRMED] = "confirmed",
    [EXPORT_SOURCE] = "source",
    [EXPORT_SOURCE_KEY] = "source_key",
    [EXPORT_SOURCE_URL] = "source_url",
    [EXPORT_SOURCE_NOTE] = "source_note",
    [EXPORT_LICENCE] = "licence",
    [EXPORT_ATTRIBUTION] = "attribution",
};

_Static_assert(EXPORT_HANDOVER - EXPORT_SIRET == ENTRY_DETAIL_HANDOVER &&
                   EXPORT_THING_LICENCE - EXPORT_SIRET == ENTRY_DETAIL_THING_LICENCE,
               "the details stand in their order");

bool export_column_is_number(enum export_column column) {
    return column == EXPORT_ID || column == EXPORT_LATITUDE || column == EXPORT_LONGITUDE;
}

/* ---- texts of several parts, built in export->scratch ---- */

static struct buf *list_begin(struct export *export) {
    buf_clear(&export->scratch);
    return &export->scratch;
}

static void list_next(struct buf *list) {
    if (list->n > 0) {
        buf_add_char(list, ';');
    }
}

static slice list_end(struct export *export) {
    return arena_copy(&export->step, buf_slice(&export->scratch));
}

static slice texts_join(struct export *export, const slice *texts, uint32_t count) {
    struct buf *list = list_begin(export);
    for (uint32_t i = 0; i < count; i++) {
        list_next(list);
        buf_add(list, texts[i]);
    }
    return list_end(export);
}

static slice contacts_join(struct export *export, const struct entry *entry,
                           enum entry_contact_kind kind) {
    struct buf *list = list_begin(export);
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].kind == kind) {
            list_next(list);
            buf_add(list, entry->contacts[i].value);
        }
    }
    return list_end(export);
}

static slice media_join(struct export *export, const struct entry *entry,
                        enum entry_media_kind kind) {
    struct buf *list = list_begin(export);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry->media[i].kind == kind) {
            list_next(list);
            buf_add(list,
                    face_media_url(export->request->base_url, entry->media[i].url, &export->step));
        }
    }
    return list_end(export);
}

/* Every date on which it happens: "2026-05-03T18:00/2026-05-03T20:00;2026-05-10[Indian/Reunion]" */
static slice happens_join(struct export *export, const struct entry *entry) {
    struct buf *list = list_begin(export);
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->role != ENTRY_DATE_HAPPENS) {
            continue;
        }
        list_next(list);
        date_format(&date->start, list);
        if (date->end.precision != DATE_UNKNOWN) {
            buf_add_char(list, '/');
            date_format(&date->end, list);
        }
        if (date->zone.n > 0) {
            buf_addf(list, "[%.*s]", SLICE_ARG(date->zone));
        }
    }
    return list_end(export);
}

/* "143 adhérents;30 % de recyclé" */
static slice figures_join(struct export *export, const struct entry *entry) {
    struct buf *list = list_begin(export);
    for (uint32_t i = 0; i < entry->figure_count; i++) {
        const slice parts[] = {entry->figures[i].value, entry->figures[i].unit,
                               entry->figures[i].label};
        list_next(list);
        bool first = true;
        for (size_t part = 0; part < ARRAY_COUNT(parts); part++) {
            if (parts[part].n > 0) {
                buf_add_cstr(list, first ? "" : " ");
                buf_add(list, parts[part]);
                first = false;
            }
        }
    }
    return list_end(export);
}

static slice asks_join(struct export *export, const struct entry *entry,
                       enum entry_ask_direction direction) {
    struct buf *list = list_begin(export);
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        if (entry->asks[i].direction == direction) {
            list_next(list);
            buf_add(list, entry->asks[i].text.n > 0 ? entry->asks[i].text
                                                    : entry_ask_sort_slug(entry->asks[i].sort));
        }
    }
    return list_end(export);
}

/* The first date of a role, else nothing. */
static slice date_cell(struct export *export, const struct entry *entry, enum entry_date_role role,
                       bool end) {
    struct buf *text = list_begin(export);
    for (uint32_t i = 0; i < entry->date_count && text->n == 0; i++) {
        if (entry->dates[i].role == role) {
            date_format(end ? &entry->dates[i].end : &entry->dates[i].start, text);
            break;
        }
    }
    return list_end(export);
}

slice export_time(int64_t ms, struct arena *arena) {
    struct buf text BUF_CLEANUP = buf_new(64);
    if (ms != 0) {
        time_format_rfc3339(ms, &text);
    }
    return arena_copy(arena, buf_slice(&text));
}

static slice degrees_cell(struct export *export, bool known, int32_t degrees_e7) {
    struct buf *text = list_begin(export);
    if (known) {
        buf_add_e7(text, degrees_e7);
    }
    return list_end(export);
}

/* ---- the row ---- */

static void place_cells(struct export *export, const struct entry_public *shown, slice *cells) {
    const struct entry *entry = &shown->entry;
    cells[EXPORT_PLACE] = entry->place.name;
    cells[EXPORT_ADDRESS] = entry->place.address;
    cells[EXPORT_POSTAL_CODE] = entry->place.postal_code;
    cells[EXPORT_CITY] = entry->place.city;
    cells[EXPORT_TERRITORY] = entry->place.territory;
    cells[EXPORT_TERRITORY_LABEL] = shown->territory_label;
    cells[EXPORT_LATITUDE] = degrees_cell(export, shown->has_point, shown->point.lat_e7);
    cells[EXPORT_LONGITUDE] = degrees_cell(export, shown->has_point, shown->point.lon_e7);
    cells[EXPORT_PRECISION] = entry_precision_slug(entry->place.precision);
}

static void list_cells(struct export *export, const struct entry *entry, slice *cells) {
    cells[EXPORT_THEMES] = texts_join(export, entry->themes, entry->theme_count);
    cells[EXPORT_TAGS] = texts_join(export, entry->tags, entry->tag_count);
    cells[EXPORT_START] = date_cell(export, entry, ENTRY_DATE_HAPPENS, false);
    cells[EXPORT_END] = date_cell(export, entry, ENTRY_DATE_HAPPENS, true);
    cells[EXPORT_HAPPENS] = happens_join(export, entry);
    cells[EXPORT_FOUNDED] = date_cell(export, entry, ENTRY_DATE_FOUNDED, false);
    cells[EXPORT_WEBSITE] = contacts_join(export, entry, ENTRY_CONTACT_WEBSITE);
    cells[EXPORT_EMAIL] = contacts_join(export, entry, ENTRY_CONTACT_EMAIL);
    cells[EXPORT_TELEPHONE] = contacts_join(export, entry, ENTRY_CONTACT_TELEPHONE);
    cells[EXPORT_FORM] = contacts_join(export, entry, ENTRY_CONTACT_FORM);
    cells[EXPORT_SOCIAL] = contacts_join(export, entry, ENTRY_CONTACT_SOCIAL);
    cells[EXPORT_IMAGE] = media_join(export, entry, ENTRY_MEDIA_IMAGE);
    cells[EXPORT_VIDEO] = media_join(export, entry, ENTRY_MEDIA_VIDEO);
    cells[EXPORT_FIGURES] = figures_join(export, entry);
    cells[EXPORT_NEEDS] = asks_join(export, entry, ENTRY_NEED);
    cells[EXPORT_OFFERS] = asks_join(export, entry, ENTRY_OFFER);
}

static void source_cells(struct export *export, const struct export_item *item, slice *cells) {
    const struct entry *entry = item->entry;
    cells[EXPORT_CREATED] = export_time(entry->created_ms, &export->step);
    cells[EXPORT_UPDATED] = export_time(entry->updated_ms, &export->step);
    cells[EXPORT_CONFIRMED] = export_time(entry->confirmed_ms, &export->step);
    cells[EXPORT_SOURCE] = entry->source_slug;
    cells[EXPORT_SOURCE_KEY] = entry->source_key;
    cells[EXPORT_SOURCE_URL] = entry->source_url;
    cells[EXPORT_SOURCE_NOTE] = entry->source_note;
    cells[EXPORT_LICENCE] = item->licence;
    cells[EXPORT_ATTRIBUTION] = item->attribution;
}

void export_cells(struct export *export, const struct export_item *item,
                  slice cells[EXPORT_COLUMN__COUNT]) {
    const struct entry *entry = item->entry;
    struct arena *arena = &export->step;
    static const slice wheelchairs[ENTRY_WHEELCHAIR__COUNT] = {
        [ENTRY_WHEELCHAIR_UNKNOWN] = {"", 0},
        [ENTRY_WHEELCHAIR_YES] = {"yes", 3},
        [ENTRY_WHEELCHAIR_LIMITED] = {"limited", 7},
        [ENTRY_WHEELCHAIR_NO] = {"no", 2},
    };
    cells[EXPORT_ID] = arena_printf(arena, "%lld", (long long)entry->id.v);
    cells[EXPORT_URL] = arena_printf(arena, "%.*s%.*s", SLICE_ARG(export->request->base_url),
                                     SLICE_ARG(face_entry_path(entry->id, entry->title, arena)));
    cells[EXPORT_KIND] = query_kind_slug(item->kind);
    cells[EXPORT_STATE] = entry_state_slug(entry->state);
    cells[EXPORT_TITLE] = entry->title;
    cells[EXPORT_SUMMARY] = entry->summary;
    cells[EXPORT_DESCRIPTION] = entry->description;
    cells[EXPORT_TYPE] = entry->type;
    cells[EXPORT_OPENING_HOURS] = entry->opening_hours;
    cells[EXPORT_WHEELCHAIR] = wheelchairs[entry->wheelchair];
    cells[EXPORT_PRICE] = entry->price;
    cells[EXPORT_AUDIENCE] = entry->audience;
    for (unsigned i = 0; i < ENTRY_DETAIL__COUNT; i++) {
        cells[EXPORT_SIRET + i] = entry->details[i];
    }
    cells[EXPORT_LANGUAGE] = entry->language;
    cells[EXPORT_MATCH] = item->ask ? item->ask->text : SLICE_EMPTY;
    place_cells(export, item->shown, cells);
    list_cells(export, entry, cells);
    source_cells(export, item, cells);
}
