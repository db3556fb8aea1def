/* Cells and map files from outside: opening hours, periods, coordinates shapes, column names,
 * maps. */
#include "fuzz.h"

#include "text/text.h"
#include "work/import/import_int.h"

static void cell(slice text, struct arena *arena) {
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct date start;
    struct date end;
    slice value = value_clean(text, arena);
    FUZZ_PROMISE(text_is_utf8(value));
    slice hours = hours_any(value, arena);
    FUZZ_PROMISE(hours.n == 0 || hours_is_osm(hours) || hours.p[0] == '"');
    const slice days[7] = {value, value, SLICE_EMPTY, value, SLICE("-"), value, value};
    FUZZ_PROMISE(text_is_utf8(hours_week(days, arena)));
    hours_day_write(value, SLICE("Mo"), &out);
    detail_write(&out, value, value);
    column_key(value, &out);
    FUZZ_PROMISE(text_is_utf8(buf_slice(&out)));
    if (period_read(value, &start, &end)) {
        FUZZ_PROMISE(date_is_valid(&start));
    }
    if (date_read_ordered(value, true, &start)) {
        FUZZ_PROMISE(date_is_valid(&start));
    }
    (void)date_order_learn(&value, 1);
    bool marks;
    FUZZ_PROMISE(text_is_utf8(value_one_line(value, &marks, arena)));
    FUZZ_PROMISE(text_is_utf8(value_markdown(value, arena)));
    (void)role_from_values(&value, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice text = slice_of((const char *)data, size);
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    if (!text_is_utf8(text)) {
        return 0;
    }
    struct warnings warnings = {0};
    struct columns columns = {.arena = &arena};
    struct record_field field = {.name = SLICE("nom"), .value = SLICE("Cruet")};
    struct record record = {.fields = &field, .field_count = 1};
    if (mappings_read(text, &columns, NULL) == OK) {
        (void)!columns_learn(&columns, &record, 1, &warnings, NULL);
    }
    slice line;
    while (slice_cut(&text, '\n', &line)) {
        cell(line, &arena);
    }
    return 0;
}
