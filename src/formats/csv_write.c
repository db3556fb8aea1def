#include "formats/csv.h"
#include <string.h>

static bool is_formula_start(slice text) {
    return text.n > 0 && memchr("=+-@\t\r", text.p[0], 6) != NULL;
}

/* "+33 4 79 …", "-12,5", "-3.25": signs that no spreadsheet makes into a formula with effects. */
static bool is_signed_number(slice text) {
    if (text.n < 2 || (text.p[0] != '+' && text.p[0] != '-')) {
        return false;
    }
    for (size_t i = 1; i < text.n; i++) {
        if (memchr("0123456789 .,()", text.p[i], 15) == NULL) {
            return false;
        }
    }
    return true;
}

void csv_write_text(struct buf *out, bool first, slice text) {
    bool defuse = is_formula_start(text) && !is_signed_number(text);
    bool quote = defuse;
    for (size_t i = 0; i < text.n && !quote; i++) {
        quote = memchr(",;\t\"\r\n", text.p[i], 6) != NULL;
    }
    if (!first) {
        buf_add_char(out, ',');
    }
    if (!quote) {
        buf_add(out, text);
        return;
    }
    buf_add(out, defuse ? SLICE("\"'") : SLICE("\""));
    for (size_t from = 0; from < text.n;) {
        size_t end = slice_find(text, from, '"');
        buf_add(out, slice_sub(text, from, end - from));
        if (end < text.n) {
            buf_add(out, SLICE("\"\""));
        }
        from = end + 1;
    }
    buf_add_char(out, '"');
}

void csv_write_number(struct buf *out, bool first, slice number) {
    if (!first) {
        buf_add_char(out, ',');
    }
    buf_add(out, number);
}

void csv_write_end(struct buf *out) {
    buf_add(out, SLICE("\r\n"));
}

slice csv_undefuse(slice cell) {
    bool defused =
        cell.n >= 2 && cell.p[0] == '\'' && is_formula_start(slice_sub(cell, 1, cell.n - 1));
    return defused ? slice_sub(cell, 1, cell.n - 1) : cell;
}
