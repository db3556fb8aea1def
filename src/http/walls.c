/* The walls: requests that two programs in a row might read in two ways are refused before anything
 * else looks at them (RFC 9112: 2.2, 5.1, 5.2, 6.1, 6.3; RFC 9110: 7.2). */
#include "http/http_int.h"

#include <string.h>

struct walls {
    const char *end; /* of what was read so far, in the library's buffer */
    slice host;
    slice length;
    slice coding;
    unsigned hosts, lengths, codings, headers;
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

/* RFC 9110, 5.6.2 */
static bool is_token(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\0' || (!letter && !strchr("!#$%&'*+-.^_`|~", c))) {
            return false;
        }
    }
    return text.n > 0;
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
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\0' || (!letter && !strchr("-._~:[]", c))) {
            return false;
        }
    }
    return text.n > 0 && text.n <= HTTP_HOST_MAX_BYTES;
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
    if (slice_equal_ascii_nocase(key, SLICE("Host"))) {
        walls->hosts++;
        walls->host = text;
    } else if (slice_equal_ascii_nocase(key, SLICE("Content-Length"))) {
        walls->lengths++;
        walls->length = text;
    } else if (slice_equal_ascii_nocase(key, SLICE("Transfer-Encoding"))) {
        walls->codings++;
        walls->coding = text;
    }
    return MHD_YES;
}

static void check_together(struct walls *walls, const char *version, bool body_allowed) {
    uint64_t length = 0;
    if (walls->hosts > 1 || (walls->hosts == 0 && strcmp(version, "HTTP/1.1") == 0)) {
        refuse(walls, 400, "exactly one Host is needed");
    } else if (walls->hosts == 1 && !is_host(walls->host)) {
        refuse(walls, 400, "Host is not a host name");
    }
    if (walls->lengths > 1) {
        refuse(walls, 400, "more than one Content-Length");
    } else if (walls->lengths == 1 && !slice_to_u64(walls->length, &length)) {
        refuse(walls, 400, "Content-Length is not a number");
    }
    if (walls->codings > 0 && walls->lengths > 0) {
        refuse(walls, 400, "Content-Length together with Transfer-Encoding");
    } else if (walls->codings > 1 || (walls->codings == 1 &&
                                      !slice_equal_ascii_nocase(walls->coding, SLICE("chunked")))) {
        refuse(walls, 501, "a Transfer-Encoding other than chunked");
    } else if (walls->codings == 1 && strcmp(version, "HTTP/1.1") != 0) {
        refuse(walls, 400, "Transfer-Encoding needs HTTP/1.1");
    }
    if (!body_allowed && (length > 0 || walls->codings > 0)) {
        refuse(walls, 400, "this method takes no body");
    }
}

int http_walls_check(struct MHD_Connection *connection, const struct http_head *head,
                     bool body_allowed, slice *host, struct problem *problem) {
    const char *version = head->version;
    struct walls walls = {.host = SLICE_EMPTY};
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
    *host = walls.host;
    if (walls.status != 0) {
        problem_set(problem, ERR_INPUT, "", "%s", walls.what);
    }
    return walls.status;
}
