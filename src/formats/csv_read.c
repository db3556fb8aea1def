#include "formats/csv.h"
#include "formats/record_int.h"
#include <stdlib.h>
#include <string.h>

#define CSV_HEAD_BYTES 65536 /* the delimiter is found in these */
#define CSV_HEAD_ROWS  50

struct csv_reader {
    struct window window;
    char delimiter;
    bool cut;
};

/* Where a scan over a row stands; it goes on when the window has grown. */
struct row_scan {
    size_t at, cell_start;
    uint32_t cells;
    enum { CELL_START, CELL_PLAIN, CELL_QUOTED, CELL_AFTER_QUOTE } state;
};
enum row_found { ROW_MORE, ROW_WHOLE, ROW_TOO_LARGE };

err csv_reader_over(const struct window *window, struct csv_reader **reader) {
    struct csv_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return ERR_MEMORY;
    }
    r->window = *window;
    *reader = r;
    return OK;
}

err csv_reader_new(struct byte_source source, struct csv_reader **reader) {
    struct window window;
    TRY(window_open(&window, source));
    err failed = csv_reader_over(&window, reader);
    if (failed != OK) {
        window_close(&window);
    }
    return failed;
}

void csv_reader_free(struct csv_reader *reader) {
    if (reader != NULL) {
        window_close(&reader->window);
        free(reader);
    }
}

static bool cell_is_long(const struct row_scan *scan) {
    return scan->at - scan->cell_start > CSV_CELL_BYTES_MAX;
}

/* The delimiter or line end behind `at`. */
static size_t plain_end(slice text, size_t at, char delimiter) {
    while (at < text.n && text.p[at] != delimiter && text.p[at] != '\n' && text.p[at] != '\r') {
        at++;
    }
    return at;
}

/* Runs to the line end that closes the row: scan->at is then its index. A quote opens a cell
 * only at the cell's start; text between a closing quote and the delimiter belongs to the cell. */
static enum row_found row_end(struct row_scan *scan, slice text, char delimiter) {
    while (scan->at < text.n) {
        char c = text.p[scan->at];
        if (scan->state == CELL_QUOTED) {
            scan->at = slice_find(text, scan->at, '"');
            if (scan->at < text.n) {
                scan->state = CELL_AFTER_QUOTE;
                scan->at++;
            }
        } else if (c == delimiter) {
            scan->cells++;
            scan->state = CELL_START;
            scan->cell_start = ++scan->at;
            continue;
        } else if (c == '\n' || c == '\r') {
            return ++scan->cells > CSV_CELLS_MAX || scan->at > CSV_ROW_BYTES_MAX ? ROW_TOO_LARGE
                                                                                 : ROW_WHOLE;
        } else if (c == '"' && scan->state != CELL_PLAIN) {
            scan->state = CELL_QUOTED; /* opens, or "" inside, or reopens: stays one cell */
            scan->at++;
        } else {
            scan->state = CELL_PLAIN;
            scan->at = plain_end(text, scan->at + 1, delimiter);
        }
        if (cell_is_long(scan)) {
            return ROW_TOO_LARGE;
        }
    }
    return scan->at > CSV_ROW_BYTES_MAX ? ROW_TOO_LARGE : ROW_MORE;
}

static size_t line_end(slice text) {
    size_t end = 0;
    while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r') {
        end++;
    }
    return end;
}

static size_t skip_line_ends(slice text, size_t at) {
    while (at < text.n && (text.p[at] == '\n' || text.p[at] == '\r')) {
        at++;
    }
    return at;
}

/* The number of cells that most rows have, two at least; of equals the larger. */
static uint32_t usual_cells(const uint32_t *cells, uint32_t rows, uint32_t *same) {
    uint32_t usual = 0;
    *same = 0;
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t alike = 0;
        for (uint32_t k = 0; k < rows; k++) {
            alike += cells[k] == cells[i];
        }
        if (cells[i] >= 2 && (alike > *same || (alike == *same && cells[i] > usual))) {
            *same = alike;
            usual = cells[i];
        }
    }
    return usual;
}

