#include "crypto/crypto.h"
#include "text/text.h"
#include "work/import/draft_int.h"
#include <string.h>

/* French words for a kind, for titles that have to be made. */
static slice kind_word(enum entry_kind kind) {
    switch (kind) {
    case ENTRY_KIND_INITIATIVE:
        return SLICE("Initiative");
    case ENTRY_KIND_IDEA:
        return SLICE("Idée");
    case ENTRY_KIND_TOOL:
        return SLICE("Outil");
    case ENTRY_KIND_PLACE:
        return SLICE("Lieu");
    case ENTRY_KIND_EVENT:
        return SLICE("Rendez-vous");
    case ENTRY_KIND_ACTOR:
        return SLICE("Collectif");
    case ENTRY_KIND_STORY:
        return SLICE("Portrait");
    case ENTRY_KIND__COUNT:
        break;
    }
    return SLICE("Fiche");
}

static bool folds_start_alike(slice text, slice start) {
    struct buf a BUF_CLEANUP = buf_new(4096);
    struct buf b BUF_CLEANUP = buf_new(4096);
    text_fold(slice_sub(text, 0, 1000), &a);
    text_fold(slice_sub(start, 0, 1000), &b);
    return slice_starts_with(buf_slice(&a), buf_slice(&b));
}

/* The value of a template's column. */
static slice template_value(const struct builder *b, const struct record *record, slice name) {
    struct buf key BUF_CLEANUP = buf_new(4096);
    slice exact = record_get(record, name);
    if (exact.n > 0) {
        return exact;
    }
    column_key(name, &key);
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct column *column = columns_find(b->columns, record->fields[i].name, i);
        if (column != NULL && key.n > 0 && slice_equal(column->key, buf_slice(&key))) {
            return record->fields[i].value;
        }
    }
    return SLICE_EMPTY;
}

/* Separators that are left at an end when a column is empty go: "PATDE · " -> "PATDE". */
static slice ends_trim(slice text) {
    static const char *const ends[] = {" ", "·", "-", "–", "—", ",", ";", "/", ":", "|"};
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
            slice end = slice_from_cstr(ends[i]);
            if (text.n > 0 && slice_starts_with(text, end)) {
                text = slice_sub(text, end.n, text.n);
                changed = true;
            }
            if (text.n > 0 && slice_ends_with(text, end)) {
                text = slice_sub(text, 0, text.n - end.n);
                changed = true;
            }
        }
    }
    return text;
}

/* A template with its columns' values; empty when it has columns and all of them are empty. */
static slice template_render(const struct builder *b, const struct record *record, slice template,
                             struct arena *arena) {
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    bool has_column = false;
    bool filled = false;
    while (template.n > 0) {
        size_t open = slice_find(template, 0, '{');
        size_t close = slice_find(template, open, '}');
        buf_add(&out, slice_sub(template, 0, open));
        if (close == template.n) {
            break;
        }
        slice name = slice_trim(slice_sub(template, open + 1, close - open - 1));
        slice value = value_clean(template_value(b, record, name), arena);
        has_column = true;
        filled = filled || value.n > 0;
        buf_add(&out, value);
        template = slice_sub(template, close + 1, template.n);
    }
    if (!has_column) {
        return arena_copy(arena, buf_slice(&out));
    }
    return filled ? arena_copy(arena, ends_trim(buf_slice(&out))) : SLICE_EMPTY;
}

static bool is_alone(slice template) {
    return template.n > 2 && template.p[0] == '{' && slice_find(template, 0, '}') == template.n - 1;
}

static void mappings_take(struct draft *d) {
    const struct columns *columns = d->builder->columns;
    for (uint32_t i = 0; i < columns->mapping_count; i++) {
        const struct mapping *mapping = &columns->mappings[i];
        if (is_alone(mapping->template) || mapping->role == ROLE_IGNORE ||
            mapping->role == ROLE_NONE) {
            continue; /* their columns have the role itself */
        }
        slice value = template_render(d->builder, d->record, mapping->template, d->arena);
        struct column column = {.name = slice_from_cstr(role_name(mapping->role))};
        column.key = column.name;
        if (value.n > 0) {
            draft_take(d, &column, mapping->role, value, NULL, 0);
        }
    }
}

