/* The table that Agora writes (docs/api.md), known by its columns: what it says of the instance
 * that wrote it is passed over, an entry keeps its identifier, its source and how well its place
 * is known. */
#include "work/import/run_int.h"

static const char own_map[] = "id = {source_key}\n"
                              "place_name = {place}\n"
                              "happens = {happens}\n"
                              "source_note = {source_note}\n"
                              "created = {created}\n"
                              "ignore = \"{id} {url} {start} {end} {territory_label} {precision} "
                              "{match} {attribution} {source} {updated}\"\n";

bool native_table_is(const struct record *record) {
    static const char *const own[] = {"id",        "url",       "kind",       "territory_label",
                                      "precision", "happens",   "source_key", "attribution",
                                      "start",     "confirmed", "match",      "source_note"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        bool found = false;
        for (uint32_t k = 0; k < record->field_count && !found; k++) {
            found = slice_equal(record->fields[k].name, slice_from_cstr(own[i]));
        }
        if (!found) {
            return false;
        }
    }
    return !record->is_json;
}

err native_table_map(struct run *run) {
    return mappings_read(slice_of(own_map, sizeof own_map - 1), &run->columns, run->problem);
}

err native_table_settle(struct run *run, const struct record *record, struct entry *entry,
                        struct problem *cause) {
    enum entry_precision precision;
    if (entry_precision_from_slug(record_get(record, SLICE("precision")), &precision) &&
        precision < ENTRY_PRECISION_100M) {
        entry->place.has_point = false; /* the middle of its commune, where it was drawn */
        entry->place.precision = precision;
    }
    return native_source(run, record, entry, cause);
}
