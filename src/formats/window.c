#include "formats/window_int.h"
#include <stdlib.h>
#include <string.h>

err window_open(struct window *w, struct byte_source source) {
    *w = (struct window){.line = 1, .column = 1};
    return decode_new(source, 0, &w->decode);
}

void window_close(struct window *w) {
    decode_free(w->decode);
    free(w->p);
}

static err window_room(struct window *w, size_t n) {
    if (w->at > 0) {
        memmove(w->p, w->p + w->at, w->n - w->at);
        w->n -= w->at;
        w->at = 0;
    }
    if (w->n + n <= w->capacity) {
        return OK;
    }
    size_t capacity = w->capacity < 131072 ? 131072 : w->capacity;
    while (capacity < w->n + n) {
        capacity *= 2;
    }
    char *grown = realloc(w->p, capacity);
    if (grown == NULL) {
        return ERR_MEMORY;
    }
    w->p = grown;
    w->capacity = capacity;
    return OK;
}

err window_more(struct window *w, struct problem *problem) {
    slice text = SLICE_EMPTY;
    TRY(decode_next(w->decode, &text, problem));
    if (text.n == 0) {
        w->ended = true;
        return OK;
    }
    TRY(window_room(w, text.n));
    memcpy(w->p + w->n, text.p, text.n);
    w->n += text.n;
    return OK;
}

err window_want(struct window *w, size_t n, struct problem *problem) {
    while (w->n - w->at < n && !w->ended) {
        TRY(window_more(w, problem));
    }
    return OK;
}

slice window_text(const struct window *w) {
    return w->p == NULL ? SLICE_EMPTY : slice_of(w->p + w->at, w->n - w->at);
}

void window_use(struct window *w, size_t n) {
    slice used = slice_sub(window_text(w), 0, n);
    for (size_t from = 0;;) {
        size_t end = slice_find(used, from, '\n');
        if (end == used.n) {
            w->column += used.n - from;
            break;
        }
        w->line++;
        w->column = 1;
        from = end + 1;
    }
    w->at += used.n;
}
