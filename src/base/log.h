/* logfmt lines on a file descriptor: `level=info at=2026-11-22T09:00:00Z msg="…" key=value`. */
#ifndef AGORA_BASE_LOG_H
#define AGORA_BASE_LOG_H

#include "base/err.h"
#include "base/time.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL__COUNT };

struct log {
    int fd;
    enum log_level least; /* quieter lines are dropped */
    struct clock clock;
};

/* A value from outside, safe as one logfmt value: in quotes, with quotes, backslashes and control
 * bytes escaped, cut with "..." when long. Use it as `log_line(log, level, "…", "path=%s",
 * log_quote(path).p)`. */
struct log_value {
    char p[512];
};
struct log_value log_quote(slice text);

/* One line, written with one write(2). `fields` is a printf format that yields `key=value`
 * pairs, or NULL; text that comes from outside goes through log_quote. Control bytes become
 * spaces, so that a line stays one line. */
void log_line(const struct log *log, enum log_level level, const char *message, const char *fields,
              ...) __attribute__((format(printf, 4, 5)));
void log_problem(const struct log *log, const char *message, const struct problem *problem);

#endif
