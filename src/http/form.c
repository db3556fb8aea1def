/* Forms: bytes of a POST into fields. */
#include "http/form.h"

#include "http/limits.h"
#include "text/text.h"

#include <string.h>

/* What is read, and the fields so far. */
struct reader {
    struct arena *arena;
    struct http_field *fields;
    size_t count, room;
    struct problem *problem;
};

static err malformed(struct reader *reader, const char *what) {
    return problem_set(reader->problem, ERR_INPUT, "", "the form cannot be read: %s", what);
}

static err no_room(struct reader *reader) {
    return problem_set(reader->problem, ERR_LIMIT, "", "the form is too large to be read");
}

/* One more field; `room` was counted before, so that it is there. */
static err add_field(struct reader *reader, const struct http_field *field) {
    if (field->name.n == 0 || !text_is_utf8(field->name)) {
        return malformed(reader, "a field has no name, or one that is not UTF-8");
    }
    if (field->name.n > HTTP_FORM_NAME_MAX_BYTES) {
        return problem_set(reader->problem, ERR_LIMIT, "",
                           "the name of a field is longer than %d bytes", HTTP_FORM_NAME_MAX_BYTES);
    }
    if (!field->is_file && !text_is_utf8(field->value)) {
        return problem_set(reader->problem, ERR_INPUT, arena_cstr(reader->arena, field->name),
                           "the form cannot be read: this field holds bytes that are not UTF-8");
    }
    if (reader->count == reader->room) {
        return problem_set(reader->problem, ERR_LIMIT, "", "the form has more than %d fields",
                           HTTP_FORM_FIELDS_MAX);
    }
    reader->fields[reader->count++] = *field;
    return OK;
}

/* Room for `count` fields, or for as many as may come: add_field refuses one more. */
static err make_room(struct reader *reader, size_t count) {
    reader->room = count < HTTP_FORM_FIELDS_MAX ? count : HTTP_FORM_FIELDS_MAX;
    reader->fields = arena_try(reader->arena, struct http_field, reader->room + 1);
    return reader->fields ? OK : no_room(reader);
}

/* Browsers send the lines of a text with CR LF; they are LF here, lone CRs too. In place. */
static slice unify_lines(char *text, size_t n) {
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\r') {
            text[to++] = '\n';
            i += i + 1 < n && text[i + 1] == '\n';
        } else {
            text[to++] = text[i];
        }
    }
    return slice_of(text, to);
}

/* ---- application/x-www-form-urlencoded ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Undoes + and %XX into `to`, which has room for all of `raw`; false on a half-escaped byte. */
static bool undo_escapes(slice raw, char *to, slice *text) {
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i] == '+' ? ' ' : raw.p[i];
        if (c == '%') {
            int high = i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
            int low = i + 2 < raw.n ? hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        to[n++] = c;
    }
    *text = unify_lines(to, n);
    return true;
}

static size_t count_byte(slice text, char byte) {
    size_t count = 0;
    for (size_t at = slice_find(text, 0, byte); at < text.n; at = slice_find(text, at + 1, byte)) {
        count++;
    }
    return count;
}

static err read_pairs(struct reader *reader, slice body) {
    TRY(make_room(reader, count_byte(body, '&') + 1));
    char *bytes = arena_try(reader->arena, char, body.n + 1);
    if (!bytes) {
        return no_room(reader);
    }
    slice rest = body;
    slice pair;
    while (slice_cut(&rest, '&', &pair)) {
        struct http_field field = {.file_name = SLICE_EMPTY, .media_type = SLICE_EMPTY};
        size_t equals = slice_find(pair, 0, '=');
        char *to = bytes + (pair.p - body.p);
        if (pair.n == 0) {
            continue;
        }
        if (!undo_escapes(slice_sub(pair, 0, equals), to, &field.name) ||
            !undo_escapes(slice_sub(pair, equals + 1, pair.n), to + equals, &field.value)) {
            return malformed(reader, "a % is not followed by two hexadecimal digits");
        }
        TRY(add_field(reader, &field));
    }
    return OK;
}

/* ---- multipart/form-data ---- */

/* The next of `; name=value` (a token or "quoted"), from `*rest`; false at the end or when it
 * cannot be read (`*broken`). Browsers escape no quote in a value but as %22 (HTML, 4.10.21.8). */
static bool next_parameter(slice *rest, slice *name, slice *value, bool *broken) {
    slice text = slice_trim(*rest);
    if (text.n == 0) {
        return false;
    }
    size_t equals = slice_find(text, 0, '=');
    *broken = text.p[0] != ';' || equals + 1 >= text.n;
    if (*broken) {
        return false;
    }
    *name = slice_trim(slice_sub(text, 1, equals - 1));
    if (text.p[equals + 1] == '"') {
        size_t end = slice_find(text, equals + 2, '"');
        *broken = end == text.n;
        *value = slice_sub(text, equals + 2, end - equals - 2);
        *rest = slice_sub(text, end + 1, text.n);
    } else {
        size_t end = slice_find(text, equals + 1, ';');
        *value = slice_trim(slice_sub(text, equals + 1, end - equals - 1));
        *broken = value->n == 0 || slice_contains(*value, SLICE("\""));
        *rest = slice_sub(text, end, text.n);
    }
    return !*broken;
}