/* "geolocation.lat" beside a "latitude" of the same value is no news. */
static bool is_said_twice(const struct draft *d, const struct column *column,
                          const struct record_field *field) {
    const struct column *twin = &d->builder->columns->items[column->twin - 1];
    uint32_t at = column->twin - 1; /* of a table its columns and fields are in one order */
    bool in_order =
        at < d->record->field_count && slice_equal(d->record->fields[at].name, twin->name);
    slice said = in_order ? d->record->fields[at].value : record_get(d->record, twin->name);
    return slice_equal(said, field->value);
}

static void fields_take(struct draft *d) {
    for (uint32_t i = 0; i < d->record->field_count; i++) {
        const struct record_field *field = &d->record->fields[i];
        if (field->value.n == 0) {
            continue; /* as most cells of a wide table */
        }
        const struct column *column = columns_find(d->builder->columns, field->name, i);
        if (column != NULL && column->role == ROLE_IGNORE) {
            continue;
        }
        slice value = value_clean(field->value, d->arena);
        if (value.n == 0 && column != NULL && column->role == ROLE_TITLE &&
            column->absence_words <= 1) { /* the café "Aucun" */
            slice name = value_text(field->value, d->arena);
            value = value_absence(name) == ABSENCE_WORD ? name : value;
        }
        if (value.n == 0) {
            continue;
        }
        if (column == NULL || (column->role == ROLE_NONE && column->in_template)) {
            continue;
        }
        if (column->role == ROLE_NONE && column->twin > 0 && is_said_twice(d, column, field)) {
            continue;
        }
        draft_take(d, column, column->role, value, field->items, field->item_count);
    }
}

/* When it happens, from a start and an end column. */
static void dates_finish(struct draft *d) {
    struct date start = {.precision = DATE_UNKNOWN};
    struct date end = {.precision = DATE_UNKNOWN};
    struct entry *entry = d->entry;
    if (!date_read_ordered(d->period_start, d->start_month_first, &start)) {
        return;
    }
    (void)date_read_ordered(d->period_end, d->end_month_first, &end);
    const struct entry_date date = {.role = entry->kind == ENTRY_KIND_EVENT ? ENTRY_DATE_HAPPENS
                                                                            : ENTRY_DATE_BEGAN,
                                    .start = start,
                                    .end = end,
                                    .zone = SLICE_EMPTY,
                                    .note = SLICE_EMPTY};
    (void)draft_date_add(d, &date);
}

static void hours_finish(struct draft *d) {
    bool any = false;
    for (unsigned i = 0; i < 7; i++) {
        any = any || d->hours[i].n > 0;
    }
    if (!any) {
        return;
    }
    slice week = hours_week(d->hours, d->arena);
    if (d->entry->opening_hours.n == 0 && week.n <= ENTRY_TEXT_MAX) {
        d->entry->opening_hours = week;
    } else {
        detail_write(&d->details, SLICE("horaires"), week);
    }
}

static bool is_digits(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return false;
        }
    }
    return text.n > 0;
}

static void zero_tell(struct draft *d, slice before, slice after) {
    warning_add(d->builder->warnings, WARNING_ZERO_RESTORED, d->record->line, "%.*s -> %.*s",
                SLICE_ARG(before), SLICE_ARG(after));
}

/* 1000 that a spreadsheet made of 01000, when a commune of that code is meant; four digits may
 * also be Belgian. */
static void postal_code_restore(struct draft *d) {
    slice *code = &d->entry->place.postal_code;
    if (code->n != 4 || !is_digits(*code) || d->is_abroad) {
        return;
    }
    slice whole = arena_printf(d->arena, "0%.*s", SLICE_ARG(*code));
    bool of_the_commune =
        territories_match(d->builder->territories, d->entry->place.city, whole,
                          d->place.departement) != TERRITORY_NONE ||
        (d->place.insee.n > 0 && slice_starts_with(d->place.insee, slice_sub(whole, 0, 2)));
    if (of_the_commune) {
        zero_tell(d, *code, whole);
        *code = whole;
    }
}

