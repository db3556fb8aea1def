/* Lines on a file descriptor, one an event, as logfmt or as JSON:
 *     level=info at=2026-11-22T09:00:00Z msg="…" key=value
 *     {"level":"info","at":"2026-11-22T09:00:00Z","msg":"…","key":"value"}
 * No input forges a line or a key: what would end a line, move a cursor or turn the direction of
 * reading is written as an escape. */
#ifndef AGORA_BASE_LOG_H
#define AGORA_BASE_LOG_H

#include "base/err.h"
#include "base/time.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL__COUNT };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log {
    int fd;
    enum log_level least; /* quieter lines are dropped */
    enum log_format format;
    struct clock clock;
};

/* A value from outside, safe as one value: in quotes; quotes, backslashes, control characters,
 * marks of direction and bytes that are no UTF-8 escaped; cut with "..." when long. Use it as
 * `log_line(log, level, "…", "path=%s", log_quote(path).p)`. */
struct log_value {
    char p[512];
};
struct log_value log_quote(slice text);

/* One line, written with one write(2). `fields` is a printf format that yields `key=value`
 * pairs, or NULL; text that comes from outside goes through log_quote, control bytes elsewhere
 * become spaces. In JSON a value in quotes is a string, a bare whole number of at most 15 digits a
 * number, `true` and `false` themselves, any other a string. Fields beyond 2 KB end with
 * `cut=true`. */
void log_line(const struct log *log, enum log_level level, const char *message, const char *fields,
              ...) __attribute__((format(printf, 4, 5)));
void log_problem(const struct log *log, const char *message, const struct problem *problem);

#endif
