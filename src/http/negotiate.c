/* What a client says it prefers or has: languages, codings, ETags. */
#include "http/http.h"

/* Thousandths of a quality value: "0.5" -> 500; 1000 when it is not well formed. */
static unsigned quality(slice text) {
    double value;
    if (!slice_to_double(slice_trim(text), &value) || value < 0 || value > 1) {
        return 1000;
    }
    return (unsigned)(value * 1000 + 0.5);
}

/* Takes the next element of a list `name;q=…, …`; false at the end. */
static bool next_preference(slice *rest, slice *name, unsigned *q) {
    slice element;
    while (slice_cut(rest, ',', &element)) {
        slice parameters = element;
        slice parameter;
        *q = 1000;
        if (!slice_cut(&parameters, ';', name)) {
            continue;
        }
        *name = slice_trim(*name);
        while (slice_cut(&parameters, ';', &parameter)) {
            parameter = slice_trim(parameter);
            if (slice_starts_with(parameter, SLICE("q=")) ||
                slice_starts_with(parameter, SLICE("Q="))) {
                *q = quality(slice_sub(parameter, 2, parameter.n));
            }
        }
        if (name->n > 0) {
            return true;
        }
    }
    return false;
}

slice http_language_choose(slice accept_language) {
    int french = -1;
    int english = -1;
    int any = -1;
    slice rest = accept_language;
    slice name;
    unsigned q;
    while (next_preference(&rest, &name, &q)) {
        slice primary = slice_sub(name, 0, slice_find(name, 0, '-'));
        int *which = slice_equal_ascii_nocase(primary, SLICE("fr"))   ? &french
                     : slice_equal_ascii_nocase(primary, SLICE("en")) ? &english
                     : slice_equal(primary, SLICE("*"))               ? &any
                                                                      : NULL;
        if (which && (int)q > *which) {
            *which = (int)q;
        }
    }
    french = french < 0 ? any : french;
    english = english < 0 ? any : english;
    return english > 0 && english > french ? SLICE("en") : SLICE("fr");
}

enum http_encoding http_encoding_choose(slice accept_encoding) {
    int brotli = -1;
    int gzip = -1;
    int any = -1;
    slice rest = accept_encoding;
    slice name;
    unsigned q;
    while (next_preference(&rest, &name, &q)) {
        if (slice_equal_ascii_nocase(name, SLICE("br"))) {
            brotli = (int)q;
        } else if (slice_equal_ascii_nocase(name, SLICE("gzip")) ||
                   slice_equal_ascii_nocase(name, SLICE("x-gzip"))) {
            gzip = (int)q;
        } else if (slice_equal(name, SLICE("*"))) {
            any = (int)q;
        }
    }
    brotli = brotli < 0 ? any : brotli;
    gzip = gzip < 0 ? any : gzip;
    if (brotli > 0 && brotli >= gzip) {
        return HTTP_BROTLI;
    }
    return gzip > 0 ? HTTP_GZIP : HTTP_IDENTITY;
}

static slice without_weak_mark(slice etag) {
    return slice_starts_with(etag, SLICE("W/")) ? slice_sub(etag, 2, etag.n) : etag;
}

bool http_etag_matches(slice if_none_match, slice etag) {
    slice wanted = without_weak_mark(etag);
    slice rest = slice_trim(if_none_match);
    if (wanted.n == 0 || rest.n == 0) {
        return false;
    }
    if (slice_equal(rest, SLICE("*"))) {
        return true;
    }
    /* A tag may hold a comma, so the list is walked by its quotes. */
    while (rest.n > 0) {
        size_t open = slice_find(rest, 0, '"');
        size_t close = slice_find(rest, open + 1, '"');
        if (close >= rest.n) {
            return false;
        }
        if (slice_equal(slice_sub(rest, open, close + 1 - open), wanted)) {
            return true;
        }
        rest = slice_sub(rest, close + 1, rest.n);
    }
    return false;
}