/* 612345678 that a spreadsheet made of 0612345678, in France. */
static void telephones_restore(struct draft *d) {
    struct entry *entry = d->entry;
    for (uint32_t i = 0; i < entry->contact_count && entry->place.territory.n > 0 && !d->is_abroad;
         i++) {
        struct entry_contact *contact = &entry->contacts[i];
        slice number = contact->value;
        if (contact->kind != ENTRY_CONTACT_TELEPHONE || !is_digits(number)) {
            continue;
        }
        if (number.n == 9 && number.p[0] != '0') {
            contact->value = arena_printf(d->arena, "0%.*s", SLICE_ARG(number));
            zero_tell(d, number, contact->value);
        } else if (number.n == 11 && slice_starts_with(number, SLICE("33"))) {
            contact->value = arena_printf(d->arena, "+%.*s", SLICE_ARG(number));
        }
    }
}

/* The name of an EPCI or a région is no town. Codes and coordinates that led nowhere stay
 * readable. */
static void place_finish(struct draft *d) {
    const struct territories *all = d->builder->territories;
    struct entry *entry = d->entry;
    if (d->address_parts.n > 0) {
        entry->place.address =
            entry->place.address.n == 0
                ? d->address_parts
                : arena_printf(d->arena, "%.*s, %.*s", SLICE_ARG(d->address_parts),
                               SLICE_ARG(entry->place.address));
    }
    agenda_whole_address_read(d);
    postal_code_restore(d);
    place_build(d->builder, &d->place, d->arena, entry);
    telephones_restore(d);
    uint32_t found = entry->place.territory.n == 0 ? TERRITORY_NONE
                                                   : territories_find(all, entry->place.territory);
    bool commune = found != TERRITORY_NONE && all->items[found].level == TERRITORY_COMMUNE;
    bool larger = found != TERRITORY_NONE ? !commune : d->place.level.n > 0;
    if (larger && entry->place.city.n > 0 && !entry->place.has_point && entry->place.name.n == 0) {
        entry->place.name = entry->place.city;
        entry->place.city = SLICE_EMPTY;
    }
    if (found == TERRITORY_NONE && d->place.territory.n > 0) {
        detail_write(&d->details, SLICE("code du territoire"), d->place.territory);
    }
    if (found == TERRITORY_NONE && d->place.insee.n > 0) {
        detail_write(&d->details, SLICE("code de la commune"), d->place.insee);
    }
    if (!entry->place.has_point && d->place.latitude.n > 0) {
        detail_write(&d->details, SLICE("latitude"), d->place.latitude);
        if (d->place.longitude.n > 0) {
            detail_write(&d->details, SLICE("longitude"), d->place.longitude);
        }
    }
}

/* A title from the sort and the place of a thing, when the source gives none. A column called
 * "lib_france_services" names sorts of that name: its values alone would be bare towns. */
static void title_finish(struct draft *d) {
    struct entry *entry = d->entry;
    slice sort = d->builder->columns->title_sort;
    if (sort.n > 0 && entry->type.n == 0) {
        entry->type = sort;
    }
    if (entry->title.n > 0 && sort.n > 0 && !folds_start_alike(entry->title, sort)) {
        slice whole =
            arena_printf(d->arena, "%.*s · %.*s", SLICE_ARG(sort), SLICE_ARG(entry->title));
        entry->title = whole.n <= ENTRY_TITLE_MAX ? whole : entry->title;
    }
    if (entry->title.n > 0) {
        return;
    }
    const struct territories *all = d->builder->territories;
    uint32_t territory = territories_find(all, entry->place.territory);
    slice what = entry->type.n > 0 ? entry->type : kind_word(entry->kind);
    slice where = entry->place.name.n > 0   ? entry->place.name
                  : entry->place.city.n > 0 ? entry->place.city
                  : entry->place.territory.n > 0 && territory != TERRITORY_NONE
                      ? all->items[territory].name
                      : entry->place.address;
    what = slice_sub(what, 0, 120);
    where = slice_sub(where, 0, 160);
    what.n = text_utf8_error(what);
    where.n = text_utf8_error(where);
    entry->title = where.n == 0
                       ? arena_copy(d->arena, what)
                       : arena_printf(d->arena, "%.*s · %.*s", SLICE_ARG(what), SLICE_ARG(where));
    warning_add(d->builder->warnings, WARNING_TITLE_MADE, d->record->line, "%.*s",
                (int)(entry->title.n < 100 ? entry->title.n : 100), entry->title.p);
}

