/* Elements of an XML document as records: KML, GPX, feeds, and any list of alike elements. */
#include "formats/record_xml_int.h"
#include <stdlib.h>
#include <string.h>

void xml_name_set(struct xml_name *name, slice text) {
    text = slice_trim(text);
    slice kept = slice_sub(text, 0, XML_NAME_MAX);
    while (kept.n > 0 && kept.n < text.n && ((unsigned char)text.p[kept.n] & 0xC0) == 0x80) {
        kept.n--; /* not in the middle of a character */
    }
    if (kept.n > 0) {
        memcpy(name->text, kept.p, kept.n);
    }
    name->n = kept.n;
}

slice xml_name_get(const struct xml_name *name) {
    return slice_of(name->text, name->n);
}

static bool xml_sniff(slice head) {
    return head.n > 0 && head.p[0] == '<';
}

static bool starts_nocase(slice text, slice start) {
    return slice_equal_ascii_nocase(slice_sub(text, 0, start.n), start);
}

static err refuse_html(struct problem *problem) {
    return problem_set(problem, ERR_UNSUPPORTED, "",
                       "this is a web page (HTML), not data: look on it for a feed, an export or "
                       "an API, and import that address");
}

/* What the declaration calls the charset. Decoding went by the bytes: UTF-8, UTF-16, Windows-1252
 * (which holds Latin-1) need no word; others that are no UTF-8 were read as what they are not. */
static err charset_check(struct xml_records *r, slice head, struct problem *problem) {
    static const char *const fine[] = {"utf-8",    "utf8",         "utf-16", "utf-16le",
                                       "utf-16be", "us-ascii",     "ascii",  "iso-8859-1",
                                       "latin1",   "windows-1252", "cp1252", "iso-8859-15",
                                       "latin-9",  "iso_8859-1"};
    slice declaration = slice_sub(head, 0, slice_find_slice(head, 0, SLICE("?>")));
    size_t at = slice_find_slice(declaration, 0, SLICE("encoding"));
    if (!slice_starts_with(head, SLICE("<?xml")) || at == declaration.n) {
        return OK;
    }
    slice rest = slice_sub(declaration, at + 8, declaration.n);
    size_t quote = 0;
    while (quote < rest.n && rest.p[quote] != '"' && rest.p[quote] != '\'') {
        quote++;
    }
    if (quote >= rest.n) {
        return OK;
    }
    slice name = slice_sub(rest, quote + 1, slice_find(rest, quote + 1, rest.p[quote]) - quote - 1);
    r->is_latin9 = slice_equal_ascii_nocase(name, SLICE("iso-8859-15")) ||
                   slice_equal_ascii_nocase(name, SLICE("latin-9"));
    for (size_t i = 0; i < ARRAY_COUNT(fine); i++) {
        if (slice_equal_ascii_nocase(name, slice_from_cstr(fine[i]))) {
            return OK;
        }
    }
    if (decode_charset(xml_stream_decode(r->stream)) != DECODE_WINDOWS_1252) {
        return OK;
    }
    return problem_set(problem, ERR_UNSUPPORTED, "",
                       "the file is written in %.*s, which is not read here: save it as UTF-8",
                       (int)(name.n < 40 ? name.n : 40), name.p);
}

static const struct xml_dialect *dialect_of(struct xml_stream *stream) {
    static const struct {
        const char *root;
        enum xml_space spaces[3];
        const struct xml_dialect *dialect;
    } roots[] = {
        {"kml", {XML_KML, XML_NONE, XML_OTHER}, &xml_kml},
        {"Document", {XML_KML, XML_KML, XML_KML}, &xml_kml},
        {"Folder", {XML_KML, XML_KML, XML_KML}, &xml_kml},
        {"gpx", {XML_GPX, XML_NONE, XML_OTHER}, &xml_gpx},
        {"rss", {XML_NONE, XML_NONE, XML_OTHER}, &xml_feed},
        {"feed", {XML_ATOM, XML_NONE, XML_ATOM}, &xml_feed},
        {"RDF", {XML_RDF, XML_RDF, XML_RDF}, &xml_feed},
    };
    slice name = xml_stream_name(stream);
    enum xml_space space = xml_stream_space(stream);
    for (size_t i = 0; i < ARRAY_COUNT(roots); i++) {
        const enum xml_space *may = roots[i].spaces;
        if (slice_equal(name, slice_from_cstr(roots[i].root)) &&
            (space == may[0] || space == may[1] || space == may[2])) {
            return roots[i].dialect;
        }
    }
    return &xml_flat;
}

