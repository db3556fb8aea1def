/* Paths: decoding with its walls, and matching against the patterns of routes. */
#include "http/http.h"
#include "text/text.h"

#include <string.h>

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* No empty, "." or ".." segment; one slash may end the path. */
static bool segments_are_plain(slice path) {
    slice rest = slice_sub(path, 1, path.n);
    slice segment;
    while (slice_cut(&rest, '/', &segment)) {
        bool last = rest.p == NULL;
        if ((segment.n == 0 && !last) || slice_equal(segment, SLICE(".")) ||
            slice_equal(segment, SLICE(".."))) {
            return false;
        }
    }
    return true;
}

err http_path_decode(slice raw, struct arena *arena, slice *path) {
    if (raw.n == 0 || raw.p[0] != '/') {
        return ERR_INPUT;
    }
    char *bytes = arena_try(arena, char, raw.n + 1);
    if (!bytes) {
        return ERR_LIMIT;
    }
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int high = i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
            int low = i + 2 < raw.n ? hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return ERR_INPUT;
            }
            c = (char)(high * 16 + low);
            i += 2;
            if (c == '/') {
                return ERR_INPUT;
            }
        }
        unsigned char byte = (unsigned char)c;
        if (byte < 0x20 || byte == 0x7f || byte == '\\') {
            return ERR_INPUT;
        }
        bytes[n++] = c;
    }
    slice decoded = slice_of(bytes, n);
    if (!text_is_utf8(decoded) || !segments_are_plain(decoded)) {
        return ERR_INPUT;
    }
    *path = decoded;
    return OK;
}

/* Length of the capture at the start of `segment`, given the literal that follows it; 0: no
 * match. */
static size_t capture_length(slice segment, slice literal, bool literal_ends_segment) {
    if (!literal_ends_segment) {
        size_t at = slice_find_slice(segment, 1 < segment.n ? 1 : segment.n, literal);
        return at < segment.n ? at : 0;
    }
    return segment.n > literal.n && slice_ends_with(segment, literal) ? segment.n - literal.n : 0;
}

bool http_route_match(const char *pattern, slice path, slice captures[4]) {
    size_t at = 0;
    unsigned captured = 0;
    while (*pattern) {
        if (*pattern != '{') {
            if (at == path.n || path.p[at] != *pattern) {
                return false;
            }
            at++;
            pattern++;
            continue;
        }
        const char *after = strchr(pattern, '}');
        if (!after || captured == 4) {
            return false;
        }
        after++;
        slice literal = slice_of(after, strcspn(after, "{/"));
        slice segment = slice_sub(path, at, slice_find(path, at, '/') - at);
        size_t n = capture_length(segment, literal, after[literal.n] != '{');
        if (n == 0) {
            return false;
        }
        captures[captured++] = slice_of(segment.p, n);
        at += n;
        pattern = after;
    }
    return at == path.n;
}

unsigned http_route_captures(const char *pattern) {
    unsigned count = 0;
    for (; *pattern; pattern++) {
        count += *pattern == '{';
    }
    return count;
}
