/* The table that Agora writes (docs/api.md), known by its columns: what it says of the instance
 * that wrote it is passed over, an entry keeps its identifier, its source and how well its place
 * is known. */
#include "domain/entry/details.h"
#include "work/import/run_int.h"

#define MAP_BYTES_MAX 2048

static const char own_map[] = "id = {source_key}\n"
                              "place_name = {place}\n"
                              "happens = {happens}\n"
                              "source_note = {source_note}\n"
                              "created = {created}\n"
                              "ignore = \"{id} {url} {start} {end} {territory_label} {precision} "
                              "{match} {attribution} {source} {updated}\"\n";

static bool has_column(const struct record *record, slice name) {
    for (uint32_t i = 0; i < record->field_count; i++) {
        if (slice_equal(record->fields[i].name, name)) {
            return true;
        }
    }
    return false;
}

bool native_table_is(const struct record *record) {
    static const char *const own[] = {"id",        "url",       "kind",       "territory_label",
                                      "precision", "happens",   "source_key", "attribution",
                                      "start",     "confirmed", "match",      "source_note"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (!has_column(record, slice_from_cstr(own[i]))) {
            return false;
        }
    }
    return !record->is_json;
}

/* The details are taken by their own names below; tables of before have no columns for them. */
err native_table_map(struct run *run, const struct record *record) {
    struct buf map BUF_CLEANUP = buf_new(MAP_BYTES_MAX);
    buf_add_cstr(&map, own_map);
    for (unsigned i = 0; i < ENTRY_DETAIL__COUNT; i++) {
        const char *name = entry_detail_name((enum entry_detail)i);
        if (has_column(record, slice_from_cstr(name))) {
            buf_addf(&map, "ignore = {%s}\n", name);
        }
    }
    TRY(map.failed);
    return mappings_read(buf_slice(&map), &run->columns, run->problem);
}

static err details_take(struct run *run, const struct record *record, struct entry *entry,
                        struct problem *cause) {
    struct arena *arena = &run->filling->arena;
    bool has_any = false;
    for (unsigned i = 0; i < ENTRY_DETAIL__COUNT; i++) {
        slice name = slice_from_cstr(entry_detail_name((enum entry_detail)i));
        entry->details[i] = arena_copy(arena, record_get(record, name));
        has_any = has_any || entry->details[i].n > 0;
    }
    return has_any
               ? entry_check(entry, run->context->territories, run->context->themes, arena, cause)
               : OK;
}

err native_table_settle(struct run *run, const struct record *record, struct entry *entry,
                        struct problem *cause) {
    enum entry_precision precision;
    TRY(details_take(run, record, entry, cause));
    if (entry_precision_from_slug(record_get(record, SLICE("precision")), &precision) &&
        precision < ENTRY_PRECISION_100M) {
        entry->place.has_point = false; /* the middle of its commune, where it was drawn */
        entry->place.precision = precision;
    }
    return native_source(run, record, entry, cause);
}