static void description_finish(struct draft *d) {
    struct entry *entry = d->entry;
    if (d->details.n == 0) {
        return;
    }
    slice details = slice_trim(buf_slice(&d->details));
    slice whole = entry->description.n == 0
                      ? arena_copy(d->arena, details)
                      : arena_printf(d->arena, "%.*s\n\n%.*s", SLICE_ARG(entry->description),
                                     SLICE_ARG(details));
    if (whole.n > ENTRY_DESCRIPTION_MAX) {
        warning_add(d->builder->warnings, WARNING_CLIPPED, d->record->line, "%.*s",
                    (int)(entry->title.n < 80 ? entry->title.n : 80), entry->title.p);
        whole.n = text_utf8_error(slice_sub(whole, 0, ENTRY_DESCRIPTION_MAX));
    }
    entry->description = whole;
}

/* The same name in two Unicode forms is one name. */
static void composed_add(struct buf *out, slice text) {
    if (!text_compose(text, out)) {
        buf_add(out, text);
    }
}

/* An identifier made of all that the record says: the same record gives the same one. */
static slice key_from_content(const struct record *record, struct arena *arena) {
    struct buf content BUF_CLEANUP = buf_new(2 * RECORD_BYTES_MAX);
    for (uint32_t i = 0; i < record->field_count; i++) {
        composed_add(&content, record->fields[i].name);
        buf_add_char(&content, '\0');
        composed_add(&content, record->fields[i].value);
        buf_add_char(&content, '\0');
    }
    if (record->has_geometry) {
        buf_addf(&content, "%d,%d", record->geometry.point.lon_e7, record->geometry.point.lat_e7);
    }
    slice part = buf_slice(&content);
    struct crypto_digest digest = crypto_digest(&part, 1);
    char hex[CRYPTO_DIGEST_HEX + 1];
    crypto_digest_hex(&digest, hex);
    return arena_printf(arena, "content-%.20s", hex);
}

/* Whether a column of dates has a value here. */
static bool has_start(const struct builder *builder, const struct record *record) {
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct record_field *field = &record->fields[i];
        if (field->value.n > 0) {
            const struct column *column = columns_find(builder->columns, field->name, i);
            if (column != NULL && (column->role == ROLE_START || column->role == ROLE_HAPPENS)) {
                return true;
            }
        }
    }
    return false;
}

err entry_build(const struct builder *builder, const struct record *record, struct arena *arena,
                struct entry *entry, struct problem *problem) {
    struct draft d = {.builder = builder,
                      .record = record,
                      .arena = arena,
                      .entry = entry,
                      .place = {.record = record},
                      .details = buf_new(RECORD_BYTES_MAX)};
    *entry = (struct entry){.kind = builder->kind, .status = ENTRY_PUBLISHED};
    if (builder->kind == ENTRY_KIND_EVENT && builder->kind_undated != ENTRY_KIND_EVENT &&
        !has_start(builder, record)) {
        entry->kind = builder->kind_undated;
    }
    fields_take(&d);
    mappings_take(&d);
    if (builder->options->has_kind && !d.has_kind) {
        entry->kind = builder->options->kind;
    }
    place_finish(&d);
    dates_finish(&d);
    hours_finish(&d);
    title_finish(&d);
    if (entry->type.n > 0) {
        draft_theme_or_tag(&d, entry->type, false);
    }
    description_finish(&d);
    buf_free(&d.details);
    if (entry->licence.n == 0) {
        entry->licence = builder->options->licence;
    }
    if (entry->source_url.n == 0 && slice_starts_with(d.key, SLICE("http")) &&
        d.key.n < ENTRY_TEXT_MAX && slice_find(d.key, 0, ' ') == d.key.n) {
        entry->source_url = d.key; /* an identifier that is an address */
    }
    entry->source_key = d.key.n > 0 ? d.key : key_from_content(record, arena);
    return entry_check(entry, builder->territories, builder->themes, arena, problem);
}
