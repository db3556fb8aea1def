/* One error type. A function that can fail returns `err` and writes its results only on OK. */
#ifndef AGORA_BASE_ERR_H
#define AGORA_BASE_ERR_H

#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

typedef enum err {
    OK = 0,
    ERR_INPUT,       /* what came in is malformed: the sender can mend it */
    ERR_LIMIT,       /* larger than a named limit allows */
    ERR_NOT_FOUND,   /* no such thing */
    ERR_CONFLICT,    /* contradicts what stands already */
    ERR_DENIED,      /* not allowed */
    ERR_BUSY,        /* someone else holds it; try again */
    ERR_UNSUPPORTED, /* understood, but not done here */
    ERR_IO,          /* disk or network failed */
    ERR_CORRUPT,     /* stored data is damaged */
    ERR_MEMORY,      /* no memory left */
    ERR_INTERNAL,    /* a promise of the code was broken */
    ERR__COUNT
} err;

/* What went wrong, for the person who can mend it. Filled by the function that notices, shown
 * once at the boundary. `line` and `column` are 1-based, 0 when they mean nothing. `field` is
 * the name of the offending key, column or option, "" when there is none. */
struct problem {
    err code;
    char field[64];
    char what[256];
    uint64_t line;
    uint64_t column;
};

/* Fills `problem` (which may be NULL) and returns `code`, so that a caller can `return` it. Control
 * bytes become spaces: a problem is one line, whatever others said. */
err problem_set(struct problem *problem, err code, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The English name of a code ("input", "limit", …), the HTTP status and the exit status it maps
 * to. */
const char *err_name(err code);
int err_http_status(err code);
int err_exit_status(err code); /* 0, 1 or 2 */

/* Returns from the calling function when the expression fails. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        err try_err_ = (expression);                                                               \
        if (try_err_ != OK) {                                                                      \
            return try_err_;                                                                       \
        }                                                                                          \
    } while (0)

#endif
