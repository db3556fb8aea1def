/* The walls: requests that two programs in a row might read in two ways are refused before anything
 * else looks at them (RFC 9112: 2.2, 5.1, 5.2, 6.1, 6.3; RFC 9110: 7.2). */
#include "http/http_int.h"

#include <string.h>

struct walls {
    const char *end; /* of what was read so far, in the library's buffer */
    struct http_known_headers *known;
    unsigned headers;
    size_t bytes;
    int status; /* of the first refusal, 0 while there is none */
    const char *what;
};

static void refuse(struct walls *walls, int status, const char *what) {
    if (walls->status == 0) {
        walls->status = status;
        walls->what = what;
    }
}

/* What names of headers and of hosts are made of, but for a few rare bytes. */
static bool is_common(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static bool is_made_of(slice text, const char *others) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!is_common(c) && (c == '\0' || !strchr(others, c))) {
            return false;
        }
    }
    return text.n > 0;
}

/* RFC 9110, 5.6.2 */
static bool is_token(slice text) {
    return is_made_of(text, "!#$%&'*+^`|");
}

/* A value may hold tabs, visible ASCII and bytes above it. */
static bool is_field_value(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

/* reg-name, IPv4 or [IPv6], and an optional port; no user name, no path. */
static bool is_host(slice text) {
    return is_made_of(text, ":[]") && text.n <= HTTP_HOST_MAX_BYTES;
}

/* The library (before its version 1) joins a folded header in a copy beside the buffer, and
 * takes a lone CR or LF for a line's end; afterwards neither can be seen in names and values. It
 * can be seen in where they stand: lines that came as RFC 9112 asks follow one another in the
 * buffer, with nothing but white space and the two zeros that replaced CR LF between them. */
static bool follows_plainly(const char *end, const char *next) {
    const char *p = end;
    while (p < next && (*p == ' ' || *p == '\t')) {
        p++;
    }
    return next - p == 2 && p[0] == '\0' && p[1] == '\0';
}

/* Behind the last header stands the empty line, and no line that the library has passed over. */
static bool ends_plainly(const char *end) {
    while (*end == ' ' || *end == '\t') {
        end++;
    }
    if (end[0] != '\0' || end[1] != '\0') {
        return false;
    }
    return (end[2] == '\0' && end[3] == '\0') || (end[2] == '\r' && end[3] == '\n');
}

/* Remembers a header that is asked for later, so that nobody has to look for it again. */
static void note_known(struct http_known_headers *known, slice name, slice value) {
    static const slice names[HTTP_KNOWN__COUNT] = {
        [HTTP_KNOWN_VIA] = {"Via", 3},
        [HTTP_KNOWN_HOST] = {"Host", 4},
        [HTTP_KNOWN_ACCEPT] = {"Accept", 6},
        [HTTP_KNOWN_COOKIE] = {"Cookie", 6},
        [HTTP_KNOWN_FORWARDED] = {"Forwarded", 9},
        [HTTP_KNOWN_PART] = {"X-Agora-Part", 12},
        [HTTP_KNOWN_REQUEST_ID] = {"X-Request-Id", 12},
        [HTTP_KNOWN_IF_NONE_MATCH] = {"If-None-Match", 13},
        [HTTP_KNOWN_AUTHORIZATION] = {"Authorization", 13},
        [HTTP_KNOWN_CONTENT_LENGTH] = {"Content-Length", 14},
        [HTTP_KNOWN_ACCEPT_ENCODING] = {"Accept-Encoding", 15},
        [HTTP_KNOWN_ACCEPT_LANGUAGE] = {"Accept-Language", 15},
        [HTTP_KNOWN_FORWARDED_FOR] = {"X-Forwarded-For", 15},
        [HTTP_KNOWN_FORWARDED_PROTO] = {"X-Forwarded-Proto", 17},
        [HTTP_KNOWN_TRANSFER_ENCODING] = {"Transfer-Encoding", 17},
    };
    for (size_t i = 0; i < HTTP_KNOWN__COUNT && names[i].n <= name.n; i++) {
        if (names[i].n == name.n && slice_equal_ascii_nocase(names[i], name)) {
            known->values[i] = known->counts[i] == 0 ? value : known->values[i];
            known->counts[i]++; /* HTTP_HEADERS_MAX at most */
            return;
        }
    }
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_n, const char *value, size_t value_n) {
    struct walls *walls = cls;
    slice key = slice_of(name, name_n);
    slice text = slice_of(value ? value : "", value ? value_n : 0);
    (void)kind;
    walls->bytes += key.n + text.n;
    if (++walls->headers > HTTP_HEADERS_MAX || walls->bytes > HTTP_HEAD_MAX_BYTES) {
        refuse(walls, 431, "too many or too large headers");
        return MHD_NO;
    }
    if (!is_token(key)) {
        refuse(walls, 400, "the name of a header is not a token");
    }
    if (!is_field_value(text)) {
        refuse(walls, 400, "a header holds control bytes");
    }
    if (walls->end && !follows_plainly(walls->end, name)) {
        refuse(walls, 400,
               "a header is folded over several lines, or a line does not end in CR LF");
    }
    walls->end = walls->end ? text.p + text.n : NULL;
    note_known(walls->known, key, text);
    return MHD_YES;
}

static void check_together(struct walls *walls, const char *version, bool body_allowed) {
    const uint8_t *counts = walls->known->counts;
    const slice *values = walls->known->values;
    unsigned hosts = counts[HTTP_KNOWN_HOST];
    unsigned lengths = counts[HTTP_KNOWN_CONTENT_LENGTH];
    unsigned codings = counts[HTTP_KNOWN_TRANSFER_ENCODING];
    uint64_t length = 0;
    if (hosts > 1 || (hosts == 0 && strcmp(version, "HTTP/1.1") == 0)) {
        refuse(walls, 400, "exactly one Host is needed");
    } else if (hosts == 1 && !is_host(values[HTTP_KNOWN_HOST])) {
        refuse(walls, 400, "Host is not a host name");
    }
    if (lengths > 1) {
        refuse(walls, 400, "more than one Content-Length");
    } else if (lengths == 1 && !slice_to_u64(values[HTTP_KNOWN_CONTENT_LENGTH], &length)) {
        refuse(walls, 400, "Content-Length is not a number");
    }
    if (codings > 0 && lengths > 0) {
        refuse(walls, 400, "Content-Length together with Transfer-Encoding");
    } else if (codings > 1 ||
               (codings == 1 && !slice_equal_ascii_nocase(values[HTTP_KNOWN_TRANSFER_ENCODING],
                                                          SLICE("chunked")))) {
        refuse(walls, 501, "a Transfer-Encoding other than chunked");
    } else if (codings == 1 && strcmp(version, "HTTP/1.1") != 0) {
        refuse(walls, 400, "Transfer-Encoding needs HTTP/1.1");
    }
    if (!body_allowed && (length > 0 || codings > 0)) {
        refuse(walls, 400, "this method takes no body");
    }
}

int http_walls_check(struct MHD_Connection *connection, const struct http_head *head,
                     bool body_allowed, struct http_known_headers *known, struct problem *problem) {
    const char *version = head->version;
    struct walls walls = {.known = known};
    if (MHD_get_version()[0] == '0') {
        walls.end = version + strlen(version);
        if (head->target.p + head->target.n + 1 != version) {
            refuse(&walls, 400, "the request line holds a NUL or more than two spaces");
        }
    }
    if (!is_token(slice_from_cstr(head->method))) {
        refuse(&walls, 400, "the method is not a token");
    }
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
        refuse(&walls, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        walls.end = NULL;
    }
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &walls);
    if (walls.status == 0 && walls.end && !ends_plainly(walls.end)) {
        refuse(&walls, 400, "a line of the head is no header");
    }
    check_together(&walls, version, body_allowed);
    if (walls.status != 0) {
        problem_set(problem, ERR_INPUT, "", "%s", walls.what);
    }
    return walls.status;
}