/* How well a delimiter explains the first rows: rows that have as many cells as most (a table may
 * have lines above its header), in thousandths, then the number of cells. 0: it does not occur. */
static uint32_t delimiter_score(slice head, bool whole, char delimiter) {
    uint32_t rows = 0;
    uint32_t same;
    uint32_t each[CSV_HEAD_ROWS];
    for (size_t from = skip_line_ends(head, 0); from < head.n && rows < CSV_HEAD_ROWS;) {
        struct row_scan scan = {0};
        slice rest = slice_sub(head, from, head.n - from);
        enum row_found found = row_end(&scan, rest, delimiter);
        if (found == ROW_TOO_LARGE ||
            (found == ROW_MORE && (!whole || scan.state == CELL_QUOTED))) {
            break;
        }
        each[rows++] = scan.cells + (found == ROW_MORE);
        from = skip_line_ends(head, from + scan.at);
    }
    uint32_t columns = usual_cells(each, rows, &same);
    if (columns < 2) {
        return 0;
    }
    return same * 1000 / rows * 10000 + columns;
}

static err delimiter_find(struct csv_reader *r, struct problem *problem) {
    TRY(window_want(&r->window, CSV_HEAD_BYTES, problem));
    slice head = window_text(&r->window);
    if (slice_starts_with(head, SLICE("sep=")) && head.n > 5 &&
        (head.p[5] == '\r' || head.p[5] == '\n')) {
        r->delimiter = head.p[4];
        window_use(&r->window, 5);
        return OK;
    }
    uint32_t best = 0;
    r->delimiter = ',';
    for (const char *candidate = ",;\t|"; *candidate != '\0'; candidate++) {
        uint32_t score = delimiter_score(head, r->window.ended, *candidate);
        if (score > best) {
            best = score;
            r->delimiter = *candidate;
        }
    }
    return OK;
}

/* Takes the quotes off, in place (the result is never longer). Returns the cell; `*at` moves to the
 * delimiter behind it. */
static slice cell_read(char *p, size_t n, size_t *at, char delimiter) {
    size_t i = *at;
    if (i < n && p[i] == delimiter) {
        return slice_of(p + i, 0);
    }
    if (i < n && p[i] != '"') {
        const char *end = memchr(p + i, delimiter, n - i);
        *at = end == NULL ? n : (size_t)(end - p);
        return slice_of(p + i, *at - i);
    }
    const char *close = i < n ? memchr(p + i + 1, '"', n - i - 1) : NULL;
    size_t behind = close == NULL ? n : (size_t)(close - p) + 1;
    if (close != NULL && (behind == n || p[behind] == delimiter)) { /* nothing doubled in it */
        *at = behind;
        return slice_of(p + i + 1, behind - i - 2);
    }
    size_t start = i;
    size_t to = i;
    bool quoted = false;
    while (i < n) {
        if (p[i] == '"' && !quoted && i == start) {
            quoted = true;
        } else if (p[i] == '"' && quoted && i + 1 < n && p[i + 1] == '"') {
            p[to++] = '"';
            i++;
        } else if (p[i] == '"' && quoted) {
            quoted = false;
        } else if (!quoted && p[i] == delimiter) {
            break;
        } else {
            p[to++] = p[i];
        }
        i++;
    }
    *at = i;
    return slice_of(p + start, to - start);
}