/* RFC 2046, 5.1.1: 1 to 70 of these, the last no space. */
static bool is_boundary(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\0' || (!letter && !strchr("'()+_,-./:=? ", c))) {
            return false;
        }
    }
    return text.n > 0 && text.n <= 70 && text.p[text.n - 1] != ' ';
}

static err read_boundary(struct reader *reader, slice parameters, slice *boundary) {
    slice name;
    slice value;
    bool broken = false;
    *boundary = SLICE_EMPTY;
    while (next_parameter(&parameters, &name, &value, &broken)) {
        if (slice_equal_ascii_nocase(name, SLICE("boundary"))) {
            broken = broken || boundary->n > 0;
            *boundary = value;
        }
    }
    return !broken && is_boundary(*boundary) ? OK : malformed(reader, "no boundary is named");
}

/* %22, %0D and %0A stand for what a quoted value cannot hold; other escapes are the name's own. */
static slice undo_quotes(slice text, struct arena *arena) {
    if (!slice_contains(text, SLICE("%"))) {
        return text;
    }
    char *to = arena_try(arena, char, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; to && i < text.n; i++) {
        slice three = slice_sub(text, i, 3);
        char c = slice_equal(three, SLICE("%22"))                ? '"'
                 : slice_equal_ascii_nocase(three, SLICE("%0D")) ? '\r'
                 : slice_equal_ascii_nocase(three, SLICE("%0A")) ? '\n'
                                                                 : text.p[i];
        i += c != text.p[i] ? 2 : 0;
        to[n++] = c;
    }
    return to ? slice_of(to, n) : SLICE_EMPTY;
}

/* Some browsers send where the file lay. */
static slice without_path(slice name) {
    for (size_t i = name.n; i > 0; i--) {
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
            return slice_sub(name, i, name.n);
        }
    }
    return name;
}

static err read_disposition(struct reader *reader, slice text, struct http_field *field) {
    size_t end = slice_find(text, 0, ';');
    slice parameters = slice_sub(text, end, text.n);
    slice name;
    slice value;
    bool broken =
        !slice_equal_ascii_nocase(slice_trim(slice_sub(text, 0, end)), SLICE("form-data"));
    bool named = false;
    while (!broken && next_parameter(&parameters, &name, &value, &broken)) {
        if (slice_equal_ascii_nocase(name, SLICE("name"))) {
            broken = named;
            named = true;
            field->name = undo_quotes(value, reader->arena);
        } else if (slice_equal_ascii_nocase(name, SLICE("filename"))) {
            broken = field->is_file;
            field->is_file = true;
            field->file_name = without_path(undo_quotes(value, reader->arena));
        }
    }
    if (broken || !named || !text_is_utf8(field->file_name)) {
        return malformed(reader, "a part does not say plainly which field it is");
    }
    return OK;
}

/* The lines before a part's content. */
static err read_part_head(struct reader *reader, slice head, struct http_field *field) {
    bool named = false;
    while (head.n > 0) {
        size_t end = slice_find_slice(head, 0, SLICE("\r\n"));
        slice line = slice_sub(head, 0, end);
        size_t colon = slice_find(line, 0, ':');
        slice name = slice_sub(line, 0, colon);
        slice value = slice_trim(slice_sub(line, colon + 1, line.n));
        head = slice_sub(head, end + 2, head.n);
        if (colon == line.n || slice_contains(line, SLICE("\r")) ||
            slice_contains(line, SLICE("\n"))) {
            return malformed(reader, "a line before a part is no header");
        }
        if (slice_equal_ascii_nocase(name, SLICE("Content-Disposition"))) {
            if (named) {
                return malformed(reader, "a part says twice which field it is");
            }
            named = true;
            TRY(read_disposition(reader, value, field));
        } else if (slice_equal_ascii_nocase(name, SLICE("Content-Type"))) {
            field->media_type = value;
        } else if (slice_equal_ascii_nocase(name, SLICE("Content-Transfer-Encoding")) &&
                   !slice_equal_ascii_nocase(value, SLICE("binary")) &&
                   !slice_equal_ascii_nocase(value, SLICE("8bit")) &&
                   !slice_equal_ascii_nocase(value, SLICE("7bit"))) {
            return malformed(reader, "a part is encoded, which no browser does");
        }
    }
    return named ? OK : malformed(reader, "a part does not say which field it is");
}

/* Where the content of a part ends: at CR LF and `delimiter`, with CR LF or -- behind it; body.n
 * when nowhere. */
static size_t content_end(slice body, size_t from, slice delimiter) {
    for (;;) {
        size_t at = slice_find_slice(body, from, delimiter);
        slice behind = slice_sub(body, at + delimiter.n, 2);
        if (at == body.n || slice_equal(behind, SLICE("\r\n")) ||
            slice_equal(behind, SLICE("--"))) {
            return at;
        }
        from = at + 1;
    }
}

