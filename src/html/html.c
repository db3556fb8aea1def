#include "html/html.h"

#include <string.h>

#define MESSAGE_BYTES_MAX (256 * 1024)

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
    case '\'':
        return SLICE("&#39;");
    default:
        return SLICE_EMPTY;
    }
}

void html_text(struct html *html, slice text) {
    if (text.n == 0) {
        return; /* its pointer may be NULL */
    }
    size_t start = 0;
    for (size_t i = 0; i < text.n; i++) {
        slice escaped = escape_of(text.p[i]);
        if (escaped.n == 0) {
            continue;
        }
        buf_add_bytes(html->out, text.p + start, i - start);
        buf_add(html->out, escaped);
        start = i + 1;
    }
    buf_add_bytes(html->out, text.p + start, text.n - start);
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

void html_attr_(struct html *html, const char *opening, slice value) {
    buf_add_cstr(html->out, opening);
    html_text(html, value);
    buf_add_char(html->out, '"');
}

void html_attr_i64_(struct html *html, const char *opening, int64_t value) {
    buf_add_cstr(html->out, opening);
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

/* Writes what was put together as plain text; an error of its buffer becomes the page's. */
static void text_from(struct html *html, const struct buf *text) {
    html_text(html, buf_slice(text));
    if (text->failed != OK && html->out->failed == OK) {
        html->out->failed = text->failed;
    }
}

void html_tn(struct html *html, const char *one, const char *many, int64_t n) {
    struct buf text BUF_CLEANUP = buf_new(MESSAGE_BYTES_MAX);
    i18n_tn(html->language, one, many, n, &text);
    text_from(html, &text);
}

void html_tf(struct html *html, const char *message, const slice *values, size_t count) {
    struct buf text BUF_CLEANUP = buf_new(MESSAGE_BYTES_MAX);
    i18n_tf(html->language, message, values, count, &text);
    text_from(html, &text);
}
