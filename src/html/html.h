/* html: a writer that escapes by construction. Raw markup must be a string literal; every value
 * goes through an escaping call. */
#ifndef AGORA_HTML_H
#define AGORA_HTML_H

#include "base/base.h"
#include "html/i18n.h"

struct html {
    struct buf *out;
    const struct i18n_language *language;
};

/* Markup as it stands: only a literal compiles. */
#define html_raw(html, literal) buf_add_bytes((html)->out, "" literal, sizeof(literal) - 1)
void html_text(struct html *html,
               slice text); /* escaped for element content and attribute values */
void html_i64(struct html *html, int64_t value);    /* plain digits */
void html_number(struct html *html, int64_t value); /* grouped as the language does: 15 756 */
/* name="value" with a leading space; the name is a literal. */
#define html_attr(html, name, value) html_attr_((html), SLICE(" " name "=\""), (value))
void html_attr_(struct html *html, slice opening, slice value);
#define html_attr_i64(html, name, value) html_attr_i64_((html), SLICE(" " name "=\""), (value))
void html_attr_i64_(struct html *html, slice opening, int64_t value);
/* An href that came from outside: http, https, mailto, tel only; writes nothing and returns false for
 * anything else. */
bool html_href_outside(struct html *html, slice url);
bool html_url_is_safe(slice url);

/* <script type="TYPE">JSON</script>: a data block, which no browser runs. A JSON text with a '<' in
 * it, which could end the element, is refused: nothing is written, false. Writers of JSON escape it
 * (buf_add_json_string). */
#define html_data_block(html, type, json)                                                          \
    html_data_block_((html), "<script type=\"" type "\">", (json))
bool html_data_block_(struct html *html, const char *opening, slice json);

/* Translated text (escaped). The message is the French text, as in po/en.po. */
#define html_t(html, message) html_text((html), i18n((html)->language, "" message))
/* "%n" in the message is the number, grouped; the plural is chosen by the language. */
void html_tn(struct html *html, const char *one, const char *many, int64_t n);
/* "%1" … "%4" in the message are replaced by the values, all escaped. */
void html_tf(struct html *html, const char *message, const slice *values, size_t count);

/* Markdown (CommonMark, tables, strikethrough, autolinks; no raw HTML; links http, https, mailto, tel
 * only, rel="nofollow ugc noopener"; headings from `heading_level` down). ERR_LIMIT for more than
 * HTML_MARKDOWN_MAX bytes or when the writer is full. */
#define HTML_MARKDOWN_MAX (256 * 1024)
MUST_USE err html_markdown(struct html *html, slice markdown, unsigned heading_level);

#endif