/* Goes to the root element and finds the dialect. RDF is a feed only when it has items. */
static err dialect_find(struct xml_records *r, slice head, struct problem *problem) {
    enum xml_event event;
    TRY(xml_stream_next(r->stream, &event, problem));
    if (event != XML_OPEN) {
        return problem_set(problem, ERR_INPUT, "", "the XML has no element");
    }
    if (slice_equal_ascii_nocase(xml_stream_name(r->stream), SLICE("html"))) {
        return refuse_html(problem);
    }
    r->dialect = dialect_of(r->stream);
    if (r->dialect == &xml_feed && xml_stream_space(r->stream) == XML_RDF &&
        slice_find_slice(head, 0, SLICE("item")) == head.n) {
        r->dialect = &xml_flat;
    }
    r->base.format = r->dialect->format;
    return r->dialect == &xml_flat ? xml_flat_learn(r, head) : OK;
}

static void xml_free(struct record_reader *reader) {
    struct xml_records *r = (struct xml_records *)reader;
    xml_stream_free(r->stream);
    xml_systems_free(r);
    free(r);
}

static err xml_open(struct window *window, size_t record_bytes_max, struct record_reader **reader,
                    struct problem *problem) {
    (void)record_bytes_max; /* record_reader keeps it */
    struct arena scratch ARENA_CLEANUP = arena_make(65536, 0);
    err failed = window_want(window, XML_LOOK_BYTES, problem);
    slice head =
        arena_copy(&scratch, slice_trim(slice_sub(window_text(window), 0, XML_LOOK_BYTES)));
    struct xml_records *r = calloc(1, sizeof *r);
    if (failed == OK && r == NULL) {
        failed = ERR_MEMORY;
    }
    if (failed == OK &&
        (starts_nocase(head, SLICE("<!doctype html")) || starts_nocase(head, SLICE("<html")))) {
        failed = refuse_html(problem);
    }
    if (failed == OK) {
        failed = xml_stream_open(window, &r->stream);
    }
    if (failed != OK) {
        free(r);
        return failed;
    }
    *window = (struct window){.line = 1}; /* the stream has it */
    failed = charset_check(r, head, problem);
    if (failed == OK) {
        failed = dialect_find(r, head, problem);
    }
    if (failed != OK) {
        xml_free(&r->base);
        return failed;
    }
    *reader = &r->base;
    return OK;
}

/* Windows-1252 and ISO-8859-15 differ in eight characters; "œ" is among them. */
static slice latin9(slice text, struct arena *arena) {
    static const struct {
        const char *read, *meant;
    } pairs[] = {
        {"\xC2\xA4", "€"}, {"\xC2\xA6", "Š"}, {"\xC2\xA8", "š"}, {"\xC2\xB4", "Ž"},
        {"\xC2\xB8", "ž"}, {"\xC2\xBC", "Œ"}, {"\xC2\xBD", "œ"}, {"\xC2\xBE", "Ÿ"},
    };
    if (slice_find(text, 0, '\xC2') == text.n) {
        return text;
    }
    struct buf out BUF_CLEANUP = buf_new(2 * text.n + 16);
    for (size_t i = 0; i < text.n;) {
        size_t k = 0;
        while (k < ARRAY_COUNT(pairs) &&
               memcmp(text.p + i, pairs[k].read, text.n - i < 2 ? 1 : 2) != 0) {
            k++;
        }
        if (k < ARRAY_COUNT(pairs) && text.n - i >= 2) {
            buf_add_cstr(&out, pairs[k].meant);
            i += 2;
        } else {
            buf_add_char(&out, text.p[i++]);
        }
    }
    return arena_copy(arena, buf_slice(&out));
}

static void latin9_mend(struct record *record, struct arena *arena) {
    for (uint32_t i = 0; i < record->field_count; i++) {
        struct record_field *field = &record->fields[i];
        slice *items = (slice *)(uintptr_t)field->items; /* this record is still ours */
        field->value = latin9(field->value, arena);
        for (uint32_t k = 0; k < field->item_count; k++) {
            items[k] = latin9(items[k], arena);
        }
    }
}

