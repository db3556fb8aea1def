/* The table: RFC 4180. */
#include "face/api/export_int.h"

#include "formats/csv.h"

/* A byte order mark first: the table is most often opened in a spreadsheet, which would take it for
 * something else than UTF-8 without one. */
static void csv_begin(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "\xef\xbb\xbf");
    for (size_t i = 0; i < EXPORT_COLUMN__COUNT; i++) {
        csv_write_text(out, i == 0, slice_from_cstr(export_columns[i]));
    }
    csv_write_end(out);
}

static void csv_write(struct export *export, const struct export_item *item, struct buf *out) {
    slice cells[EXPORT_COLUMN__COUNT];
    export_cells(export, item, cells);
    for (size_t i = 0; i < EXPORT_COLUMN__COUNT; i++) {
        if (export_column_is_number((enum export_column)i)) {
            csv_write_number(out, i == 0, cells[i]);
        } else {
            csv_write_text(out, i == 0, cells[i]);
        }
    }
    csv_write_end(out);
}

const struct export_writer export_csv = {.begin = csv_begin, .write = csv_write};
