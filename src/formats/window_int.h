/* The text under a reader: a run of the decoded file that grows at its end and is used up at its
 * start, with the line of its start. */
#ifndef AGORA_FORMATS_WINDOW_INT_H
#define AGORA_FORMATS_WINDOW_INT_H

#include "formats/decode.h"

struct window {
    struct decode *decode;
    char *p;
    size_t at, n, capacity; /* p[at..n) is not used yet */
    bool ended;
    uint64_t line;   /* of p[at], 1-based */
    uint64_t column; /* of p[at], 1-based, in bytes */
};

MUST_USE err window_open(struct window *window, struct byte_source source);
void window_close(struct window *window);
/* Adds text behind what is there; `ended` when there is none left. Pointers into it move, offsets
 * relative to `at` hold. */
MUST_USE err window_more(struct window *window, struct problem *problem);
/* The unused text; `window_more` until it holds `n` bytes or the file ends. */
MUST_USE err window_want(struct window *window, size_t n, struct problem *problem);
slice window_text(const struct window *window);
void window_use(struct window *window, size_t n); /* moves the start, counts lines */

#endif
