#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err_row {
    const char *name;
    int http_status;
    int exit_status;
};

/* The one place where a code gets its name and its two outward meanings. */
static const struct err_row err_rows[ERR__COUNT] = {
    [OK] = {"ok", 200, 0},
    [ERR_INPUT] = {"input", 400, 2},
    [ERR_LIMIT] = {"limit", 413, 1},
    [ERR_NOT_FOUND] = {"not-found", 404, 1},
    [ERR_CONFLICT] = {"conflict", 409, 1},
    [ERR_DENIED] = {"denied", 403, 1},
    [ERR_BUSY] = {"busy", 503, 1},
    [ERR_UNSUPPORTED] = {"unsupported", 501, 1},
    [ERR_IO] = {"io", 500, 1},
    [ERR_CORRUPT] = {"corrupt", 500, 1},
    [ERR_MEMORY] = {"memory", 503, 1},
    [ERR_INTERNAL] = {"internal", 500, 1},
};

static const struct err_row *err_row_of(err code) {
    unsigned index = (unsigned)code;
    return &err_rows[index < ERR__COUNT ? index : ERR_INTERNAL];
}

const char *err_name(err code) {
    return err_row_of(code)->name;
}

int err_http_status(err code) {
    return err_row_of(code)->http_status;
}

int err_exit_status(err code) {
    return err_row_of(code)->exit_status;
}

/* Copies as much as fits, never half a UTF-8 character; what is said stays one line. */
static void copy_clipped(char *out, size_t size, const char *text) {
    size_t n = strlen(text);
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)text[i];
        out[i] = byte < 0x20 || byte == 0x7F ? ' ' : text[i];
    }
    out[n] = '\0';
}

err problem_set(struct problem *problem, err code, const char *field, const char *format, ...) {
    if (!problem) {
        return code;
    }
    /* Formatted aside first: the arguments may point into the problem that is being replaced. */
    char what[2 * sizeof(problem->what)];
    va_list args;
    va_start(args, format);
    if (vsnprintf(what, sizeof(what), format, args) < 0) {
        what[0] = '\0';
    }
    va_end(args);
    copy_clipped(problem->field, sizeof(problem->field), field ? field : "");
    copy_clipped(problem->what, sizeof(problem->what), what);
    problem->code = code;
    problem->line = 0;
    problem->column = 0;
    return code;
}
