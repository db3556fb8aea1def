/* Any bytes as CSV: every row within its limits; a row written again reads back the same. */
#include "fuzz.h"

#include "formats/csv.h"

static void row_round_trip(const struct csv_row *row) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4u * CSV_ROW_BYTES_MAX);
    struct csv_reader *reader = NULL;
    struct csv_row again;
    enum read_step step;
    csv_write_text(&out, true, SLICE("x")); /* never an empty line, and comma is the delimiter */
    for (uint32_t i = 0; i < row->count; i++) {
        csv_write_text(&out, false, row->cells[i]);
    }
    csv_write_end(&out);
    for (uint32_t i = 0; i < row->count; i++) { /* a second row that can only be cut by commas */
        buf_add(&out, SLICE("x,"));
    }
    buf_add(&out, SLICE("x\r\n"));
    struct memory_source memory = {.rest = buf_slice(&out)};
    FUZZ_PROMISE(csv_reader_new(memory_source(&memory), &reader) == OK);
    FUZZ_PROMISE(csv_reader_next(reader, &arena, &again, &step, NULL) == OK);
    if (step == READ_RECORD && csv_reader_delimiter(reader) == ',') {
        FUZZ_PROMISE(again.count == row->count + 1);
        for (uint32_t i = 0; i < row->count; i++) {
            slice cell = row->cells[i];
            FUZZ_PROMISE(slice_equal(again.cells[i + 1], cell) ||
                         slice_equal(csv_undefuse(again.cells[i + 1]), cell));
        }
    }
    csv_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memory_source memory = {.rest = slice_of((const char *)data, size)};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct csv_reader *reader = NULL;
    struct csv_row row;
    enum read_step step = READ_RECORD;
    uint64_t line = 0;
    FUZZ_PROMISE(csv_reader_new(memory_source(&memory), &reader) == OK);
    for (unsigned rows = 0; step != READ_END; rows++) {
        arena_reset(&arena);
        if (csv_reader_next(reader, &arena, &row, &step, NULL) != OK) {
            break;
        }
        FUZZ_PROMISE(step == READ_END || row.line >= line);
        FUZZ_PROMISE(row.count <= CSV_CELLS_MAX);
        line = row.line;
        if (step == READ_RECORD && rows < 8) {
            row_round_trip(&row);
        }
    }
    csv_reader_free(reader);
    return 0;
}
