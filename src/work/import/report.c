#include "text/text.h"
#include "work/import/import_int.h"

#define LINE_WIDTH    80 /* of a terminal */
#define NAME_WIDTH    25
#define ROLE_WIDTH    16
#define FILLED_WIDTH  9
#define EXAMPLE_WIDTH (LINE_WIDTH - 5 - NAME_WIDTH - ROLE_WIDTH - FILLED_WIDTH)

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
    static const char *const packings[DECODE_PACKING__COUNT] = {"", ", gzip", ", zstd", ", zip"};
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

/* How a role was found, behind it in a sign. */
static const char *origin(const struct column *column) {
    return column->by_map || column->in_template ? " =" : column->by_shape ? " *" : "";
}

static void column_line(const struct column *column, uint64_t sampled, struct buf *out) {
    struct buf becomes BUF_CLEANUP = buf_new(256);
    struct buf filled BUF_CLEANUP = buf_new(64);
    struct buf examples BUF_CLEANUP = buf_new(4096);
    buf_add_cstr(&becomes,
                 column->role == ROLE_NONE && column->in_template ? "-" : role_name(column->role));
    buf_add_cstr(&becomes, origin(column));
    buf_add(out, SLICE("  "));
    padded(out, column->name, NAME_WIDTH);
    padded(out, buf_slice(&becomes), ROLE_WIDTH);
    buf_addf(&filled, "%llu/%llu", (unsigned long long)column->filled, (unsigned long long)sampled);
    padded(out, buf_slice(&filled), FILLED_WIDTH);
    for (unsigned i = 0; i < column->example_count; i++) {
        buf_add(&examples, i > 0 ? SLICE(" · ") : SLICE_EMPTY);
        for (size_t k = 0; k < column->examples[i].n; k++) {
            char c = column->examples[i].p[k];
            buf_add_char(&examples, (unsigned char)c < ' ' ? ' ' : c);
        }
    }
    slice shown = buf_slice(&examples);
    slice cut =
        text_codepoints(shown) > EXAMPLE_WIDTH ? text_clip(shown, EXAMPLE_WIDTH - 1) : shown;
    buf_add(out, cut);
    buf_add(out, cut.n < shown.n ? SLICE("…\n") : SLICE("\n"));
}

static bool is_shown(const struct column *column, enum role role) {
    return column->role == role && (column->filled > 0 || column->by_map);
}

static void section(const struct columns *columns, enum role role, uint64_t sampled,
                    const char *title, struct buf *out) {
    bool any = false;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (is_shown(&columns->items[i], role)) {
            buf_add_cstr(out, any ? "" : title);
            column_line(&columns->items[i], sampled, out);
            any = true;
        }
    }
}

/* Columns that the sample has no value for, in lines of words. */
static void empty_columns(const struct columns *columns, struct buf *out) {
    size_t width = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->items[i];
        if (column->filled > 0 || column->by_map) {
            continue;
        }
        size_t n = text_codepoints(column->name) + 2;
        if (width == 0 || width + n > LINE_WIDTH) {
            buf_add_cstr(out, width == 0 ? "without a value in the sample:\n  " : "\n  ");
            width = 2;
        }
        buf_add(out, column->name);
        buf_add(out, SLICE("  "));
        width += n;
    }
    buf_add(out, width > 0 ? SLICE("\n") : SLICE_EMPTY);
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
    padded(out, SLICE("filled"), FILLED_WIDTH);
    buf_add(out, SLICE("for example\n"));
    for (unsigned role = ROLE_ID; role < ROLE__COUNT; role++) {
        section(columns, (enum role)role, sampled, "", out);
    }
    buf_add(out, SLICE("  (* known by its values, = by the map)\n"));
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
    section(columns, ROLE_NONE, sampled,
            "not understood: kept as lines of the description (a map file can say more):\n", out);
    section(columns, ROLE_IGNORE, sampled, "left out:\n", out);
    empty_columns(columns, out);
}