void xml_shape_take(struct xml_records *r, struct shape *shape, struct record *record) {
    if (shape->bad) {
        record_note(&r->base, "coordinates that cannot be read were left out", record->line, "%s",
                    "");
    }
    record->has_geometry = shape_finish(shape, &record->geometry);
}

static err record_take(struct xml_records *r, struct arena *arena, struct record *record,
                       enum read_step *step, struct problem *problem) {
    struct xml_node *node = NULL;
    bool fits = false;
    record->line = xml_stream_line(r->stream);
    TRY(xml_stream_take(r->stream, arena, r->base.record_bytes_max * r->dialect->bytes_factor,
                        &node, &fits, problem));
    record->number = ++r->base.number;
    *step = READ_RECORD;
    struct buf raw BUF_CLEANUP = buf_new(fits ? 64u << 20 : 16u << 20);
    xml_node_write(node, &raw);
    slice text = buf_slice(&raw);
    record->raw = arena_copy(arena, fits ? text : slice_sub(text, 0, RECORD_RAW_MAX));
    err failed = fits ? OK : ERR_LIMIT;
    if (fits) {
        struct fields fields = fields_make(arena, problem);
        r->dialect->build(r, node, &fields, record);
        failed = fields_finish(&fields, record);
    }
    if (failed == ERR_LIMIT) {
        record_problem_line(problem, record->line);
        *step = READ_REJECTED;
        return OK;
    }
    if (failed == OK && r->is_latin9 &&
        decode_charset(xml_stream_decode(r->stream)) == DECODE_WINDOWS_1252) {
        latin9_mend(record, arena);
    }
    return failed;
}

/* At the end: what the reader has to say about the whole. */
static err ended(struct xml_records *r, enum read_step *step, struct problem *problem) {
    *step = READ_END;
    if (r->network_links > 0 && r->base.number == 0) {
        return problem_set(
            problem, ERR_UNSUPPORTED, "",
            "this KML holds no place, only links to others: import that address: %.*s",
            (int)r->link.n, r->link.text);
    }
    return OK;
}

static void mends_note(struct xml_records *r) {
    const struct xml_mend *mend = xml_stream_mend(r->stream);
    uint64_t line = xml_stream_line(r->stream);
    static const char *const sentences[] = {XML_ENTITY_MENDS, XML_CONTROL_MENDS};
    uint64_t counts[] = {mend->references, mend->controls};
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        record_note_count(&r->base, sentences[i], line, counts[i]);
    }
}

static err xml_next(struct record_reader *reader, struct arena *arena, struct record *record,
                    enum read_step *step, struct problem *problem) {
    struct xml_records *r = (struct xml_records *)reader;
    for (;;) {
        /* The root itself was opened by dialect_find: it may be the record. */
        bool at_root = r->base.number == 0 && r->path_count == 1 && !r->root_taken;
        enum xml_event event = XML_OPEN;
        if (at_root) {
            r->root_taken = true;
        } else {
            TRY(xml_stream_next(r->stream, &event, problem));
        }
        if (event == XML_END) {
            return ended(r, step, problem);
        }
        if (event == XML_CLOSE) {
            if (r->dialect->closed != NULL) {
                r->dialect->closed(r);
            }
            continue;
        }
        enum xml_look look = at_root ? XML_LOOK_RECORD : r->dialect->look(r);
        if (look == XML_LOOK_RECORD) {
            err failed = record_take(r, arena, record, step, problem);
            mends_note(r);
            return failed;
        }
        if (look == XML_LOOK_META) {
            struct arena scratch ARENA_CLEANUP = arena_make(4096, 0);
            struct xml_node *node;
            bool fits;
            TRY(xml_stream_take(r->stream, &scratch, r->base.record_bytes_max, &node, &fits,
                                problem));
            r->dialect->meta(r, node, &scratch);
        } else if (look == XML_LOOK_PAST) {
            TRY(xml_stream_skip(r->stream, problem));
        }
    }
}

static bool xml_is_cut(const struct record_reader *reader) {
    return xml_stream_is_cut(((const struct xml_records *)reader)->stream);
}

static const struct decode *xml_decode(const struct record_reader *reader) {
    return xml_stream_decode(((const struct xml_records *)reader)->stream);
}

const struct record_format_row record_xml_row = {
    .sniff = xml_sniff,
    .open = xml_open,
    .next = xml_next,
    .is_cut = xml_is_cut,
    .decode = xml_decode,
    .free = xml_free,
};