static err row_take(const struct csv_reader *r, struct arena *arena, slice raw, uint32_t cells,
                    struct csv_row *row) {
    row->raw = arena_copy(arena, raw);
    row->cells = arena_try(arena, slice, cells);
    bool is_quoted = slice_find(raw, 0, '"') < raw.n;
    char *copy = is_quoted ? arena_try(arena, char, raw.n + 1) : (char *)(uintptr_t)row->raw.p;
    if (row->cells == NULL || copy == NULL) {
        return ERR_MEMORY;
    }
    if (is_quoted) { /* cells lose their quotes, the row keeps them */
        memcpy(copy, raw.p, raw.n);
    }
    row->count = 0;
    for (size_t at = 0; row->count < cells; at++) {
        row->cells[row->count++] = cell_read(copy, raw.n, &at, r->delimiter);
        if (at >= raw.n) {
            break;
        }
    }
    return OK;
}

static err row_reject(struct csv_reader *r, struct arena *arena, struct csv_row *row,
                      enum read_step *step, struct problem *problem) {
    slice text = window_text(&r->window);
    size_t end = line_end(text);
    row->raw = arena_copy(arena, slice_sub(text, 0, end < 10000 ? end : 10000));
    row->cells = NULL;
    row->count = 0;
    problem_set(problem, ERR_LIMIT, "",
                "this row is too large (a cell holds at most %u bytes, a row %u bytes and %u "
                "cells): perhaps a quote is not closed",
                CSV_CELL_BYTES_MAX, CSV_ROW_BYTES_MAX, CSV_CELLS_MAX);
    if (problem != NULL) {
        problem->line = row->line;
    }
    *step = READ_REJECTED;
    while (end == window_text(&r->window).n && !r->window.ended) { /* its rest is no row either */
        window_use(&r->window, end);
        TRY(window_more(&r->window, problem));
        end = line_end(window_text(&r->window));
    }
    window_use(&r->window, end);
    return OK;
}

/* Moves to the first byte of the next row; false at the end of the file. */
static err row_start(struct csv_reader *r, bool *there, struct problem *problem) {
    if (r->delimiter == 0) {
        TRY(delimiter_find(r, problem));
    }
    for (;;) {
        window_use(&r->window, skip_line_ends(window_text(&r->window), 0));
        *there = window_text(&r->window).n > 0;
        if (*there || r->window.ended) {
            return OK;
        }
        TRY(window_more(&r->window, problem));
    }
}

static err cut_in_quotes(struct csv_reader *r, const struct row_scan *scan,
                         struct problem *problem) {
    window_use(&r->window, scan->cell_start);
    r->cut = true;
    problem_set(problem, ERR_INPUT, "", "the file ends inside a cell whose quote opens here");
    if (problem != NULL) {
        problem->line = r->window.line;
        problem->column = r->window.column;
    }
    return ERR_INPUT;
}

err csv_reader_next(struct csv_reader *r, struct arena *arena, struct csv_row *row,
                    enum read_step *step, struct problem *problem) {
    bool there;
    TRY(row_start(r, &there, problem));
    *row = (struct csv_row){.line = r->window.line};
    if (!there) {
        *step = READ_END;
        return OK;
    }
    struct row_scan scan = {0};
    enum row_found found;
    while ((found = row_end(&scan, window_text(&r->window), r->delimiter)) == ROW_MORE &&
           !r->window.ended) {
        TRY(window_more(&r->window, problem));
    }
    if (found == ROW_TOO_LARGE) {
        return row_reject(r, arena, row, step, problem);
    }
    if (found == ROW_MORE) {
        if (scan.state == CELL_QUOTED) {
            return cut_in_quotes(r, &scan, problem);
        }
        row->ends_the_file = true;
        scan.cells++;
    }
    TRY(row_take(r, arena, slice_sub(window_text(&r->window), 0, scan.at), scan.cells, row));
    window_use(&r->window, scan.at);
    *step = READ_RECORD;
    return OK;
}

char csv_reader_delimiter(const struct csv_reader *reader) {
    return reader->delimiter;
}

bool csv_reader_is_cut(const struct csv_reader *reader) {
    return reader->cut || decode_is_cut(reader->window.decode);
}

const struct decode *csv_reader_decode(const struct csv_reader *reader) {
    return reader->window.decode;
}
