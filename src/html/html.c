#include "html/html.h"

#include <string.h>

static slice escape_of(char byte) {
    switch (byte) {
    case '&':
        return SLICE("&amp;");
    case '<':
        return SLICE("&lt;");
    case '>':
        return SLICE("&gt;");
    case '"':
        return SLICE("&quot;");
    default:
        return SLICE("&#39;");
    }
}

void html_text(struct html *html, slice text) {
    static const unsigned char escaped[256] = {
        ['&'] = 1, ['<'] = 1, ['>'] = 1, ['"'] = 1, ['\''] = 1};
    size_t start = 0;
    size_t i = 0;
    while ((i = slice_find_marked(text, i, escaped)) < text.n) {
        buf_add_bytes(html->out, text.p + start, i - start);
        buf_add(html->out, escape_of(text.p[i]));
        start = ++i;
    }
    if (start < text.n) {
        buf_add_bytes(html->out, text.p + start, text.n - start);
    }
}

bool html_data_block_(struct html *html, const char *opening, slice json) {
    if (slice_find(json, 0, '<') < json.n) {
        return false;
    }
    buf_add_cstr(html->out, opening);
    buf_add(html->out, json);
    buf_add_cstr(html->out, "</script>\n");
    return true;
}

void html_i64(struct html *html, int64_t value) {
    buf_add_i64(html->out, value);
}

void html_number(struct html *html, int64_t value) {
    i18n_number(html->language, value, html->out);
}

void html_attr_(struct html *html, slice opening, slice value) {
    buf_add(html->out, opening);
    html_text(html, value);
    buf_add_char(html->out, '"');
}

void html_attr_i64_(struct html *html, slice opening, int64_t value) {
    buf_add(html->out, opening);
    buf_add_i64(html->out, value);
    buf_add_char(html->out, '"');
}

bool html_url_is_safe(slice url) {
    static const slice schemes[] = {{.p = "https://", .n = 8},
                                    {.p = "http://", .n = 7},
                                    {.p = "mailto:", .n = 7},
                                    {.p = "tel:", .n = 4}};
    for (size_t i = 0; i < url.n; i++) {
        unsigned char byte = (unsigned char)url.p[i];
        if (byte <= ' ' || byte == 0x7f) {
            return false;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(schemes); i++) {
        if (slice_equal_ascii_nocase(slice_sub(url, 0, schemes[i].n), schemes[i])) {
            return url.n > schemes[i].n;
        }
    }
    return false;
}

bool html_href_outside(struct html *html, slice url) {
    if (!html_url_is_safe(url)) {
        return false;
    }
    html_attr(html, "href", url);
    return true;
}

void html_tn(struct html *html, const char *one, const char *many, int64_t n) {
    slice message = i18n_plural(html->language, one, many, n);
    size_t at = slice_find_slice(message, 0, SLICE("%n"));
    html_text(html, slice_sub(message, 0, at));
    if (at < message.n) {
        html_number(html, n);
        html_text(html, slice_sub(message, at + 2, message.n - at - 2));
    }
}

void html_tf(struct html *html, const char *message, const slice *values, size_t count) {
    slice rest = i18n(html->language, message);
    slice before;
    size_t value;
    while (i18n_cut(&rest, &before, &value)) {
        slice shown = value < count ? values[value] : SLICE_EMPTY;
        bool elides = i18n_elides(html->language, &before, shown);
        html_text(html, before);
        html_text(html, elides ? SLICE("’") : SLICE_EMPTY);
        html_text(html, shown);
    }
    html_text(html, rest);
}
