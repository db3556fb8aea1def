/* CSV both ways. Reading is lenient where nothing can be lost (RFC 4180 and what spreadsheets
 * write); writing is strict RFC 4180 with CRLF. */
#ifndef AGORA_FORMATS_CSV_H
#define AGORA_FORMATS_CSV_H

#include "formats/source.h"

#define CSV_CELL_BYTES_MAX (1u << 20)
#define CSV_ROW_BYTES_MAX  (4u << 20)
#define CSV_CELLS_MAX      2000

struct csv_row {
    slice *cells; /* without their quotes */
    uint32_t count;
    uint64_t line;      /* where it begins */
    slice raw;          /* as it stands in the file, without its line end */
    bool ends_the_file; /* no line end behind it: the file may have been cut here */
};

/* Delimiter , ; tab or | found from the first rows (or told by a first line "sep=;"); quoted
 * cells may hold delimiters, line ends and doubled quotes; lines end with LF, CRLF or CR; empty
 * lines are no rows. The source outlives the reader. ERR_MEMORY. */
struct csv_reader;
MUST_USE err csv_reader_new(struct byte_source source, struct csv_reader **reader);
void csv_reader_free(struct csv_reader *reader); /* NULL is fine */
/* The next row, in the arena. READ_REJECTED with ERR_LIMIT in the problem for a row beyond the
 * limits: reading goes on behind its first line, so that a quote that is never closed costs one
 * row. ERR_INPUT when the file ends inside a quoted cell (csv_reader_is_cut says true), ERR_IO,
 * ERR_MEMORY. */
MUST_USE err csv_reader_next(struct csv_reader *reader, struct arena *arena, struct csv_row *row,
                             enum read_step *step, struct problem *problem);
char csv_reader_delimiter(const struct csv_reader *reader); /* 0 before the first row */
bool csv_reader_is_cut(const struct csv_reader *reader);
const struct decode *csv_reader_decode(const struct csv_reader *reader);

/* One cell, with a comma before it unless it is the first of its row. A text that a spreadsheet
 * would run as a formula (it begins with = + - @ tab or CR) gets an apostrophe before it, unless
 * it is plainly a number or a telephone number; `csv_undefuse` takes it away again. */
void csv_write_text(struct buf *out, bool first, slice text);
void csv_write_number(struct buf *out, bool first, slice number); /* as it is */
void csv_write_end(struct buf *out);                              /* CRLF */
slice csv_undefuse(slice cell);

#endif
