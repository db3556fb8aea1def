#include "formats/ical_int.h"
#include "text/text.h"
#include <string.h>

static int hex_digit(char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* RFC 2045, 6.7; what is no code stays. */
static void quoted_printable(slice text, struct buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        int high = text.p[i] == '=' && i + 2 < text.n + 0 ? hex_digit(text.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;
        if (low >= 0) {
            buf_add_char(out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_add_char(out, text.p[i]);
        }
    }
}

static slice next_line(slice *rest) {
    size_t end = slice_find(*rest, 0, '\n');
    slice line = slice_sub(*rest, 0, end);
    *rest = slice_sub(*rest, end + 1, rest->n);
    if (line.n > 0 && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    return line;
}

/* A character that was folded in its middle was read as two strange ones: they are joined again. */
static void fold_join(struct buf *line, slice *more) {
    size_t back = line->n;
    for (unsigned before = 1; before <= 2 && back > 0; before++) {
        do {
            back--;
        } while (back > 0 && ((unsigned char)line->p[back] & 0xC0) == 0x80);
        if ((unsigned char)line->p[back] < 0x80) {
            return;
        }
        size_t forth = 0;
        for (unsigned after = 1; after <= 2 && forth < more->n; after++) {
            do {
                forth++;
            } while (forth < more->n && ((unsigned char)more->p[forth] & 0xC0) == 0x80);
            struct buf piece BUF_CLEANUP = buf_new(64);
            struct buf mended BUF_CLEANUP = buf_new(64);
            buf_add_bytes(&piece, line->p + back, line->n - back);
            buf_add(&piece, slice_sub(*more, 0, forth));
            if (piece.failed == OK && text_mend_double_encoding(buf_slice(&piece), &mended) &&
                text_codepoints(buf_slice(&mended)) == 1) {
                line->n = back;
                buf_add(line, buf_slice(&mended));
                *more = slice_sub(*more, forth, more->n);
                return;
            }
        }
    }
}

static bool has_token(slice parameters, slice token) {
    slice part;
    while (slice_cut(&parameters, ';', &part)) {
        if (slice_equal_ascii_nocase(slice_sub(part, slice_find(part, 0, '=') + 1, part.n),
                                     token) ||
            slice_equal_ascii_nocase(part, token)) {
            return true;
        }
    }
    return false;
}

/* Where the value begins: behind the first colon outside of quotes. */
static size_t colon_of(slice line) {
    bool quoted = false;
    for (size_t i = 0; i < line.n; i++) {
        quoted = line.p[i] == '"' ? !quoted : quoted;
        if (line.p[i] == ':' && !quoted) {
            return i;
        }
    }
    return slice_find(line, 0, ':'); /* a quote that nobody closed */
}

static slice value_decoded(slice parameters, slice value, struct arena *arena) {
    struct buf bytes BUF_CLEANUP = buf_new(value.n + 16);
    struct buf text BUF_CLEANUP = buf_new(3 * value.n + 16);
    quoted_printable(value, &bytes);
    slice decoded = buf_slice(&bytes);
    if (text_is_utf8(decoded)) {
        return arena_copy(arena, decoded);
    }
    for (size_t i = 0; i < decoded.n; i++) {
        if (decoded.p[i] != '\0') {
            text_from_windows_1252(slice_sub(decoded, i, 1), &text);
        }
    }
    (void)parameters;
    return arena_copy(arena, buf_slice(&text));
}

/* Name and parameters of a line; false when it is none. */
static bool head_split(slice line, struct ical_property *property) {
    size_t colon = colon_of(line);
    if (colon == line.n || colon == 0) {
        return false;
    }
    slice head = slice_sub(line, 0, colon);
    size_t semicolon = slice_find(head, 0, ';');
    slice name = slice_sub(head, 0, semicolon);
    size_t dot = slice_find(name, 0, '.'); /* a group, as in vCard */
    property->name = dot < name.n ? slice_sub(name, dot + 1, name.n) : name;
    property->parameters = slice_sub(head, semicolon + 1, head.n);
    property->value = slice_sub(line, colon + 1, line.n);
    return true;
}

struct ical_properties ical_properties_read(slice text, struct arena *arena) {
    struct ical_properties all = {.items = NULL};
    uint32_t room = 0;
    struct buf line BUF_CLEANUP = buf_new(text.n + 64);
    while (text.n > 0) {
        struct ical_property property;
        buf_clear(&line);
        buf_add(&line, next_line(&text));
        while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t')) {
            slice more = next_line(&text);
            more = slice_sub(more, 1, more.n);
            fold_join(&line, &more);
            buf_add(&line, more);
        }
        if (!head_split(buf_slice(&line), &property)) {
            continue;
        }
        bool quoted = has_token(property.parameters, SLICE("QUOTED-PRINTABLE"));
        while (quoted && text.n > 0 && line.n > 0 && line.p[line.n - 1] == '=') {
            line.n--;
            buf_add(&line, next_line(&text));
        }
        if (line.failed != OK || !head_split(arena_copy(arena, buf_slice(&line)), &property)) {
            continue;
        }
        if (quoted) {
            property.value = value_decoded(property.parameters, property.value, arena);
        }
        if (all.count == ICAL_PROPERTIES_MAX) {
            all.more = true;
            return all;
        }
        if (all.count == room) {
            room = room == 0 ? 32 : 2 * room;
            struct ical_property *grown = arena_new(arena, struct ical_property, room);
            if (all.count > 0) {
                memcpy(grown, all.items, all.count * sizeof *grown);
            }
            all.items = grown;
        }
        all.items[all.count++] = property;
    }
    return all;
}

const struct ical_property *ical_find(const struct ical_properties *properties, const char *name) {
    for (uint32_t i = 0; i < properties->count; i++) {
        if (slice_equal_ascii_nocase(properties->items[i].name, slice_from_cstr(name))) {
            return &properties->items[i];
        }
    }
    return NULL;
}

slice ical_parameter(const struct ical_property *property, const char *name) {
    slice rest = property->parameters;
    while (rest.n > 0) {
        size_t end = 0;
        bool quoted = false;
        for (; end < rest.n && (quoted || rest.p[end] != ';'); end++) {
            quoted = rest.p[end] == '"' ? !quoted : quoted;
        }
        slice part = slice_sub(rest, 0, end);
        size_t equal = slice_find(part, 0, '=');
        rest = slice_sub(rest, end + 1, rest.n);
        if (slice_equal_ascii_nocase(slice_sub(part, 0, equal), slice_from_cstr(name))) {
            slice value = slice_trim(slice_sub(part, equal + 1, part.n));
            bool wrapped = value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"';
            return wrapped ? slice_sub(value, 1, value.n - 2) : value;
        }
    }
    return SLICE_EMPTY;
}

slice ical_unescape(slice text, struct arena *arena) {
    if (slice_find(text, 0, '\\') == text.n) {
        return text;
    }
    struct buf out BUF_CLEANUP = buf_new(text.n + 16);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\\' && i + 1 < text.n) {
            char next = text.p[++i];
            if (next != 'n' && next != 'N' && memchr("\\,;:\"", next, 5) == NULL) {
                buf_add_char(&out, '\\');
            }
            c = next == 'n' || next == 'N' ? '\n' : next;
        }
        buf_add_char(&out, c);
    }
    return arena_copy(arena, buf_slice(&out));
}
