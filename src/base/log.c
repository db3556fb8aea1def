#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_FIELDS_BYTES_MAX  2048
#define LOG_MESSAGE_BYTES_MAX 256
#define LOG_LINE_BYTES_MAX    (8 * LOG_FIELDS_BYTES_MAX) /* JSON writes some characters as six */

static const char *const level_names[LOG_LEVEL__COUNT] = {"debug", "info", "warn", "error"};

/* ---- characters ---- */

/* Length of the UTF-8 character at text.p[i] (RFC 3629), 0 when none stands there. */
static size_t character_length(slice text, size_t i, uint32_t *codepoint) {
    unsigned char lead = (unsigned char)text.p[i];
    size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (length > text.n - i || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) {
        return 0;
    }
    uint32_t value = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length; k++) {
        if (((unsigned char)text.p[i + k] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | ((unsigned char)text.p[i + k] & 0x3F);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
        return 0;
    }
    *codepoint = value;
    return length;
}

/* Ends lines or moves what follows on some screens: C1 controls, separators, marks of direction. */
static bool is_unsafe(uint32_t codepoint) {
    return (codepoint >= 0x80 && codepoint < 0xA0) || codepoint == 0x2028 || codepoint == 0x2029 ||
           codepoint == 0x200E || codepoint == 0x200F ||
           (codepoint >= 0x202A && codepoint <= 0x202E) ||
           (codepoint >= 0x2066 && codepoint <= 0x2069);
}

#define ESCAPE_BYTES_MAX 8

/* Writes the character at *i as it stands inside quotes, moves *i behind it; gives the bytes
 * written (no NUL). */
static size_t escape_next(slice text, size_t *i, char out[ESCAPE_BYTES_MAX + 1]) {
    uint32_t codepoint = 0;
    unsigned char c = (unsigned char)text.p[*i];
    size_t length = character_length(text, *i, &codepoint);
    *i += length > 0 ? length : 1;
    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (length == 0 || c < 0x20 || c == 0x7F) {
        return (size_t)snprintf(out, ESCAPE_BYTES_MAX, "\\x%02x", c);
    }
    if (is_unsafe(codepoint)) {
        return (size_t)snprintf(out, ESCAPE_BYTES_MAX, "\\u%04x", codepoint & 0xFFFF);
    }
    memcpy(out, text.p + *i - length, length);
    return length;
}

static void add_quoted(struct buf *line, slice text) {
    char escaped[ESCAPE_BYTES_MAX + 1];
    buf_add_char(line, '"');
    for (size_t i = 0; i < text.n;) {
        buf_add_bytes(line, escaped, escape_next(text, &i, escaped));
    }
    buf_add_char(line, '"');
}

struct log_value log_quote(slice text) {
    struct log_value value;
    size_t n = 0;
    value.p[n++] = '"';
    for (size_t i = 0; i < text.n;) {
        char escaped[ESCAPE_BYTES_MAX + 1];
        size_t more = escape_next(text, &i, escaped);
        if (n + more + 5 > sizeof(value.p)) { /* the mark of a cut, quote and NUL */
            memcpy(value.p + n, "...", 3);
            n += 3;
            break;
        }
        memcpy(value.p + n, escaped, more);
        n += more;
    }
    value.p[n++] = '"';
    value.p[n] = '\0';
    return value;
}

/* ---- JSON ---- */

static bool are_hex(slice text, size_t from, size_t n) {
    for (size_t i = from; i < from + n; i++) {
        char c = i < text.n ? text.p[i] : ' ';
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

/* "\u2028" as escape_next writes it, and nothing else: a NUL or half a surrogate pair that somebody
 * wrote so would be no JSON. */
static bool is_our_escape(slice text, size_t at) {
    uint32_t codepoint = 0;
    if (!are_hex(text, at + 2, 4)) {
        return false;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = text.p[i];
        codepoint = codepoint << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return is_unsafe(codepoint);
}

/* The inside of a quoted value, whose escapes are JSON's but for \xNN; moves *rest behind it. */
static void json_quoted(slice *rest, struct buf *line) {
    size_t i = 1;
    buf_add_char(line, '"');
    while (i < rest->n && rest->p[i] != '"') {
        char next = i + 1 < rest->n ? rest->p[i + 1] : '\0';
        if (rest->p[i] != '\\') {
            buf_add_char(line, rest->p[i++]);
        } else if (next == 'x' && are_hex(*rest, i + 2, 2)) {
            /* NUL is a character too, but one that many readers of JSON refuse. */
            bool is_character =
                rest->p[i + 2] < '8' && !(rest->p[i + 2] == '0' && rest->p[i + 3] == '0');
            buf_addf(line, is_character ? "\\u00%.2s" : "\\ufffd", rest->p + i + 2);
            i += 4;
        } else if (next == '"' || next == '\\' || (next == 'u' && is_our_escape(*rest, i))) {
            buf_add_bytes(line, rest->p + i, 2);
            i += 2;
        } else {
            buf_add_cstr(line, "\\\\");
            i++;
        }
    }
    buf_add_char(line, '"');
    *rest = slice_sub(*rest, i + 1, rest->n);
}

static bool is_json_number(slice text) {
    size_t sign = text.n > 0 && text.p[0] == '-';
    size_t digits = text.n - sign;
    bool plain = digits > 0 && digits <= 15 && (digits == 1 || text.p[sign] != '0');
    for (size_t i = sign; i < text.n && plain; i++) {
        plain = text.p[i] >= '0' && text.p[i] <= '9';
    }
    return plain;
}

/* `key=value` pairs as members of an object. */
static void json_fields(slice rest, struct buf *line) {
    while (rest.n > 0) {
        size_t end = 0;
        while (end < rest.n && rest.p[end] != ' ' && rest.p[end] != '=') {
            end++;
        }
        slice key = slice_sub(rest, 0, end);
        bool has_value = end < rest.n && rest.p[end] == '=';
        rest = slice_sub(rest, end + 1, rest.n);
        if (key.n == 0 && !has_value) {
            continue; /* one space more */
        }
        buf_add_char(line, ',');
        buf_add_json_string(line, key);
        buf_add_char(line, ':');
        if (has_value && rest.n > 0 && rest.p[0] == '"') {
            json_quoted(&rest, line);
            continue;
        }
        slice value = slice_sub(rest, 0, has_value ? slice_find(rest, 0, ' ') : 0);
        rest = slice_sub(rest, value.n, rest.n);
        if (is_json_number(value) || slice_equal(value, SLICE("true")) ||
            slice_equal(value, SLICE("false"))) {
            buf_add(line, value);
        } else {
            buf_add_json_string(line, value);
        }
    }
}

/* ---- lines ---- */

static void write_all(int fd, slice text) {
    while (text.n) {
        ssize_t written = write(fd, text.p, text.n);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return; /* nowhere left to complain */
        }
        text = slice_sub(text, (size_t)written, text.n);
    }
}

/* Whatever the values hold, a line stays one line of UTF-8. A cut may have come inside quotes:
 * they are closed. Gives the length, at most `room` - 1. */
static size_t tidy_fields(char *text, size_t n, size_t room) {
    static const char mark[] = "\" cut=true";
    bool is_cut = n >= room;
    bool in_quotes = false;
    n = is_cut ? room - sizeof mark : n;
    for (size_t i = 0; i < n;) {
        uint32_t codepoint;
        size_t length = character_length(slice_of(text, n), i, &codepoint);
        if (length == 0 || (unsigned char)text[i] < 0x20 || text[i] == 0x7F) {
            text[i] = ' ';
        } else if (in_quotes && text[i] == '\\' && i + 1 < n &&
                   (text[i + 1] == '"' || text[i + 1] == '\\')) {
            i++;
        } else if (text[i] == '"') {
            in_quotes = !in_quotes;
        }
        i += length > 0 ? length : 1;
    }
    if (is_cut) {
        while (n > 0 && text[n - 1] == '\\') {
            n--;
        }
        const char *end = in_quotes ? mark : mark + 1;
        memcpy(text + n, end, strlen(end));
        n += strlen(end);
    }
    return n;
}

void log_line(const struct log *log, enum log_level level, const char *message, const char *fields,
              ...) {
    if (level < log->least) {
        return;
    }
    BUF_CLEANUP struct buf line = buf_new(LOG_LINE_BYTES_MAX);
    char text[LOG_FIELDS_BYTES_MAX];
    va_list args;
    va_start(args, fields);
    int formatted = fields ? vsnprintf(text, sizeof(text), fields, args) : 0;
    va_end(args);
    size_t n = formatted > 0 ? tidy_fields(text, (size_t)formatted, sizeof(text)) : 0;
    slice words = slice_sub(slice_from_cstr(message), 0, LOG_MESSAGE_BYTES_MAX);
    bool json = log->format == LOG_JSON;
    buf_addf(&line, json ? "{\"level\":\"%s\",\"at\":\"" : "level=%s at=", level_names[level]);
    time_format_rfc3339(clock_now_ms(log->clock), &line);
    if (json) {
        buf_add_cstr(&line, "\",\"msg\":");
        buf_add_json_string(&line, words);
        json_fields(slice_of(text, n), &line);
        buf_add_char(&line, '}');
    } else {
        buf_add_cstr(&line, " msg=");
        add_quoted(&line, words);
        buf_add_cstr(&line, n > 0 ? " " : "");
        buf_add_bytes(&line, text, n);
    }
    buf_add_char(&line, '\n');
    write_all(log->fd, buf_slice(&line));
}

void log_problem(const struct log *log, const char *message, const struct problem *problem) {
    struct log_value field = log_quote(slice_from_cstr(problem->field));
    struct log_value what = log_quote(slice_from_cstr(problem->what));
    enum log_level level = err_http_status(problem->code) >= 500 ? LOG_ERROR : LOG_WARN;
    log_line(log, level, message, "err=%s field=%s line=%llu column=%llu what=%s",
             err_name(problem->code), field.p, (unsigned long long)problem->line,
             (unsigned long long)problem->column, what.p);
}
