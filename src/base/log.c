#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_BYTES_MAX   4096
#define LOG_FIELDS_BYTES_MAX 2048

static const char *const level_names[LOG_LEVEL__COUNT] = {"debug", "info", "warn", "error"};

/* Adds text inside quotes: quotes and backslashes escaped, control bytes made visible. */
static void add_quoted(struct buf *line, const char *text) {
    buf_add_char(line, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            buf_add_char(line, '\\');
            buf_add_char(line, *text);
        } else if (c < 0x20 || c == 0x7F) {
            buf_addf(line, "\\x%02x", c);
        } else {
            buf_add_char(line, *text);
        }
    }
    buf_add_char(line, '"');
}

struct log_value log_quote(slice text) {
    struct log_value value;
    size_t n = 0;
    value.p[n++] = '"';
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (n + 8 >= sizeof(value.p)) { /* room for one escape, the mark of a cut, quote and NUL */
            while (n > 1 && ((unsigned char)value.p[n - 1] & 0xC0) == 0x80) {
                n--; /* never half a character */
            }
            if (n > 1 && ((unsigned char)value.p[n - 1] & 0xC0) == 0xC0) {
                n--;
            }
            memcpy(value.p + n, "...", 3);
            n += 3;
            break;
        }
        if (c == '"' || c == '\\') {
            value.p[n++] = '\\';
            value.p[n++] = (char)c;
        } else if (c < 0x20 || c == 0x7F) {
            n += (size_t)snprintf(value.p + n, 5, "\\x%02x", c);
        } else {
            value.p[n++] = (char)c;
        }
    }
    value.p[n++] = '"';
    value.p[n] = '\0';
    return value;
}

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

void log_line(const struct log *log, enum log_level level, const char *message, const char *fields,
              ...) {
    if (level < log->least) {
        return;
    }
    BUF_CLEANUP struct buf line = buf_new(LOG_LINE_BYTES_MAX + LOG_FIELDS_BYTES_MAX);
    buf_add_cstr(&line, "level=");
    buf_add_cstr(&line, level_names[level]);
    buf_add_cstr(&line, " at=");
    time_format_rfc3339(clock_now_ms(log->clock), &line);
    buf_add_cstr(&line, " msg=");
    char text[LOG_FIELDS_BYTES_MAX];
    (void)snprintf(text, sizeof(text) / 2, "%s", message); /* at most half: escapes need room */
    add_quoted(&line, text);
    va_list args;
    va_start(args, fields);
    int n = fields ? vsnprintf(text, sizeof(text), fields, args) : 0;
    va_end(args);
    if (n > 0) {
        /* Whatever the values hold, a line stays one line. */
        for (char *p = text; *p; p++) {
            if ((unsigned char)*p < 0x20 || *p == 0x7F) {
                *p = ' ';
            }
        }
        buf_add_char(&line, ' ');
        buf_add_cstr(&line, text);
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