static size_t count_parts(slice body, slice delimiter) {
    size_t count = 1;
    for (size_t at = slice_find_slice(body, 0, delimiter);
         at < body.n && count < HTTP_FORM_FIELDS_MAX;
         at = slice_find_slice(body, at + 1, delimiter)) {
        count++;
    }
    return count;
}

/* The text of a field, its lines unified in a copy. */
static err own_text(struct reader *reader, struct http_field *field) {
    if (slice_contains(field->value, SLICE("\r"))) {
        char *bytes = arena_try(reader->arena, char, field->value.n + 1);
        if (!bytes) {
            return no_room(reader);
        }
        memcpy(bytes, field->value.p, field->value.n);
        field->value = unify_lines(bytes, field->value.n);
    }
    return OK;
}

/* The part at `*at`, behind the line that begins it; `*at` goes behind its content. */
static err read_part(struct reader *reader, slice body, slice delimiter, size_t *at) {
    struct http_field field = {.name = SLICE_EMPTY,
                               .file_name = SLICE_EMPTY,
                               .media_type = SLICE_EMPTY,
                               .value = SLICE_EMPTY};
    slice head = slice_sub(body, *at, HTTP_FORM_PART_HEAD_MAX_BYTES);
    size_t head_n = slice_find_slice(head, 0, SLICE("\r\n\r\n"));
    if (head_n == head.n) {
        return malformed(reader, "a part has no end of its headers");
    }
    TRY(read_part_head(reader, slice_sub(head, 0, head_n), &field));
    size_t from = *at + head_n + 2; /* an empty content ends with the CR LF that ends the headers */
    size_t end = content_end(body, from, delimiter);
    if (end == body.n) {
        return malformed(reader, "it breaks off");
    }
    field.value = end > from ? slice_sub(body, from + 2, end - from - 2) : SLICE_EMPTY;
    *at = end + delimiter.n;
    if (!field.is_file) {
        TRY(own_text(reader, &field));
    }
    return add_field(reader, &field);
}

static err read_parts(struct reader *reader, slice parameters, slice body) {
    slice boundary;
    TRY(read_boundary(reader, parameters, &boundary));
    slice delimiter = arena_join(reader->arena, SLICE("\r\n--"), boundary);
    slice first = slice_sub(delimiter, 2, delimiter.n);
    if (!slice_starts_with(body, first)) {
        return malformed(reader, "it does not begin with its boundary");
    }
    TRY(make_room(reader, count_parts(body, delimiter)));
    size_t at = first.n;
    while (slice_equal(slice_sub(body, at, 2), SLICE("\r\n"))) {
        at += 2;
        TRY(read_part(reader, body, delimiter, &at));
    }
    slice end = slice_sub(body, at, body.n);
    return slice_equal(end, SLICE("--")) || slice_equal(end, SLICE("--\r\n"))
               ? OK
               : malformed(reader, "it does not end with its boundary");
}

/* ---- both ---- */

err http_form_parse(slice content_type, slice body, struct arena *arena, struct http_form *form,
                    struct problem *problem) {
    struct reader reader = {.arena = arena, .problem = problem};
    size_t type_n = slice_find(content_type, 0, ';');
    slice type = slice_trim(slice_sub(content_type, 0, type_n));
    err result = OK;
    if (slice_equal_ascii_nocase(type, SLICE("application/x-www-form-urlencoded"))) {
        result = read_pairs(&reader, body);
    } else if (slice_equal_ascii_nocase(type, SLICE("multipart/form-data"))) {
        result = read_parts(&reader, slice_sub(content_type, type_n, content_type.n), body);
    } else if (body.n > 0) {
        result = malformed(&reader, "it is neither application/x-www-form-urlencoded nor "
                                    "multipart/form-data");
    }
    TRY(result);
    *form = (struct http_form){reader.fields, reader.count};
    return OK;
}

err http_form_read(const struct http_request *request, struct http_form *form,
                   struct problem *problem) {
    return http_form_parse(http_header(request, "Content-Type"), request->body, request->arena,
                           form, problem);
}

bool http_form_next(const struct http_form *form, const char *name, size_t *at, slice *value) {
    slice wanted = slice_from_cstr(name);
    while (*at < form->count) {
        const struct http_field *field = &form->fields[(*at)++];
        if (!field->is_file && slice_equal(field->name, wanted)) {
            *value = field->value;
            return true;
        }
    }
    return false;
}

slice http_form_value(const struct http_form *form, const char *name) {
    slice value = SLICE_EMPTY;
    size_t at = 0;
    return http_form_next(form, name, &at, &value) ? value : SLICE_EMPTY;
}

bool http_form_has(const struct http_form *form, const char *name) {
    slice value;
    size_t at = 0;
    return http_form_next(form, name, &at, &value);
}

const struct http_field *http_form_file(const struct http_form *form, const char *name) {
    slice wanted = slice_from_cstr(name);
    for (size_t i = 0; i < form->count; i++) {
        const struct http_field *field = &form->fields[i];
        if (field->is_file && (field->file_name.n > 0 || field->value.n > 0) &&
            slice_equal(field->name, wanted)) {
            return field;
        }
    }
    return NULL;
}
