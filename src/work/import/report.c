#include "text/text.h"
#include "work/import/import_int.h"

#define NAME_WIDTH 26
#define ROLE_WIDTH 17

static void padded(struct buf *out, slice text, size_t width) {
    size_t n = text_codepoints(text);
    if (n > width) {
        slice cut = text_clip(text, width - 1);
        buf_add(out, cut);
        buf_add(out, SLICE("…"));
        n = text_codepoints(cut) + 1;
    } else {
        buf_add(out, text);
    }
    for (; n < width + 1; n++) {
        buf_add_char(out, ' ');
    }
}

static void input_line(const struct record_reader *reader, struct buf *out) {
    static const char *const packings[DECODE_PACKING__COUNT] = {"", ", gzip", ", zstd"};
    static const char *const charsets[DECODE_CHARSET__COUNT] = {"UTF-8", "Windows-1252", "UTF-16",
                                                                "UTF-16"};
    const struct decode *decode = record_reader_decode(reader);
    char delimiter = record_reader_delimiter(reader);
    buf_add(out, SLICE("input: "));
    buf_add(out, record_format_name(record_reader_format(reader)));
    if (delimiter == '\t') {
        buf_add(out, SLICE(", columns cut by tabs"));
    } else if (delimiter != '\0') {
        buf_addf(out, ", columns cut by %c", delimiter);
    }
    buf_addf(out, ", %s%s\n", charsets[decode_charset(decode)], packings[decode_packing(decode)]);
}

static const char *origin(const struct column *column) {
    if (column->by_map) {
        return " (map)";
    }
    if (column->by_shape) {
        return " (by its values)";
    }
    return column->in_template ? " (in the map)" : "";
}

static void column_line(const struct column *column, uint64_t sampled, struct buf *out) {
    struct buf becomes BUF_CLEANUP = buf_new(256);
    buf_add_cstr(&becomes,
                 column->role == ROLE_NONE && column->in_template ? "-" : role_name(column->role));
    buf_add_cstr(&becomes, origin(column));
    buf_add(out, SLICE("  "));
    padded(out, column->name, NAME_WIDTH);
    padded(out, buf_slice(&becomes), ROLE_WIDTH);
    struct buf filled BUF_CLEANUP = buf_new(64);
    buf_addf(&filled, "%llu/%llu", (unsigned long long)column->filled, (unsigned long long)sampled);
    padded(out, buf_slice(&filled), 9);
    for (unsigned i = 0; i < column->example_count; i++) {
        buf_add(out, i > 0 ? SLICE(" · ") : SLICE_EMPTY);
        for (size_t k = 0; k < column->examples[i].n; k++) {
            char c = column->examples[i].p[k];
            buf_add_char(out, (unsigned char)c < ' ' ? ' ' : c);
        }
    }
    buf_add_char(out, '\n');
}

void report_columns(const struct columns *columns, const struct record_reader *reader,
                    uint64_t sampled, bool native, slice kind, struct buf *out) {
    input_line(reader, out);
    if (native) {
        buf_add(out, SLICE("records are in Agora's own format: taken as they are\n"));
        return;
    }
    buf_addf(out, "kind: %.*s, unless a record says its own\n", SLICE_ARG(kind));
    buf_add(out, SLICE("  "));
    padded(out, SLICE("column"), NAME_WIDTH);
    padded(out, SLICE("becomes"), ROLE_WIDTH);
    padded(out, SLICE("filled"), 9);
    buf_add(out, SLICE("for example\n"));
    for (unsigned role = ROLE_ID; role < ROLE__COUNT; role++) {
        for (uint32_t i = 0; i < columns->count; i++) {
            if (columns->items[i].role == (enum role)role) {
                column_line(&columns->items[i], sampled, out);
            }
        }
    }
    for (uint32_t i = 0; i < columns->mapping_count; i++) {
        const struct mapping *mapping = &columns->mappings[i];
        buf_addf(out, "  map: %s = \"%.*s\"\n", role_name(mapping->role),
                 SLICE_ARG(mapping->template));
    }
    if (!columns->has_title) {
        buf_add(out, SLICE("  no column is a title: titles are made from sort and place\n"));
    } else if (columns->title_sort.n > 0) {
        buf_addf(out, "  titles get \"%.*s · \" before them\n", SLICE_ARG(columns->title_sort));
    }
    buf_add(out, SLICE("kept as lines of the description (detail), or left out (ignore):\n"));
    for (uint32_t i = 0; i < columns->count; i++) {
        enum role role = columns->items[i].role;
        if (role == ROLE_NONE || role == ROLE_IGNORE) {
            column_line(&columns->items[i], sampled, out);
        }
    }
}
